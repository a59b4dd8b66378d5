/**
 * Thinking that this API cannot take back, in a body that is otherwise relayed as it is. A conversation that began on
 * another provider comes with thinking that has no signature, which would be refused. Bodies without such thinking are not
 * touched and hardly looked at; one with a seal of another provider does not come here, but is parsed and rendered anew.
 */
import { type JsonEdit, type JsonScan, parseJson, readField, stringifyJson } from '../../lib/json.ts';
import { isObject } from '../wire-object.ts';
import { lostThinking } from './thinking.ts';
import { rawKeys, withRaw } from './wire.ts';

/** One of these stands in every body that holds such thinking; inside a text their quotes would be escaped. */
const traces = ['"signature":""', '"signature": ""'].map((trace) => Buffer.from(trace));

export function withoutUnsigned(scan: JsonScan): JsonEdit[] {
  const field = scan.fields.find((candidate) => candidate.name === 'messages');
  if (field === undefined || !traces.some((trace) => scan.body.includes(trace))) return [];
  const text = scan.body.subarray(field.valueStart, field.valueEnd);
  const { messages } = parseJson(Buffer.concat([Buffer.from('{"messages":'), text, Buffer.from('}')]), rawKeys);
  if (!Array.isArray(messages)) return [];
  const kept = messages.map(signedOnly);
  if (kept.every((message, i) => message === messages[i])) return [];
  const full = kept.filter(
    (message) => !isObject(message) || !Array.isArray(message.content) || message.content.length > 0,
  );
  const edits: JsonEdit[] = [{ name: 'messages', value: stringifyJson(withRaw(full)) }];
  return hasBudget(scan) && lostThinking(full) ? [...edits, { name: 'thinking', value: undefined }] : edits;
}

/** The message itself when there is nothing to take out. */
function signedOnly(message: unknown): unknown {
  if (!isObject(message) || message.role !== 'assistant' || !Array.isArray(message.content)) return message;
  const content = message.content.filter((block) => !isUnsigned(block));
  return content.length === message.content.length ? message : { ...message, content };
}

function isUnsigned(block: unknown): boolean {
  if (!isObject(block)) return false;
  return block.type === 'thinking' ? block.signature === '' : block.type === 'redacted_thinking' && block.data === '';
}

function hasBudget(scan: JsonScan): boolean {
  const thinking = readField(scan, 'thinking');
  return isObject(thinking) && thinking.type === 'enabled';
}
