import { expect, it } from 'vitest';
import { amountOf, shareOf } from './budgets.ts';

it('a share is exact where floating point would not be', () => {
  expect(shareOf({ unit: 'usd', limit: '0.3' }, '0.1')).toBe(0.33333);
  expect(shareOf({ unit: 'tokens', limit: '1000000' }, '1500000')).toBe(1.5);
  expect(shareOf({ unit: 'usd', limit: '0' }, '0')).toBe(1);
});

it('amounts have their unit', () => {
  expect(amountOf('usd', '12.4')).toBe('$12.40');
  expect(amountOf('tokens', '12400')).toBe('12.4k tokens');
});
