/** Recorded traffic of eight vendors of this dialect, read where it lies beside the repository. */
import { describe, expect, it } from 'vitest';
import { listRecordings, type Recording } from '../../../test/fakes/recording.ts';
import { responseObjectViolations, responsesStreamViolations } from '../../../test/validators/responses-stream.ts';
import { parseJson, stringifyJson } from '../../lib/json.ts';
import { SseParser } from '../../lib/sse.ts';
import type { ChatEvent } from '../../llm/chat.ts';
import { checked } from '../../llm/checked.ts';
import { NoteList } from '../../llm/notes.ts';
import type { Usage } from '../../llm/usage.ts';
import type { AnswerContext } from '../dialect.ts';
import { openaiResponses } from './index.ts';

const recordings = listRecordings('openai-responses');
const streams = recordings.filter(({ kind }) => kind === 'stream');
const wholes = recordings.filter(({ kind }) => kind === 'json');
const requests = [
  ...recordings.filter(({ request, kind }) => request !== undefined && kind !== 'error'),
  ...listRecordings('', 'client-request')
    .filter(({ path }) => path === '/v1/responses')
    .map((kept) => ({ ...kept, request: kept.request?.body as Recording['request'] })),
];
const named = (kept: Recording) => ({ id: kept.id, kept });

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

/** One recording holds four answers in a row; `expect.json` speaks of the last. */
function lastAnswer({ response }: Recording): Buffer {
  return response.subarray(Math.max(0, response.lastIndexOf('event: response.created')));
}

function parseStream(...pieces: readonly Buffer[]): ChatEvent[] {
  const events: ChatEvent[] = [];
  const parser = openaiResponses.parseStream(checked((event) => events.push(event)));
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
  openaiResponses.parseResponse(
    parseJson(body, openaiResponses.rawKeys),
    checked((event) => events.push(event)),
  );
  return events;
}

interface Seen {
  id: string;
  model: string;
  text: string;
  reasoning: string;
  refusal: string;
  calls: { id: string; name: string; args: string }[];
  server: string[];
  seals: number;
  usage: Partial<Usage>;
  stop: string;
  error: string | undefined;
}

function assembled(events: readonly ChatEvent[]): Seen {
  const seen: Seen = {
    ...{ id: '', model: '', text: '', reasoning: '', refusal: '', calls: [], server: [], seals: 0 },
    ...{ usage: {}, stop: '', error: undefined },
  };
  let type = '';
  for (const event of events) {
    if (event.type === 'start') Object.assign(seen, { id: event.id, model: event.model });
    else if (event.type === 'block-start') {
      type = event.block.type;
      if (event.block.type === 'tool-call') seen.calls.push({ ...event.block });
      if (event.block.type === 'opaque') seen.server.push((event.block.carried.raw as { type: string }).type);
    } else if (event.type === 'block-delta') {
      if (type === 'text') seen.text += event.delta;
      else if (type === 'thinking') seen.reasoning += event.delta;
      else if (type === 'refusal') seen.refusal += event.delta;
      else (seen.calls.at(-1) as { args: string }).args += event.delta;
    } else if (event.type === 'block-seal') seen.seals++;
    else if (event.type === 'usage') seen.usage = { ...seen.usage, ...event.usage };
    else if (event.type === 'end') seen.stop = event.stop;
    else if (event.type === 'error') seen.error = event.error.message;
  }
  return seen;
}

interface Expected {
  readonly id: string;
  readonly model: string;
  readonly text: string;
  readonly reasoning: string;
  readonly refusal: string | null;
  readonly tool_calls: readonly { id: string; name: string; arguments: unknown }[];
  readonly server_items: readonly string[];
  readonly usage: Record<'input' | 'output' | 'total' | 'cached' | 'reasoning', number> | null;
  readonly error: { message: string } | null;
}

function expectReading(seen: Seen, kept: Recording): void {
  const expected = kept.expect as unknown as Expected;
  if (expected.error) {
    expect(seen.error).toBeDefined();
    return;
  }
  const { id, model, reasoning } = expected;
  // One stream was cut by hand where it was kept: its pieces are not its text.
  const text = kept.expect?.delta_text_equals_final === false ? seen.text : expected.text;
  expect(seen.error).toBeUndefined();
  expect(seen).toMatchObject({ id, model, text, reasoning, refusal: expected.refusal ?? '' });
  expect(seen.calls.map(({ id: callId, name, args }) => [callId, name, JSON.parse(args || '{}')])).toEqual(
    expected.tool_calls.map((call) => [call.id, call.name, call.arguments]),
  );
  expect(seen.server).toEqual(expected.server_items);
  const { usage } = expected;
  if (usage === null) return;
  const { input = 0, cacheRead = 0, cacheWrite5m = 0, output, thinking } = seen.usage;
  expect([input + cacheRead + cacheWrite5m, cacheRead, output, thinking]).toEqual([
    usage.input,
    usage.cached,
    usage.output,
    usage.reasoning,
  ]);
}

