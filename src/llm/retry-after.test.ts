import { describe, expect, it } from 'vitest';
import { readRetryAfterMs } from './retry-after.ts';

describe('case 110: when to come back', () => {
  it.each([
    [{ 'retry-after': '7' }, 7000],
    [{ 'retry-after': '0.5' }, 500],
    [{ 'retry-after-ms': '250', 'retry-after': '1' }, 250],
    [{ 'retry-after': 'Sat, 21 Nov 2026 10:00:09 GMT', date: 'Sat, 21 Nov 2026 10:00:00 GMT' }, 9000],
    [{ 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '1m2.5s' }, 62_500],
    [
      {
        'x-ratelimit-remaining-requests': '0',
        'x-ratelimit-reset-requests': '120ms',
        'x-ratelimit-remaining-tokens': '5',
        'x-ratelimit-reset-tokens': '6m0s',
      },
      120,
    ],
    [{ 'retry-after': ['3', '4'] }, 3000],
  ])('%j', (headers, ms) => {
    expect(readRetryAfterMs(headers)).toBe(ms);
  });

  it.each([{}, { 'retry-after': '' }, { 'retry-after': 'soon' }, { 'retry-after': '-1' }, { 'retry-after': '1e12' }])(
    'nothing is made of %j',
    (headers) => {
      expect(readRetryAfterMs(headers)).toBeUndefined();
    },
  );
});
