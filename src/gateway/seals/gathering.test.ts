import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Gathering, TextDigest } from './gathering.ts';

describe('text in pieces', () => {
  it('is the same however it is cut, between the halves of a character too', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 2000 });
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 7 }), (whole, size) => {
        const pieces = whole.split('').reduce<string[]>((list, unit, i) => {
          if (i % size === 0) list.push('');
          list.push(`${list.pop()}${unit}`);
          return list;
        }, []);
        const gathering = new Gathering();
        const digest = new TextDigest();
        for (const piece of pieces) {
          gathering.add(piece);
          digest.add(piece);
        }
        expect(gathering.text()).toBe(whole);
        expect(digest.digest()).toBe(new TextDigest().add(whole).digest());
      }),
    );
  });

  it('that differs has another digest', () => {
    expect(new TextDigest().add('a').digest()).not.toBe(new TextDigest().add('b').digest());
    expect(new TextDigest().add('a').digest()).toBe(new TextDigest().add('a').add('').digest());
  });
});
