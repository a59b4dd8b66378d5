/**
 * Fault F14: a caller hangs up after every frame of recorded streams. A row of usage each time, what was produced is
 * charged once, the provider is let go, nothing stays held. `npm run test:aborts` does it with all recordings.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { takeBack } from '../../src/ledger/wallet.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { Usage } from '../../src/llm/usage.ts';
import { Gate } from '../fakes/gate.ts';
import { recordingsExist } from '../fakes/recording.ts';
import { type Reply, sseHeaders } from '../fakes/reply.ts';
import { shortName } from '../recorded/corpus.ts';
import { cutFrames, streamsOf } from '../recorded/streams.ts';
import { type Customer, type Fleet, startFleet } from './fleet.ts';
import {
  billFor,
  Caller,
  type Came,
  cameAfterEach,
  fourModels,
  fourProviders,
  type RecordedDialect,
  roads,
} from './hang-ups.ts';
import { obedient } from './obedient.ts';

/** Longer streams are for the script. */
const framesMax = Number(process.env.ABORT_FRAMES ?? 27);
const paid = 1_000_000_000_000n;

let fleet: Fleet;
beforeAll(async () => {
  fleet = await startFleet({ script: obedient, providers: fourProviders, models: fourModels });
});
afterAll(() => fleet.close());

let customers = 0;
const dialectIds = Object.keys(roads) as RecordedDialect[];
const streams = dialectIds.flatMap((id) =>
  (recordingsExist ? streamsOf(id) : [])
    .map(([, kept]) => [id, shortName(kept), cutFrames(id, kept.response)] as const)
    .filter(([, , frames]) => frames.length <= framesMax),
);

interface Row extends Record<string, unknown> {
  readonly flags: readonly string[];
  readonly status: string;
  readonly estimated: boolean;
  readonly charge_nano_usd: bigint;
  readonly client_request_id: string | null;
  readonly request_id: string;
}

async function rowsOf({ organizationId }: Customer): Promise<readonly Row[]> {
  const query = fleet.store.db.selectFrom('usage').selectAll().where('organization_id', '=', organizationId);
  return (await query.execute()) as unknown as Row[];
}

/** What must be true of a customer who has hung up on everything: each row is charged once, and nothing is held. */
async function closeBooks(customer: Customer, rows: readonly Row[]): Promise<void> {
  const { organizationId } = customer;
  const transfers = await fleet.store.db
    .selectFrom('transfers')
    .select('request_id')
    .where('organization_id', '=', organizationId)
    .where('kind', '=', 'usage')
    .execute();
  const charged = rows.filter(({ charge_nano_usd }) => charge_nano_usd > 0n).map(({ request_id }) => request_id);
  expect(transfers.map(({ request_id }) => request_id).sort()).toEqual(charged.sort());
  const sum = rows.reduce((all, { charge_nano_usd }) => all + charge_nano_usd, 0n);
  const { paidNanoUsd } = await customer.wallet();
  expect(paidNanoUsd).toBe(paid - sum);
  // What a request still held could not be taken back.
  const all = { organizationId, amountNanoUsd: paidNanoUsd, idempotencyKey: `all:${organizationId}` };
  await takeBack(fleet.store, { ...all, to: 'operator', missing: 'refuse' }, systemClock);
  expect(await customer.wallet()).toMatchObject({ paidNanoUsd: 0n, heldNanoUsd: 0n });
}

const usageOf = (row: Row): Partial<Usage> => ({
  input: Number(row.input_tokens),
  output: Number(row.output_tokens),
  cacheRead: Number(row.cache_read_tokens),
  cacheWrite5m: Number(row.cache_write_5m_tokens),
  cacheWrite1h: Number(row.cache_write_1h_tokens),
  thinking: Number(row.thinking_tokens),
});

function addressOf() {
  const [instance] = fleet.instances;
  if (instance === undefined) throw new Error('no instance');
  return { host: instance.address.host, port: instance.address.port };
}

function call(id: RecordedDialect, customer: Customer, stream: boolean, name: string): Caller {
  const { path, body } = roads[id];
  const asked = id === 'gemini' ? body : { ...body, stream, ...(!stream && { stream_options: undefined }) };
  return new Caller(addressOf(), path(stream), customer.key, asked, name);
}

