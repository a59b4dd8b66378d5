import { expect, it } from 'vitest';
import { periodBefore, periodOf } from './period.ts';

const now = Date.parse('2026-11-21T12:00:30Z');

it('ends at the next whole minute', () => {
  expect(periodOf({ period: '24h' }, now)).toEqual({
    name: '24h',
    from: '2026-11-20T12:01:00.000Z',
    to: '2026-11-21T12:01:00.000Z',
  });
});

it('of an address that makes no sense is the usual one', () => {
  expect(periodOf({ period: 'custom', from: 'x', to: 'y' }, now).name).toBe('7d');
  expect(periodOf({ period: 'custom', from: '2026-02-01', to: '2026-01-01' }, now).name).toBe('7d');
});

it('is compared with the one of the same length before it', () => {
  const period = periodOf({ period: 'custom', from: '2026-01-03T00:00:00Z', to: '2026-01-05T00:00:00Z' }, now);
  expect(periodBefore(period)).toEqual({ from: '2026-01-01T00:00:00.000Z', to: '2026-01-03T00:00:00.000Z' });
});
