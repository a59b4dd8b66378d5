/**
 * Case 99 on real sockets: the provider's body ends, its connection is closed, or it is reset. The caller sees a failure,
 * and the usage row says that the answer failed and that its counts are early.
 */
import { request } from 'undici';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SettlementRecord } from '../../src/journal/record.ts';
import { type Rig, rigKey, startRig } from '../cases/rig.ts';
import { type Recording, recordingsExist } from '../fakes/recording.ts';
import { sseHeaders } from '../fakes/reply.ts';
import type { Script } from '../fakes/upstream.ts';
import { chatStreamViolations } from '../validators/chat-stream.ts';
import { errorViolations } from '../validators/error-answer.ts';
import { messagesStreamViolations } from '../validators/messages-stream.ts';
import { corpus, otherWire, paths, plainBody, prefixes, shortName, type Wire } from './corpus.ts';
import { framesOf, isEndMark, isError } from './frames.ts';
import { eachOf, offsets } from './offsets.ts';
import { expectPartial } from './row.ts';

const wires: readonly Wire[] = recordingsExist ? ['openai-chat', 'anthropic'] : [];
const streams = recordingsExist ? [...corpus('openai-chat', 'stream'), ...corpus('anthropic', 'stream')] : [];
const named = (kept: Recording) => [shortName(kept), kept] as const;
const endings = ['end', 'fin', 'reset'] as const;

let rig: Rig;
beforeAll(async () => {
  // A failure before any content is tried once more: the budget must not run out, so that all runs are alike.
  rig = await startRig({ upstream: { script, keepBodies: false } });
});
afterAll(() => rig.close());
beforeEach(() => rig.forget());

/** The model's name says which recording, how much of it, and how it ends. */
const script: Script = async (call, reply) => {
  const [index = '0', bytes = '0', ending = 'end'] = call.model.split('-');
  reply.head(200, sseHeaders);
  await reply.write((streams[Number(index)]?.response ?? Buffer.alloc(0)).subarray(0, Number(bytes)));
  await reply.flushed();
  if (ending === 'end') reply.end();
  else if (ending === 'fin') await reply.fin();
  else await reply.reset();
};

/** Before the mark that makes it whole, and before an error of the provider's own. */
function earlyPlaces(wire: Wire, kept: Recording): readonly number[] {
  const frames = framesOf(kept.response);
  const mark = frames.findIndex((frame) => isEndMark(wire, frame) || isError(frame));
  const sizes = frames.slice(0, mark).map((frame) => frame.length);
  const ends = sizes.map((_, i) => sizes.slice(0, i + 1).reduce((sum, size) => sum + size, 0));
  const isSmall = kept.response.length < 2500;
  const last = ends.at(-1) ?? 0;
  const step = isSmall ? 1 : Math.ceil(ends.length / 3);
  const between = last < 2 ? [] : offsets(last, isSmall ? 20 : 2);
  return [...ends.filter((_, i) => i % step === 0 || i === ends.length - 1), ...between].filter((at) => at > 0);
}

describe.skipIf(!recordingsExist).each(wires)('a stream of %s that breaks', (wire) => {
  it.each(corpus(wire, 'stream').map(named))('%s', async (_name, kept) => {
    const index = streams.findIndex((each) => each.id === kept.id);
    const asks = earlyPlaces(wire, kept).flatMap((at) =>
      endings.flatMap((ending) => [wire, otherWire[wire]].map((caller) => ({ at, ending, caller }))),
    );
    await eachOf(asks, 8, async ({ at, ending, caller }) => {
      const seen = await ask(caller, `${prefixes[wire]}/${index}-${at}-${ending}`);
      const faults = faultsOf(caller, caller === wire, seen);
      expect(faults, `${ending} after ${at} bytes, caller of ${caller}`).toEqual([]);
    });
    const rows = await rig.rows(asks.length);
    expect(rows).toHaveLength(asks.length);
    for (const row of rows) expectFailedRow(row);
  });
});

function expectFailedRow(row: SettlementRecord): void {
  expect([row.status, row.errorKind]).toEqual(['failed', 'upstream']);
  if (row.httpStatus === 200) return expectPartial(row);
  // Nothing was shown; only what the provider itself had counted by then is charged, and known to be early.
  expect(row.httpStatus).toBe(502);
  expect(row.estimated).toBe(row.costNanoUsd !== '0');
}

interface Seen {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: string;
}

async function ask(caller: Wire, model: string): Promise<Seen> {
  const answer = await request(rig.url + paths[caller], {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${rigKey}` },
    body: JSON.stringify({ ...plainBody(model, true), ...(caller === 'openai-chat' && includeUsage) }),
  });
  return { status: answer.statusCode, headers: answer.headers, body: await answer.body.text() };
}

const includeUsage = { stream_options: { include_usage: true } };

function faultsOf(caller: Wire, relayed: boolean, seen: Seen): string[] {
  if (seen.status !== 200) return errorViolations(seen, { dialect: caller, status: 502 });
  if (relayed) {
    // The provider's own frames are not ours to judge: only that the failure is the last thing said.
    const last = framesOf(Buffer.from(seen.body)).at(-1);
    return last !== undefined && isError(last) && !seen.body.includes('[DONE]') ? [] : [seen.body.slice(-200)];
  }
  if (caller === 'anthropic') return messagesStreamViolations(seen.body, { outcome: 'failed' });
  return chatStreamViolations(seen.body, { includeUsage: true, outcome: 'failed' });
}
