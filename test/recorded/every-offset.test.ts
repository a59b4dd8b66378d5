/**
 * Case 89, without a sample: every recorded stream of the five dialects, cut at every offset. Reading a stream anew for
 * each of its bytes would take hours, and is not needed, because what reads it has two halves. The framer keeps nothing but
 * the frame that is not whole yet: this is shown of every frame, and then each is cut at each of its offsets, between the
 * frames beside it. The other half is given the same frames, and can only see where a write ended: so each stream is also
 * fed to the whole reader a byte at a time, in which every offset is the end of a write, for a caller of each dialect.
 */
import { describe, expect, it } from 'vitest';
import type { DialectId } from '../../src/llm/chat.ts';
import { recordingsExist } from '../fakes/recording.ts';
import { withCrlf } from './frames.ts';
import { boundariesOf, cutFrames, dialectIds, dialectOf, runFor, sentText, streamsOf } from './streams.ts';

interface Frame {
  readonly event: string;
  readonly data: Buffer | undefined;
  readonly raw: Buffer;
}

/** What a framer makes of these writes, and how many frames it had given before it was told of the end. */
function framed(id: DialectId, writes: readonly Buffer[]): { frames: readonly Frame[]; beforeEnd: number } {
  const frames: Frame[] = [];
  const framer = dialectOf(id).framing.parser((event, data, raw) => frames.push({ event, data, raw }));
  for (const write of writes) framer.push(write);
  const beforeEnd = frames.length;
  framer.end();
  return { frames, beforeEnd };
}

function isSame(a: Frame | undefined, b: Frame): boolean {
  if (a === undefined || a.event !== b.event || !a.raw.equals(b.raw)) return false;
  return a.data === undefined || b.data === undefined ? a.data === b.data : a.data.equals(b.data);
}

/**
 * The writes `[the frame before, the beginning of this one]` and `[the rest, the frame behind]`, for every offset in the
 * frame: its first, where the cut is between two frames, and those in the blank line at its end. Returns where it went wrong.
 */
function faultsOfCuts(id: DialectId, body: Buffer, isCutAt: (offset: number) => boolean): readonly number[] {
  const { frames } = framed(id, [body]);
  const places = boundariesOf(frames.map(({ raw }) => raw));
  const faults: number[] = [];
  for (const [i, frame] of frames.entries()) {
    const [before, behind] = [Math.max(0, i - 1), Math.min(frames.length, i + 2)];
    const start = places[i] ?? 0;
    for (let at = start; at < start + frame.raw.length; at++) {
      if (!isCutAt(at)) continue;
      const window = [body.subarray(places[before], at), body.subarray(at, places[behind])];
      const due = frames.slice(before, behind);
      const got = framed(id, window).frames;
      if (got.length !== due.length || !due.every((each, n) => isSame(got[n], each))) faults.push(at);
    }
  }
  return faults;
}

describe.runIf(recordingsExist).each(dialectIds)('a stream of %s', (id) => {
  it.each(streamsOf(id))('%s: nothing of a frame is left when it is whole', (_name, { response }) => {
    const { frames } = framed(id, [response]);
    const cut = cutFrames(id, response);
    expect(frames.length).toBe(cut.length);
    for (const [i, raw] of cut.entries()) {
      const alone = framed(id, [raw]);
      const [due, got] = [frames[i], alone.frames[0]];
      expect(due?.raw.equals(raw) && alone.frames.length === 1 && isSame(got, due), `frame ${i}`).toBe(true);
      // Only the last may lack its blank line: of no other anything is held until the end.
      if (i < cut.length - 1) expect(alone.beforeEnd, `frame ${i}`).toBe(1);
    }
  });

  it.each(streamsOf(id))('%s: cut at every offset of every frame', (_name, { response }) => {
    expect(faultsOfCuts(id, response, () => true)).toEqual([]);
  });

  it.each(id === 'bedrock-converse' ? [] : streamsOf(id))('%s: with CRLF, cut at every line end', (_name, kept) => {
    const body = withCrlf(kept.response);
    const isLineEnd = (byte: number | undefined) => byte === 10 || byte === 13;
    expect(faultsOfCuts(id, body, (at) => isLineEnd(body[at - 1]) || isLineEnd(body[at]))).toEqual([]);
    expect(framed(id, [body]).frames.length).toBe(framed(id, [kept.response]).frames.length);
  });

  it.each(streamsOf(id))('%s: a byte at a time, for callers of all five', (_name, { response }) => {
    const bytes = Array.from(response, (_, i) => response.subarray(i, i + 1));
    for (const to of dialectIds) {
      const [whole, cut] = [runFor(id, to, [response]), runFor(id, to, bytes)];
      expect(whole.bytes.length + Number(whole.outcome === 'failed')).toBeGreaterThan(0);
      if (cut.outcome !== whole.outcome || sentText(to, cut) !== sentText(to, whole))
        expect([to, cut.outcome, sentText(to, cut)]).toEqual([to, whole.outcome, sentText(to, whole)]);
    }
  });
});
