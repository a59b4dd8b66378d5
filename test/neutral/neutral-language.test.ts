/**
 * The neutral language can carry the dialects that are still to come: recordings of three of them are mapped into it,
 * nothing is lost on the way, and what comes out is what a right reader gets.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bedrockConverse } from '../../src/dialects/bedrock-converse/index.ts';
import { gemini } from '../../src/dialects/gemini/index.ts';
import { inCamelCase } from '../../src/dialects/gemini/wire.ts';
import { openaiResponses } from '../../src/dialects/openai-responses/index.ts';
import { parseJson } from '../../src/lib/json.ts';
import type { ChatEvent, ChatRequest, Emit } from '../../src/llm/chat.ts';
import { checked } from '../../src/llm/checked.ts';
import { listRecordings, type Recording, recordingsExist } from '../fakes/recording.ts';
import { readEvents } from '../validators/sse-events.ts';
import { accountable as accountableEvent, eventOf, told as toldBedrock, withArguments } from './bedrock-converse.ts';
import { type Assembled, assemble } from './blocks.ts';
import { accountable, type Chunk, told as toldGemini } from './gemini.ts';
import { account, type Told } from './leaves.ts';
import { type StreamEvent, told as toldResponses } from './openai-responses.ts';

/** One answer, mapped: the wire as far as it must be found again, and what became of it. */
interface Mapped {
  readonly wire: readonly unknown[];
  readonly events: readonly ChatEvent[];
}

/** What a right reader gets, in the words of `expect.json`. */
type Reading = Readonly<Record<string, unknown>>;

interface Format {
  readonly name: string;
  readonly dialects: readonly string[];
  /** Answers and requests that must be there, so that an empty folder does not pass. */
  readonly recorded: { readonly answers: number; readonly requests: number };
  readonly rawKeys: readonly string[];
  readonly told: readonly Told[];
  readonly parseRequest: (body: never) => ChatRequest;
  /** Where a dialect spells its fields in two ways: the one in which they are kept. */
  readonly spell?: (body: unknown) => unknown;
  /** Several where a recording holds several answers in a row; `expect.json` speaks of the last. */
  readonly map: (kept: Recording) => readonly Mapped[];
  readonly read: (answer: Assembled, expected: Reading) => Reading;
}

const call = { model: 'named-by-the-path', stream: true };

const formats: readonly Format[] = [
  {
    name: 'OpenAI Responses',
    dialects: ['openai-responses'],
    recorded: { answers: 37, requests: 29 },
    rawKeys: openaiResponses.rawKeys,
    told: toldResponses,
    parseRequest: (body) => openaiResponses.parseRequest(body, call),
    map: mapResponses,
    read: readResponses,
  },
  {
    name: 'Gemini',
    dialects: ['gemini-generateContent', 'gemini-streamGenerateContent'],
    recorded: { answers: 27, requests: 26 },
    rawKeys: gemini.rawKeys,
    told: toldGemini,
    parseRequest: (body) => gemini.parseRequest(body, call),
    spell: inCamelCase,
    map: mapGemini,
    read: readGemini,
  },
  {
    name: 'Bedrock Converse',
    dialects: ['bedrock-converse', 'bedrock-converse-stream'],
    recorded: { answers: 12, requests: 11 },
    rawKeys: bedrockConverse.rawKeys,
    told: toldBedrock,
    parseRequest: (body) => bedrockConverse.parseRequest(body, call),
    map: mapBedrock,
    read: readBedrock,
  },
];

