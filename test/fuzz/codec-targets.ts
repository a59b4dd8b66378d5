/** Each dialect's five readers: they take anything, and what they make of it every dialect can write. */
import type { AnswerContext, Dialect, JsonObject } from '../../src/dialects/dialect.ts';
import { dialects } from '../../src/dialects/index.ts';
import { AwsEventStreamBroken } from '../../src/lib/aws-event-stream.ts';
import { JsonRefused, parseJson, stringifyJson } from '../../src/lib/json.ts';
import { SseFrameTooLarge } from '../../src/lib/sse.ts';
import type { ChatEvent, ChatRequest } from '../../src/llm/chat.ts';
import { checked } from '../../src/llm/checked.ts';
import { LlmFailure } from '../../src/llm/error.ts';
import { NoteList } from '../../src/llm/notes.ts';
import { withChecksums } from './checksums.ts';
import { saidBy } from './said.ts';
import { errorSeeds, requestSeeds, responseSeeds, streamSeeds } from './seeds.ts';
import { cutsOf, type FuzzTarget, piecesOf, same, Violation } from './target.ts';

const all: readonly Dialect[] = Object.values(dialects);

const context = (): AnswerContext => ({
  requestId: 'req_0123456789abcdef',
  model: 'm',
  createdAtMs: 1_790_000_000_000,
  wantsStreamUsage: true,
  inputTokensEstimate: 1,
  notes: new NoteList(),
});

/** Undefined: no JSON, or refused as a caller's mistake. */
function unlessRefused<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof LlmFailure || error instanceof JsonRefused) return undefined;
    throw error;
  }
}

function requestTarget(dialect: Dialect): FuzzTarget {
  const parse = (bytes: Buffer) =>
    dialect.parseRequest(parseJson(bytes, dialect.rawKeys), { model: 'm', stream: false });
  return {
    id: `${dialect.id}-request`,
    seeds: () => requestSeeds(dialect.id),
    words: [`src/dialects/${dialect.id}`],
    isJson: true,
    run: (input) => {
      const request = unlessRefused(() => parse(input));
      if (request === undefined) return;
      for (const other of all) renderAndReadAgain(request, other);
      checkStable(request, dialect);
    },
  };
}

/** Calls and results that do not match, or data that is none, stay as they are: the provider refuses them itself. */
const callersFault =
  /content must be a string or|must be a media type|must be answered by|not valid base64|must be base64|must be a data URI|call_id must be|has no tool_result|has no functionResponse|no functionResponse behind it|has no toolResult|does not answer|no such call|without a call|has no result|not answer/;

/** What a dialect writes it must be able to read. */
function renderAndReadAgain(request: ChatRequest, dialect: Dialect): ChatRequest | undefined {
  const target = { name: 'm', outputTokensMax: 64_000 };
  const text = unlessRefused(() => stringifyJson(dialect.renderRequest(request, target, new NoteList())));
  if (text === undefined) return undefined;
  try {
    return dialect.parseRequest(parseJson(Buffer.from(text), dialect.rawKeys), { model: 'm', stream: request.stream });
  } catch (error) {
    if (error instanceof LlmFailure && callersFault.test(error.message)) return undefined;
    throw new Violation(`${dialect.id} cannot read what it wrote: ${String(error)}: ${text.slice(0, 500)}`);
  }
}

/** Written and read once, a request says the same however often it is written and read. */
function checkStable(request: ChatRequest, dialect: Dialect): void {
  const once = renderAndReadAgain(request, dialect);
  const twice = once && renderAndReadAgain(once, dialect);
  if (once === undefined || twice === undefined) return;
  const { system, turns, tools } = once;
  same('read again', { system: twice.system, turns: twice.turns, tools: twice.tools }, { system, turns, tools });
}

function responseTarget(dialect: Dialect): FuzzTarget {
  return {
    id: `${dialect.id}-response`,
    seeds: () => responseSeeds(dialect.id),
    words: [`src/dialects/${dialect.id}`],
    isJson: true,
    run: (input) => {
      const body = unlessRefused(() => parseJson(input, dialect.rawKeys));
      if (body === undefined) return;
      dialect.readUsage(body);
      if (dialect.checkResponse(body) !== undefined) return;
      const events: ChatEvent[] = [];
      const emit = checked((event) => events.push(event));
      const whole = unlessRefused(() => {
        dialect.parseResponse(body, emit);
        return true;
      });
      if (whole === undefined) return;
      checkEnded(events);
      renderEverywhere(events);
      checkRoundTrip(events, dialect);
    },
  };
}

function checkEnded(events: readonly ChatEvent[]): void {
  const ends = events.filter(({ type }) => type === 'end' || type === 'error');
  const last = events.at(-1)?.type;
  if (ends.length !== 1 || (last !== 'end' && last !== 'error'))
    throw new Violation(`ended ${ends.length} times, last ${String(last)}`);
}

/** As a stream and as a whole answer of every dialect; each can read its own stream again. */
function renderEverywhere(events: readonly ChatEvent[]): void {
  for (const dialect of all) {
    unlessRefused(() => readBack(events, dialect));
    unlessRefused(() => wholeOf(events, dialect));
  }
}

