/** A few rounds for every run of the tests; `npm run test:edge` does a thousand of a thousand calls. */
import { afterEach, describe, expect, it } from 'vitest';
import { verifyLedger } from '../../src/ledger/verify.ts';
import { Random } from '../bad-input/random.ts';
import { runRound, stepNanoUsd } from './edge-round.ts';
import { type Fleet, startFleet } from './fleet.ts';
import { obedient } from './obedient.ts';

let fleet: Fleet;
afterEach(() => fleet.close());

describe('a wallet that fits exactly k requests, and many more calls at once', () => {
  it.each([1, 2, 4])(
    'is never over by more than one step of growth, nor refused falsely, on %i instances',
    async (n) => {
      fleet = await startFleet({ script: obedient, instances: n });
      const seeded = new Random(n);
      const random = () => seeded.next();
      for (let round = 0; round < 3; round++) {
        const { served, overNanoUsd, falseRefusals, odd, refused } = await runRound(fleet, { calls: 150, random });
        expect(odd).toEqual([]);
        expect(falseRefusals).toBe(0);
        expect(overNanoUsd <= stepNanoUsd).toBe(true);
        expect(Math.min(served, refused)).toBeGreaterThan(0);
      }
      const { drift, findings } = await verifyLedger(fleet.store);
      expect([drift, findings]).toEqual([0, []]);
    },
  );
});
