/** Case 108 on all roads with the real process: SIGTERM under running streams, and kill -9. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Gate } from '../../fakes/gate.ts';
import { startUpstream, type Upstream } from '../../fakes/upstream.ts';
import type { WireAnswer } from '../../golden/features.ts';
import { answering, modelOf } from '../../golden/run.ts';
import { startGateway, type TestGateway } from '../../harness/gateway.ts';
import type { RawClient } from '../../harness/raw-client.ts';
import { until } from '../../until.ts';
import { rigKey } from '../rig.ts';
import { allRoads, answerOf, open, type Road, untilError, words } from './road.ts';
import { violations } from './valid.ts';

const types = {
  oa: ['openai-compatible', '/v1'],
  re: ['responses-compatible', '/v1'],
  an: ['anthropic-compatible', ''],
  ge: ['gemini-compatible', '/v1beta'],
  be: ['bedrock-compatible', ''],
} as const;

let upstream: Upstream;
let gateway: TestGateway;
beforeEach(async () => {
  upstream = await startUpstream();
});
afterEach(async () => {
  await gateway.stop();
  await upstream.close();
});

function start(drainMs: number): Promise<TestGateway> {
  const providers = Object.entries(types).map(([id, [type, path]]) => {
    return [id, { type, baseUrl: upstream.url + path, apiKey: 'sk-upstream' }] as const;
  });
  const names = new Set(allRoads.map(([, , { provider }]) => modelOf(provider)));
  const models = [...names].map((name) => [name, { price: { input: 1, output: 2 } }] as const);
  return startGateway({
    readyMs: 60_000,
    config: {
      server: { drainMs },
      keys: { test: { key: rigKey } },
      providers: Object.fromEntries(providers),
      models: Object.fromEntries(models),
    },
  });
}

/** A stream on each road, each of which has shown its first bytes and waits at the gate in its middle. */
async function openAll(gate: Gate, halves: (road: Road) => readonly [WireAnswer, at: number]): Promise<RawClient[]> {
  const clients: RawClient[] = [];
  for (const [, , road] of allRoads) {
    const [{ headers, body }, at] = halves(road);
    upstream.once(async (_call, reply) => {
      reply.head(200, headers);
      await reply.write(body.subarray(0, at));
      await gate.pass();
      await reply.write(body.subarray(at));
      reply.end();
    });
    const client = await open(gateway, road, true);
    await client.untilBytes(1);
    clients.push(client);
  }
  return clients;
}

const late = ({ provider }: Road) => {
  const answer = answerOf(provider, 'parallel tools', true);
  return [answer, Math.floor((answer.body.length * 3) / 4)] as const;
};
const unfinished = ({ provider }: Road) => {
  const answer = untilError(provider);
  return [answer, answer.body.length] as const;
};

/** Ends of the streams in the order of the roads; each that was translated is valid in its caller's dialect. */
async function endsOf(clients: readonly RawClient[], outcome: 'whole' | 'failed'): Promise<(string | undefined)[]> {
  const ends: (string | undefined)[] = [];
  for (const [i, client] of clients.entries()) {
    await client.until(({ whole }) => whole || client.ended, 'the end');
    const [caller, provider, road] = allRoads[i] ?? [];
    if (caller === undefined || road === undefined) throw new Error('more streams than roads');
    const { status, headers, body } = client.answer;
    // What is relayed is as strict as its provider.
    if (caller !== provider) expect(violations(caller, body, outcome), `${caller} over ${provider}`).toEqual([]);
    ends.push(words(road.caller.readAnswer({ status, headers, body }, true)).at(-1));
    client.abort();
  }
  return ends;
}

const statuses = async () => (await gateway.waitForUsage(allRoads.length)).map((row) => row.status);

// A process starts slowly on a machine that is busy with other tests.
describe('case 108: the real process', { timeout: 150_000 }, () => {
  it('SIGTERM: running streams of every road end whole, each has its row, exit 0', async () => {
    gateway = await start(60_000);
    const gate = new Gate();
    const clients = await openAll(gate, late);
    gateway.process.child.kill('SIGTERM');
    await until('not ready', async () => (await gateway.readiness()) === 503);
    gate.release();
    expect(await endsOf(clients, 'whole')).toEqual(allRoads.map(() => 'stop tool-call'));
    expect(await gateway.process.ended).toEqual({ code: 0, signal: null });
    expect(await statuses()).toEqual(allRoads.map(() => 'completed'));
  });

  it('SIGTERM: streams that are not over in time are failed in the caller’s form, exit 0', async () => {
    gateway = await start(300);
    const clients = await openAll(new Gate(), unfinished);
    gateway.process.child.kill('SIGTERM');
    for (const end of await endsOf(clients, 'failed')) expect(end).toMatch(/^error /);
    expect(await gateway.process.ended).toEqual({ code: 0, signal: null });
    expect(await statuses()).toEqual(allRoads.map(() => 'failed'));
  });

  it('kill -9: what was finished has its row, and what ran is settled by the next start', async () => {
    gateway = await start(60_000);
    for (const [, , road] of allRoads) {
      upstream.once(answering(answerOf(road.provider, 'text', false)));
      const client = await open(gateway, road, false);
      await client.until(({ whole }) => whole, 'the whole answer');
      client.abort();
    }
    await openAll(new Gate(), unfinished);
    await gateway.kill9();
    await gateway.restart();
    const rows = await gateway.waitForUsage(2 * allRoads.length);
    const finished = rows.filter((row) => row.status === 'completed');
    expect(finished.map((row) => row.output_tokens)).toEqual(allRoads.map(() => '5'));
    const cut = rows.filter((row) => row.status !== 'completed');
    for (const row of cut) {
      expect(row).toMatchObject({ status: 'interrupted', recovered: true, estimated: true });
      expect(Number(row.cost_nano_usd)).toBeGreaterThan(0);
    }
    expect(cut).toHaveLength(allRoads.length);
  });
});
