import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { monthsAfter, periodAt, prorateCancel, prorateUpgrade, splitAt } from './proration.ts';

const at = (text: string) => Date.parse(`${text}Z`);
const day = (ms: number) => new Date(ms).toISOString().slice(0, 16);

const anchors = fc.integer({ min: at('2020-01-01T00:00') / 1_000, max: at('2040-12-31T00:00') / 1_000 });
const amounts = fc.bigInt({ min: 0n, max: 10_000_000_000_000n });
/** A month and a moment around it. */
const moments = fc
  .tuple(anchors, fc.integer({ min: 0, max: 24 }), fc.double({ min: -0.2, max: 1.2, noNaN: true }))
  .map(([anchor, month, part]) => {
    const period = { startMs: monthsAfter(anchor * 1_000, month), endMs: monthsAfter(anchor * 1_000, month + 1) };
    return { period, atMs: Math.round(period.startMs + part * (period.endMs - period.startMs)) };
  });

describe('months of a subscription', () => {
  it('end on the last day of a shorter month, and come back to the 31st', () => {
    const months = [0, 1, 2, 3, 12, 13].map((n) => day(monthsAfter(at('2027-01-31T10:30'), n)));
    expect(months).toEqual([
      '2027-01-31T10:30',
      '2027-02-28T10:30',
      '2027-03-31T10:30',
      '2027-04-30T10:30',
      '2028-01-31T10:30',
      '2028-02-29T10:30',
    ]);
  });

  it('follow each other without gap or overlap, whatever the anchor', () => {
    fc.assert(
      fc.property(anchors, fc.integer({ min: 0, max: 600 }), (anchor, n) => {
        const start = monthsAfter(anchor * 1_000, n);
        const end = monthsAfter(anchor * 1_000, n + 1);
        expect(periodAt(anchor * 1_000, start)).toEqual({ startMs: start, endMs: end });
        expect(periodAt(anchor * 1_000, end - 1)).toEqual({ startMs: start, endMs: end });
        const days = (end - start) / 86_400_000;
        expect(days >= 28 && days <= 31).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('begin with the first one, also for a clock that is behind', () => {
    const anchor = at('2027-01-31T10:30');
    expect(periodAt(anchor, anchor - 86_400_000).startMs).toBe(anchor);
  });
});

describe('parts of a month', () => {
  it('sum to the whole, are never negative, and only grow with time', () => {
    fc.assert(
      fc.property(amounts, moments, fc.nat(10_000_000), (amount, { period, atMs }, later) => {
        const { usedNanoUsd, unusedNanoUsd } = splitAt(amount, period, atMs);
        expect(usedNanoUsd + unusedNanoUsd).toBe(amount);
        expect(usedNanoUsd >= 0n && unusedNanoUsd >= 0n).toBe(true);
        expect(splitAt(amount, period, atMs + later).usedNanoUsd >= usedNanoUsd).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('are exact: half of April at noon of the 16th', () => {
    const period = { startMs: at('2027-04-01T00:00'), endMs: at('2027-05-01T00:00') };
    expect(splitAt(29_000_000_000n, period, at('2027-04-16T00:00'))).toEqual({
      usedNanoUsd: 14_500_000_000n,
      unusedNanoUsd: 14_500_000_000n,
    });
    // One second of 2,592,000, to the nearest nano-dollar.
    expect(splitAt(9_000_000_000n, period, at('2027-04-01T00:00:01')).usedNanoUsd).toBe(3_472n);
  });
});

describe('an upgrade', () => {
  it('never pays anything out, and costs the difference of whole months when it comes at the start', () => {
    fc.assert(
      fc.property(amounts, amounts, amounts, amounts, moments, (a, b, c, d, { period, atMs }) => {
        const [low, high] = a < b ? [a, b] : [b, a];
        const from = { monthlyNanoUsd: low, allowanceNanoUsd: c };
        const to = { monthlyNanoUsd: high, allowanceNanoUsd: d };
        const { dueNanoUsd, chargeNanoUsd, creditNanoUsd, allowanceNanoUsd } = prorateUpgrade(from, to, period, atMs);
        expect(dueNanoUsd >= 0n && allowanceNanoUsd >= 0n).toBe(true);
        expect(dueNanoUsd).toBe(chargeNanoUsd - creditNanoUsd);
        // Used of the old and unused of the new is what the month costs in all.
        const used = splitAt(low, period, atMs).usedNanoUsd;
        expect(low + dueNanoUsd).toBe(used + chargeNanoUsd);
        expect(prorateUpgrade(from, to, period, period.startMs).dueNanoUsd).toBe(high - low);
        expect(prorateUpgrade(from, to, period, period.endMs).dueNanoUsd).toBe(0n);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('a cancellation at once', () => {
  it('pays back at most the price, and nothing for an allowance that is used up', () => {
    fc.assert(
      fc.property(amounts, amounts, amounts, moments, (price, a, b, { period, atMs }) => {
        const [left, granted] = a < b ? [a, b] : [b, a];
        const back = prorateCancel(price, period, atMs, { grantedNanoUsd: granted, leftNanoUsd: left });
        expect(back >= 0n && back <= splitAt(price, period, atMs).unusedNanoUsd).toBe(true);
        if (granted > 0n) {
          expect(prorateCancel(price, period, atMs, { grantedNanoUsd: granted, leftNanoUsd: 0n })).toBe(0n);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('pays back the rest of the time when the allowance lasted that long', () => {
    const period = { startMs: at('2027-04-01T00:00'), endMs: at('2027-05-01T00:00') };
    const allowance = { grantedNanoUsd: 27_000_000_000n, leftNanoUsd: 20_000_000_000n };
    expect(prorateCancel(29_000_000_000n, period, at('2027-04-16T00:00'), allowance)).toBe(14_500_000_000n);
  });
});
