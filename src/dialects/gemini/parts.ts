/** The parts of a caller's contents. https://ai.google.dev/api/caching#Part */
import type { Block, OpaqueBlock, ToolResultBlock } from '../../llm/chat.ts';
import { unpackSeal } from '../../llm/seal.ts';
import type { JsonObject } from '../dialect.ts';
import { absent, filledAt, listAt, objectAt, refused, stringAt } from '../shape.ts';
import { objectIn, rawText } from '../wire-object.ts';
import type { CallIds } from './ids.ts';
import { readFile, readInline } from './media.ts';
import { dialectId, leftover } from './wire.ts';

/** What a part holds; beside it stand `thought`, `thoughtSignature` and what is not modelled. */
const contents = ['text', 'inlineData', 'fileData', 'functionCall', 'functionResponse'] as const;
const known: readonly string[] = [...contents, 'thought', 'thoughtSignature'];

/** Throws invalid-request with the path of what is wrong. */
export function readPart(value: unknown, path: string, ids: CallIds): Block {
  // Some SDKs write a text alone as a string.
  const part = typeof value === 'string' ? { text: value } : objectAt(value, path);
  const kind = contents.find((name) => !absent(part[name]));
  const { carried } = leftover(part, known);
  const extra = carried === undefined ? {} : { carried };
  switch (kind) {
    case 'text':
      return { ...readText(part, path), ...extra };
    case 'inlineData':
      return { ...readInline(part.inlineData, `${path}.inlineData`), ...sealOf(part), ...extra };
    case 'fileData':
      return { ...readFile(part.fileData, `${path}.fileData`), ...sealOf(part), ...extra };
    case 'functionCall':
      return { ...readCall(objectAt(part.functionCall, `${path}.functionCall`), part, path, ids), ...extra };
    case 'functionResponse':
      return { ...readResult(objectAt(part.functionResponse, `${path}.functionResponse`), path, ids), ...extra };
    default:
      if (!absent(part.type))
        throw refused(`${path}.type`, 'a part has no type here; it holds text, inlineData, fileData, …');
      if (Object.entries(part).every(([name, field]) => known.includes(name) || absent(field)))
        throw refused(path, 'must hold one of text, inlineData, fileData, …');
      return opaquePart(part);
  }
}

/** A part that only this API knows; `type` names it for those who are told that it was left out. */
export function opaquePart(part: JsonObject): OpaqueBlock {
  const [type = 'unknown'] = Object.keys(part).filter((key) => key !== 'thoughtSignature' && key !== 'thought');
  return { type: 'opaque', carried: { dialect: dialectId, raw: { ...part, type } } };
}

function readText(part: JsonObject, path: string): Block {
  const text = stringAt(part.text, `${path}.text`);
  const { seal } = sealOf(part);
  if (part.thought !== true) return { type: 'text', text, ...(seal && { seal }) };
  const isRedacted = seal !== undefined && text === '' && isMarkedRedacted(part);
  return { type: 'thinking', text, ...(isRedacted && { redacted: true }), ...(seal && { seal }) };
}

/** See `redactedMark`: this API has no words for thinking that is sealed as a whole. */
function isMarkedRedacted({ partMetadata }: JsonObject): boolean {
  return typeof partMetadata === 'object' && partMetadata !== null && 'redacted' in partMetadata;
}

export const redactedMark = { partMetadata: { redacted: true } } as const;

function sealOf(part: JsonObject): { seal?: ReturnType<typeof unpackSeal> } {
  const value = part.thoughtSignature;
  if (typeof value !== 'string' || value === '' || value === skipSignature) return {};
  return { seal: unpackSeal(value, dialectId) };
}

/**
 * Stands where a call of another model, or of the caller's own making, has no signature.
 * https://ai.google.dev/gemini-api/docs/thought-signatures#faqs
 */
export const skipSignature = 'skip_thought_signature_validator';

function readCall(call: JsonObject, part: JsonObject, path: string, ids: CallIds): Block {
  const name = filledAt(call.name, `${path}.functionCall.name`);
  const args = absent(call.args) ? '{}' : rawText(call.args);
  if (objectIn(args) === undefined) throw refused(`${path}.functionCall.args`, 'must be an object');
  const id = ids.call(idOf(call), name, path);
  return { type: 'tool-call', id, name, args, ...sealOf(part) };
}

function readResult(result: JsonObject, path: string, ids: CallIds): ToolResultBlock {
  const at = `${path}.functionResponse`;
  const name = filledAt(result.name, `${at}.name`);
  const callId = ids.result(idOf(result), name);
  if (callId === undefined)
    throw refused(at, `answers no open functionCall named ${JSON.stringify(name.slice(0, 80))}`);
  const media = listAt(result.parts).map((item, i) => readPart(item, `${at}.parts[${i}]`, ids));
  const { text, isError } = readResponse(result.response);
  const contentAt = [...(text === '' ? [] : [`${at}.response`]), ...media.map((_, i) => `${at}.parts[${i}]`)];
  return {
    type: 'tool-result',
    callId,
    name,
    content: [...(text === '' ? [] : [{ type: 'text' as const, text }]), ...media],
    ...(media.length > 0 && { contentAt }),
    ...(isError && { isError }),
    ...leftover(result, ['id', 'name', 'response', 'parts']),
  };
}

/** A `response` with one text under the API's own word for it is that text; any other is its JSON, as it stands. */
function readResponse(value: unknown): { text: string; isError: boolean } {
  const text = absent(value) ? '' : rawText(value);
  const entries = Object.entries(objectIn(text) ?? {});
  const [only] = entries;
  if (entries.length !== 1 || only === undefined || typeof only[1] !== 'string') return { text, isError: false };
  if (only[0] === 'error') return { text: only[1], isError: true };
  return { text: only[0] === 'output' || only[0] === 'result' ? only[1] : text, isError: false };
}

function idOf({ id }: JsonObject): string | undefined {
  return typeof id === 'string' && id !== '' ? id : undefined;
}
