/** Letters as the word lists know them: lower case, without accents; everything that is no letter is a gap. */
import { gap } from './word-trie.ts';

/** What one UTF-16 unit is folded to; `gap` for what no word is made of, 0 for what is left out. */
const folded = new Uint16Array(65_536).fill(gap);
for (let code = 48; code < 65_536; code++) {
  if (code >= 0xd800 && code < 0xe000) continue;
  const char = String.fromCharCode(code);
  if (!/[\p{L}\p{M}]/u.test(char)) continue;
  const plain = code < 0x250 ? (char.normalize('NFD').toLowerCase()[0] ?? char) : char.toLowerCase();
  folded[code] = plain.length === 1 ? plain.charCodeAt(0) : code;
}
// Accents that stand alone belong to the letter before them.
folded.fill(0, 0x300, 0x370);

export function fold(code: number): number {
  return folded[code] as number;
}

/** The same for a listed word; a `*` at its end is kept. */
export function foldWord(word: string): string {
  const open = word.endsWith('*');
  const codes = Array.from({ length: word.length - Number(open) }, (_, i) => fold(word.charCodeAt(i)));
  return `${String.fromCharCode(...codes)
    .replaceAll(/ +/g, ' ')
    .trim()}${open ? '*' : ''}`;
}

/** Scripts without gaps between words: Chinese, Japanese, Thai, Lao, Khmer, Burmese; Korean, whose endings are many. */
export function isGapless(code: number): boolean {
  if (code < 0x0e00) return false;
  return code < 0x1100
    ? code < 0x0f00 || code >= 0x1000
    : (code >= 0x1780 && code < 0x1800) || (code >= 0x3040 && code < 0xd7b0) || (code >= 0xf900 && code < 0xfb00);
}
