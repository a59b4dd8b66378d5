import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatUsd, nanoFromPicoUsd, parseUsd, picoUsdPerPiece, picoUsdPerToken, scaleDecimal } from './money.ts';

describe('dollars and nano-dollars', () => {
  it('come back exactly', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n }), (nano) => {
        expect(parseUsd(formatUsd(nano))).toBe(nano);
      }),
    );
  });

  it.each([
    [0n, '$0.00'],
    [1n, '$0.000000001'],
    [4_200_000n, '$0.0042'],
    [10_000_000n, '$0.01'],
    [100_000_000n, '$0.10'],
    [12_500_000_000n, '$12.50'],
    [-3_000_000_000n, '-$3.00'],
    [-1n, '-$0.000000001'],
    [1_234_567_000_000_001n, '$1234567.000000001'],
  ])('%s nano-dollars are written %s', (nano, text) => {
    expect(formatUsd(nano)).toBe(text);
  });

  it('something is never shown as nothing', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 10n ** 12n }), (nano) => {
        expect(formatUsd(nano)).toMatch(/[1-9]/);
      }),
    );
  });

  it.each(['12.5', '$12.5', ' $12.50 ', '+12.5', '1.25e1', '$12.500000000'])('%s is read as $12.50', (text) => {
    expect(parseUsd(text)).toBe(12_500_000_000n);
  });

  it.each([
    '',
    '$',
    'abc',
    '1,5',
    '1 000',
    '$$1',
    '1$',
    '0x10',
    'NaN',
    'Infinity',
    '.5',
    '1e9999',
    '9'.repeat(65),
    '--1',
  ])('%s is refused', (text) => {
    expect(() => parseUsd(text)).toThrow(RangeError);
  });

  it('refuses what is finer than a nano-dollar', () => {
    expect(() => parseUsd('0.0000000001')).toThrow('finer than the smallest unit');
  });
});

describe('rates', () => {
  it.each([
    [0.075, 75_000n],
    ['0.075', 75_000n],
    [0.1, 100_000n],
    [1.1, 1_100_000n],
    [3, 3_000_000n],
    ['10.00', 10_000_000n],
    [1e-6, 1n],
    ['1e-6', 1n],
    [0, 0n],
    [0.003625, 3625n],
    [600, 600_000_000n],
  ])('$%s for a million tokens are %s pico-dollars for one', (usd, pico) => {
    expect(picoUsdPerToken(usd)).toBe(pico);
  });

  it('every decimal of six digits is exact, also as a number', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000_000), (millionths) => {
        const text = (millionths / 1e6).toFixed(6);
        expect(picoUsdPerToken(text)).toBe(BigInt(millionths));
        expect(picoUsdPerToken(Number(text))).toBe(BigInt(millionths));
      }),
    );
  });

  it('is refused when it is finer than a pico-dollar, or rounded half up when asked', () => {
    expect(() => picoUsdPerToken('0.0000001')).toThrow(RangeError);
    expect(picoUsdPerToken(0.08333333333333334, 'nearest')).toBe(83_333n);
    expect(picoUsdPerToken(0.18000000000000002, 'nearest')).toBe(180_000n);
    expect(picoUsdPerToken('0.0000005', 'nearest')).toBe(1n);
    expect(picoUsdPerToken('0.0000004', 'nearest')).toBe(0n);
  });

  it('for pieces: $10 for a thousand searches are a cent each', () => {
    expect(picoUsdPerPiece(10)).toBe(10_000_000_000n);
    expect(scaleDecimal('0.01', 12)).toBe(10_000_000_000n);
  });

  it('pico-dollars are rounded to nano-dollars half up', () => {
    expect([0n, 499n, 500n, 999n, 1000n, 1499n, 1500n].map(nanoFromPicoUsd)).toEqual([0n, 0n, 1n, 1n, 1n, 1n, 2n]);
  });
});
