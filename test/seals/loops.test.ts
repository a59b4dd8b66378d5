/**
 * Tool loops of 3 and of 50 turns, from each client dialect over each provider's, with providers that refuse a forged,
 * moved, reordered or missing seal: every one comes back to the provider that minted it, where it stood.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agents, playSession, type SealRig, startSealRig, upstreams } from './sessions.ts';

let seals: SealRig;
beforeAll(async () => {
  seals = await startSealRig();
});
afterAll(() => seals.close());

const cells = agents.flatMap((agent) =>
  upstreams
    // An SDK that drops seals by itself does so without a gateway too: where bytes pass, nothing is added to them.
    .filter((upstream) => !(agent.isForgetful && upstream === agent.dialect))
    .map((upstream) => ({ agent, upstream, name: `${agent.name} over ${upstream}` })),
);

describe.each([3, 50])('a loop of %i turns', (turns) => {
  describe.each([true, false])('(stream: %s)', (stream) => {
    it.each(cells)('$name brings every seal back', async ({ agent, upstream }) => {
      const fake = seals.fake(`${upstream}-1`);
      const before = { answered: fake.answered, returned: fake.returned };
      await playSession(seals.rig, agent, { turns, stream, model: () => `${upstream}-1` });
      expect(fake.faults).toEqual([]);
      expect(fake.answered - before.answered).toBe(turns);
      // Each request brought back all answers before it, sealed.
      expect(fake.returned - before.returned).toBe((turns * (turns - 1)) / 2);
    });
  });
});
