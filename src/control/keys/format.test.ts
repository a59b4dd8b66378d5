import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashKey, keyKind, looksLikeKey, newKey, shownPrefix } from './format.ts';

describe('a new key', () => {
  it('says by its prefix what it is for, and proves by its checksum that it is ours', () => {
    expect(newKey('call')).toMatch(/^tg-[0-9A-Za-z]{46}$/);
    expect(newKey('management')).toMatch(/^tgm-[0-9A-Za-z]{46}$/);
    expect(keyKind(newKey('call'))).toBe('call');
    expect(keyKind(newKey('management'))).toBe('management');
    for (let i = 0; i < 100; i++) expect(looksLikeKey(newKey('call'))).toBe(true);
  });

  it('is not taken for one of ours after any single change', () => {
    const key = newKey('call');
    const at = fc.integer({ min: 3, max: key.length - 1 });
    const letter = fc.constantFrom(...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz');
    const property = fc.property(at, letter, (i, other) => {
      fc.pre(key[i] !== other);
      expect(looksLikeKey(key.slice(0, i) + other + key.slice(i + 1))).toBe(false);
    });
    fc.assert(property);
    expect(looksLikeKey(key.slice(0, -1))).toBe(false);
    expect(looksLikeKey('sk-proj-0123456789')).toBe(false);
  });

  it('uses every letter equally often, whatever the bytes', () => {
    // All byte values in turn: those from 248 on must be thrown away, not folded onto the first letters.
    let next = 0;
    const counting = (length: number) => Buffer.from(Array.from({ length }, () => next++ % 256));
    const counts = new Map<string, number>();
    for (let i = 0; i < 62; i++) {
      for (const letter of newKey('call', counting).slice(3, 43)) counts.set(letter, (counts.get(letter) ?? 0) + 1);
    }
    expect(counts.size).toBe(62);
    expect(Math.max(...counts.values()) - Math.min(...counts.values())).toBeLessThanOrEqual(12);
  });

  it('is hashed whole, and shows little of itself', () => {
    // FIPS 180-2, appendix B.1.
    expect(hashKey('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(shownPrefix(newKey('call'))).toMatch(/^tg-[0-9A-Za-z]{5}$/);
    expect(shownPrefix('12345678')).toBe('12');
  });
});
