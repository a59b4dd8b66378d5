/** Recorded traffic of sixteen vendors of this dialect, read where it lies beside the repository. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { chatStreamViolations } from '../../../test/validators/chat-stream.ts';
import { parseJson } from '../../lib/json.ts';
import { SseParser } from '../../lib/sse.ts';
import type { ChatEvent } from '../../llm/chat.ts';
import { checked } from '../../llm/checked.ts';
import { NoteList } from '../../llm/notes.ts';
import type { Usage } from '../../llm/usage.ts';
import type { AnswerContext } from '../dialect.ts';
import { openaiChat } from './index.ts';

const root = new URL('../../../../shared/wire/openai-chat/', import.meta.url);
const folders = existsSync(root)
  ? readdirSync(root).flatMap((vendor) => readdirSync(new URL(`${vendor}/`, root)).map((name) => `${vendor}/${name}`))
  : [];
const streams = folders.filter((folder) => folder.includes('/stream--'));
const wholes = folders.filter((folder) => folder.includes('/json--'));
const errors = folders.filter((folder) => folder.includes('/error--'));
const requests = folders.filter((folder) => existsSync(new URL(`${folder}/request.json`, root)));

function bytes(folder: string, file: string): Buffer {
  return readFileSync(new URL(`${folder}/${file}`, root));
}

interface Expected {
  readonly id: string;
  readonly model: string;
  readonly finish: string;
  readonly text: string;
  readonly reasoning: string;
  readonly refusal: string | null;
  readonly tool_calls: readonly { id: string; name: string; arguments: unknown }[];
  readonly function_call?: { name: string; arguments: unknown };
  readonly usage: Record<'input' | 'output' | 'total' | 'cached' | 'reasoning', number | null> | null;
  readonly error?: { message: string };
}

function expected(folder: string): Expected {
  return JSON.parse(bytes(folder, 'expect.json').toString());
}

function context(): AnswerContext {
  return {
    requestId: 'req_01test',
    model: 'asked-for',
    createdAtMs: 1_790_000_000_000,
    wantsStreamUsage: true,
    inputTokensEstimate: 7,
    notes: new NoteList(),
  };
}

/** The neutral events of a stream whose bytes come in these pieces. */
function parseStream(...pieces: readonly Buffer[]): ChatEvent[] {
  const events: ChatEvent[] = [];
  const parser = openaiChat.parseStream(checked((event) => events.push(event)));
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
  openaiChat.parseResponse(
    parseJson(body, openaiChat.rawKeys),
    checked((event) => events.push(event)),
  );
  return events;
}

function assembled(events: readonly ChatEvent[]) {
  const seen = {
    id: '',
    model: '',
    text: '',
    reasoning: '',
    refusal: '',
    stop: '',
    error: undefined as string | undefined,
  };
  const calls: { id: string; name: string; arguments: unknown }[] = [];
  let usage: Partial<Usage> | undefined;
  let args = '';
  let block: Extract<ChatEvent, { type: 'block-start' }>['block'] | undefined;
  for (const event of events) {
    if (event.type === 'start') Object.assign(seen, { id: event.id, model: event.model });
    if (event.type === 'usage') usage = { ...usage, ...event.usage };
    if (event.type === 'end') seen.stop = event.stop;
    if (event.type === 'error') seen.error = event.error.message;
    if (event.type === 'block-start') [block, args] = [event.block, ''];
    if (event.type === 'block-delta') {
      expect(event.delta).not.toBe('');
      if (block?.type === 'text') seen.text += event.delta;
      if (block?.type === 'thinking') seen.reasoning += event.delta;
      if (block?.type === 'refusal') seen.refusal += event.delta;
      if (block?.type === 'tool-call') args += event.delta;
    }
    if (event.type === 'block-end' && block?.type === 'tool-call') {
      calls.push({ id: block.id, name: block.name, arguments: JSON.parse(args || '{}') });
    }
  }
  return { ...seen, calls, usage };
}

const stops: Readonly<Record<string, string>> = {
  stop: 'end',
  eos: 'end',
  length: 'length',
  tool_calls: 'tool-call',
  function_call: 'tool-call',
  content_filter: 'refusal',
};

function compare(events: readonly ChatEvent[], want: Expected): void {
  const got = assembled(events);
  expect([got.id, got.model, got.text, got.reasoning]).toEqual([want.id, want.model, want.text, want.reasoning]);
  expect(got.refusal === '' ? null : got.refusal).toBe(want.refusal);
  if (want.function_call === undefined) expect(got.calls).toEqual(want.tool_calls);
  else expect(got.calls.map(({ id: _, ...call }) => call)).toEqual([want.function_call]);
  if (want.error === undefined) expect(got.stop).toBe(stops[want.finish ?? 'stop']);
  else expect(got.error).toContain(want.error.message);
  compareUsage(got.usage, want.usage);
}

/** Same sums as the provider's; what its total counts beside the completion is output here. */
function compareUsage(usage: Partial<Usage> | undefined, want: Expected['usage']): void {
  if (want === null) return;
  const { input = 0, cacheRead = 0, cacheWrite5m = 0, output, thinking } = usage ?? {};
  expect(input + cacheRead + cacheWrite5m).toBe(want.input);
  expect(cacheRead).toBe(Math.min(want.cached ?? 0, want.input ?? 0));
  expect(output).toBe(Math.max(want.output ?? 0, (want.total ?? 0) - (want.input ?? 0)));
  if (want.reasoning !== null) expect(thinking).toBe(Math.min(want.reasoning, output ?? 0));
}

