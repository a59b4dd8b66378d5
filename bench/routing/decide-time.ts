/** What deciding alone takes: routes of so many targets, all of them measured, for a caller of whom enough is known. */
import { Health } from '../../src/gateway/upstream/health.ts';
import { decide } from '../../src/routing/decide.ts';
import { nodeOf, routeOf, targetOf, usualAsk } from '../../src/routing/decision.fixture.ts';
import { CallerHabits } from '../../src/routing/habits.ts';
import { Measures } from '../../src/routing/measures.ts';
import type { Route } from '../../src/snapshot/snapshot.ts';
import type { Strategy } from '../../src/snapshot/strategy.ts';
import { chanceOf } from './chance.ts';

const strategies: readonly Strategy[] = [
  { kind: 'fallback' },
  { kind: 'weighted' },
  { kind: 'cheapest' },
  { kind: 'fastest' },
  { kind: 'reliable' },
  { kind: 'balanced', weights: { price: 1, latency: 1, reliability: 2, throughput: 0.5 } },
  { kind: 'split', by: 'request' },
];
const warmUps = 20_000;
const times = 50_000;

/** Microseconds of processor time of one decision, by strategy. */
export function decideMicros(count: number): readonly (readonly [kind: string, micros: number])[] {
  const targets = Array.from({ length: count }, (_, i) =>
    targetOf(`p${i}/m`, { price: { input: 1 + i / 10, output: 2, cacheRead: 0.1 } }),
  );
  const now = () => performance.now();
  const clock = { monotonicMs: now, nowMs: () => Date.now() };
  const random = chanceOf(1);
  const [measures, habits, health] = [new Measures(now), new CallerHabits(), new Health({ clock, random })];
  for (const [i, target] of targets.entries()) {
    measures.begin(target);
    measures.observe(target, { firstTokenMs: 100 + i, totalMs: 900, outputTokens: 50, ok: true });
    const used = { inputTokens: 900, estimatedTokens: 1000, cachedTokens: 100, outputTokens: 50, isNew: true };
    habits.learn({ keyId: 'key', target, ...used });
  }
  const world = () => ({
    nowMs: clock.nowMs(),
    random,
    measuresOf: (target: (typeof targets)[number]) => measures.of(target),
    stateOf: (target: (typeof targets)[number]) => health.stateOf(target),
    habitsOf: (keyId: string, target: (typeof targets)[number]) => habits.of(keyId, target),
  });
  const run = (route: Route, rounds: number): number => {
    // Of this process: the machine may have more to do.
    const before = process.cpuUsage();
    for (let i = 0; i < rounds; i++) decide(route, usualAsk, world());
    const { user, system } = process.cpuUsage(before);
    return (user + system) / rounds;
  };
  return strategies.map((strategy) => {
    const route = routeOf(nodeOf(strategy, targets));
    run(route, warmUps);
    return [strategy.kind, run(route, times)] as const;
  });
}
