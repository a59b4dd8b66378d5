/**
 * However the bytes of a recorded stream are cut on their way, the caller is sent the same; and one that ends before its
 * time is a failure in the caller's own form, unless everything but the usage was delivered. Whole streams are cut here, at
 * many offsets; every offset and boundary of them all are cut in test/recorded/every-*.test.ts.
 */
import { describe, expect, it } from 'vitest';
import { anthropic } from '../../src/dialects/anthropic/index.ts';
import { bedrockConverse } from '../../src/dialects/bedrock-converse/index.ts';
import type { Dialect } from '../../src/dialects/dialect.ts';
import { openaiChat } from '../../src/dialects/openai-chat/index.ts';
import { recordingsExist } from '../fakes/recording.ts';
import { corpus, smallStreams } from '../recorded/corpus.ts';
import { offsets } from '../recorded/offsets.ts';
import { type Ending, type Run, runBetween, sameIds } from '../recorded/reader-run.ts';
import { bedrockStreamViolations } from '../validators/bedrock-stream.ts';
import { chatStreamViolations } from '../validators/chat-stream.ts';
import { messagesStreamViolations } from '../validators/messages-stream.ts';
import { named, streams } from './ask.ts';
import { endsOf, isStopped } from './messages.ts';

const callers: Readonly<Record<string, Dialect>> = {
  'bedrock-converse': bedrockConverse,
  'openai-chat': openaiChat,
  anthropic,
};
const names = Object.keys(callers);
/** A stream is read in full for each place: as often as this many bytes allow. */
const bytesReadMax = 1_200_000;

function run(caller: string, pieces: readonly Buffer[], ending?: Ending): Run {
  const to = callers[caller] as Dialect;
  return runBetween(bedrockConverse, to, to === bedrockConverse ? 'relayed' : 'translated', pieces, ending);
}

function violations(caller: string, { bytes, body }: Run, outcome: 'whole' | 'failed'): string[] {
  if (caller === 'openai-chat') return chatStreamViolations(body, { includeUsage: true, outcome });
  if (caller === 'anthropic') return messagesStreamViolations(body, { outcome });
  return bedrockStreamViolations(bytes, { outcome });
}

describe.skipIf(!recordingsExist)('a stream of Converse, cut in two', () => {
  it.each(streams.map(named))('%s', (_name, { response }) => {
    for (const caller of names) {
      const whole = sameIds(run(caller, [response]).bytes.toString('latin1'));
      for (const at of offsets(response.length, Math.floor(bytesReadMax / response.length))) {
        const cut = sameIds(run(caller, [response.subarray(0, at), response.subarray(at)]).bytes.toString('latin1'));
        if (cut !== whole) expect(cut, `${caller}, cut at ${at}`).toBe(whole);
      }
    }
  });
});

describe.skipIf(!recordingsExist)('a stream of Converse that ends too early', () => {
  it.each(streams.map(named))('%s', (_name, { response }) => {
    const places = offsets(response.length, Math.floor(bytesReadMax / 2 / response.length));
    for (const at of [...places, ...endsOf(response).slice(0, -1)]) {
      const body = response.subarray(0, at);
      const isWhole = isStopped(body);
      for (const caller of names) {
        for (const ending of ['end', 'broken'] as const) {
          const got = run(caller, [body], ending);
          const where = `${caller}, ${ending} after ${at} bytes`;
          expect(got.outcome, where).toBe(isWhole ? 'whole' : 'failed');
          if (!got.shown) expect(got.body, where).toBe('');
          else if (!isWhole) expect(failureFaults(caller, got), where).toEqual([]);
          else if (caller === 'bedrock-converse') expect(got.bytes.equals(wholePart(body)), where).toBe(true);
          else expect(violations(caller, got, 'whole'), where).toEqual([]);
        }
      }
    }
  });
});

/** A relayed beginning is the provider's: of it only the end is ours to judge. */
function failureFaults(caller: string, got: Run): string[] {
  const faults = violations(caller, got, 'failed');
  return caller === 'bedrock-converse' ? faults.filter((fault) => !/^(block|a piece)/.test(fault)) : faults;
}

function wholePart(body: Buffer): Buffer {
  const end = endsOf(body).findLast((each) => each <= body.length) ?? 0;
  return body.subarray(0, end);
}

describe.skipIf(!recordingsExist)('streams of other dialects that end too early', () => {
  const kept = (['openai-chat', 'anthropic'] as const).flatMap((wire) =>
    smallStreams(wire).map((each) => [each.id, wire, each] as const),
  );

  it('there are some', () => {
    expect(corpus('anthropic', 'stream').length + kept.length).toBeGreaterThan(10);
  });

  it.each(kept)('%s: a caller of Converse is told with an exception', (_id, wire, { response }) => {
    const from = callers[wire] as Dialect;
    const whole = runBetween(from, bedrockConverse, 'translated', [response]);
    const due = whole.outcome;
    expect(bedrockStreamViolations(whole.bytes, { outcome: due })).toEqual([]);
    for (const at of offsets(response.length, 300)) {
      const got = runBetween(from, bedrockConverse, 'translated', [response.subarray(0, at)]);
      if (got.shown) expect(bedrockStreamViolations(got.bytes, { outcome: got.outcome }), `after ${at}`).toEqual([]);
      else expect(got.bytes).toHaveLength(0);
    }
  });
});

describe.skipIf(!recordingsExist)('a stream of Converse with a broken message', () => {
  it.each(streams.map(named))('%s: is a failure, and the message is not shown', (_name, { response }) => {
    const ends = endsOf(response);
    const [third = 0, fourth = 0] = [ends[2], ends[3]];
    const broken = Buffer.from(response);
    broken[fourth - 6] = (broken[fourth - 6] as number) ^ 1;
    for (const caller of names) {
      const got = run(caller, [broken]);
      expect(got.outcome).toBe('failed');
      if (caller === 'bedrock-converse' && got.shown)
        expect(got.bytes.subarray(0, third).equals(response.subarray(0, third))).toBe(true);
      if (got.shown) expect(failureFaults(caller, got)).toEqual([]);
    }
  });
});
