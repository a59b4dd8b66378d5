/**
 * Thinking that this API cannot take back, in a body that is otherwise relayed as it is: a seal of another dialect, which
 * a conversation that began elsewhere carries in this one's slots. Bodies without one are not touched and hardly looked at.
 */
import { type JsonEdit, type JsonScan, parseJson, readField, stringifyJson } from '../../lib/json.ts';
import { isObject } from '../wire-object.ts';
import { readSeal } from './seals.ts';
import { lostThinking } from './thinking.ts';
import { dialectId, rawKeys, withRaw } from './wire.ts';

/** One of these stands in every body that holds such a seal: a tag as text, and how it begins in base64. */
const traces = ['"tg1.', '"tg2.', '"dGcxL', '"dGcyL'].map((trace) => Buffer.from(trace));

export function withoutForeignThinking(scan: JsonScan): JsonEdit[] {
  const field = scan.fields.find((candidate) => candidate.name === 'messages');
  if (field === undefined || !traces.some((trace) => scan.body.includes(trace))) return [];
  const text = scan.body.subarray(field.valueStart, field.valueEnd);
  const { messages } = parseJson(Buffer.concat([Buffer.from('{"messages":'), text, Buffer.from('}')]), rawKeys);
  if (!Array.isArray(messages)) return [];
  const kept = messages.map(withoutForeign);
  if (kept.every((message, i) => message === messages[i])) return [];
  const full = kept.filter((message) => contentOf(message)?.length !== 0);
  const edits: JsonEdit[] = [{ name: 'messages', value: stringifyJson(withRaw(full)) }];
  return [...edits, ...withoutBudget(scan, full)];
}

/** The message itself when there is nothing to take out. */
function withoutForeign(message: unknown): unknown {
  const content = contentOf(message);
  if (content === undefined || !content.some(isForeign)) return message;
  return { ...(message as object), content: content.filter((part) => !isForeign(part)) };
}

function contentOf(message: unknown): readonly unknown[] | undefined {
  return isObject(message) && Array.isArray(message.content) ? message.content : undefined;
}

function isForeign(part: unknown): boolean {
  const thought = isObject(part) ? part.reasoningContent : undefined;
  if (!isObject(thought)) return false;
  if (typeof thought.redactedContent === 'string') return readSeal(thought.redactedContent).dialect !== dialectId;
  const signature = isObject(thought.reasoningText) ? thought.reasoningText.signature : undefined;
  return typeof signature === 'string' && readSeal(signature).dialect !== dialectId;
}

/** A thinking budget would be refused where the last assistant message has lost its thinking. */
function withoutBudget(scan: JsonScan, messages: readonly unknown[]): JsonEdit[] {
  const name = 'additionalModelRequestFields';
  const value = readField(scan, name);
  const thinking = isObject(value) ? value.thinking : undefined;
  if (!isObject(value) || !isObject(thinking) || thinking.type !== 'enabled' || !lostThinking(messages)) return [];
  const { thinking: _, ...rest } = value;
  return [{ name, value: Object.keys(rest).length === 0 ? undefined : JSON.stringify(rest) }];
}
