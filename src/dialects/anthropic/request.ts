/**
 * Reads a Messages request. https://platform.claude.com/docs/en/api/messages
 *
 * Top-level fields that are not modelled (betas, context_management, safeguards, next month's) are carried, never
 * refused; a field of another API whose loss would change the answer is refused with the name it has here.
 */
import type { Block, ChatRequest, Effort, OutputFormat, Thinking, Turn } from '../../llm/chat.ts';
import { tokensMax } from '../../llm/usage.ts';
import type { JsonObject } from '../dialect.ts';
import {
  absent,
  arrayAt,
  booleanAt,
  filledAt,
  integerAt,
  numberAt,
  objectAt,
  oneOf,
  refused,
  stringAt,
} from '../shape.ts';
import { isObject, type WireObject } from '../wire-object.ts';
import { parseBlock, parseContent } from './blocks.ts';
import { checkResults } from './results.ts';
import { parseToolChoice, parseTools } from './tools.ts';
import { dialectId, leftover } from './wire.ts';

const modelled = [
  ...['model', 'stream', 'system', 'messages', 'tools', 'tool_choice', 'max_tokens', 'temperature', 'top_p', 'top_k'],
  ...['stop_sequences', 'thinking', 'output_config', 'output_format', 'metadata'],
];

export function parseRequest(body: JsonObject): ChatRequest {
  refuseForeignFields(body);
  const model = filledAt(body.model, 'model');
  const turns = parseMessages(body.messages);
  const carried = { ...(leftover(body, modelled)?.raw as WireObject | undefined), ...carriedOptions(body) };
  return {
    model,
    stream: absent(body.stream) ? false : booleanAt(body.stream, 'stream'),
    wantsStreamUsage: true,
    system: parseSystem(body.system),
    turns,
    tools: parseTools(body.tools),
    ...parseToolChoice(body.tool_choice),
    maxTokens: integerAt(body.max_tokens, 'max_tokens', 1, tokensMax),
    ...parseSampling(body),
    ...parseThinking(body),
    ...parseFormat(body),
    ...(Object.keys(carried).length > 0 && { carried: { dialect: dialectId, raw: carried } }),
  };
}

function parseSystem(value: unknown): Block[] {
  if (absent(value) || value === '') return [];
  if (typeof value === 'string') return [{ type: 'text', text: value }];
  return arrayAt(value, 'system').map((item, i) => {
    oneOf(objectAt(item, `system[${i}]`).type, `system[${i}].type`, ['text']);
    return parseBlock(item, `system[${i}]`);
  });
}

function parseMessages(value: unknown): Turn[] {
  const messages = arrayAt(value, 'messages');
  if (messages.length === 0) throw refused('messages', 'must hold at least one message');
  const turns = messages.map((item, i) => parseMessage(objectAt(item, `messages[${i}]`), `messages[${i}]`));
  checkResults(turns);
  return turns;
}

const foreignRoles: Readonly<Record<string, string>> = {
  tool: 'a tool\'s result is a {"type":"tool_result","tool_use_id":…} block in a user message',
  function: 'a tool\'s result is a {"type":"tool_result","tool_use_id":…} block in a user message',
  developer: 'instructions go into the top-level "system" field, or a message of role system',
};

function parseMessage(raw: JsonObject, path: string): Turn {
  const foreign = typeof raw.role === 'string' ? foreignRoles[raw.role] : undefined;
  if (foreign !== undefined) {
    throw refused(`${path}.role`, `"${raw.role}" is a role of OpenAI's chat completions; here ${foreign}`);
  }
  const role = oneOf(raw.role, `${path}.role`, ['user', 'assistant', 'system']);
  if (raw.tool_calls !== undefined) {
    throw refused(
      `${path}.tool_calls`,
      'is a field of OpenAI\'s chat completions; here a call is a {"type":"tool_use"} block',
    );
  }
  // An answer may have no blocks at all (a refusal), and clients replay it: only the other roles must say something.
  if (role !== 'assistant' && Array.isArray(raw.content) && raw.content.length === 0) {
    throw refused(`${path}.content`, 'must hold at least one block');
  }
  const carried = leftover(raw, ['role', 'content']);
  return { role, blocks: parseContent(raw.content, `${path}.content`), ...(carried && { carried }) };
}

