import fc from 'fast-check';
import { expect, it } from 'vitest';
import { phraseCharsMax, WordTrie } from './word-trie.ts';

const units = (text: string) => Uint16Array.from(text, (char) => char.charCodeAt(0));

function found(words: readonly string[], text: string, whole = true): string[] {
  const numbers = new Uint16Array(2 * phraseCharsMax);
  const count = new WordTrie(words).find(units(text), 0, text.length, whole, numbers);
  return Array.from(numbers.subarray(0, count), (number) => words[number] ?? '');
}

it('finds every word and phrase that starts at a place, and beginnings with any ending', () => {
  const words = ['how', 'how do', 'how do i*', 'ho', 'do'];
  expect(found(words, 'how do it work')).toEqual(['how', 'how do', 'how do i*']);
  expect(found(words, 'however')).toEqual([]);
});

it('tells a word from a beginning of the same letters', () => {
  expect(found(['refund', 'refund*'], 'refunds')).toEqual(['refund*']);
  expect(found(['refund*', 'refund'], 'refund')).toEqual(['refund*', 'refund']);
});

it('needs no gaps where a script has none', () => {
  expect(found(['为什'], '为什么', false)).toEqual(['为什']);
  expect(found(['为什'], '为什么', true)).toEqual([]);
});

it('finds what a plain search finds', () => {
  const word = fc.stringMatching(/^[ab ]{1,6}$/).filter((text) => text.trim() === text && text !== '');
  const text = fc.stringMatching(/^[abc ]{0,12}$/);
  fc.assert(
    fc.property(fc.uniqueArray(word, { minLength: 1 }), text, (words, from) => {
      const plain = words.filter((each) => from.startsWith(each) && [' ', undefined].includes(from[each.length]));
      expect(new Set(found(words, from))).toEqual(new Set(plain));
    }),
  );
});