function readBack(events: readonly ChatEvent[], dialect: Dialect): ChatEvent[] {
  const frames: Buffer[] = [];
  const renderer = dialect.renderStream((frame) => frames.push(Buffer.from(frame)), context());
  for (const event of events) renderer.push(event);
  const again = eventsOf(dialect, [Buffer.concat(frames)]);
  const ended = (list: readonly ChatEvent[]) => list.at(-1)?.type;
  same(`${dialect.id} stream ends`, ended(again), ended(events));
  return again;
}

function wholeOf(events: readonly ChatEvent[], dialect: Dialect): JsonObject {
  const renderer = dialect.renderResponse(context());
  for (const event of events) renderer.push(event);
  return parseJson(Buffer.from(stringifyJson(renderer.body())), dialect.rawKeys);
}

/** In its own dialect an answer says the same after it was written and read. */
function checkRoundTrip(events: readonly ChatEvent[], dialect: Dialect): void {
  const once = unlessRefused(() => readBack(events, dialect));
  if (once === undefined) return;
  const twice = unlessRefused(() => readBack(once, dialect));
  if (twice === undefined) return;
  same('answer, written and read again', saidBy(twice), saidBy(once));
}

/** The events of a stream in pieces; broken framing is an error at its end. */
function eventsOf(dialect: Dialect, pieces: readonly Buffer[]): ChatEvent[] {
  const events: ChatEvent[] = [];
  const parser = dialect.parseStream(checked((event) => events.push(event)));
  const frames = dialect.framing.parser((event, data) => {
    if (data !== undefined) parser.push({ event, data: data.toString('utf8') });
  });
  try {
    for (const piece of pieces) frames.push(piece);
    frames.end();
    parser.end();
  } catch (error) {
    if (error instanceof LlmFailure) events.push({ type: 'error', error: error.error });
    else if (error instanceof SseFrameTooLarge || error instanceof AwsEventStreamBroken)
      events.push({ type: 'error', error: { kind: 'upstream', message: error.message } });
    else throw error;
  }
  const end = events.findIndex(({ type }) => type === 'end' || type === 'error');
  return end === -1 ? events : events.slice(0, end + 1);
}

/** Made-up ids differ from run to run. */
function constant(events: readonly ChatEvent[]): string {
  return JSON.stringify(events).replace(/"id":"[^"]*"/g, '"id":""');
}

function streamTarget(dialect: Dialect): FuzzTarget {
  return {
    id: `${dialect.id}-stream`,
    seeds: () => streamSeeds(dialect.id),
    words: [`src/dialects/${dialect.id}`],
    ...(dialect.id === 'bedrock-converse' && { repair: withChecksums }),
    run: (input) => {
      const events = eventsOf(dialect, [Buffer.from(input)]);
      checkEnded(events);
      for (const cuts of cutsOf(input))
        same(
          `cut at ${cuts.join().slice(0, 40)}`,
          constant(eventsOf(dialect, piecesOf(input, cuts))),
          constant(events),
        );
      renderEverywhere(events);
      checkRoundTrip(events, dialect);
    },
  };
}

function errorTarget(dialect: Dialect): FuzzTarget {
  const statuses = [400, 401, 403, 404, 408, 413, 422, 429, 500, 502, 503, 504, 529, 200, 302, 499];
  return {
    id: `${dialect.id}-error`,
    seeds: () => errorSeeds(dialect.id),
    words: [`src/dialects/${dialect.id}`],
    isJson: true,
    run: (input) => {
      const status = statuses[(input[0] ?? 0) % statuses.length] ?? 400;
      const text = input.toString('utf8');
      const headers = { 'retry-after': text.slice(0, 12), 'x-amzn-errortype': text.slice(0, 40), date: undefined };
      const error = dialect.parseError(status, headers, text);
      for (const other of all) {
        const rendered = other.renderError(error, 'req_1');
        JSON.parse(rendered.body);
        if (!(rendered.status >= 400 && rendered.status < 600)) throw new Violation(`status ${rendered.status}`);
        const again = eventsOf(other, [Buffer.from(other.renderStreamError(error, 'req_1'))]);
        same(`${other.id} stream error`, again.at(-1)?.type, 'error');
      }
    },
  };
}

function tapTarget(dialect: Dialect): FuzzTarget {
  return {
    id: `${dialect.id}-tap`,
    seeds: () => streamSeeds(dialect.id),
    words: [`src/dialects/${dialect.id}`],
    ...(dialect.id === 'bedrock-converse' && { repair: withChecksums }),
    run: (input) => {
      const tap = dialect.tap();
      const frames = dialect.framing.parser((event, data) => {
        if (data !== undefined) tap.frame(event, data);
      });
      try {
        frames.push(Buffer.from(input));
        frames.end();
      } catch (error) {
        if (!(error instanceof SseFrameTooLarge || error instanceof AwsEventStreamBroken)) throw error;
        return;
      }
      for (const [kind, count] of Object.entries(tap.usage ?? {}))
        if (count !== undefined && !(Number.isInteger(count) && count >= 0)) throw new Violation(`${kind} is ${count}`);
      if (!(Number.isFinite(tap.outputTokensSeen) && tap.outputTokensSeen >= 0))
        throw new Violation(`saw ${tap.outputTokensSeen} tokens`);
    },
  };
}

export const codecTargets: readonly FuzzTarget[] = all.flatMap((dialect) => [
  requestTarget(dialect),
  responseTarget(dialect),
  streamTarget(dialect),
  errorTarget(dialect),
  tapTarget(dialect),
]);
