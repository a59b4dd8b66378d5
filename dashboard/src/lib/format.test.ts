import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatChange,
  formatCount,
  formatCountExactly,
  formatDay,
  formatDuration,
  formatId,
  formatRelative,
  formatShare,
  formatTime,
  formatUsd,
  formatUsdExactly,
  formatUsdShort,
  parseUsd,
} from './format.ts';

describe('money', () => {
  it.each([
    ['0', '$0.00'],
    ['12.4', '$12.40'],
    ['0.0042', '$0.0042'],
    ['0.004', '$0.004'],
    ['0.5', '$0.50'],
    ['0.0151', '$0.015'],
    ['0.00999', '$0.01'],
    ['0.000000001', '$0.000000001'],
    ['0.000000149', '$0.00000015'],
    ['0.999', '$1.00'],
    ['1.005', '$1.01'],
    ['1234567.891', '$1,234,567.89'],
    ['-3', '-$3.00'],
    ['-0.0042', '-$0.0042'],
  ])('%s is shown as %s', (text, shown) => expect(formatUsd(text)).toBe(shown));

  it('is never shown as nothing where it is something', () => {
    for (let nano = 1n; nano < 10n ** 12n; nano = nano * 3n + 1n) {
      expect(formatUsd(nano)).not.toMatch(/^\$0\.0+$/);
    }
  });

  it('has every digit where somebody points at it', () => {
    expect(formatUsdExactly('0.004212345')).toBe('$0.004212345');
    expect(formatUsdExactly('12')).toBe('$12.00');
    expect(formatUsdExactly(-1n)).toBe('-$0.000000001');
  });

  it('is short on axes', () => {
    expect(formatUsdShort('1234.5')).toBe('$1.23k');
    expect(formatUsdShort('3.5')).toBe('$3.50');
    expect(formatUsdShort('-250')).toBe('-$250');
  });

  it('is exact inside, and other text is no money', () => {
    expect(parseUsd('9999999999.999999999')).toBe(9_999_999_999_999_999_999n);
    expect(parseUsd('-0.1')).toBe(-100_000_000n);
    for (const text of ['', '$1', '1,5', '1e3', '.5', '1.0000000001']) expect(() => parseUsd(text)).toThrow(TypeError);
  });
});

describe('counts and shares', () => {
  it.each([
    [0, '0'],
    [987, '987'],
    [999.6, '1k'],
    [12_412, '12.4k'],
    [999_999, '1M'],
    [3_100_000, '3.1M'],
    [2_000_000_000, '2B'],
    [-1_500, '-1.5k'],
  ])('%d is %s', (count, shown) => expect(formatCount(count)).toBe(shown));

  it('keep apart nothing and a little, all and almost all', () => {
    expect([0, 0.0004, 0.123, 0.9999, 1].map(formatShare)).toEqual(['0%', '<0.1%', '12.3%', '>99.9%', '100%']);
  });

  it('say how much changed, where there was something before', () => {
    expect(formatChange(100, 112)).toBe('+12%');
    expect(formatChange(100, 96.6)).toBe('-3.4%');
    expect(formatChange(0, 5)).toBeUndefined();
  });

  it('have all digits where asked, and units of bytes', () => {
    expect(formatCountExactly(12_412)).toBe('12,412');
    expect([512, 1_500, 2e7, 3e9].map(formatBytes)).toEqual(['512 B', '1.5 kB', '20 MB', '3 GB']);
  });
});

describe('times', () => {
  it.each([
    [0, '0 ms'],
    [820.4, '820 ms'],
    [1_240, '1.24 s'],
    [123_000, '2 min 3 s'],
    [12_000_000, '3 h 20 min'],
    [86_400_000, '1 d'],
  ])('%d ms last %s', (ms, shown) => expect(formatDuration(ms)).toBe(shown));

  it('are near or far', () => {
    const now = Date.parse('2026-11-21T12:00:00Z');
    const ago = (ms: number) => formatRelative(now - ms, now);
    expect([1_000, 42_000, 200_000, 7_200_000, 172_800_000].map(ago)).toEqual([
      'now',
      '42 s ago',
      '3 min ago',
      '2 h ago',
      '2 d ago',
    ]);
    expect(formatRelative(now + 7_200_000, now)).toBe('in 2 h');
    expect(formatRelative('2026-01-05T12:00:00Z', now)).toBe('5 Jan 2026');
  });

  it('name the zone that they are in', () => {
    expect(formatTime('2026-11-21T22:41:10Z', 'Europe/Berlin')).toMatch(/^21 Nov 2026, 23:41:10 (GMT\+1|CET)$/);
    expect(formatDay('2026-11-21T23:30:00Z', 'Europe/Berlin')).toBe('22 Nov 2026');
  });
});

describe('ids', () => {
  it('are cut in the middle, and short ones not at all', () => {
    expect(formatId('org_01k9abcdefghijklmnopx3f2')).toBe('org_01k9…x3f2');
    expect(formatId('default')).toBe('default');
    expect(formatId('key_1')).toBe('key_1');
  });
});