describe.runIf(recordings.length > 0)('recorded answers', () => {
  it('are there', () => {
    expect([streams.length, wholes.length, requests.length]).toEqual([27, 11, 31]);
  });

  it.each(streams.map(named))('are read as expected: $id', ({ kept }) => {
    expectReading(assembled(parseStream(lastAnswer(kept))), kept);
  });

  it.each(wholes.filter((kept) => kept.expect?.status !== 'queued').map(named))(
    'are read as expected: $id',
    ({ kept }) => {
      expectReading(assembled(parseWhole(kept.response)), kept);
    },
  );

  it.each(streams.map(named))('are the same however they are split: $id', ({ kept }) => {
    const body = lastAnswer(kept);
    const whole = parseStream(body);
    const step = Math.max(1, Math.floor(body.length / 40));
    for (let at = 1; at < body.length; at += step)
      expect(parseStream(body.subarray(0, at), body.subarray(at))).toEqual(whole);
  });

  it.each(streams.map(named))('that are cut end in an error: $id', ({ kept }) => {
    const body = lastAnswer(kept);
    const end = body.lastIndexOf('event: response.completed');
    for (let at = 0; at < end; at += Math.max(1, Math.floor(end / 50)))
      expect(parseStream(body.subarray(0, at)).at(-1)?.type).toBe('error');
  });

  it.each(streams.map(named))('written again are a stream of this dialect that says the same: $id', ({ kept }) => {
    const events = parseStream(lastAnswer(kept));
    let text = '';
    const renderer = openaiResponses.renderStream((frame) => {
      text += frame;
    }, context());
    for (const event of events) renderer.push(event);
    expect(responsesStreamViolations(text)).toEqual([]);
    const again = assembled(parseStream(Buffer.from(text)));
    const { id: _id, model: _model, error: wasError, ...before } = assembled(events);
    expect(again.error === undefined).toBe(wasError === undefined);
    if (wasError === undefined) expect(again).toMatchObject(before);
  });

  it('an answer that is still being made is none that could be translated', () => {
    const [queued] = wholes.filter((kept) => kept.expect?.status === 'queued');
    expect(assembled(parseWhole(queued?.response ?? Buffer.from('{}'))).error).toContain('not finished');
  });

  it.each([...wholes, ...streams].map(named))('written again as a whole say the same: $id', ({ kept }) => {
    const events = kept.kind === 'json' ? parseWhole(kept.response) : parseStream(lastAnswer(kept));
    const { id: _id, model: _model, error, ...before } = assembled(events);
    if (error !== undefined) return;
    const renderer = openaiResponses.renderResponse(context());
    for (const event of events) renderer.push(event);
    const body = Buffer.from(stringifyJson(renderer.body()));
    expect(responseObjectViolations(JSON.parse(body.toString()))).toEqual([]);
    expect(assembled(parseWhole(body))).toMatchObject(before);
  });

  it.each(streams.map(named))('are tapped for usage and their end: $id', ({ kept }) => {
    const tap = openaiResponses.tap();
    const kinds: string[] = [];
    const sse = new SseParser((event, data) => {
      if (data !== undefined) kinds.push(tap.frame(event, data));
    });
    sse.push(lastAnswer(kept));
    sse.end();
    const expected = kept.expect as unknown as Expected;
    if (expected.error) {
      expect([tap.complete, tap.error === undefined, kinds.includes('error')]).toEqual([false, false, true]);
      return;
    }
    expect([tap.complete, kinds.includes('content'), kinds.includes('end')]).toEqual([true, true, true]);
    expect(tap.usage).toEqual(assembled(parseStream(lastAnswer(kept))).usage);
    if (expected.text.length > 200) expect(tap.outputTokensSeen).toBeGreaterThan(expected.text.length / 10);
  });
});

describe.runIf(recordings.length > 0)('recorded requests', () => {
  it.each(requests.map(named))('are read, and written again say the same: $id', ({ kept }) => {
    const raw = Buffer.from(JSON.stringify({ model: 'm', ...kept.request }));
    if (kept.request?.input === undefined) return;
    const asked = { model: 'm', stream: false };
    const request = openaiResponses.parseRequest(parseJson(raw, openaiResponses.rawKeys), asked);
    const notes = new NoteList();
    const body = openaiResponses.renderRequest(request, { name: request.model }, notes);
    expect(notes.list).toEqual([]);
    const again = openaiResponses.parseRequest(
      parseJson(Buffer.from(stringifyJson(body)), openaiResponses.rawKeys),
      asked,
    );
    expect(again.turns.map(({ role, blocks }) => [role, blocks])).toEqual(
      request.turns.map(({ role, blocks }) => [role, blocks]),
    );
    // Tools that the choice leaves out are not written.
    const unplaced = (tools: typeof request.tools) => tools.map(({ at: _, ...tool }) => tool);
    expect(unplaced(again.tools)).toEqual(unplaced(request.tools));
    expect(again.toolChoice).toEqual(request.toolChoice);
  });
});
