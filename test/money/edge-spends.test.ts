/** A few rounds for every run of the tests; `npm run test:edge` does a thousand rounds of a thousand calls. */
import { afterEach, describe, expect, it } from 'vitest';
import { verifyLedger } from '../../src/ledger/verify.ts';
import { formatUsd } from '../../src/lib/money.ts';
import { Random } from '../bad-input/random.ts';
import { type RoundResult, runRound, stepNanoUsd } from './edge-round.ts';
import { type Fleet, startFleet } from './fleet.ts';
import { obedient } from './obedient.ts';

const rounds = Number(process.env.EDGE_ROUNDS ?? 9);
const calls = Number(process.env.EDGE_CALLS ?? 150);
const seed = Number(process.env.EDGE_SEED ?? 1);

let fleet: Fleet;
afterEach(() => fleet.close());

describe('a wallet that fits exactly k requests, and many more calls at once', () => {
  it.each([1, 2, 4])(
    'is never over by more than one step of growth, nor refused falsely, on %i instances',
    async (n) => {
      fleet = await startFleet({ script: obedient, instances: n });
      const seeded = new Random(seed * 10 + n);
      const results: RoundResult[] = [];
      for (let round = 0; round < rounds / 3; round++) {
        const result = await runRound(fleet, { calls, random: () => seeded.next() });
        results.push(result);
        expect(result).toMatchObject({ odd: [], falseRefusals: [] });
        expect(result.overNanoUsd <= stepNanoUsd).toBe(true);
        fleet.upstream.clear();
      }
      const { drift, findings } = await verifyLedger(fleet.store);
      expect([drift, findings]).toEqual([0, []]);
      process.stdout.write(`${report(n, results)}\n`);
      expect(Math.min(...results.map(({ served, refused }) => Math.min(served, refused)))).toBeGreaterThan(0);
    },
  );
});

/** Both bounds, for people. */
function report(instances: number, results: readonly RoundResult[]): string {
  const sum = (count: (result: RoundResult) => number) => results.reduce((total, each) => total + count(each), 0);
  const worst = results.map(({ overNanoUsd }) => overNanoUsd).sort((a, b) => Number(b - a))[0] ?? 0n;
  const unanswered = sum((result) => result.unanswered);
  const counts = `${sum(({ served }) => served)} served, ${sum(({ refused }) => refused)} refused, ${unanswered} got 503`;
  const over = `over a wallet at most ${formatUsd(worst)} (one step is ${formatUsd(stepNanoUsd)})`;
  const falsely = `${sum(({ falseRefusals }) => falseRefusals.length)} refused falsely`;
  return `${instances} instances, ${results.length} rounds of ${calls} calls: ${counts}; ${over}; ${falsely}`;
}
