import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LlmFailure } from '../llm/error.ts';
import { noUsage, type Usage } from '../llm/usage.ts';
import type { Key, Limits, Route } from '../snapshot/snapshot.ts';
import { type Admitted, RateLimits } from './admit.ts';

const organization = { id: 'org_1', name: 'acme', disabled: false };
const key: Key = { id: 'key_1', name: 'ci', kind: 'call', organization };
const route: Route = { name: 'main', targets: [] };

const request = (of: Key, tokens = 100): Admitted => ({
  id: 'req_1',
  key: of,
  ask: { inputTokensEstimate: tokens },
  limitStates: [],
  admission: undefined,
});

/** What was used, without cache and thinking. */
const usage = (input: number, output = 0): Usage => ({ ...noUsage, input, output });

const limited = (limits: Limits): Key => ({ ...key, limits });

/** What a refused request is told; undefined: it was admitted. */
function refusal(limits: RateLimits, asked: Admitted, now: number, through = route): LlmFailure['error'] | undefined {
  try {
    limits.admit(asked, through, now);
    return undefined;
  } catch (error) {
    if (error instanceof LlmFailure) return error.error;
    throw error;
  }
}

function countAdmitted(limits: RateLimits, of: Key, calls: number, now: number, through = route): number {
  return Array.from({ length: calls }, () => refusal(limits, request(of), now, through)).filter((each) => !each).length;
}

describe('case 118: a rate limit', () => {
  it('of N admits exactly N of a burst, and N more when the minute is over', () => {
    const limits = new RateLimits();
    const ten = limited({ requestsPerMinute: 10 });
    expect(countAdmitted(limits, ten, 40, 5_000)).toBe(10);
    expect(countAdmitted(limits, ten, 40, 64_999)).toBe(0);
    expect(countAdmitted(limits, ten, 40, 65_000)).toBe(10);
  });

  it('says which one it is, its value, whose it is, when to come back and what else to do', () => {
    const limits = new RateLimits();
    const one = limited({ requestsPerMinute: 1 });
    const first = request(one);
    limits.admit(first, route, 10_000);
    expect(first.limitStates).toEqual([{ unit: 'requests', limit: 1, remaining: 0, resetMs: 60_000 }]);
    const second = request(one);
    expect(refusal(limits, second, 12_500)).toEqual({
      kind: 'rate-limited',
      message:
        'The limit of 1 requests per minute of the key ci (key_1) is reached. Try again in 58 s, or ask the operator for a higher limit.',
      code: 'rate_limit_exceeded',
      retryAfterMs: 57_500,
    });
    expect(second.limitStates).toEqual([{ unit: 'requests', limit: 1, remaining: 0, resetMs: 57_500 }]);
    expect(refusal(limits, request(one), 10_000 + 60_000)).toBeUndefined();
  });

  it.each<[string, Key, Route]>([
    ['the key ci (key_1)', limited({ requestsPerMinute: 1 }), route],
    ['the organization acme', { ...key, organization: { ...organization, limits: { requestsPerMinute: 1 } } }, route],
    ['the route main', key, { ...route, limits: { requestsPerMinute: 1 } }],
    ['the model some/model', key, { ...route, name: 'some/model', limits: { requestsPerMinute: 1 } }],
  ])('belongs to %s', (owner, of, through) => {
    const limits = new RateLimits();
    expect(countAdmitted(limits, of, 1, 0, through)).toBe(1);
    expect(refusal(limits, request(of), 0, through)?.message).toContain(`per minute of ${owner} is reached`);
  });

  it('of an organization holds for its keys together, and of a route for all callers', () => {
    const limits = new RateLimits();
    const acme = { ...organization, limits: { requestsPerMinute: 5 } };
    const keys = ['a', 'b', 'c'].map((id): Key => ({ ...key, id, organization: acme }));
    expect(keys.map((each) => countAdmitted(limits, each, 3, 0))).toEqual([3, 2, 0]);
    const through = { ...route, limits: { requestsPerMinute: 4 } };
    const strangers = ['d', 'e'].map((id): Key => ({ ...key, id }));
    expect(strangers.map((each) => countAdmitted(limits, each, 3, 0, through))).toEqual([3, 1]);
  });

  it('counts a request in the whole chain or nowhere', () => {
    const limits = new RateLimits();
    const narrow = { ...route, limits: { requestsPerMinute: 1 } };
    const ten = limited({ requestsPerMinute: 10 });
    expect(countAdmitted(limits, ten, 20, 0, narrow)).toBe(1);
    // The 19 refused by the route took nothing from the key.
    expect(countAdmitted(limits, ten, 20, 0)).toBe(9);
  });

  it('that takes longest is the one that is told, so that who waits is not refused again', () => {
    const limits = new RateLimits();
    const of = limited({ requestsPerMinute: 1, tokensPerMinute: 1_000 });
    const wide = { ...of, limits: { tokensPerMinute: 1_000 } };
    limits.admit(request(of, 100), route, 0);
    limits.admit(request(wide, 900), route, 20_000);
    const told = refusal(limits, request(of, 500), 30_000);
    expect(told?.message).toContain('The limit of 1000 tokens per minute of the key ci');
    expect(told?.retryAfterMs).toBe(50_000);
    expect(refusal(limits, request(of, 500), 80_000)).toBeUndefined();
  });

  it('that changes, or whose key gets another name, goes on with the same minute', () => {
    const limits = new RateLimits();
    expect(countAdmitted(limits, limited({ requestsPerMinute: 10 }), 8, 0)).toBe(8);
    expect(countAdmitted(limits, { ...limited({ requestsPerMinute: 9 }), name: 'renamed' }, 8, 0)).toBe(1);
    expect(countAdmitted(limits, limited({ requestsPerMinute: 20 }), 40, 0)).toBe(11);
  });
});