describe.skipIf(folders.length === 0)('recorded streams', () => {
  it.each(streams)('%s reads as a right reader reads it', (folder) => {
    compare(parseStream(bytes(folder, 'response.sse')), expected(folder));
  });

  it.each(streams)('case 89: %s gives the same events however its bytes are cut', (folder) => {
    const body = bytes(folder, 'response.sse');
    const whole = JSON.stringify(parseStream(body));
    const cuts = body.length <= 4000 ? body.length : 150;
    for (let i = 0; i < cuts; i++) {
      const at = Math.floor((i * body.length) / cuts);
      const cut = JSON.stringify(parseStream(body.subarray(0, at), body.subarray(at)));
      if (cut !== whole) expect(cut, `cut at byte ${at}`).toBe(whole);
    }
  });

  it.each(streams)('case 99: %s never ends well when it is cut before its finish', (folder) => {
    const frames = bytes(folder, 'response.sse')
      .toString()
      .split(/(?<=\n\r?\n)/);
    const step = Math.ceil(frames.length / 100);
    for (let count = 0; count < frames.length; count += step) {
      const text = frames.slice(0, count).join('');
      const events = parseStream(Buffer.from(text));
      const finished = /"finish_reason": ?"/.test(text);
      if (!finished) expect(events.at(-1)?.type, `after ${count} frames`).toBe('error');
    }
  });

  it.each(streams)('%s is tapped as it is parsed', (folder) => {
    const events = assembled(parseStream(bytes(folder, 'response.sse')));
    const tap = openaiChat.tap();
    const sse = new SseParser((event, data) => {
      if (data !== undefined) tap.frame(event, data);
    });
    sse.push(bytes(folder, 'response.sse'));
    sse.end();
    expect(tap.usage).toEqual(events.usage);
    expect(tap.error?.message).toBe(events.error);
    expect(tap.complete).toBe(events.error === undefined);
    expect(stops[tap.stop ?? 'none']).toBe(stops[expected(folder).finish ?? 'none']);
  });

  it.each(streams)('%s, written again, is a valid stream that reads the same', (folder) => {
    const events = parseStream(bytes(folder, 'response.sse'));
    let text = '';
    const renderer = openaiChat.renderStream((piece) => {
      text += piece;
    }, context());
    for (const event of events) renderer.push(event);
    const outcome = events.at(-1)?.type === 'error' ? 'failed' : 'whole';
    expect(chatStreamViolations(text, { includeUsage: true, outcome })).toEqual([]);
    const {
      id: _id,
      model: _model,
      error: _error,
      usage: _usage,
      ...again
    } = assembled(parseStream(Buffer.from(text)));
    expect(assembled(events)).toMatchObject(again);
  });
});

describe.skipIf(folders.length === 0)('recorded answers', () => {
  it.each(wholes)('%s reads as a right reader reads it', (folder) => {
    compare(parseWhole(bytes(folder, 'response.json')), expected(folder));
  });

  it.each(wholes)('%s, written again, reads the same', (folder) => {
    const events = parseWhole(bytes(folder, 'response.json'));
    const renderer = openaiChat.renderResponse(context());
    for (const event of events) renderer.push(event);
    const again = assembled(parseWhole(Buffer.from(JSON.stringify(renderer.body()))));
    const { id: _id, model: _model, usage: _usage, ...same } = assembled(events);
    // A refusal without a word is given one, or it would look like an empty answer.
    const isMute = same.stop === 'refusal' && same.text === '' && same.refusal === '';
    expect(again).toMatchObject({ ...same, ...(isMute && { refusal: 'The model refused to answer.' }) });
  });
});

const errorKinds: Readonly<Record<string, readonly [kind: string, status: number]>> = {
  'azure/error--chat-reasoning--1': ['model-not-found', 404],
  'azure/error--error-handling-with-azure-grok-4-1-fast-non-reasoning-raises-app': ['upstream-credential', 401],
  'groq/error--tool-use-failed-error': ['invalid-request', 400],
  'mistral/error--error-handling-with-mistral-mistral-small-latest-raises-appropri': ['upstream-credential', 401],
  'ollama/error--real-error-scenarios-ollama-cloud-gpt-oss-120b-handles-context-l': ['too-long', 400],
  'openrouter/error--error-handling-with-openrouter-claude-haiku-4-5-raises-appropria': ['upstream-credential', 401],
  'openrouter/error--openrouter-errors-raised': ['rate-limited', 429],
  'perplexity/error--error-handling-with-perplexity-sonar-raises-appropriate-auth-err': ['upstream-credential', 401],
};

describe.skipIf(folders.length === 0)('recorded errors', () => {
  it.each(errors)('case 109: %s is known for what it is', (folder) => {
    const [kind, status] = errorKinds[folder] ?? ['unlisted', 0];
    expect(openaiChat.parseError(status, {}, bytes(folder, 'response.json').toString()).kind).toBe(kind);
  });
});

describe.skipIf(folders.length === 0)('recorded requests', () => {
  it.each(requests)('%s is understood', (folder) => {
    const request = openaiChat.parseRequest(parseJson(bytes(folder, 'request.json'), openaiChat.rawKeys), {
      model: 'm',
      stream: false,
    });
    expect(request.turns.length + request.system.length).toBeGreaterThan(0);
  });
});
