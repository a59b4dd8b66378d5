/** Fault F25: a process that cannot keep up refuses new calls in their dialect, stays reachable, and takes them again. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Rig, startRig } from '../cases/rig.ts';
import { corpus } from '../golden/corpus.ts';
import { until } from '../until.ts';

let rig: Rig;
beforeEach(async () => {
  rig = await startRig({ settings: { lagMsMax: 20 } });
});
afterEach(() => rig.close());

/** The event loop, which the gateway shares with this test, comes late again and again. */
async function stall(): Promise<void> {
  for (let i = 0; i < 8; i++) {
    const endAt = performance.now() + 150;
    while (performance.now() < endAt);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('an event loop that stays behind', () => {
  it.each(corpus.map((caller) => [caller.id, caller] as const))(
    'refuses %s with 503 and a time',
    async (_id, caller) => {
      const body = JSON.stringify(caller.request('text', 'oa/echo', false));
      await stall();
      const { status, headers, body: told } = await rig.post(caller.path('oa/echo', false), body, caller.headers);
      expect(status).toBe(503);
      expect(Number(headers['retry-after'])).toBeGreaterThan(0);
      expect(told).toMatch(/event loop is \d+ ms late, and 20 ms is the limit/);
      expect(rig.upstream.calls).toEqual([]);
      expect((await fetch(`${rig.url}/health`)).status).toBe(200);
      const answer = () => rig.post(caller.path('oa/echo', false), body, caller.headers);
      await until('it is taken again', async () => (await answer()).status === 200);
    },
  );
});