describe('case 118: tokens per minute', () => {
  const of = limited({ tokensPerMinute: 1_000 });

  it('count the estimated input at once, and what was used when the request is settled', () => {
    const limits = new RateLimits();
    const first = request(of, 400);
    limits.admit(first, route, 0);
    expect(first.limitStates[0]?.remaining).toBe(600);
    first.admission?.settle(usage(900), 1_000);
    expect(refusal(limits, request(of, 200), 2_000)).toMatchObject({ kind: 'rate-limited', retryAfterMs: 58_000 });
    limits.admit(request(of, 100), route, 2_000);
  });

  it('are given back by a request that failed', () => {
    const limits = new RateLimits();
    const failed = request(of, 1_000);
    limits.admit(failed, route, 0);
    failed.admission?.end(30_000);
    limits.admit(request(of, 1_000), route, 30_000);
    // What was given back is not given twice when its second leaves the window.
    expect(refusal(limits, request(of, 1), 61_000)).toBeDefined();
  });

  it('let a request that is larger than the limit through alone, for it would never pass otherwise', () => {
    const limits = new RateLimits();
    const large = request(of, 50_000);
    limits.admit(large, route, 0);
    expect(refusal(limits, request(of, 50_000), 0)?.retryAfterMs).toBe(60_000);
    expect(refusal(limits, request(of, 1), 0)?.retryAfterMs).toBe(60_000);
    large.admission?.settle(usage(200), 1_000);
    limits.admit(request(of, 800), route, 2_000);
  });

  it('never sum up to more than the limit in any 60 seconds, when no request uses more than was estimated', () => {
    const call = fc.record({
      pause: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 30_000 })),
      estimate: fc.integer({ min: 1, max: 1_000 }),
      used: fc.integer({ min: 0, max: 100 }),
      late: fc.boolean(),
    });
    const property = fc.property(fc.array(call, { maxLength: 80 }), (calls) => {
      const limits = new RateLimits();
      const admitted: { at: number; tokens: number }[] = [];
      const open: (() => void)[] = [];
      let now = 0;
      for (const { pause, estimate, used, late } of calls) {
        now += pause;
        const asked = request(of, estimate);
        if (refusal(limits, asked, now)) {
          for (const settle of open.splice(0)) settle();
          continue;
        }
        const tokens = Math.floor((estimate * used) / 100);
        admitted.push({ at: now, tokens });
        const settle = () => asked.admission?.settle(usage(tokens), now);
        if (late) open.push(settle);
        else settle();
      }
      for (const { at: from } of admitted) {
        const minute = admitted.filter(({ at }) => at >= from && Math.floor(at / 1000) - Math.floor(from / 1000) < 60);
        expect(minute.reduce((sum, { tokens }) => sum + tokens, 0)).toBeLessThanOrEqual(1_000);
      }
    });
    fc.assert(property, { numRuns: 300 });
  });
});

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