function parseSampling(body: JsonObject): Pick<ChatRequest, 'temperature' | 'topP' | 'topK' | 'stop' | 'endUser'> {
  const stop = absent(body.stop_sequences) ? [] : arrayAt(body.stop_sequences, 'stop_sequences');
  const metadata = absent(body.metadata) ? {} : objectAt(body.metadata, 'metadata');
  return {
    ...(!absent(body.temperature) && { temperature: numberAt(body.temperature, 'temperature', 0, 1) }),
    ...(!absent(body.top_p) && { topP: numberAt(body.top_p, 'top_p', 0, 1) }),
    ...(!absent(body.top_k) && { topK: integerAt(body.top_k, 'top_k', 0, tokensMax) }),
    ...(stop.length > 0 && { stop: stop.map((item, i) => stringAt(item, `stop_sequences[${i}]`)) }),
    ...(!absent(metadata.user_id) && { endUser: stringAt(metadata.user_id, 'metadata.user_id') }),
  };
}

/** `effort` alone asks for no thinking, so the absence of `thinking` is carried as null for the way back. */
function parseThinking(body: JsonObject): { thinking?: Thinking } {
  const effort = effortOf(body);
  if (absent(body.thinking)) return effort === undefined ? {} : { thinking: { mode: 'adaptive', effort } };
  const raw = objectAt(body.thinking, 'thinking');
  const shown = absent(raw.display) ? {} : { display: stringAt(raw.display, 'thinking.display') };
  const more = { ...(effort && { effort }), ...shown };
  switch (stringAt(raw.type, 'thinking.type')) {
    case 'disabled':
      return { thinking: { mode: 'off' } };
    case 'enabled': {
      const budgetTokens = integerAt(raw.budget_tokens, 'thinking.budget_tokens', 1024, tokensMax);
      return { thinking: { mode: 'budget', budgetTokens, ...more } };
    }
    default:
      return { thinking: { mode: 'adaptive', ...more } };
  }
}

function effortOf(body: JsonObject): Effort | undefined {
  const config = absent(body.output_config) ? {} : objectAt(body.output_config, 'output_config');
  if (absent(config.effort)) return undefined;
  return oneOf(config.effort, 'output_config.effort', ['low', 'medium', 'high', 'xhigh', 'max']);
}

/** `output_config.format`, or the older beta's `output_format`. */
function parseFormat(body: JsonObject): { format?: OutputFormat } {
  const config = isObject(body.output_config) ? body.output_config : {};
  const isOld = absent(config.format);
  const value = isOld ? body.output_format : config.format;
  if (absent(value)) return {};
  const path = isOld ? 'output_format' : 'output_config.format';
  const raw = objectAt(value, path);
  oneOf(raw.type, `${path}.type`, ['json_schema']);
  const schema = stringAt(raw.schema, `${path}.schema`);
  if (!schema.startsWith('{')) throw refused(`${path}.schema`, 'must be a JSON Schema object');
  return { format: { type: 'json-schema', schema } };
}

/** The parts of modelled fields that are not modelled themselves, for the way back into this dialect. */
function carriedOptions(body: JsonObject): WireObject {
  const config = isObject(body.output_config) ? leftover(body.output_config, ['effort', 'format']) : undefined;
  const metadata = isObject(body.metadata) ? leftover(body.metadata, ['user_id']) : undefined;
  const thinking = carriedThinking(body);
  return {
    ...(config && { output_config: config.raw }),
    ...(metadata && { metadata: metadata.raw }),
    ...(thinking !== undefined && { thinking }),
  };
}

/** Null: there is none, only an effort. Undefined: the neutral language says all of it. */
function carriedThinking(body: JsonObject): unknown {
  if (isObject(body.thinking)) return body.thinking.type === 'disabled' ? undefined : body.thinking;
  const hasEffort = isObject(body.output_config) && !absent(body.output_config.effort);
  return hasEffort ? null : undefined;
}

const foreignFields: Readonly<Record<string, string>> = {
  max_completion_tokens: 'max_tokens',
  stop: 'stop_sequences',
  response_format: 'output_config.format',
  parallel_tool_calls: 'tool_choice.disable_parallel_tool_use',
  functions: 'tools',
  function_call: 'tool_choice',
  reasoning_effort: 'output_config.effort',
};

function refuseForeignFields(body: JsonObject): void {
  for (const [field, instead] of Object.entries(foreignFields)) {
    if (absent(body[field])) continue;
    throw refused(
      field,
      `is a field of OpenAI's chat completions; this endpoint takes Anthropic's Messages: use ${instead}, or POST /v1/chat/completions`,
    );
  }
}
