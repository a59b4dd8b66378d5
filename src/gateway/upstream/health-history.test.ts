import { describe, expect, it } from 'vitest';
import { HealthHistory, minutesKept } from './health-history.ts';

const minute = 60_000;
const error = {
  kind: 'rate-limited',
  message: 'The provider limits the rate.',
  upstreamStatus: 429,
  internal: 'sk-canary',
} as const;

describe('the history of a credential', () => {
  it('has each minute of the last hour, the oldest first, and the last failure without the provider’s words', () => {
    const history = new HealthHistory();
    history.succeeded('oa', 0);
    history.succeeded('oa', 10 * minute);
    history.failed('oa', error, 12 * minute + 5);
    const { minutes, lastError } = history.of('oa', 12 * minute + 30);
    expect(minutes).toHaveLength(minutesKept);
    expect(minutes.slice(-3)).toEqual([
      { ok: 1, failed: 0 },
      { ok: 0, failed: 0 },
      { ok: 0, failed: 1 },
    ]);
    expect(minutes.at(-13)).toEqual({ ok: 1, failed: 0 });
    expect(lastError).toEqual({ atMs: 12 * minute + 5, kind: 'rate-limited', status: 429, message: error.message });
    expect(JSON.stringify(history.of('oa', 0))).not.toContain('canary');
  });

  it('forgets what is older than an hour, and knows nothing of others', () => {
    const history = new HealthHistory();
    history.failed('oa', error, 0);
    expect(history.of('oa', 59 * minute).minutes[0]).toEqual({ ok: 0, failed: 1 });
    expect(history.of('oa', 60 * minute).minutes.every(({ failed }) => failed === 0)).toBe(true);
    expect(history.of('an', 0).lastError).toBeUndefined();
  });
});