describe('case 118: each kind of limit', () => {
  it('of requests per day admits N in 24 hours, and says so', () => {
    const limits = new RateLimits();
    const three = limited({ requestsPerDay: 3 });
    expect(countAdmitted(limits, three, 2, 0)).toBe(2);
    expect(countAdmitted(limits, three, 9, 8 * 60 * minuteMs)).toBe(1);
    const told = refusal(limits, request(three), 9 * 60 * minuteMs);
    expect(told?.message).toBe(
      'The limit of 3 requests per day of the key ci (key_1) is reached. Try again in 15 h, or ask the operator for a higher limit.',
    );
    expect(told?.retryAfterMs).toBe(15 * 60 * minuteMs);
    expect(countAdmitted(limits, three, 9, dayMs - 1)).toBe(0);
    expect(countAdmitted(limits, three, 9, dayMs)).toBe(2);
    expect(countAdmitted(limits, three, 9, dayMs + 8 * 60 * minuteMs)).toBe(1);
  });

  it('of a day and of a minute hold together', () => {
    const limits = new RateLimits();
    const of = limited({ requestsPerMinute: 2, requestsPerDay: 3 });
    expect(countAdmitted(limits, of, 9, 0)).toBe(2);
    expect(countAdmitted(limits, of, 9, minuteMs)).toBe(1);
    expect(refusal(limits, request(of), 2 * minuteMs)?.message).toContain('3 requests per day');
  });

  it('of input tokens counts the input, with what came from a cache, and no output', () => {
    const limits = new RateLimits();
    const of = limited({ inputTokensPerMinute: 1_000 });
    const first = request(of, 100);
    limits.admit(first, route, 0);
    first.admission?.settle({ ...noUsage, input: 200, cacheRead: 300, cacheWrite5m: 100, output: 5_000 }, 1_000);
    expect(refusal(limits, request(of, 401), 2_000)?.message).toContain('1000 input tokens per minute of the key ci');
    expect(refusal(limits, request(of, 400), 2_000)).toBeUndefined();
  });

  it('of output tokens counts the output when it is known, and lets nobody in beyond it', () => {
    const limits = new RateLimits();
    const of = limited({ outputTokensPerMinute: 100, outputTokensPerDay: 150 });
    const running = [request(of, 5_000), request(of, 5_000)];
    for (const each of running) limits.admit(each, route, 0);
    running[0]?.admission?.settle(usage(5_000, 99), 1_000);
    expect(refusal(limits, request(of), 2_000)).toBeUndefined();
    running[1]?.admission?.settle(usage(5_000, 51), 2_000);
    expect(refusal(limits, request(of), 3_000)?.message).toContain('150 output tokens per day');
    expect(refusal(limits, request(of), dayMs)).toBeUndefined();
  });

  it('of concurrent requests admits N at once, and one more for each that ended', () => {
    const limits = new RateLimits();
    const of = limited({ concurrentRequests: 2 });
    const running = [request(of), request(of)];
    for (const each of running) limits.admit(each, route, 0);
    expect(refusal(limits, request(of), 0)).toEqual({
      kind: 'rate-limited',
      message:
        'The limit of 2 concurrent requests of the key ci (key_1) is reached. Try again when one of them has ended, or ask the operator for a higher limit.',
      code: 'rate_limit_exceeded',
      retryAfterMs: 1_000,
    });
    // However often it is said that one has ended, it gives back one place.
    for (let i = 0; i < 5; i++) running[0]?.admission?.end(10);
    expect(countAdmitted(limits, of, 9, 10)).toBe(1);
    // A minute makes no room.
    expect(countAdmitted(limits, of, 9, dayMs)).toBe(0);
  });

  it('takes no place and counts nothing where another limit refuses', () => {
    const limits = new RateLimits();
    const busy = { ...route, limits: { concurrentRequests: 1 } };
    const of = limited({ requestsPerMinute: 5, concurrentRequests: 5 });
    const first = request(of);
    limits.admit(first, busy, 0);
    expect(countAdmitted(limits, of, 9, 0, busy)).toBe(0);
    expect(countAdmitted(limits, of, 9, 0)).toBe(4);
    first.admission?.end(1);
    expect(refusal(limits, request(of), 2, busy)?.message).toContain('5 requests per minute of the key');
  });

  it('of a project holds for its keys together, and for no other', () => {
    const limits = new RateLimits();
    const project = { id: 'prj_1', name: 'search', limits: { requestsPerMinute: 3 } };
    const keys = ['a', 'b'].map((id): Key => ({ ...key, id, projectId: 'prj_1', project }));
    expect(keys.map((each) => countAdmitted(limits, each, 2, 0))).toEqual([2, 1]);
    expect(refusal(limits, request(keys[0] as Key), 0)?.message).toContain(
      'per minute of the project search is reached',
    );
    expect(refusal(limits, request(key), 0)).toBeUndefined();
  });

  it('is not there for who has none: no promise, no count', () => {
    const limits = new RateLimits();
    const free = request(key);
    expect(limits.admit(free, route, 0)).toBeUndefined();
    expect(free.admission).toBeUndefined();
    expect(limits.admit(request(limited({ requestsPerMinute: 5 })), route, 0)).toBeUndefined();
  });
});
