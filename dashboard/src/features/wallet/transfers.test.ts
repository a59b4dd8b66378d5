import { expect, it } from 'vitest';
import { changeOf, kindLabel } from './transfers.ts';

it('a balance changes by what goes into the wallet and its credit, whatever else moves', () => {
  const entries = [
    { account: 'credit:org_1', amountUsd: '-0.25' },
    { account: 'wallet:org_1', amountUsd: '-0.5' },
    { account: 'house:revenue', amountUsd: '0.75' },
  ];
  expect(changeOf({ entries })).toBe(-750_000_000n);
  expect(changeOf({ entries: [{ account: 'metered:org_1', amountUsd: '-1' }] })).toBe(0n);
});

it('kinds have names, and new ones are readable without', () => {
  expect([kindLabel('plan-fee'), kindLabel('automatic-top-up')]).toEqual(['Plan', 'Automatic top up']);
});
