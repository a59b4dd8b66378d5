/** Recorded traffic, read where it lies beside the repository. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { messagesStreamViolations } from '../../../test/validators/messages-stream.ts';
import { parseJson, stringifyJson } from '../../lib/json.ts';
import { SseParser } from '../../lib/sse.ts';
import type { ChatEvent } from '../../llm/chat.ts';
import { checked } from '../../llm/checked.ts';
import { NoteList } from '../../llm/notes.ts';
import type { Usage } from '../../llm/usage.ts';
import type { AnswerContext } from '../dialect.ts';
import { anthropic } from './index.ts';

const root = new URL('../../../../shared/wire/anthropic-messages/anthropic/', import.meta.url);
const folders = existsSync(root) ? readdirSync(root) : [];
const streams = folders.filter((folder) => folder.startsWith('stream--'));
const wholes = folders.filter((folder) => folder.startsWith('json--'));
const errors = folders.filter((folder) => folder.startsWith('error--'));

function bytes(folder: string, file: string): Buffer {
  return readFileSync(new URL(`${folder}/${file}`, root));
}

interface Expected {
  readonly model: string;
  readonly finish: string;
  readonly text: string;
  readonly reasoning: string;
  readonly tool_calls: readonly { id: string; name: string; arguments: unknown }[];
  readonly server_items: readonly string[];
  readonly citations: number;
  readonly signatures: number;
  readonly usage: { input: number; output: number; cache_read: number; cache_write: number };
}

function expected(folder: string): Expected {
  return JSON.parse(bytes(folder, 'expect.json').toString());
}

function context(): AnswerContext {
  return {
    requestId: 'req_01test',
    model: 'asked-for',
    createdAtMs: 0,
    wantsStreamUsage: true,
    inputTokensEstimate: 7,
    notes: new NoteList(),
  };
}

/** The neutral events of a stream whose bytes come in these pieces. */
function parseStream(...pieces: readonly Buffer[]): ChatEvent[] {
  const events: ChatEvent[] = [];
  const parser = anthropic.parseStream(checked((event) => events.push(event)));
  const sse = new SseParser((event, data) => {
    if (data !== undefined) parser.push({ event, data: data.toString('utf8') });
  });
  for (const piece of pieces) sse.push(piece);
  sse.end();
  parser.end();
  return events;
}

function parseWhole(body: Buffer): ChatEvent[] {
  const events: ChatEvent[] = [];
  anthropic.parseResponse(
    parseJson(body, anthropic.rawKeys),
    checked((event) => events.push(event)),
  );
  return events;
}

const finishes = {
  end: 'end_turn',
  length: 'max_tokens',
  context: 'model_context_window_exceeded',
  'tool-call': 'tool_use',
  'stop-sequence': 'stop_sequence',
  refusal: 'refusal',
  pause: 'pause_turn',
};

/** What a reader of the neutral events gets out of them, in the words of expect.json. */
function assembled(events: readonly ChatEvent[]): Omit<Expected, 'model'> {
  const seen = { text: '', reasoning: '', tool_calls: [] as { id: string; name: string; arguments: unknown }[] };
  const server: string[] = [];
  let usage: Partial<Usage> = {};
  let [citations, signatures, finish, args] = [0, 0, '', ''];
  let block: Extract<ChatEvent, { type: 'block-start' }>['block'] | undefined;
  for (const event of events) {
    if (event.type === 'usage') usage = { ...usage, ...event.usage };
    if (event.type === 'end') finish = finishes[event.stop];
    if (event.type === 'block-seal') signatures++;
    if (event.type === 'block-carried' && JSON.stringify(event.carried.raw).includes('citations_delta')) citations++;
    if (event.type === 'block-start') {
      block = event.block;
      args = '';
      if (block.type === 'opaque') server.push(String((block.carried.raw as { type: string }).type));
    }
    if (event.type === 'block-delta') {
      if (block?.type === 'text') seen.text += event.delta;
      if (block?.type === 'thinking') seen.reasoning += event.delta;
      if (block?.type === 'tool-call') args += event.delta;
    }
    if (event.type === 'block-end' && block?.type === 'tool-call') {
      seen.tool_calls.push({ id: block.id, name: block.name, arguments: JSON.parse(args || '{}') });
    }
  }
  const { input = 0, output = 0, cacheRead = 0, cacheWrite5m = 0, cacheWrite1h = 0 } = usage;
  const counts = { input, output, cache_read: cacheRead, cache_write: cacheWrite5m + cacheWrite1h };
  return { ...seen, finish, server_items: server, citations, signatures, usage: counts };
}

function withoutIdentity(folder: string) {
  const { text, reasoning, tool_calls, finish, server_items, citations, signatures, usage } = expected(folder);
  return { text, reasoning, tool_calls, finish, server_items, citations, signatures, usage };
}

/** The answer that a client of this dialect would put together from a stream. */
function accumulate(sse: string) {
  const message: Record<string, unknown> = {};
  const content: Record<string, unknown>[] = [];
  const parser = new SseParser((_event, data) => {
    const event = JSON.parse(data?.toString() ?? '{}');
    const block = content[event.index];
    if (event.type === 'content_block_start') content[event.index] = { ...event.content_block, json: '' };
    else if (event.type === 'content_block_delta' && block !== undefined) grow(block, event.delta);
    else if (event.type === 'message_delta') {
      const { type: _type, delta, ...rest } = event;
      Object.assign(message, delta, rest);
    }
  });
  parser.push(Buffer.from(sse));
  return { content, message };
}