describe.runIf(recordingsExist).each(formats)('the neutral language carries $name', (format) => {
  const recordings = format.dialects.flatMap((dialect) => listRecordings(dialect));
  const requests = recordings.filter(({ request, kind }) => request !== undefined && kind !== 'error');
  // One stream was cut by hand where it was kept: its pieces are not its text.
  const answers = recordings.filter(({ expect }) => expect !== undefined && expect.delta_text_equals_final !== false);
  const body = ({ request }: Recording) => parseJson(Buffer.from(JSON.stringify(request)), format.rawKeys);

  it('there are recordings to prove it on', () => {
    expect(answers.length).toBeGreaterThanOrEqual(format.recorded.answers);
    expect(requests.length).toBeGreaterThanOrEqual(format.recorded.requests);
  });

  it.each(requests.map((kept) => ({ id: kept.id, kept })))(
    'every field of the request has a place: $id',
    ({ kept }) => {
      const wire = body(kept);
      const spelled = format.spell?.(wire) ?? wire;
      expect(account([spelled], format.parseRequest(wire as never), format.told).lost).toEqual([]);
    },
  );

  it.each(answers.map((kept) => ({ id: kept.id, kept })))('every field of the answer has a place: $id', ({ kept }) => {
    for (const { wire, events } of format.map(kept))
      expect(account(wire, events, format.told, assemble(events).said).lost).toEqual([]);
  });

  it.each(answers.map((kept) => ({ id: kept.id, kept })))(
    'a reader of the events gets what it should: $id',
    ({ kept }) => {
      const mapped = format.map(kept);
      for (const { events } of mapped) expect(events.filter(isOutOfOrder)).toEqual([]);
      const expected = kept.expect ?? {};
      const read = format.read(assemble(mapped.at(-1)?.events ?? []), expected);
      expect(read).toEqual(Object.fromEntries(Object.keys(read).map((name) => [name, expected[name]])));
    },
  );

  it('the count notices what is not carried, and what is not said', () => {
    const losses = answers.flatMap(format.map).map(({ wire, events }) => {
      const isKept = (key: string) => key !== 'carried' && key !== 'delta' && key !== 'seal';
      const bare = JSON.parse(JSON.stringify(events, (key, value) => (isKept(key) ? value : undefined)));
      return account(wire, bare, format.told).lost.length;
    });
    expect(losses.filter((lost) => lost > 0).length).toBeGreaterThan(losses.length * 0.8);
  });
});

/** `checked` answers disorder with an error of its own; a recorded error is the provider's. */
function isOutOfOrder(event: ChatEvent): boolean {
  return event.type === 'error' && event.error.message.includes('out of order');
}

function collect(write: (emit: Emit<ChatEvent>) => void): readonly ChatEvent[] {
  const events: ChatEvent[] = [];
  write(checked((event) => events.push(event)));
  return events;
}

function parseEvents<E>({ response }: Recording, rawKeys: readonly string[] = []): E[] {
  const { events } = readEvents(`${response.toString('utf8')}\n\n`);
  const texts = events.flatMap(({ data }) => (data === undefined || data === '[DONE]' ? [] : [data]));
  return texts.map((text) => parseJson(Buffer.from(text), rawKeys) as E);
}

function mapResponses(kept: Recording): readonly Mapped[] {
  if (kept.kind === 'json') {
    const answer = parseJson(kept.response, openaiResponses.rawKeys);
    return [{ wire: [answer], events: collect((emit) => openaiResponses.parseResponse(answer, emit)) }];
  }
  const answers: StreamEvent[][] = [];
  for (const event of parseEvents<StreamEvent>(kept)) {
    if (event.type === 'response.created') answers.push([]);
    answers.at(-1)?.push(event);
  }
  return answers.map((wire) => {
    const events = collect((emit) => {
      const parser = openaiResponses.parseStream(emit);
      for (const event of wire) parser.push({ event: event.type, data: JSON.stringify(event) });
      parser.end();
    });
    const broken = events.some(({ type }) => type === 'error');
    // Of a broken answer only the error is told.
    return { wire: broken ? wire.filter(({ type }) => type === 'error') : wire, events };
  });
}

function readResponses(answer: Assembled, expected: Reading): Reading {
  const { id, model, text, reasoning, refusal, error } = answer;
  // What concerns our account at the provider is told in our own words.
  if (error !== undefined) return { id, model };
  const { input: fresh = 0, cacheRead: cached = 0, cacheWrite5m = 0, output, thinking } = answer.usage;
  const input = fresh + cacheWrite5m;
  const items = new Map(
    (expected.tool_calls as { id: string; item_id: string }[]).map((each) => [each.id, each.item_id]),
  );
  return {
    ...{ id, model, text, reasoning, refusal: refusal === '' ? null : refusal },
    tool_calls: answer.toolCalls.map(({ args, ...named }) => ({
      ...named,
      item_id: items.get(named.id),
      arguments: JSON.parse(args),
    })),
    server_items: answer.opaque.map((raw) => (raw as { type: string }).type),
    usage: expected.usage && {
      ...{ input: input + cached, output, total: input + cached + (output ?? 0), cached, reasoning: thinking },
    },
  };
}

