/**
 * What a caller understands of a stream, in no dialect: text, tool calls, stop, usage, failure. Written from the two
 * references, so that the gateway's own parsers are never their own judge.
 */
import { chatStreamViolations } from '../validators/chat-stream.ts';
import { messagesStreamViolations } from '../validators/messages-stream.ts';
import { asObject, readEvents, readObject } from '../validators/sse-events.ts';
import type { Answer, Rig } from './rig.ts';

export type DoorName = 'chat' | 'messages';
export type UpstreamName = 'oa' | 'an';

/** Each door with each upstream: two relays and two translations. */
export const roads: readonly (readonly [DoorName, UpstreamName])[] = [
  ['chat', 'oa'],
  ['chat', 'an'],
  ['messages', 'oa'],
  ['messages', 'an'],
];

export const dialectOf = (door: DoorName) => (door === 'chat' ? 'openai-chat' : 'anthropic');

export function bodyOf(door: DoorName, model: string, rest: object = {}): object {
  const body = { model, messages: [{ role: 'user', content: 'hi' }], ...rest };
  return door === 'chat' ? body : { max_tokens: 500, ...body };
}

/** Asks for a stream, by default with the chat caller's usage chunk. */
export function askStream(rig: Rig, door: DoorName, model: string, rest: object = {}): Promise<Answer> {
  const usage = door === 'chat' ? { stream_options: { include_usage: true } } : {};
  return rig[door](bodyOf(door, model, { stream: true, ...usage, ...rest }));
}

export function ask(rig: Rig, door: DoorName, model: string, rest: object = {}): Promise<Answer> {
  return rig[door](bodyOf(door, model, rest));
}

/** V-CC or V-MSG, as the door has it. */
export function violations(door: DoorName, body: string, outcome: 'whole' | 'failed', includeUsage = true): string[] {
  return door === 'chat'
    ? chatStreamViolations(body, { includeUsage, outcome })
    : messagesStreamViolations(body, { outcome });
}

export interface ReadCall {
  readonly id: string;
  readonly name: string;
  args: string;
}

export interface ReadStream {
  text: string;
  thinking: string;
  refusal: string;
  readonly calls: ReadCall[];
  /** `finish_reason` or `stop_reason`. */
  stop: string | undefined;
  /** Prompt and completion tokens, whatever the dialect calls them. */
  usage: { input: number; output: number } | undefined;
  error: Record<string, unknown> | undefined;
  /** Types of the events, or `chunk`, `[DONE]`, `error` in the chat dialect. */
  readonly events: string[];
  readonly comments: string[];
}

export function readStream(door: DoorName, body: string): ReadStream {
  const read: ReadStream = {
    ...{ text: '', thinking: '', refusal: '', calls: [], stop: undefined, usage: undefined, error: undefined },
    ...{ events: [], comments: [] },
  };
  for (const { data, comments } of readEvents(body).events) {
    read.comments.push(...comments);
    if (data === '[DONE]') read.events.push(data);
    else if (data !== undefined) (door === 'chat' ? chatChunk : messagesEvent)(read, readObject(data) ?? {});
  }
  return read;
}

function chatChunk(read: ReadStream, chunk: Record<string, unknown>): void {
  read.events.push('error' in chunk ? 'error' : 'chunk');
  read.error ??= asObject(chunk.error);
  const usage = asObject(chunk.usage);
  if (usage !== undefined) read.usage = { input: Number(usage.prompt_tokens), output: Number(usage.completion_tokens) };
  for (const item of listOf(chunk.choices)) {
    const delta = asObject(item.delta) ?? {};
    read.text += textOf(delta.content);
    read.thinking += textOf(delta.reasoning_content);
    read.refusal += textOf(delta.refusal);
    for (const call of listOf(delta.tool_calls)) chatCall(read.calls, call);
    if (typeof item.finish_reason === 'string') read.stop = item.finish_reason;
  }
}

function chatCall(calls: ReadCall[], delta: Record<string, unknown>): void {
  const index = Number(delta.index);
  const tool = asObject(delta.function) ?? {};
  calls[index] ??= { id: textOf(delta.id), name: textOf(tool.name), args: '' };
  calls[index].args += textOf(tool.arguments);
}

function messagesEvent(read: ReadStream, event: Record<string, unknown>): void {
  read.events.push(String(event.type));
  const delta = asObject(event.delta) ?? {};
  if (event.type === 'error') read.error = asObject(event.error);
  if (event.type === 'message_start') messagesUsage(read, asObject(event.message)?.usage);
  if (event.type === 'content_block_start') {
    const block = asObject(event.content_block) ?? {};
    if (block.type === 'tool_use') read.calls.push({ id: textOf(block.id), name: textOf(block.name), args: '' });
  }
  if (event.type === 'content_block_delta') {
    if (delta.type === 'text_delta') read.text += textOf(delta.text);
    if (delta.type === 'thinking_delta') read.thinking += textOf(delta.thinking);
    const call = read.calls.at(-1);
    if (call !== undefined) call.args += textOf(delta.partial_json);
  }
  if (event.type === 'message_delta') {
    read.stop = textOf(delta.stop_reason);
    messagesUsage(read, event.usage);
  }
}

function messagesUsage(read: ReadStream, value: unknown): void {
  const usage = asObject(value) ?? {};
  const count = (field: string) => (typeof usage[field] === 'number' ? usage[field] : undefined);
  read.usage = {
    input: count('input_tokens') ?? read.usage?.input ?? 0,
    output: count('output_tokens') ?? read.usage?.output ?? 0,
  };
}

function listOf(value: unknown): Record<string, unknown>[] {
  const items: unknown[] = Array.isArray(value) ? value : [];
  return items.map(asObject).filter((item) => item !== undefined);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
