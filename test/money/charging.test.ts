/**
 * The charging rules (docs/charging.md), the same for callers of every dialect and providers of every dialect: what a row
 * costs for each way in which a request can go.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SettlementRecord } from '../../src/journal/record.ts';
import type { Usage } from '../../src/llm/usage.ts';
import { allRoads, answerOf, changed, go, type Road, untilError } from '../cases/pairs/road.ts';
import { type Rig, startRig } from '../cases/rig.ts';
import { messagesStream } from '../fakes/messages-wire.ts';
import { sseHeaders } from '../fakes/reply.ts';
import type { Script } from '../fakes/upstream.ts';
import { corpus } from '../golden/corpus.ts';
import { answering } from '../golden/run.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());
beforeEach(() => rig.forget());

/** $1, $2, $0.10, $1.25 and $2 for a million tokens. */
const costOf = ({ input, output, cacheRead, cacheWrite5m, cacheWrite1h }: Usage): string =>
  String(input * 1_000 + output * 2_000 + cacheRead * 100 + cacheWrite5m * 1_250 + cacheWrite1h * 2_000);

/** What the customer pays is what it cost: nobody has set another price here. */
function expectCharge(row: SettlementRecord, nanoUsd: string): void {
  expect([row.costNanoUsd, row.chargeNanoUsd]).toEqual([nanoUsd, nanoUsd]);
}

describe.each([false, true])('as a stream: %s', (stream) => {
  it.each(allRoads)('completed: what the provider counted: %s over %s', async (_to, _from, road) => {
    const { row } = await go(rig, road, stream, answerOf(road.provider, 'text', stream));
    expect(row).toMatchObject({ status: 'completed', estimated: false, flags: [] });
    expect(row.usage.output).toBeGreaterThan(0);
    expectCharge(row, costOf(row.usage));
    expect(row.houseCostNanoUsd).toBeUndefined();
  });

  it.each(allRoads)('refused before output: nothing: %s over %s', async (_to, _from, road) => {
    const { row } = await go(rig, road, stream, (_call, reply) => reply.json(400, { error: { message: 'no' } }));
    expect(row.status).toBe('failed');
    expectCharge(row, '0');
  });

  it.each(allRoads)('an error before output: nothing: %s over %s', async (_to, _from, road) => {
    const { row } = await go(rig, road, stream, (_call, reply) => reply.json(500, { error: { message: 'ill' } }));
    expect(row.status).toBe('failed');
    expectCharge(row, '0');
    expect(row.houseCostNanoUsd).toBeUndefined();
  });
});

it.each(allRoads)('a stream that breaks: what came, and flagged: %s over %s', async (_to, _from, road) => {
  const { row } = await go(rig, road, true, untilError(road.provider));
  expect(row).toMatchObject({ status: 'failed', estimated: true });
  expect(row.usage.input).toBeGreaterThan(0);
  expect(row.usage.output).toBeGreaterThan(0);
  expectCharge(row, costOf(row.usage));
});

/** A provider of Messages that counts the prompt, and fails before it says anything. */
const countsAndFails: Script = async (_call, reply) => {
  const [start] = messagesStream({ text: 'never' });
  reply.head(200, sseHeaders);
  await reply.write(start?.text ?? '');
  await reply.write('event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"busy"}}\n\n');
  reply.end();
};
const ofMessages = corpus.map((caller): [string, Road] => {
  const provider = corpus.find(({ id }) => id === 'anthropic');
  if (provider === undefined) throw new Error('no fixtures of Messages');
  return [caller.id, { caller, provider: { ...provider, model: 'both' } }];
});

describe.each(ofMessages)('an attempt that fails after the provider has counted, for a caller of %s', (_, road) => {
  /** What failed before is remembered, so each has providers of its own. */
  async function goOn(script: Script): Promise<SettlementRecord> {
    const own = await startRig({ routes: { 'an/both': ['an/first', 'an/second'] } });
    try {
      return (await go(own, road, true, script)).row;
    } finally {
      await own.close();
    }
  }

  it('is on the bill where nobody else answers, and earlier ones are the house’s', async () => {
    const row = await goOn(countsAndFails);
    expect(row).toMatchObject({ status: 'failed', usage: { input: 10 } });
    expectCharge(row, costOf(row.usage));
    const earlier = row.attempts.length - 1;
    expect(earlier).toBeGreaterThan(0);
    // The provider's last word was one token of output; what was seen of it is none.
    expect(Number(row.houseCostNanoUsd)).toBe(Number(costOf(row.usage)) * earlier);
  });

  it('is the house’s where another one answers', async () => {
    const turns = [countsAndFails, answering(answerOf(road.provider, 'text', true))];
    const row = await goOn((call, reply, upstream) => turns.shift()?.(call, reply, upstream));
    expect(row).toMatchObject({ status: 'completed', flags: [], servedModel: 'an/second' });
    expectCharge(row, costOf(row.usage));
    expect(Number(row.houseCostNanoUsd)).toBeGreaterThanOrEqual(10 * 1_000);
  });
});

/** Case 122: the counts of every dialect, and what a provider may write in their place. */
const counts = /"((?:prompt|completion|total|input|output)_tokens|(?:input|output|total)Tokens|\w+TokenCount)": ?\d+/g;
const lies = ['-5', '1e18', '"12"', 'null', '1e300'];

describe.each(lies)('counts that are %s are not believed, nor free', (lie) => {
  it.each(allRoads)('%s over %s', async (_to, _from, road) => {
    for (const stream of [false, true]) {
      rig.forget();
      const honest = answerOf(road.provider, 'text', stream);
      const lying = changed(road.provider, honest, stream, (json) => json.replaceAll(counts, `"$1":${lie}`));
      expect(lying.body.equals(honest.body)).toBe(false);
      const { row } = await go(rig, road, stream, lying);
      expect(row).toMatchObject({ status: 'completed', estimated: true });
      const { input, output } = row.usage;
      expect([input, output].every((count) => Number.isSafeInteger(count) && count > 0 && count < 1_000)).toBe(true);
      expectCharge(row, costOf(row.usage));
    }
  });
});
