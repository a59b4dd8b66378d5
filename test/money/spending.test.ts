import { afterEach, describe, expect, it } from 'vitest';
import { type Fleet, startFleet } from './fleet.ts';
import { obedient } from './obedient.ts';

let fleet: Fleet;
afterEach(() => fleet.close());

describe('a prepaid organization', () => {
  it('pays exactly what its requests cost', async () => {
    fleet = await startFleet({ script: obedient });
    const customer = await fleet.customer('acme', 1_000_000_000n);
    const answer = await fleet.chat(customer.key, { max_tokens: 7 });
    expect([answer.status, answer.headers['x-tollgate-cost-usd']]).toEqual([200, '0.00008']);
    await fleet.settle();
    expect(await customer.wallet()).toMatchObject({ paidNanoUsd: 1_000_000_000n - 80_000n });
  });
});
