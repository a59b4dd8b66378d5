/**
 * Streams of Responses, Gemini and Converse on their way to callers of the other two. However the bytes are cut, the
 * caller is sent the same; and a stream that ends before its time is a failure in the caller's own form, unless what makes
 * the answer whole was delivered. Whole streams are cut here, those up to 4 kB at every offset, the larger ones at many;
 * every offset and boundary of them all are cut in every-offset.test.ts and every-boundary.test.ts.
 */
import { describe, expect, it } from 'vitest';
import type { Dialect } from '../../../src/dialects/dialect.ts';
import { dialects } from '../../../src/dialects/index.ts';
import { endsOf, isStopped } from '../../bedrock/messages.ts';
import { recordingsExist } from '../../fakes/recording.ts';
import { decode } from '../../golden/bedrock-converse/event-stream.ts';
import { bedrockStreamViolations } from '../../validators/bedrock-stream.ts';
import { geminiStreamViolations } from '../../validators/gemini-stream.ts';
import { responsesStreamViolations } from '../../validators/responses-stream.ts';
import { asObject, readObject } from '../../validators/sse-events.ts';
import { dataOf, framesOf } from '../frames.ts';
import { offsets } from '../offsets.ts';
import { type Ending, type Run, runBetween, sameIds } from '../reader-run.ts';
import { answers, bodyOf, isStream, named, pairs, type Side } from './sides.ts';

const wholeBytesMax = 4 * 1024;
/** A larger stream is read in full for each offset: as often as this many bytes allow. */
const bytesReadMax = 200_000;

function run(from: Side, to: Side, pieces: readonly Buffer[], ending?: Ending): Run {
  return runBetween(dialects[from] as Dialect, dialects[to] as Dialect, 'translated', pieces, ending);
}

/** Ids that are made up anew change the checksums of binary messages, too. */
function textOf(to: Side, { bytes, body }: Run): string {
  return sameIds(to === 'bedrock-converse' ? JSON.stringify(decode(bytes)) : body);
}

function violations(to: Side, { bytes, body }: Run, outcome: Run['outcome']): string[] {
  if (to === 'bedrock-converse') return bedrockStreamViolations(bytes, { outcome });
  return to === 'gemini' ? geminiStreamViolations(body, { outcome }) : responsesStreamViolations(body, { outcome });
}

const isClosed = (frame: Buffer) => /\n\r?\n$/.test(frame.toString('latin1'));
const isObject = (frame: Buffer) => readObject(dataOf(frame)) !== undefined;

/** What came of an answer, by the pages of its API. A polite end makes a last frame count that lacks its blank line. */
function outcomeDue(from: Side, body: Buffer, ending: Ending): Run['outcome'] {
  if (from === 'bedrock-converse') return isStopped(body) ? 'whole' : 'failed';
  const frames = framesOf(body).filter((frame) => isClosed(frame) || (ending === 'end' && isObject(frame)));
  return frames.some((frame) => isEnd(from, readObject(dataOf(frame)) ?? {})) ? 'whole' : 'failed';
}

function isEnd(from: Side, event: Readonly<Record<string, unknown>>): boolean {
  if (from === 'openai-responses') return event.type === 'response.completed' || event.type === 'response.incomplete';
  const candidates = Array.isArray(event.candidates) ? event.candidates : [];
  if (asObject(event.promptFeedback)?.blockReason !== undefined) return true;
  return candidates.some((candidate) => asObject(candidate)?.finishReason !== undefined);
}

/** Ends of frames, where a cut is most like an end. */
function boundaries(from: Side, body: Buffer): readonly number[] {
  if (from === 'bedrock-converse') return endsOf(body);
  let at = 0;
  return framesOf(body).map((frame) => {
    at += frame.length;
    return at;
  });
}

function placesOf(from: Side, body: Buffer): readonly number[] {
  if (body.length <= wholeBytesMax) return offsets(body.length, body.length);
  const last = boundaries(from, body)
    .slice(-4)
    .flatMap((end) => [end, end - 1]);
  const many = offsets(body.length, Math.max(4, Math.floor(bytesReadMax / body.length)));
  return [...new Set([...many, ...last.filter((at) => at < body.length)])];
}

describe.runIf(recordingsExist).each(pairs)('a stream of %s for a caller of %s', (from, to) => {
  const streams = answers[from].filter(isStream).map(named);

  it.each(streams)('%s: the same in two pieces', (_name, kept) => {
    const body = bodyOf(kept);
    const whole = run(from, to, [body]);
    expect([whole.outcome, violations(to, whole, 'whole')]).toEqual(['whole', []]);
    const same = textOf(to, whole);
    for (const at of placesOf(from, body)) {
      const cut = textOf(to, run(from, to, [body.subarray(0, at), body.subarray(at)]));
      if (cut !== same) expect(cut, `cut at ${at}`).toBe(same);
    }
  });

  it.each(streams)('%s: a failure where it ends too early', (_name, kept) => {
    const body = bodyOf(kept);
    for (const at of [0, ...placesOf(from, body)]) {
      const part = body.subarray(0, at);
      for (const ending of ['end', 'broken'] as const) {
        const due = outcomeDue(from, part, ending);
        const got = run(from, to, [part], ending);
        const faults = got.outcome === due ? [] : [`${got.outcome} where ${due} was due`];
        if (got.shown) faults.push(...violations(to, got, due));
        else if (got.bytes.length > 0) faults.push('something was shown');
        if (faults.length > 0) expect(faults, `${ending} after ${at} bytes`).toEqual([]);
      }
    }
  });
});
