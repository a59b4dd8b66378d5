/** For any request and any answer: what was said is said still after any dialect wrote it and read it, and after any two. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AnswerContext, Dialect } from '../../src/dialects/dialect.ts';
import { dialects } from '../../src/dialects/index.ts';
import { parseJson, stringifyJson } from '../../src/lib/json.ts';
import type { ChatEvent, ChatRequest } from '../../src/llm/chat.ts';
import { NoteList } from '../../src/llm/notes.ts';
import { anyAnswer, anyRequest, saidBy, saidIn } from './arbitrary.ts';

const all = Object.values(dialects);
const each = all.map((dialect) => [dialect.id, dialect] as const);
const pairs = all.flatMap((first) => all.map((second) => [first.id, second.id, first, second] as const));

function reread(request: ChatRequest, dialect: Dialect): ChatRequest {
  const notes = new NoteList();
  const text = stringifyJson(dialect.renderRequest(request, { name: 'm', outputTokensMax: 64_000 }, notes));
  expect(notes.list).toEqual([]);
  return dialect.parseRequest(parseJson(Buffer.from(text), dialect.rawKeys), { model: 'm', stream: request.stream });
}

const context = (): AnswerContext => ({
  ...{ requestId: 'req_1', model: 'm', createdAtMs: 0, wantsStreamUsage: true, inputTokensEstimate: 1 },
  notes: new NoteList(),
});

function streamed(events: readonly ChatEvent[], dialect: Dialect): ChatEvent[] {
  const frames: Buffer[] = [];
  const renderer = dialect.renderStream((frame) => frames.push(Buffer.from(frame)), context());
  for (const event of events) renderer.push(event);
  const again: ChatEvent[] = [];
  const parser = dialect.parseStream((event) => again.push(event));
  const cutter = dialect.framing.parser((event, data) => {
    if (data !== undefined) parser.push({ event, data: data.toString('utf8') });
  });
  cutter.push(Buffer.concat(frames));
  cutter.end();
  parser.end();
  return again;
}

function whole(events: readonly ChatEvent[], dialect: Dialect): ChatEvent[] {
  const renderer = dialect.renderResponse(context());
  for (const event of events) renderer.push(event);
  const again: ChatEvent[] = [];
  const body = parseJson(Buffer.from(stringifyJson(renderer.body())), dialect.rawKeys);
  dialect.parseResponse(body, (event) => again.push(event));
  return again;
}

/** The Messages API has no default for its limit, so a request that had none has one afterwards. */
function limited(request: ChatRequest): ChatRequest {
  return { maxTokens: 64_000, ...request };
}

describe('any request', () => {
  it.each(pairs)('keeps its meaning through %s and then %s', (_first, _second, first, second) => {
    fc.assert(
      fc.property(anyRequest.map(limited), (request) => {
        expect(saidIn(reread(reread(request, first), second))).toEqual(saidIn(request));
      }),
      { numRuns: 30 },
    );
  });
});

describe('any answer', () => {
  it.each(each)('keeps its meaning as a whole answer of %s', (_id, dialect) => {
    fc.assert(
      fc.property(anyAnswer, (events) => {
        expect(saidBy(whole(events, dialect))).toEqual(saidBy(events));
      }),
      { numRuns: 100 },
    );
  });

  it.each(pairs)('keeps its meaning through a stream of %s and then of %s', (_first, _second, first, second) => {
    fc.assert(
      fc.property(anyAnswer, (events) => {
        expect(saidBy(streamed(streamed(events, first), second))).toEqual(saidBy(events));
      }),
      { numRuns: 30 },
    );
  });
});