function mapGemini(kept: Recording): readonly Mapped[] {
  const chunks =
    kept.kind === 'json'
      ? [parseJson(kept.response, gemini.rawKeys) as Chunk]
      : parseEvents<Chunk>(kept, gemini.rawKeys);
  const events = collect((emit) => {
    if (kept.kind === 'json') return gemini.parseResponse(chunks[0] ?? {}, emit);
    const parser = gemini.parseStream(emit);
    for (const { data } of readEvents(`${kept.response.toString('utf8')}\n\n`).events)
      if (data !== undefined) parser.push({ event: '', data });
    parser.end();
  });
  return [{ wire: accountable(chunks), events }];
}

function readGemini(answer: Assembled, expected: Reading): Reading {
  const { id, model, text, reasoning } = answer;
  const { input = 0, cacheRead = 0, output = 0, thinking = 0 } = answer.usage;
  const usage = expected.usage as Record<string, number | null>;
  const tool = usage.tool_prompt ?? 0;
  return {
    ...{ id, model, text, reasoning, signatures: answer.seals },
    tool_calls: answer.toolCalls.map(({ id, name, args }, i) => ({
      ...(expected.tool_calls as Reading[])[i],
      ...{ id: /^call_[0-9a-f]{24}$/.test(id) ? null : id, name, arguments: JSON.parse(args) },
    })),
    server_items: answer.opaque.map((raw) => Object.keys(raw as object)[0]),
    usage: {
      input: zeroAs(usage.input, input + cacheRead - tool),
      candidates: zeroAs(usage.candidates, output - thinking),
      thoughts: zeroAs(usage.thoughts, thinking),
      cached: zeroAs(usage.cached, cacheRead),
      tool_prompt: usage.tool_prompt,
      total: zeroAs(usage.total, input + cacheRead + output),
    },
  };
}

function mapBedrock(kept: Recording): readonly Mapped[] {
  if (kept.kind === 'json') {
    const answer = parseJson(kept.response, bedrockConverse.rawKeys);
    const wire = [withArguments(answer)];
    return [{ wire, events: collect((emit) => bedrockConverse.parseResponse(answer, emit)) }];
  }
  const file = new URL(`../../../shared/wire/${kept.id}/response.events.jsonl`, import.meta.url);
  const events = readFileSync(file, 'utf8').trim().split('\n').map(eventOf);
  const read = collect((emit) => {
    const parser = bedrockConverse.parseStream(emit);
    for (const { type, payload } of events) parser.push({ event: type, data: payload });
    parser.end();
  });
  return [{ wire: events.map(accountableEvent), events: read }];
}

function readBedrock(answer: Assembled, expected: Reading): Reading {
  const { text, reasoning } = answer;
  const { input = 0, output = 0, cacheRead = 0, cacheWrite5m = 0 } = answer.usage;
  const usage = expected.usage as Record<string, number | null>;
  return {
    ...{ text, reasoning, signatures: answer.seals },
    tool_calls: answer.toolCalls.map(({ args, ...named }) => ({ ...named, arguments: JSON.parse(args) })),
    server_items: answer.opaque.map((raw) => {
      const { toolUse, ...other } = raw as { toolUse?: { type: string } };
      return toolUse?.type ?? Object.keys(other)[0];
    }),
    usage: {
      input: zeroAs(usage.input, input),
      output: zeroAs(usage.output, output),
      total: zeroAs(usage.total, input + output + cacheRead + cacheWrite5m),
      cache_read: zeroAs(usage.cache_read, cacheRead),
      cache_write: zeroAs(usage.cache_write, cacheWrite5m),
    },
  };
}

/** What the provider did not say is null there and 0 here. */
function zeroAs(expected: number | null | undefined, count: number): number | null {
  return expected === null && count === 0 ? null : count;
}
