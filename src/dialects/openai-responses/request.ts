/** Reads a Responses request. https://platform.openai.com/docs/api-reference/responses/create */

import { defined } from '../../lib/defined.ts';
import type { Carried, ChatRequest, Effort, OutputFormat, TextBlock, Thinking } from '../../llm/chat.ts';
import { invalidRequest } from '../../llm/error.ts';
import { tokensMax } from '../../llm/usage.ts';
import type { JsonObject } from '../dialect.ts';
import {
  type Fields,
  optionalBoolean,
  optionalFields,
  optionalNumber,
  optionalString,
  optionalWord,
  requiredString,
} from '../openai-chat/shape.ts';
import { readSchema } from '../openai-chat/tools.ts';
import { readInput } from './items.ts';
import { readToolSetup } from './tools.ts';
import { dialectId, leftover } from './wire.ts';

/** Throws LlmFailure (invalid-request, `param` = the path of the field) for a body that is not this dialect. */
export function parseRequest(body: JsonObject): ChatRequest {
  const model = requiredString(body, 'model');
  refuseForeignFields(body);
  const instructions = optionalString(body, 'instructions');
  const { system, turns, tools: more, elsewhere } = readInput(inputOf(body), isWhole(body));
  const { ownChoice, ...setup } = readToolSetup(body, more);
  return defined({
    model,
    stream: optionalBoolean(body, 'stream') ?? false,
    wantsStreamUsage: true,
    system: instructions ? [instructionBlock(instructions), ...system] : system,
    turns,
    ...setup,
    parallelToolCalls: optionalBoolean(body, 'parallel_tool_calls'),
    maxTokens: optionalNumber(body, 'max_output_tokens', { min: 1, max: tokensMax, integer: true }),
    temperature: optionalNumber(body, 'temperature', { min: 0, max: 2 }),
    topP: optionalNumber(body, 'top_p', { min: 0, max: 1 }),
    frequencyPenalty: optionalNumber(body, 'frequency_penalty', { min: -2, max: 2 }),
    presencePenalty: optionalNumber(body, 'presence_penalty', { min: -2, max: 2 }),
    thinking: readThinking(body),
    format: readFormat(body),
    endUser: optionalString(body, 'safety_identifier') ?? optionalString(body, 'user'),
    carried: readCarried(body, ownChoice, elsewhere),
  });
}

/** What a provider keeps, or a template of its, may stand in place of the input; only this dialect's provider knows it. */
function inputOf(body: Fields): unknown {
  const { input } = body;
  if (input !== undefined && input !== null) return input;
  const keeper = ['prompt', 'previous_response_id', 'conversation'].find((field) => isSet(body[field]));
  if (keeper === undefined) return input;
  throw invalidRequest(
    `${keeper} names what another provider keeps, and there is no input. Send the whole conversation in input.`,
    keeper,
  );
}

function isWhole(body: Fields): boolean {
  return !isSet(body.previous_response_id) && !isSet(body.conversation);
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null;
}

const efforts: readonly Effort[] = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'];

function readThinking(body: Fields): Thinking | undefined {
  const reasoning = optionalFields(body, 'reasoning');
  if (reasoning === undefined) return undefined;
  const effort = optionalWord(reasoning, 'effort', efforts, 'reasoning');
  const display =
    optionalString(reasoning, 'summary', 'reasoning') ?? optionalString(reasoning, 'generate_summary', 'reasoning');
  if (effort === undefined && display === undefined) return undefined;
  const mode = effort === 'none' ? 'off' : 'adaptive';
  return defined({ mode, effort, display } as const);
}

function readFormat(body: Fields): OutputFormat | undefined {
  const format = optionalFields(optionalFields(body, 'text') ?? {}, 'format', 'text');
  if (format === undefined) return undefined;
  const at = 'text.format';
  const type = optionalWord(format, 'type', ['text', 'json_object', 'json_schema'], at);
  if (type === 'json_object') return { type: 'json-object' };
  if (type !== 'json_schema') return undefined;
  const schema = readSchema(format, 'schema', at);
  if (schema === undefined) throw invalidRequest(`${at}.schema is required: a JSON Schema object.`, `${at}.schema`);
  return defined({
    type: 'json-schema' as const,
    schema,
    name: requiredString(format, 'name', at),
    description: optionalString(format, 'description', at),
    strict: optionalBoolean(format, 'strict', at),
  });
}

const modelled = [
  ...['model', 'input', 'instructions', 'stream', 'tools', 'tool_choice', 'parallel_tool_calls', 'max_output_tokens'],
  ...['temperature', 'top_p', 'frequency_penalty', 'presence_penalty', 'user', 'safety_identifier'],
];

/** Everything else, by its name. Always there, even empty: it says whose request this is. */
function readCarried(body: Fields, ownChoice: unknown, elsewhere: unknown): Carried {
  const rest = leftover(body, modelled);
  // `input` only says what of it stands elsewhere: it is written anew in any case.
  const choice = isSet(ownChoice) ? { tool_choice: ownChoice } : {};
  const raw = { ...(rest?.raw as Fields | undefined), ...choice, ...(isSet(elsewhere) && { input: elsewhere }) };
  return { dialect: dialectId, raw };
}

/** Empty, but carried: by that an answer tells what stood in `instructions` from what the developer said. */
function instructionBlock(text: string): TextBlock {
  return { type: 'text', text, carried: { dialect: dialectId, raw: {} } };
}

/** Fields of other APIs whose loss would change the answer. */
const foreignFields: Readonly<Record<string, string>> = {
  messages: 'a field of Chat Completions and Messages; this endpoint takes input',
  max_tokens: 'a field of Chat Completions and Messages; this endpoint takes max_output_tokens',
  max_completion_tokens: 'a field of Chat Completions; this endpoint takes max_output_tokens',
  response_format: 'a field of Chat Completions; this endpoint takes text.format',
  system: 'a field of Messages; this endpoint takes instructions',
};

function refuseForeignFields(body: Fields): void {
  for (const [field, rule] of Object.entries(foreignFields)) {
    if (isSet(body[field])) throw invalidRequest(`${field} is ${rule}.`, field);
  }
}
