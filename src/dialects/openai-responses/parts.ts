/** The parts of a message or of a tool's result. https://platform.openai.com/docs/api-reference/responses/create#responses_create-input */
import type { Block, MediaBlock } from '../../llm/chat.ts';
import { invalidRequest } from '../../llm/error.ts';
import { readAudio, readImage, readFile as readNestedFile } from '../openai-chat/media.ts';
import { readCache } from '../openai-chat/parts.ts';
import { type Fields, optionalString, pathOf, readFields, requiredString, wrongShape } from '../openai-chat/shape.ts';
import { dialectId, leftover } from './wire.ts';

/** The blocks of `content` or `output`: a string, or parts. Throws invalid-request with the part's path. */
export function readContent(content: unknown, path: string): Block[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }];
  if (!Array.isArray(content)) throw wrongShape(path, 'a string or an array of content parts', content);
  return content.map((part, i) => readPart(readFields(part, `${path}[${i}]`), `${path}[${i}]`));
}

function readPart(part: Fields, at: string): Block {
  const type = requiredString(part, 'type', at);
  switch (type) {
    case 'input_text':
    case 'output_text':
    case 'text':
    case 'summary_text':
      return { type: 'text', text: stringOf(part, 'text', at), ...extras(part, ['text'], at) };
    case 'refusal':
      return { type: 'refusal', text: stringOf(part, 'refusal', at), ...extras(part, ['refusal'], at) };
    case 'input_image':
      return { ...image(part, at), ...extras(part, ['image_url', 'file_id', 'detail'], at) };
    case 'input_file':
      return { ...file(part, at), ...extras(part, ['file_data', 'file_id', 'file_url', 'filename', 'detail'], at) };
    case 'input_audio':
      return { ...readAudio(part, at), ...extras(part, ['input_audio'], at) };
    default:
      refuseForeignPart(type, at);
      return { type: 'opaque', carried: { dialect: dialectId, raw: part } };
  }
}

function image(part: Fields, at: string): MediaBlock {
  const detail = optionalString(part, 'detail', at);
  const id = optionalString(part, 'file_id', at);
  if (id !== undefined) return { type: 'media', kind: 'image', ...(detail && { detail }), ...ownFile(id) };
  if (typeof part.image_url !== 'string')
    throw wrongShape(pathOf(at, 'image_url'), 'a URL or a data URI', part.image_url);
  return readImage({ image_url: { url: part.image_url, ...(detail && { detail }) } }, at);
}

function file(part: Fields, at: string): MediaBlock {
  const name = optionalString(part, 'filename', at);
  const id = optionalString(part, 'file_id', at);
  const named = name === undefined ? {} : { name };
  if (id !== undefined) return { type: 'media', kind: 'document', ...named, ...ownFile(id) };
  const url = optionalString(part, 'file_url', at);
  if (url !== undefined) return { type: 'media', kind: 'document', ...named, source: { url } };
  // The same fields one level deeper is how Chat Completions say it.
  return readNestedFile({ file: { filename: part.filename, file_data: part.file_data } }, at);
}

/** The raw object is empty: it only says whose file this is, since no other provider knows the id. */
function ownFile(id: string): Pick<MediaBlock, 'source' | 'carried'> {
  return { source: { file: id }, carried: { dialect: dialectId, raw: {} } };
}

function extras(part: Fields, known: readonly string[], at: string): Pick<MediaBlock, 'cache' | 'carried'> {
  const cache = readCache(part, at);
  const carried = leftover(part, ['type', 'cache_control', 'prompt_cache_breakpoint', ...known]);
  return { ...(cache && { cache }), ...(carried && { carried }) };
}

function stringOf(part: Fields, key: string, at: string): string {
  const text = part[key];
  if (typeof text !== 'string') throw wrongShape(pathOf(at, key), 'a string', text);
  return text;
}

const foreignParts: Readonly<Record<string, string>> = {
  image_url: '{"type":"input_image","image_url":"…"}',
  file: '{"type":"input_file","file_data":"…"}',
  image: '{"type":"input_image","image_url":"…"}',
  document: '{"type":"input_file","file_data":"…"}',
  tool_use: 'an item {"type":"function_call",…}',
  tool_result: 'an item {"type":"function_call_output",…}',
};

/** Items of `input`: inside a message they would be taken out of it, and stand where nobody put them. */
const items = ['message', 'function_call', 'function_call_output', 'custom_tool_call', 'custom_tool_call_output'];

function refuseForeignPart(type: string, at: string): void {
  if (items.includes(type))
    throw invalidRequest(`${at}.type: "${type}" is an item of input; it cannot be a part of a message.`, `${at}.type`);
  if (!Object.hasOwn(foreignParts, type)) return;
  const rule = `"${type}" is a part of another API; the Responses API takes ${foreignParts[type]}`;
  throw invalidRequest(`${at}.type: ${rule}.`, `${at}.type`);
}
