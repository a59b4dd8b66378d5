/**
 * Reads a Converse request. Model and form stand in the path.
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
 *
 * Fields that are not modelled (guardrailConfig, performanceConfig, next month's) are carried; a field of another API
 * whose loss would change the answer is refused with the name it has here.
 */
import type { Block, ChatRequest, OutputFormat, Turn } from '../../llm/chat.ts';
import { tokensMax } from '../../llm/usage.ts';
import type { Asked, JsonObject } from '../dialect.ts';
import {
  absent,
  arrayAt,
  filledAt,
  integerAt,
  numberAt,
  objectAt,
  oneOf,
  optionalAt,
  refused,
  stringAt,
} from '../shape.ts';
import { parseContent } from './blocks.ts';
import { parseModelFields } from './model-fields.ts';
import { checkResults } from './results.ts';
import { parseTools } from './tools.ts';
import { carry, without } from './wire.ts';

const modelled = [
  ...['messages', 'system', 'inferenceConfig', 'toolConfig', 'additionalModelRequestFields', 'outputConfig'],
  // Older SDKs repeat the path's model in the body.
  'modelId',
];
const inferenceFields = ['maxTokens', 'temperature', 'topP', 'stopSequences'];

export function parseRequest(body: JsonObject, asked: Asked): ChatRequest {
  refuseForeignFields(body);
  const inference = optionalAt(body.inferenceConfig, 'inferenceConfig');
  const output = optionalAt(body.outputConfig, 'outputConfig');
  const { told, own, rest: modelFields } = parseModelFields(body.additionalModelRequestFields, output.effort);
  const left = {
    ...without(body, modelled),
    ...filled('inferenceConfig', without(inference, inferenceFields)),
    ...filled('additionalModelRequestFields', modelFields),
    ...filled('outputConfig', without(output, ['textFormat', 'effort'])),
    // The neutral language says it too; the original is only kept for the way back.
    ...filled('thinking', { ...own, ...(absent(output.effort) ? {} : { effort: output.effort }) }),
  };
  return {
    model: asked.model,
    stream: asked.stream,
    wantsStreamUsage: true,
    system: parseSystem(body.system),
    turns: parseMessages(body.messages),
    ...parseTools(body.toolConfig),
    ...parseInference(inference),
    ...told,
    ...parseFormat(output.textFormat),
    ...carry(left),
  };
}

function filled(name: string, fields: JsonObject): JsonObject {
  return Object.keys(fields).length === 0 ? {} : { [name]: fields };
}

function parseSystem(value: unknown): Block[] {
  return absent(value) ? [] : parseContent(value, 'system');
}

function parseMessages(value: unknown): Turn[] {
  const messages = arrayAt(value, 'messages');
  if (messages.length === 0) throw refused('messages', 'must hold at least one message');
  const turns = messages.map((item, i) => parseMessage(objectAt(item, `messages[${i}]`), `messages[${i}]`));
  checkResults(turns);
  return turns;
}

function parseMessage(raw: JsonObject, path: string): Turn {
  const role = oneOf(raw.role, `${path}.role`, ['user', 'assistant']);
  if (typeof raw.content === 'string') {
    throw refused(`${path}.content`, 'must be a list of parts, for example [{"text":"…"}]');
  }
  // An answer may have no parts at all, and clients replay it: a user must say something.
  if (role === 'user' && Array.isArray(raw.content) && raw.content.length === 0) {
    throw refused(`${path}.content`, 'must hold at least one part');
  }
  return { role, blocks: parseContent(raw.content, `${path}.content`), ...carry(without(raw, ['role', 'content'])) };
}

function parseInference(raw: JsonObject): Pick<ChatRequest, 'maxTokens' | 'temperature' | 'topP' | 'stop'> {
  const at = 'inferenceConfig';
  const stop = absent(raw.stopSequences) ? [] : arrayAt(raw.stopSequences, `${at}.stopSequences`);
  return {
    ...(!absent(raw.maxTokens) && { maxTokens: integerAt(raw.maxTokens, `${at}.maxTokens`, 1, tokensMax) }),
    ...(!absent(raw.temperature) && { temperature: numberAt(raw.temperature, `${at}.temperature`, 0, 1) }),
    ...(!absent(raw.topP) && { topP: numberAt(raw.topP, `${at}.topP`, 0, 1) }),
    ...(stop.length > 0 && { stop: stop.map((text, i) => filledAt(text, `${at}.stopSequences[${i}]`)) }),
  };
}

/** The schema is JSON in a string. */
function parseFormat(value: unknown): { format?: OutputFormat } {
  if (absent(value)) return {};
  const at = 'outputConfig.textFormat';
  const raw = objectAt(value, at);
  oneOf(raw.type, `${at}.type`, ['json_schema']);
  const path = `${at}.structure.jsonSchema`;
  const definition = objectAt(objectAt(raw.structure, `${at}.structure`).jsonSchema, path);
  const { name, description } = definition;
  const format: OutputFormat = {
    type: 'json-schema',
    schema: schemaAt(definition.schema, `${path}.schema`),
    ...(!absent(name) && { name: stringAt(name, `${path}.name`) }),
    ...(!absent(description) && { description: stringAt(description, `${path}.description`) }),
  };
  return { format };
}

function schemaAt(value: unknown, path: string): string {
  const text = stringAt(value, path);
  try {
    JSON.parse(text);
  } catch {
    throw refused(path, 'must be a JSON Schema as text');
  }
  return text;
}

const foreignFields: Readonly<Record<string, string>> = {
  max_tokens: 'inferenceConfig.maxTokens',
  max_completion_tokens: 'inferenceConfig.maxTokens',
  temperature: 'inferenceConfig.temperature',
  tools: 'toolConfig.tools',
  tool_choice: 'toolConfig.toolChoice',
  response_format: 'outputConfig.textFormat',
  stop: 'inferenceConfig.stopSequences',
  contents: 'messages',
};

function refuseForeignFields(body: JsonObject): void {
  for (const [field, instead] of Object.entries(foreignFields)) {
    if (absent(body[field])) continue;
    throw refused(field, `is a field of another API; this endpoint takes Bedrock's Converse: use ${instead}`);
  }
}
