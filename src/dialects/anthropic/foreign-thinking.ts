/**
 * Thinking that this API cannot take back, in a body that is otherwise relayed as it is. A conversation that began on
 * another provider comes with thinking that has no signature, or a seal of that provider's dialect in its place; both
 * would be refused. Bodies without such thinking are not touched and hardly looked at.
 */
import { type JsonEdit, type JsonScan, parseJson, readField, stringifyJson } from '../../lib/json.ts';
import { unpackSeal } from '../../llm/seal.ts';
import { isObject } from '../wire-object.ts';
import { lostThinking } from './thinking.ts';
import { dialectId, rawKeys, withRaw } from './wire.ts';

/** One of these stands in every body that holds such thinking; inside a text their quotes would be escaped. */
const traces = ['"tg1.', '"tg2.', '"signature":""', '"signature": ""'].map((trace) => Buffer.from(trace));

export function withoutForeignThinking(scan: JsonScan): JsonEdit[] {
  const field = scan.fields.find((candidate) => candidate.name === 'messages');
  if (field === undefined || !traces.some((trace) => scan.body.includes(trace))) return [];
  const text = scan.body.subarray(field.valueStart, field.valueEnd);
  const { messages } = parseJson(Buffer.concat([Buffer.from('{"messages":'), text, Buffer.from('}')]), rawKeys);
  if (!Array.isArray(messages)) return [];
  const kept = messages.map(withoutForeign);
  if (kept.every((message, i) => message === messages[i])) return [];
  const full = kept.filter(
    (message) => !isObject(message) || !Array.isArray(message.content) || message.content.length > 0,
  );
  const edits: JsonEdit[] = [{ name: 'messages', value: stringifyJson(withRaw(full)) }];
  return hasBudget(scan) && lostThinking(full) ? [...edits, { name: 'thinking', value: undefined }] : edits;
}

/** The message itself when there is nothing to take out. */
function withoutForeign(message: unknown): unknown {
  if (!isObject(message) || message.role !== 'assistant' || !Array.isArray(message.content)) return message;
  const content = message.content.filter((block) => !isForeign(block));
  return content.length === message.content.length ? message : { ...message, content };
}

function isForeign(block: unknown): boolean {
  if (!isObject(block)) return false;
  const slot =
    block.type === 'thinking' ? block.signature : block.type === 'redacted_thinking' ? block.data : undefined;
  return typeof slot === 'string' && (slot === '' || unpackSeal(slot, dialectId).dialect !== dialectId);
}

function hasBudget(scan: JsonScan): boolean {
  const thinking = readField(scan, 'thinking');
  return isObject(thinking) && thinking.type === 'enabled';
}
