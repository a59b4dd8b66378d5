/**
 * A stream of generateContent, cut. However its bytes are split on their way, the caller is sent the same; and where it
 * ends before its time, the caller is told of a failure, relayed and translated, at every offset of the streams up to 1 kB
 * and many of the larger ones (every offset and boundary of them all: test/recorded/every-*.test.ts).
 */
import { describe, expect, it } from 'vitest';
import { anthropic } from '../../src/dialects/anthropic/index.ts';
import type { Dialect } from '../../src/dialects/dialect.ts';
import { gemini } from '../../src/dialects/gemini/index.ts';
import { openaiChat } from '../../src/dialects/openai-chat/index.ts';
import type { AnswerHost } from '../../src/gateway/answer/answer.ts';
import { RelayStream } from '../../src/gateway/answer/relay-stream.ts';
import { TranslatedStream } from '../../src/gateway/answer/translated-answer.ts';
import type { LlmError } from '../../src/llm/error.ts';
import { NoteList } from '../../src/llm/notes.ts';
import type { Recording } from '../fakes/recording.ts';
import { recordingsExist } from '../fakes/recording.ts';
import { corpus } from '../recorded/corpus.ts';
import { dataOf, framesOf } from '../recorded/frames.ts';
import { offsets } from '../recorded/offsets.ts';
import { sameIds } from '../recorded/reader-run.ts';
import { chatStreamViolations } from '../validators/chat-stream.ts';
import { geminiStreamViolations } from '../validators/gemini-stream.ts';
import { messagesStreamViolations } from '../validators/messages-stream.ts';
import { readObject } from '../validators/sse-events.ts';
import { named, streams } from './corpus.ts';

interface Run {
  readonly body: string;
  readonly outcome: 'whole' | 'failed';
  readonly shown: boolean;
}

/** Feeds the gateway's reader by hand: what the caller would have been sent, and how it ended. */
function run(from: Dialect, to: Dialect, pieces: readonly Buffer[], ending: 'end' | 'broken' = 'end'): Run {
  const shown: Buffer[] = [];
  let outcome: Run['outcome'] | undefined;
  const host: AnswerHost = {
    show: (piece) => shown.push(Buffer.from(piece as string)),
    showWhole: () => {
      throw new Error('a stream was answered whole');
    },
    quotesCredential: () => false,
    elapsedMs: 0,
    complete: () => {
      outcome = 'whole';
    },
    fail: (error: LlmError, alreadyShown = false) => {
      if (outcome !== undefined) return;
      if (shown.length > 0 && !alreadyShown) shown.push(Buffer.from(to.renderStreamError(error, 'req_01')));
      outcome = 'failed';
    },
  };
  const context = {
    requestId: 'req_01recorded',
    model: 'asked-for',
    createdAtMs: 1_790_000_000_000,
    wantsStreamUsage: true,
    inputTokensEstimate: 7,
    notes: new NoteList(),
  };
  const reader =
    from === to ? new RelayStream(from, host, false) : new TranslatedStream({ from, to, context, host, stream: true });
  for (const piece of pieces) reader.push(piece);
  if (ending === 'end') reader.end();
  else reader.broken('connection reset');
  if (outcome === undefined) throw new Error('the reader never said how it ended');
  return { body: Buffer.concat(shown).toString(), outcome, shown: shown.length > 0 };
}

const callers = [gemini, openaiChat, anthropic] as const;
const bytesReadMax = 1_000_000;

function violations(to: Dialect, body: string, outcome: Run['outcome']): string[] {
  if (to === anthropic) return messagesStreamViolations(body, { outcome });
  if (to === openaiChat) return chatStreamViolations(body, { includeUsage: true, outcome });
  return geminiStreamViolations(body, { outcome });
}

const isEnd = (frame: Buffer) => /"finishReason"|"blockReason"/.test(dataOf(frame) ?? '');

describe.runIf(recordingsExist)('a stream of generateContent', () => {
  it.each(streams.map(named))('%s: split in two anywhere', (_name, { response }) => {
    const count = Math.min(response.length, Math.floor(bytesReadMax / response.length));
    for (const to of callers) {
      const whole = sameIds(run(gemini, to, [response]).body);
      for (const at of offsets(response.length, count)) {
        const cut = sameIds(run(gemini, to, [response.subarray(0, at), response.subarray(at)]).body);
        if (cut !== whole) expect(cut, `${to.id}, cut at ${at}`).toBe(whole);
      }
    }
  });

  it.each(streams.map(named))('%s: cut off anywhere, it is a failure unless its reason came', (_name, { response }) => {
    const count = Math.min(response.length, Math.floor(bytesReadMax / response.length));
    for (const at of [0, ...offsets(response.length, count)]) {
      const body = response.subarray(0, at);
      for (const ending of ['end', 'broken'] as const) {
        const frames = framesOf(body).filter(
          (frame) => /\n\r?\n$/.test(frame.toString('latin1')) || (ending === 'end' && isObject(frame)),
        );
        const due = frames.some(isEnd) ? 'whole' : 'failed';
        for (const to of callers) {
          const { body: sent, outcome, shown } = run(gemini, to, [body], ending);
          const faults = [...(outcome === due ? [] : [`${outcome} where ${due} was due`])];
          if (to !== gemini && shown) faults.push(...violations(to, sent, due));
          if (to === gemini && shown && due === 'failed' && !isError(sent)) faults.push('no error at the end');
          if (faults.length > 0) expect(faults, `${to.id}, ${ending} after ${at} bytes`).toEqual([]);
        }
      }
    }
  });
});

const isObject = (frame: Buffer) => readObject(dataOf(frame)) !== undefined;

function isError(body: string): boolean {
  const last = framesOf(Buffer.from(body)).at(-1);
  return last !== undefined && readObject(dataOf(last))?.error !== undefined;
}

describe.runIf(recordingsExist).each(['openai-chat', 'anthropic'] as const)('a stream of %s for Gemini', (wire) => {
  const from = wire === 'anthropic' ? anthropic : openaiChat;

  it.each(corpus(wire, 'stream').map(named))(
    '%s: is a valid stream, whole, split and cut',
    (_name, kept: Recording) => {
      const { response } = kept;
      const whole = run(from, gemini, [response]);
      expect(violations(gemini, whole.body, whole.outcome)).toEqual([]);
      const count = Math.min(response.length, Math.floor(bytesReadMax / 3 / response.length));
      for (const at of offsets(response.length, Math.max(1, count))) {
        const split = run(from, gemini, [response.subarray(0, at), response.subarray(at)]);
        if (sameIds(split.body) !== sameIds(whole.body)) expect(split.body, `split at ${at}`).toBe(whole.body);
        const cut = run(from, gemini, [response.subarray(0, at)], 'broken');
        const faults = cut.shown ? violations(gemini, cut.body, cut.outcome) : [];
        if (faults.length > 0) expect(faults, `cut at ${at}`).toEqual([]);
      }
    },
  );
});
