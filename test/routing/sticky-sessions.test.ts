/**
 * Conversations return to the target that holds their prompt: an agent's session of 50 turns finds at least 98 % of what
 * it finds at a single target, and a target that dies in its middle is replaced without the agent noticing.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Strategy } from '../../src/snapshot/strategy.ts';
import { type Rig, startRig } from '../cases/rig.ts';
import { PrefixCache } from '../fakes/prefix-cache.ts';
import type { Json } from '../fakes/sealing.ts';
import { startUpstream, type Upstream } from '../fakes/upstream.ts';

const turns = 50;
const instructions = 'You look into files and say what is wrong with them. '.repeat(100);
const result = 'the next lines of the file, which say what everybody knows already. '.repeat(12);

/** A provider that keeps prompts and says how much of one it knew. */
interface Keeper {
  readonly upstream: Upstream;
  readonly cache: PrefixCache;
  readonly answered: number;
}

let keepers: Keeper[];
let rig: Rig;

beforeEach(async () => {
  keepers = [await startKeeper(), await startKeeper()];
});
afterEach(async () => {
  await rig.close();
  for (const { upstream } of keepers) await upstream.close();
});

async function startKeeper(): Promise<Keeper> {
  const cache = new PrefixCache('openai-chat');
  const keeper = { cache, answered: 0 };
  const upstream = await startUpstream({
    script: (call, reply) => {
      const before = { total: cache.total, cached: cache.cached };
      cache.see((call.json ?? {}) as Json);
      keeper.answered++;
      reply.json(200, answer(cache.total - before.total, cache.cached - before.cached));
    },
  });
  return Object.assign(keeper, { upstream });
}

/** A token for each byte: the counts of the gateway can be compared with the cache's own. */
function answer(promptTokens: number, cachedTokens: number) {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: 'm',
    choices: [{ index: 0, message: { role: 'assistant', content: 'Go on.' }, finish_reason: 'stop' }],
    usage: {
      prompt_tokens: promptTokens,
      completion_tokens: 10,
      total_tokens: promptTokens + 10,
      prompt_tokens_details: { cached_tokens: cachedTokens },
    },
  };
}

async function start(strategy: Strategy, random: () => number): Promise<void> {
  rig = await startRig({
    strategies: { agents: strategy },
    routes: { agents: ['oa/m@one', 'oa/m@two'], alone: ['oa/m@one'] },
    addresses: { one: keepers[0]?.upstream.url ?? '', two: keepers[1]?.upstream.url ?? '' },
    random,
  });
}

/** The session's turns; `between` runs before each. Returns where each was answered. */
async function play(model: string, session: string, between: (turn: number) => Promise<void> = async () => {}) {
  const messages: Json[] = [
    { role: 'system', content: instructions },
    { role: 'user', content: `Look into ${session}.` },
  ];
  const statuses: number[] = [];
  for (let turn = 0; turn < turns; turn++) {
    await between(turn);
    const { status, json } = await rig.chat({ model, messages });
    statuses.push(status);
    const { choices } = json() as { choices?: readonly { message: Json }[] };
    messages.push(choices?.[0]?.message ?? {}, { role: 'user', content: `${turn}: ${result}` });
  }
  return statuses;
}

/** The share of all prompts' bytes that some provider knew. */
function hitRate(): number {
  const sum = (read: (cache: PrefixCache) => number) => keepers.reduce((all, { cache }) => all + read(cache), 0);
  return sum((cache) => cache.cached) / sum((cache) => cache.total);
}

const allWell = Array.from({ length: turns }, () => 200);

describe('a session of 50 turns over two providers that keep prompts', () => {
  const strategies: readonly (readonly [string, Strategy])[] = [
    ['weighted', { kind: 'weighted' }],
    ['split by request', { kind: 'split', by: 'request' }],
  ];
  it.each(strategies)(
    'dealt anew for each turn (%s): 98 of 100 bytes that a single one keeps',
    async (_name, strategy) => {
      let draws = 0;
      // Two draws a request, and the larger one at another place each time: without return every other turn goes elsewhere.
      await start(strategy, () => [0.9, 0.1, 0.1, 0.9][draws++ % 4] as number);
      expect(await play('alone', 'a.txt')).toEqual(allWell);
      const alone = hitRate();
      for (const keeper of keepers) Object.assign(keeper.cache, { total: 0, cached: 0 });
      expect(await play('agents', 'b.txt')).toEqual(allWell);
      expect(hitRate() / alone).toBeGreaterThanOrEqual(0.98);
    },
  );

  it('goes on without an error when its provider dies, and its row says what the lost cache costs', async () => {
    await start({ kind: 'weighted' }, () => 0.5);
    const statuses = await play('agents', 'c.txt', async (turn) => {
      if (turn !== 25) return;
      const holder = keepers.find(({ answered }) => answered > 0);
      await holder?.upstream.close();
    });
    expect(statuses).toEqual(allWell);
    const rows = await rig.rows(turns);
    const decision = rows[25]?.decision as { sticky?: { kept: boolean; cachedTokens: number; lostNanoUsd: number } };
    const { kept, cachedTokens = 0, lostNanoUsd } = decision.sticky ?? {};
    expect(kept).toBe(true);
    // A token read from the cache costs $0.9 for a million less than a new one.
    expect(lostNanoUsd).toBe(Math.round(cachedTokens * 900));
    expect(lostNanoUsd).toBeGreaterThan(0);
    expect(rows[24]?.decision).not.toHaveProperty('sticky.lostNanoUsd');
    expect(rows[26]?.decision).not.toHaveProperty('sticky.lostNanoUsd');
    expect(keepers.map(({ answered }) => answered).toSorted((a, b) => a - b)).toEqual([25, 25]);
  });
});
