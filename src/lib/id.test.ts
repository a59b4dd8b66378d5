import { describe, expect, it } from 'vitest';
import { newId } from './id.ts';

describe('newId', () => {
  it('is a prefix, ten letters of time and sixteen of chance', () => {
    expect(newId('req', 1_763_720_000_000)).toMatch(/^req_[0-9a-hjkmnp-tv-z]{26}$/);
    expect(newId('req', 0).slice(0, 14)).toBe('req_0000000000');
    expect(newId('req', 1023).slice(0, 14)).toBe('req_00000000zz');
  });

  it('sorts by time', () => {
    const times = [0, 1, 31, 32, 1023, 1024, 1_763_720_000_000, 1_763_720_000_001, 2 ** 48];
    const ids = times.map((ms) => newId('x', ms));
    expect(ids.toSorted()).toEqual(ids);
  });

  it('is never the same twice', () => {
    const ids = Array.from({ length: 50_000 }, () => newId('x', 5));
    expect(new Set(ids).size).toBe(ids.length);
  });
});
