import { expect, it } from 'vitest';
import { marginShare } from './margin.ts';

it('a margin is a share of what was charged, below nothing too', () => {
  expect(marginShare({ revenueUsd: '20', marginUsd: '7' })).toBe('35%');
  expect(marginShare({ revenueUsd: '1', marginUsd: '-0.125' })).toBe('-12.5%');
  expect(marginShare({ revenueUsd: '0', marginUsd: '-1' })).toBeUndefined();
});
