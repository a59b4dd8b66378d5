/**
 * Reads a request. https://ai.google.dev/api/generate-content
 *
 * Model and form come from the path. Fields come in camelCase or snake_case; what is not modelled is carried, never
 * refused; a field of another API whose loss would change the answer is refused with the name it has here.
 */
import type { Block, ChatRequest, Turn } from '../../llm/chat.ts';
import type { Asked, JsonObject } from '../dialect.ts';
import { absent, listAt, objectAt, optionalAt, refused } from '../shape.ts';
import type { WireObject } from '../wire-object.ts';
import { carriedConfig, readFormat, readSampling, readThinking } from './config.ts';
import { CallIds } from './ids.ts';
import { readPart } from './parts.ts';
import { readToolSetup } from './tools.ts';
import { dialectId, inCamelCase, leftover } from './wire.ts';

const modelled = ['model', 'contents', 'systemInstruction', 'tools', 'toolConfig', 'generationConfig'];

export function parseRequest(sent: JsonObject, asked: Asked): ChatRequest {
  const body = requestIn(inCamelCase(sent) as JsonObject);
  refuseForeignFields(body);
  const config = optionalAt(body.generationConfig, 'generationConfig');
  const { toolConfig, ...setup } = readToolSetup(body);
  const thinking = readThinking(config);
  const format = readFormat(config);
  const carried = {
    ...(leftover(body, modelled).carried?.raw as WireObject | undefined),
    ...carriedConfig(config),
    ...(toolConfig && { toolConfig }),
  };
  return {
    model: asked.model,
    stream: asked.stream,
    wantsStreamUsage: true,
    system: readSystem(body.systemInstruction),
    turns: readContents(body.contents),
    ...setup,
    ...readSampling(config),
    ...(thinking && { thinking }),
    ...(format && { format }),
    ...(Object.keys(carried).length > 0 && { carried: { dialect: dialectId, raw: carried } }),
  };
}

/** Counting tokens takes the contents alone, or a whole request in an envelope. */
function requestIn(body: JsonObject): JsonObject {
  return absent(body.generateContentRequest) ? body : objectAt(body.generateContentRequest, 'generateContentRequest');
}

/** A content, its parts, or a text. */
function readSystem(value: unknown): Block[] {
  if (absent(value)) return [];
  const path = 'systemInstruction';
  const parts =
    typeof value === 'string' ? [value] : listAt(Array.isArray(value) ? value : objectAt(value, path).parts);
  const ids = new CallIds();
  return parts.map((part, i) => {
    const block = readPart(part, `${path}.parts[${i}]`, ids);
    if (block.type !== 'text') throw refused(`${path}.parts[${i}]`, 'instructions can only hold text');
    return block;
  });
}

function readContents(value: unknown): Turn[] {
  const contents = typeof value === 'string' ? [{ parts: [value] }] : listAt(value);
  if (contents.length === 0) throw refused('contents', 'is required: a list of contents with their parts');
  const ids = new CallIds();
  const turns = contents.map((item, i) => readContent(objectAt(item, `contents[${i}]`), `contents[${i}]`, ids));
  if (ids.unanswered !== undefined)
    throw refused(ids.unanswered, 'this functionCall has no functionResponse behind it');
  return turns;
}

function readContent(content: JsonObject, path: string, ids: CallIds): Turn {
  const role = roleAt(content.role, `${path}.role`);
  const unanswered = role === 'assistant' ? ids.unanswered : undefined;
  const blocks = listAt(content.parts).map((part, i) => {
    const block = readPart(part, `${path}.parts[${i}]`, ids);
    const isMisplaced = block.type === (role === 'user' ? 'tool-call' : 'tool-result');
    if (isMisplaced) throw refused(`${path}.parts[${i}]`, 'calls are the model’s, and functionResponses the user’s');
    return block;
  });
  // Calls of several contents in a row are one step: SDKs keep each piece of a stream as a content of its own.
  const isStep = blocks.every((block) => block.type !== 'text' || block.text.trim() === '');
  if (unanswered !== undefined && !isStep)
    throw refused(unanswered, 'this functionCall has no functionResponse behind it');
  const blocksAt = blocks.map((_, i) => `${path}.parts[${i}]`);
  return { role, blocks, at: path, blocksAt, ...leftover(content, ['role', 'parts']) };
}

/** Without a role it is the user who speaks. Results once had a role of their own. */
function roleAt(role: unknown, path: string): 'user' | 'assistant' {
  if (absent(role) || role === '' || role === 'user' || role === 'function') return 'user';
  if (role === 'model') return 'assistant';
  if (role === 'system') throw refused(path, 'instructions go into systemInstruction; contents take user and model');
  throw refused(path, 'must be user or model');
}

/** Names with a dot are ours, for fields that are carried. */
function refuseForeignFields(body: JsonObject): void {
  for (const field of Object.keys(body)) if (field.includes('.')) throw refused(field, 'is no field of this API');
  for (const [field, instead] of Object.entries(foreignFields)) {
    if (absent(body[field])) continue;
    throw refused(field, `is a field of another API; this endpoint takes generateContent requests: use ${instead}`);
  }
}

const foreignFields: Readonly<Record<string, string>> = {
  messages: 'contents',
  input: 'contents',
  system: 'systemInstruction',
  maxTokens: 'generationConfig.maxOutputTokens',
  temperature: 'generationConfig.temperature',
  toolChoice: 'toolConfig',
};
