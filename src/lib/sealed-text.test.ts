import { describe, expect, it } from 'vitest';
import { TextSeal } from './sealed-text.ts';

const seal = new TextSeal('a master key', 'credentials');

describe('a sealed text', () => {
  it('opens at its place, and shows nothing of itself', () => {
    const sealed = seal.seal('sk-secret-ü', 'org_1 openai');
    expect(sealed).not.toContain('secret');
    expect(seal.open(sealed, 'org_1 openai')).toBe('sk-secret-ü');
    expect(seal.seal('sk-secret-ü', 'org_1 openai')).not.toBe(sealed);
  });

  it('opens at no other place, under no other master key, and for no other purpose', () => {
    const sealed = seal.seal('sk-secret', 'org_1 openai');
    expect(() => seal.open(sealed, 'org_2 openai')).toThrow(/moved/);
    expect(() => new TextSeal('another', 'credentials').open(sealed, 'org_1 openai')).toThrow(/another master key/);
    expect(() => new TextSeal('a master key', 'mail').open(sealed, 'org_1 openai')).toThrow(/another master key/);
  });

  it('is refused with any of its characters changed, and cut at any length', () => {
    const sealed = seal.seal('sk-secret', 'here');
    const start = sealed.lastIndexOf('.') + 1;
    for (let i = start; i < sealed.length - 1; i++) {
      const other = sealed[i] === 'A' ? 'B' : 'A';
      expect(() => seal.open(sealed.slice(0, i) + other + sealed.slice(i + 1), 'here')).toThrow();
    }
    for (let length = 0; length < sealed.length - 1; length++)
      expect(() => seal.open(sealed.slice(0, length), 'here')).toThrow();
  });
});
