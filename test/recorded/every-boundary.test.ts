/**
 * Case 99, without a sample: every recorded stream of the five dialects, ended at every boundary of its frames, where an
 * end that came too early is most like a right one. Unless what makes the answer whole was delivered, the caller is told
 * of a failure in the form of its dialect, and is never sent the mark of a whole answer. Each boundary is tried relayed,
 * and for one caller of another dialect, with one of the two endings, which take turns; of a small stream, for all of them.
 */
import { describe, expect, it } from 'vitest';
import type { DialectId } from '../../src/llm/chat.ts';
import { type Recording, recordingsExist } from '../fakes/recording.ts';
import { bodyOf } from './crossed/sides.ts';
import type { Ending, Run } from './reader-run.ts';
import { boundariesOf, cutFrames, dialectIds, runFor, streamsOf, verdictOf } from './streams.ts';

const endings: readonly Ending[] = ['end', 'broken'];

/** A stream is read anew for each boundary: where that is no more than this many bytes, for every caller. */
const bytesReadMax = 60_000;

/** What came of the stream, at each boundary: the first error decides, then whether the mark of a whole answer came. */
function outcomesDue(from: DialectId, frames: readonly Buffer[]): readonly Run['outcome'][] {
  const verdicts = frames.map((frame) => verdictOf(from, frame));
  return boundariesOf(frames).map((_, count) => {
    const said = verdicts.slice(0, count);
    return said.includes('failed') || !said.includes('whole') ? 'failed' : 'whole';
  });
}

function runsAt(from: DialectId, boundary: number, bytesRead: number): readonly (readonly [DialectId, Ending])[] {
  const others = dialectIds.filter((id) => id !== from).flatMap((id) => endings.map((ending) => [id, ending] as const));
  const own = endings.map((ending) => [from, ending] as const);
  return bytesRead <= bytesReadMax
    ? [...own, ...others]
    : [...own, ...others.slice(boundary % others.length).slice(0, 1)];
}

function faultsOf(to: DialectId, got: Run, due: Run['outcome'], mayBeMarked: boolean): readonly string[] {
  if (got.outcome !== due) return [`${got.outcome} where ${due} was due`];
  if (!got.shown) return got.bytes.length === 0 ? [] : ['something was shown'];
  if (due === 'whole') return isMarked(to, got) ? [] : ['no mark of an end'];
  const faults = isFailure(to, got) ? [] : ['no failure at the end'];
  return mayBeMarked || !isMarked(to, got) ? faults : [...faults, 'the mark of a whole answer'];
}

/** Something like this is in every stream that has a mark; whether it is one, only its frame tells. */
const traces: Readonly<Record<DialectId, RegExp>> = {
  'openai-chat': /"finish_reason": ?"|\[DONE\]/,
  anthropic: /message_stop/,
  'openai-responses': /response\.(completed|incomplete)/,
  gemini: /finishReason|blockReason/,
  'bedrock-converse': /messageStop/,
};

function isMarked(to: DialectId, { body, bytes }: Run): boolean {
  return traces[to].test(body) && cutFrames(to, bytes).some((frame) => verdictOf(to, frame) === 'whole');
}

function isFailure(to: DialectId, { body, bytes }: Run): boolean {
  if (to === 'bedrock-converse') return cutFrames(to, bytes).at(-1)?.includes('exception') === true;
  const text = body.trimEnd();
  const start = Math.max(text.lastIndexOf('\n\n'), text.lastIndexOf('\n\r\n'), 0);
  return verdictOf(to, Buffer.from(text.slice(start).trimStart())) === 'failed';
}

function faultsAtBoundaries(from: DialectId, kept: Recording): readonly string[] {
  const body = bodyOf(kept);
  const frames = cutFrames(from, body);
  const due = outcomesDue(from, frames);
  const firstMark = frames.findIndex((frame) => verdictOf(from, frame) === 'whole');
  const places = boundariesOf(frames);
  const bytesRead = places.reduce((sum, place) => sum + place, 0);
  return places.flatMap((place, i) => {
    const part = body.subarray(0, place);
    const mayBeMarked = firstMark !== -1 && i > firstMark;
    return runsAt(from, i, bytesRead).flatMap(([to, ending]) =>
      faultsOf(to, runFor(from, to, [part], ending), due[i] ?? 'failed', mayBeMarked).map(
        (fault) => `${fault}: ${ending} after ${i} frames, for ${to}`,
      ),
    );
  });
}

/** The work for a stream grows with the square of its length: for the longest seconds, on a busy machine a minute. */
const streamMsMax = 180_000;

describe.runIf(recordingsExist).each(dialectIds)('a stream of %s that ends at any boundary', (from) => {
  it.each(streamsOf(from))(
    '%s',
    (_name, kept) => {
      expect(faultsAtBoundaries(from, kept)).toEqual([]);
    },
    streamMsMax,
  );
});
