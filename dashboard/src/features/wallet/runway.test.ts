import { expect, it } from 'vitest';
import { lastsUntil, perDay } from './runway.ts';

it('money lasts as long as at the pace of the week', () => {
  const pace = perDay(['7', '0', '7']);
  expect(pace).toBe(2_000_000_000n);
  expect(lastsUntil('3', pace, 0)).toBe(1.5 * 86_400_000);
});

it('nothing lasts until now, and much, or what nobody uses, has no end to speak of', () => {
  expect(lastsUntil('-1', 1n, 5)).toBe(5);
  expect(lastsUntil('1000', 1_000_000n, 0)).toBeUndefined();
  expect(lastsUntil('1', 0n, 0)).toBeUndefined();
});
