import { expect, it } from 'vitest';
import { savedShare, together } from './backtest-sums.ts';

const target = {
  target: 'a/b',
  requests: 1,
  unpriced: 0,
  actualCostUsd: '0.1',
  wouldCostUsd: '0.05',
  before: 0,
  isAssumed: false,
};
const part = {
  since: '2026-11-13T00:00:00Z',
  until: '2026-11-20T00:00:00Z',
  found: 3,
  next: 'more' as string | null,
  requests: 2,
  unpriced: 1,
  actualCostUsd: '0.1',
  wouldCostUsd: '0.05',
  moved: 1,
  nobody: 0,
  actualWhole: 2,
  wouldWhole: 1.9,
  actualMs: 1_000,
  wouldMs: 800,
  targets: [target],
};

it('adds parts up to the nano-dollar, target by target, and goes on where the last part ended', () => {
  const last = {
    ...part,
    next: null,
    actualCostUsd: '0.000000001',
    targets: [
      { ...target, isAssumed: true },
      { ...target, target: 'c/d' },
    ],
  };
  const sum = together(part, last);
  expect(sum).toMatchObject({ next: null, requests: 4, unpriced: 2, actualCostUsd: '0.100000001', wouldWhole: 3.8 });
  expect(sum.targets).toMatchObject([
    { target: 'a/b', requests: 2, wouldCostUsd: '0.100000000', isAssumed: true },
    { target: 'c/d', requests: 1, isAssumed: false },
  ]);
});

it('tells a saving from what costs more, and says nothing of nothing', () => {
  expect(savedShare(part)).toBeCloseTo(0.5);
  expect(savedShare({ ...part, wouldCostUsd: '0.2' })).toBeCloseTo(-1);
  expect(savedShare({ ...part, actualCostUsd: '0' })).toBeUndefined();
});