/** Whatever the gateway could read when this was called, it has read when this resolves. */
const gatewayHasRead = () => fleet.chat('tg-nobody', {});

async function hangUpAfter(id: RecordedDialect, customer: Customer, frames: readonly Buffer[], came: Came, k: number) {
  const gate = new Gate();
  fleet.upstream.once(async (_call, reply) => {
    reply.head(200, sseHeaders);
    await reply.write(Buffer.concat(frames.slice(0, k + 1)));
    if (came.ended) reply.end();
    void gate.pass();
    await reply.hang();
  });
  const caller = call(id, customer, true, `frame-${k}`);
  await gate.reached;
  await caller.untilBytes(came.bytes);
  await gatewayHasRead();
  caller.hangUp();
  await fleet.upstream.waitForClosed(1_000);
  if (!came.ended) expect(fleet.upstream.calls.at(-1)?.aborted).toBe(true);
  fleet.upstream.clear();
}

describe('a caller that hangs up after each frame of a recorded stream', () => {
  it.each(streams)('%s: %s', async (id, name, frames) => {
    const customer = await fleet.customer(`${customers++}: ${name}`.slice(0, 90), paid);
    const came = cameAfterEach(id, frames);
    for (const [k, each] of came.entries()) await hangUpAfter(id, customer, frames, each, k);
    await fleet.settle();
    const rows = await rowsOf(customer);
    expect(rows.map(({ client_request_id: at }) => at).sort()).toEqual(came.map((_, k) => `frame-${k}`).sort());
    for (const row of rows) {
      const at = Number(row.client_request_id?.slice('frame-'.length));
      const { status, estimated, usage, chargeNanoUsd } = billFor(came[at] as Came);
      const { input, output, cacheRead, cacheWrite5m, cacheWrite1h, thinking } = usage;
      expect({
        at,
        status: row.status,
        ...usageOf(row),
        charge: row.charge_nano_usd,
        flagged: row.estimated,
      }).toEqual({
        ...{ at, status, input, output, cacheRead, cacheWrite5m, cacheWrite1h, thinking },
        charge: chargeNanoUsd,
        flagged: estimated || isDoubted(row),
      });
    }
    await closeBooks(customer, rows);
  });
});

/** Numbers of the recording itself that contradict each other, which has nothing to do with hanging up. */
function isDoubted(row: Row): boolean {
  return row.flags.some((flag) => /^(gap|clamped|beside|absurd|lying):/.test(flag));
}

describe.each(dialectIds)('a caller of %s that hangs up', (id) => {
  const half = (status: number, body: string) => async (gate: Gate, reply: Reply) => {
    reply.head(status, { 'content-type': 'application/json', 'content-length': body.length * 2 });
    await reply.write(body);
    void gate.pass();
    await reply.hang();
  };
  const silent = (gate: Gate, reply: Reply) => {
    void gate.pass();
    return reply.hang();
  };
  // A provider that was asked works on the prompt, so that is charged; one that has refused charges nothing.
  it.each([
    ['before the headers of a stream', true, silent, 5_000n],
    ['before the headers of a whole answer', false, silent, 5_000n],
    ['while half of a whole answer is here', false, half(200, '{"choices":[{"message":{"content":"Hi'), 5_000n],
    ['while the body of an error is read', true, half(500, '{"error":{"message":"bu'), 0n],
  ] as const)('%s', async (moment, stream, script, charge) => {
    const customer = await fleet.customer(`${id}: ${moment}`, paid);
    const gate = new Gate();
    fleet.upstream.once((_call, reply) => script(gate, reply));
    const caller = call(id, customer, stream, moment);
    await gate.reached;
    await gatewayHasRead();
    caller.hangUp();
    await fleet.upstream.waitForClosed(1_000);
    expect(fleet.upstream.calls.at(-1)?.aborted).toBe(true);
    fleet.upstream.clear();
    await fleet.settle();
    const rows = await rowsOf(customer);
    expect(rows).toMatchObject([{ status: 'cancelled', estimated: charge > 0n, charge_nano_usd: charge }]);
    await closeBooks(customer, rows);
  });
});
