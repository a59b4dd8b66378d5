/**
 * Tool loops of 3 and of 50 turns, from each client dialect over each provider's, with providers that refuse a forged,
 * moved, reordered or missing seal: every one comes back to the provider that minted it, where it stood.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Agent } from './agents/agent.ts';
import { agents, playSession, type SealRig, startSealRig, upstreams } from './sessions.ts';

let seals: SealRig;
/** With an instance that has just started, or whose memory for seals is full. */
let vaultless: SealRig;
beforeAll(async () => {
  seals = await startSealRig();
  vaultless = await startSealRig({ settings: { sealBytesMax: 0 } });
});
afterAll(async () => {
  await seals.close();
  await vaultless.close();
});
beforeEach(() => {
  seals.forget();
  vaultless.forget();
});

const cells = agents.flatMap((agent) =>
  upstreams
    // An SDK that drops seals by itself does so without a gateway too: where bytes pass, nothing is added to them.
    .filter((upstream) => !(agent.isForgetful && upstream === agent.dialect))
    .map((upstream) => ({ agent, upstream, name: `${agent.name} over ${upstream}` })),
);
type Cell = (typeof cells)[number];

async function bringsAllBack(rig: SealRig, { agent, upstream }: Cell, turns: number, stream: boolean): Promise<void> {
  const fake = rig.fake(`${upstream}-1`);
  const before = { answered: fake.answered, returned: fake.returned };
  await playSession(rig.rig, agent, { turns, stream, model: () => `${upstream}-1` });
  expect(fake.faults).toEqual([]);
  expect(fake.answered - before.answered).toBe(turns);
  // Each request brought back all answers before it, sealed.
  expect(fake.returned - before.returned).toBe((turns * (turns - 1)) / 2);
}

describe('a loop of 3 turns', () => {
  it.each(cells)('$name brings every seal back, streamed and whole', async (cell) => {
    await bringsAllBack(seals, cell, 3, true);
    await bringsAllBack(seals, cell, 3, false);
  });
});

describe('a loop of 50 turns', () => {
  it.each(cells)('$name brings every seal back', (cell) =>
    bringsAllBack(seals, cell, 50, cells.indexOf(cell) % 2 === 0),
  );
});

describe('without a vault', () => {
  const carries = ({ name }: Agent) => !['chat SDK', 'Gemini CLI'].includes(name);
  const own = cells.filter(
    ({ agent, upstream }) => agent.dialect === upstream || (carries(agent) && upstream !== 'gemini'),
  );
  it.each(own)('$name still carries what its own dialect has a slot for', async (cell) => {
    await bringsAllBack(vaultless, cell, 3, true);
    await bringsAllBack(vaultless, cell, 3, false);
  });
});
