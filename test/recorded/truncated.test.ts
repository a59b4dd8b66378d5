/**
 * Case 99: a recorded stream that ends before its time. Unless the mark that makes an answer whole was delivered, the
 * caller is told of a failure in its own dialect, and never sees something that looks like a whole answer. Every boundary
 * of every stream is tried in every-boundary.test.ts; here what was sent is judged to the byte, at fewer places.
 */
import { describe, expect, it } from 'vitest';
import { type Recording, recordingsExist } from '../fakes/recording.ts';
import { chatStreamViolations } from '../validators/chat-stream.ts';
import { messagesStreamViolations } from '../validators/messages-stream.ts';
import { asObject, readEvents, readObject } from '../validators/sse-events.ts';
import { corpus, otherWire, shortName, smallStreams, type Wire } from './corpus.ts';
import { dataOf, framesOf, isEndMark, isError, isUsageOnly, withCrlf } from './frames.ts';
import { offsets } from './offsets.ts';
import { type Ending, type Road, type Run, runReader } from './reader-run.ts';

const wires: readonly Wire[] = recordingsExist ? ['openai-chat', 'anthropic'] : [];
const roads: readonly Road[] = ['relayed', 'withheld', 'translated'];
const endings: readonly Ending[] = ['end', 'broken'];
const named = (kept: Recording) => [shortName(kept), kept] as const;

/** A stream is read in full for each place: as often as this many bytes allow. */
const bytesReadMax = 500_000;

/** Frame boundaries and places in between: all boundaries of the small streams, and the last ones of every stream. */
function placesOf(body: Buffer): readonly number[] {
  let at = 0;
  const boundaries = framesOf(body).map((frame) => {
    at += frame.length;
    return at;
  });
  const count = Math.ceil(bytesReadMax / body.length);
  const step = Math.ceil(boundaries.length / count);
  const chosen = boundaries.filter((_, i) => i % step === 0 || i >= boundaries.length - 8);
  const aroundEnds = boundaries.slice(-8).flatMap((end) => [end - 1, end - 2, end - 3, end - 4]);
  return [...new Set([0, ...chosen, ...aroundEnds, ...offsets(body.length, Math.min(60, count))])];
}

describe.skipIf(!recordingsExist).each(wires)('a stream of %s that ends too early', (wire) => {
  it.each(corpus(wire, 'stream').map(named))('%s', (_name, { response }) => expectFailures(wire, response));

  it.each(smallStreams(wire).map(named))('%s, with CRLF', (_name, { response }) =>
    expectFailures(wire, withCrlf(response)),
  );
});

function expectFailures(wire: Wire, response: Buffer): void {
  for (const at of placesOf(response)) {
    const body = response.subarray(0, at);
    for (const ending of endings) {
      for (const road of roads) {
        const run = runReader(wire, road, [body], ending);
        const faults = faultsOf(wire, road, body, ending, run);
        if (faults.length > 0) expect(faults, `${road}, ${ending} after ${at} bytes`).toEqual([]);
      }
    }
  }
}

function faultsOf(wire: Wire, road: Road, body: Buffer, ending: Ending, run: Run): string[] {
  const due = outcomeDue(wire, road, body, ending);
  if (run.outcome !== due) return [`${run.outcome} where ${due} was due`];
  if (due === 'whole') {
    if (road === 'translated') return violations(otherWire[wire], run.body, 'whole');
    return sameLines(run.body) === sameLines(relayedWhole(wire, body, road, ending))
      ? []
      : [`not what came: …${run.body.slice(-200)}`];
  }
  // Nothing was shown: the caller gets a status with a body, or another target answers.
  if (!run.shown) return run.body === '' ? [] : ['something was shown'];
  if (road === 'translated') return violations(otherWire[wire], run.body, 'failed');
  return relayFaults(wire, body, run.body);
}

/**
 * A polite end makes the last frame count even without its blank line, if it is a whole one. Behind the mark that makes
 * an answer whole a connection may break: nothing of the answer is missing.
 */
function outcomeDue(wire: Wire, road: Road, body: Buffer, ending: Ending): 'whole' | 'failed' {
  const all = framesOf(body);
  const closed = all.filter(isClosed);
  const isMarked = closed.some((frame) => isEndMark(wire, frame));
  // What translates reads the rest of a finished answer to its last byte: an error may stand there.
  const frames = ending === 'end' || (isMarked && road === 'translated') ? all : closed;
  if (frames.some(isError)) return 'failed';
  return frames.some((frame) => isEndMark(wire, frame)) ? 'whole' : 'failed';
}

const isClosed = (frame: Buffer) => /\n\r?\n$/.test(frame.toString('latin1'));

/** Every whole frame as it came; an end mark is added where that alone is missing, because callers wait for one. */
function relayedWhole(wire: Wire, body: Buffer, road: Road, ending: Ending): string {
  const all = framesOf(body).filter((frame) => isClosed(frame) || (ending === 'end' && isWhole(frame)));
  const frames = all.filter((frame) => road === 'relayed' || !isUsageOnly(frame));
  const shown = frames.map((frame) => (isClosed(frame) ? frame.toString() : `${frame.toString().trimEnd()}\n\n`));
  const isMarked = wire === 'anthropic' || all.some((frame) => dataOf(frame) === '[DONE]');
  return shown.join('') + (isMarked ? '' : 'data: [DONE]\n\n');
}

/** A blank line that was completed may be written otherwise than those that came. */
function sameLines(text: string): string {
  return text.replaceAll('\r', '').replace(/\n{2,}/g, '\n\n');
}

function isWhole(frame: Buffer): boolean {
  const data = dataOf(frame);
  return data === '[DONE]' || readObject(data) !== undefined;
}

function violations(caller: Wire, text: string, outcome: 'whole' | 'failed'): string[] {
  if (caller === 'anthropic') return messagesStreamViolations(text, { outcome });
  return chatStreamViolations(text, { includeUsage: true, outcome });
}

/** Whole frames as they came, then one error in the caller's form (the provider's own, if it sent one), then nothing. */
function relayFaults(wire: Wire, body: Buffer, shown: string): string[] {
  const { events, rest } = readEvents(shown);
  const last = readObject(events.at(-1)?.data);
  const error = asObject(last?.error);
  const faults = rest.trim() === '' ? [] : ['half a frame at the end'];
  if (error === undefined) return [...faults, 'the last frame is no error'];
  if (events.filter((event) => readObject(event.data)?.error !== undefined).length > 1) faults.push('two errors');
  if (events.some((event) => event.data === '[DONE]')) faults.push('[DONE] although it failed');
  if (shown.includes('"type":"message_stop"')) faults.push('message_stop although it failed');
  const cameFromProvider = framesOf(body).some(isError);
  const before = shown.slice(0, shown.trimEnd().lastIndexOf(wire === 'anthropic' ? 'event: error' : 'data: {"error"'));
  if (cameFromProvider) return faults;
  if (wire === 'anthropic' && last?.type !== 'error') faults.push('the error has no type');
  if (wire === 'openai-chat' && !['message', 'type', 'param', 'code'].every((key) => key in error))
    faults.push('the error lacks a field');
  if (/"finish_reason": ?"/.test(before)) faults.push('a finish_reason before the error');
  const kept = framesOf(Buffer.from(before)).every((frame) => body.includes(frame.toString().trimEnd()));
  return kept ? faults : [...faults, 'a frame that never came'];
}
