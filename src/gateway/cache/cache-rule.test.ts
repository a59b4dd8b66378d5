import { describe, expect, it } from 'vitest';
import { LlmFailure } from '../../llm/error.ts';
import { cacheUse } from './cache-rule.ts';

const settings = { ttlMs: 0, ttlMsMax: 3_600_000 };
const minute = { ttlMs: 60_000 };

describe('whether a request may be answered from the cache', () => {
  it('is off until somebody says otherwise', () => {
    expect(cacheUse(undefined, undefined, settings)).toBeUndefined();
  });

  it.each([
    ['the default', undefined, undefined, { ...settings, ttlMs: 1_000 }, 1_000],
    ['the key or the route before the default', undefined, minute, { ...settings, ttlMs: 1_000 }, 60_000],
    ['the caller before all others', 'max-age=7', { ttlMs: 5_000 }, settings, 7_000],
    ['never more than the most', 'max-age=999999999', minute, settings, 3_600_000],
  ] as const)('says %s', (_, header, rule, given, ttlMs) => {
    expect(cacheUse(header, rule, given)).toEqual({ ttlMs, looks: true });
  });

  it.each(['no-store', 'NO-STORE', 'max-age=0', 'max-age=60, no-store'])(
    'is off with %s, whatever the key says',
    (header) => {
      expect(cacheUse(header, minute, settings)).toBeUndefined();
    },
  );

  it('asks anew and keeps the answer with no-cache, where answers are kept at all', () => {
    expect(cacheUse('no-cache', minute, settings)).toEqual({ ttlMs: 60_000, looks: false });
    expect(cacheUse(' No-Cache ,max-age=5', undefined, settings)).toEqual({ ttlMs: 5_000, looks: false });
    expect(cacheUse('no-cache', undefined, settings)).toBeUndefined();
  });

  it.each(['', 'max-age', 'max-age=-1', 'max-age=1.5', 'max-age=9999999999', 'public', 'max-age=5 no-cache'])(
    'refuses %j by name',
    (header) => {
      expect(() => cacheUse(header, minute, settings)).toThrow(LlmFailure);
      expect(() => cacheUse(header, minute, settings)).toThrow(/x-tollgate-cache-control/);
    },
  );
});
