/** Models that a request names beside its own are no way around their limits. */
import { afterEach, expect, it } from 'vitest';
import { type Rig, startRig } from '../cases/rig.ts';

let rig: Rig;
afterEach(() => rig.close());

it('the limit of a model counts for a request that names it second', async () => {
  rig = await startRig({
    routes: { free: ['oa/echo'], tight: ['an/echo'] },
    routeLimits: { tight: { requestsPerMinute: 2 } },
  });
  const ask = () => rig.chat({ model: 'free', models: ['free', 'tight'], messages: [{ role: 'user', content: 'Hi' }] });
  const statuses = [(await ask()).status, (await ask()).status];
  const third = await ask();
  expect([...statuses, third.status]).toEqual([200, 200, 429]);
  expect(third.body).toContain('the route tight');
  expect((await rig.chat({ model: 'free', messages: [{ role: 'user', content: 'Hi' }] })).status).toBe(200);
});