function grow(block: Record<string, unknown>, delta: Record<string, unknown>): void {
  const { type, ...fields } = delta;
  if (type === 'citations_delta') block.citations = [...((block.citations as unknown[]) ?? []), fields.citation];
  else if (type === 'input_json_delta') block.json = String(block.json) + String(fields.partial_json);
  else for (const [key, value] of Object.entries(fields)) block[key] = String(block[key] ?? '') + String(value);
}

function rendered(events: readonly ChatEvent[]): string {
  let text = '';
  const renderer = anthropic.renderStream((piece) => {
    text += piece;
  }, context());
  for (const event of events) renderer.push(event);
  return text;
}

describe.each(streams)('%s', (folder) => {
  const body = bytes(folder, 'response.sse');
  const events = parseStream(body);

  it('is read as expected', () => {
    expect(assembled(events)).toEqual(withoutIdentity(folder));
    expect(events.at(-1)?.type).toBe('end');
  });

  it('keeps every block, signature, citation and server tool when written again (cases 58, 61, 62)', () => {
    const again = rendered(events);
    expect(messagesStreamViolations(again, { outcome: 'whole' })).toEqual([]);
    const [before, after] = [accumulate(body.toString()), accumulate(again)];
    expect(after.content).toEqual(before.content);
    expect(after.message).toMatchObject(withoutNulls(before.message));
  });

  it('can be told as a whole answer, with the same blocks (case 104)', () => {
    const renderer = anthropic.renderResponse(context());
    for (const event of events) renderer.push(event);
    const whole = parseWhole(Buffer.from(stringifyJson(renderer.body())));
    expect(assembled(whole)).toEqual(withoutIdentity(folder));
  });

  it('is read the same however its bytes are cut (case 89)', () => {
    const step = Math.max(1, Math.floor(body.length / 400));
    for (let at = 1; at < body.length; at += step) {
      expect(parseStream(body.subarray(0, at), body.subarray(at))).toEqual(events);
    }
    const single = Array.from({ length: Math.min(body.length, 3000) }, (_, i) => body.subarray(i, i + 1));
    expect(parseStream(...single, body.subarray(single.length))).toEqual(events);
  });

  it('is never taken for whole when its end is missing (case 99)', () => {
    const frames = body.toString().split(/(?<=\n\n)/);
    const last = frames.findLastIndex((frame) => frame.includes('message_stop'));
    const step = Math.max(1, Math.floor(last / 60));
    for (let count = 0; count <= last; count += step) {
      const cut = parseStream(Buffer.from(frames.slice(0, count).join('')));
      expect(cut.at(-1)).toMatchObject({ type: 'error', error: { kind: 'upstream' } });
      expect(cut.some((event) => event.type === 'end')).toBe(false);
    }
  });

  it('is watched by the tap with the same result', () => {
    const tap = anthropic.tap();
    const kinds: string[] = [];
    const sse = new SseParser((event, data) => {
      if (data !== undefined) kinds.push(tap.frame(event, data));
    });
    sse.push(body);
    const { usage, finish } = expected(folder);
    const { input, output, cacheRead, cacheWrite5m = 0, cacheWrite1h = 0 } = tap.usage ?? {};
    expect({ input, output, cache_read: cacheRead, cache_write: cacheWrite5m + cacheWrite1h }).toEqual(usage);
    expect(tap).toMatchObject({ complete: true, stop: finish, error: undefined });
    expect(kinds[0]).toBe('prelude');
    expect(kinds.at(-1)).toBe('end');
    const nameless = anthropic.tap();
    const bare = new SseParser((_event, data) => {
      if (data !== undefined) nameless.frame('', data);
    });
    bare.push(body);
    expect(nameless.usage).toEqual(tap.usage);
    expect(nameless.outputTokensSeen).toBe(tap.outputTokensSeen);
    expect(nameless.complete).toBe(true);
  });
});

function withoutNulls(object: Record<string, unknown>): Record<string, unknown> {
  const { stop_details, usage, ...rest } = object;
  const counts = Object.fromEntries(Object.entries(usage ?? {}).filter(([, value]) => value !== null));
  return { ...rest, ...(stop_details ? { stop_details } : {}), usage: counts };
}

describe.each(wholes)('%s', (folder) => {
  const body = bytes(folder, 'response.json');
  const events = parseWhole(body);

  it('is read as expected', () => {
    expect(anthropic.checkResponse(parseJson(body, anthropic.rawKeys))).toBeUndefined();
    expect(assembled(events)).toEqual(withoutIdentity(folder));
  });

  it('keeps every block when written again (cases 58, 61)', () => {
    const renderer = anthropic.renderResponse(context());
    for (const event of events) renderer.push(event);
    const again = JSON.parse(stringifyJson(renderer.body()));
    const before = JSON.parse(body.toString());
    expect(again.content).toEqual(before.content);
    expect(again).toMatchObject(withoutNulls({ ...withoutEmpty(before), id: 'msg_01test', model: 'asked-for' }));
  });

  it('is a valid stream when written as one (case 104)', () => {
    const stream = rendered(events);
    expect(messagesStreamViolations(stream, { outcome: 'whole' })).toEqual([]);
    expect(assembled(parseStream(Buffer.from(stream)))).toEqual(withoutIdentity(folder));
  });
});

function withoutEmpty(object: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([key, value]) => value !== null || key === 'stop_sequence'));
}

describe.each(errors)('%s', (folder) => {
  it('is read as the kind of error that it is', () => {
    const body = bytes(folder, 'response.json').toString();
    const status = body.includes('authentication_error') ? 401 : 400;
    const error = anthropic.parseError(status, {}, body);
    expect(error.kind).toBe(status === 401 ? 'upstream-credential' : 'invalid-request');
    expect(error.message).toMatch(status === 401 ? /gateway's own credential/ : /does not support effort level/);
  });
});
