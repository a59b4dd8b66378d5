import { describe, expect, it } from 'vitest';
import type { ErrorKind } from '../../llm/error.ts';
import { fateOf } from './fate.ts';

const whole = { ended: true, full: false };
const failure = (kind: ErrorKind, billable: boolean, upstreamStatus?: number) => ({
  status: 'failed' as const,
  error: { kind, message: 'm', ...(upstreamStatus !== undefined && { upstreamStatus }) },
  billable,
});

describe('what becomes of a claim', () => {
  it('an answer is kept if it is whole and short enough', () => {
    const completed = { status: 'completed' as const, billable: true };
    expect(fateOf(completed, whole)).toBe('keep');
    expect(fateOf(completed, { ended: true, full: true })).toBe('too-large');
    expect(fateOf(completed, { ended: false, full: false })).toBe('interrupted');
  });

  it("a provider's verdict on the body is kept, our own is worked out again", () => {
    for (const kind of ['invalid-request', 'too-long', 'body-too-large'] as const) {
      expect(fateOf(failure(kind, false, 400), whole)).toBe('keep');
      expect(fateOf(failure(kind, false), whole)).toBe('release');
    }
  });

  it('what may pass is tried again', () => {
    for (const kind of [
      'rate-limited',
      'overloaded',
      'timeout',
      'upstream',
      'unavailable',
      'payment-required',
    ] as const)
      expect(fateOf(failure(kind, false, 500), whole)).toBe('release');
    expect(fateOf(undefined, { ended: false, full: false })).toBe('release');
    expect(fateOf({ status: 'cancelled', billable: false }, { ended: false, full: false })).toBe('release');
  });

  it('what was charged without a whole answer is never run again', () => {
    expect(fateOf(failure('upstream', true, 200), whole)).toBe('interrupted');
    expect(fateOf(failure('invalid-request', true, 200), whole)).toBe('interrupted');
    expect(fateOf({ status: 'cancelled', billable: true }, { ended: false, full: false })).toBe('interrupted');
  });
});
