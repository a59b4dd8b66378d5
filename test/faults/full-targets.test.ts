/** A provider that takes only so many at once is never asked more: others are asked, or the request waits its turn. */
import { afterEach, describe, expect, it } from 'vitest';
import { type Rig, startRig } from '../cases/rig.ts';
import { Gate } from '../fakes/gate.ts';
import { personaScript } from '../fakes/persona-script.ts';
import { corpus } from '../golden/corpus.ts';
import { until } from '../until.ts';

let rig: Rig;
afterEach(() => rig.close());

/** Every answer waits at the gate; `most` is how many waited together. */
async function start(gate: Gate, settings: { queueLengthMax: number }) {
  const seen = { now: 0, most: 0 };
  rig = await startRig({
    credential: { capacity: { concurrentRequests: 2 } },
    routes: { main: ['oa/echo@one', 'oa/echo@two'] },
    settings: { queueWaitMs: 60_000, ...settings },
    otherKeys: { 'tg-other': 'org_other' },
    upstream: {
      script: async (call, reply, upstream) => {
        seen.most = Math.max(seen.most, ++seen.now);
        await gate.pass();
        seen.now--;
        await personaScript(call, reply, upstream);
      },
    },
  });
  return seen;
}

const body = { model: 'oa/echo', messages: [{ role: 'user', content: 'Hello?' }] };

describe('a provider that takes two at once', () => {
  it('is never asked a third, and everybody is answered', async () => {
    const gate = new Gate();
    const seen = await start(gate, { queueLengthMax: 100 });
    const asked = Array.from({ length: 12 }, () => rig.chat(body));
    await rig.upstream.waitForCalls(2);
    gate.release();
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual(Array.from({ length: 12 }, () => 200));
    expect(seen.most).toBe(2);
  });

  it('serves the first of another organization before the tenth of one', async () => {
    const gate = new Gate();
    await start(gate, { queueLengthMax: 100 });
    const done: string[] = [];
    const ask = async (name: string, headers: Record<string, string> = {}) => {
      await rig.chat(body, headers);
      done.push(name);
    };
    const crowd = Array.from({ length: 10 }, () => ask('crowd'));
    await rig.upstream.waitForCalls(2);
    const other = ask('other', { authorization: 'Bearer tg-other' });
    await until('all have come', () => rig.gateway.inFlight === 11);
    for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve));
    gate.release();
    await Promise.all([...crowd, other]);
    expect(done.indexOf('other')).toBeLessThan(6);
  });

  it.each(corpus.map((caller) => [caller.id, caller] as const))(
    'tells %s at once when too many wait',
    async (_id, caller) => {
      const gate = new Gate();
      await start(gate, { queueLengthMax: 0 });
      const held = [rig.chat(body), rig.chat(body)];
      await rig.upstream.waitForCalls(2);
      const asked = JSON.stringify(caller.request('text', 'oa/echo', true));
      const { status, headers, body: told } = await rig.post(caller.path('oa/echo', true), asked, caller.headers);
      expect(status).toBe(429);
      expect(Number(headers['retry-after'])).toBeGreaterThan(0);
      expect(told).toContain('All targets of this model are busy');
      gate.release();
      await Promise.all(held);
    },
  );

  it('is passed by where another one has room', async () => {
    const gate = new Gate();
    const seen = await start(gate, { queueLengthMax: 0 });
    const asked = Array.from({ length: 4 }, () => rig.chat({ ...body, model: 'main' }));
    await rig.upstream.waitForCalls(4);
    gate.release();
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(seen.most).toBe(4);
  });
});
