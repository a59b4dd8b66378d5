/**
 * Prompt caching through the gateway: in a session of 50 turns a provider finds at least 98 % of what it finds in the
 * session of its own client, from each client dialect over each provider's.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DialectId } from '../../src/llm/chat.ts';
import { PrefixCache } from '../fakes/prefix-cache.ts';
import { agents, nativeAgent, playSession, type SealRig, startSealRig, upstreams } from '../seals/sessions.ts';

const turns = 50;
const shareMin = 0.98;
/** As long as a small file. */
const result = 'the next lines of the file, which say what everybody knows already. '.repeat(12);

let seals: SealRig;
let seen: PrefixCache | undefined;
const direct = new Map<DialectId, number>();

beforeAll(async () => {
  seals = await startSealRig({
    settings: { promptCacheMarks: true },
    onCall: (_name, call) => seen?.see(call.json ?? {}),
  });
  for (const dialect of upstreams) {
    const cache = await observe(dialect, (stream) =>
      playSession(seals.fake(`${dialect}-1`), nativeAgent(dialect), { turns, stream, result, model: () => 'm' }),
    );
    direct.set(dialect, cache.hitRate);
  }
});
afterAll(() => seals.close());

async function observe(dialect: DialectId, play: (stream: boolean) => Promise<void>): Promise<PrefixCache> {
  const cache = new PrefixCache(dialect);
  seen = cache;
  await play(true);
  seen = undefined;
  return cache;
}

describe('a session of 50 turns', () => {
  it.each(upstreams)('of the own client of %s is read from the cache but for its newest turns', (dialect) => {
    expect(direct.get(dialect)).toBeGreaterThan(0.9);
  });

  const cells = agents.flatMap((agent) =>
    upstreams.map((upstream) => ({ agent, upstream, name: `${agent.name} over ${upstream}` })),
  );
  it.each(cells.filter(({ agent, upstream }) => !(agent.isForgetful && upstream === agent.dialect)))(
    '$name hits the cache like the own client',
    async ({ agent, upstream }) => {
      const cache = await observe(upstream, (stream) =>
        playSession(seals.rig, agent, { turns, stream, result, model: () => `${upstream}-2` }),
      );
      expect(cache.hitRate / (direct.get(upstream) ?? 1)).toBeGreaterThanOrEqual(shareMin);
    },
  );
});
