/** Letters as the word lists know them: lower case, without accents; everything that is no letter is a gap. */
import { gap } from './word-trie.ts';

/** What one UTF-16 unit is folded to; `gap` for what no word is made of, 0 for what is left out. */
const folded = Uint16Array.from({ length: 65_536 }, (_, code) => code);
for (let code = 0; code < 0x250; code++) {
  const char = String.fromCharCode(code);
  const plain = char.normalize('NFD').toLowerCase()[0] ?? char;
  folded[code] = /\p{L}/u.test(plain) ? plain.charCodeAt(0) : gap;
}
// Greek and Cyrillic have capitals; the scripts behind them have none.
for (let code = 0x370; code < 0x590; code++) folded[code] = String.fromCharCode(code).toLowerCase().charCodeAt(0);
// Accents that stand alone belong to the letter before them.
folded.fill(0, 0x300, 0x370);
/** Signs, and halves of what lies beyond the basic plane (emoji). */
const signs = [
  [0x2000, 0x2c00],
  [0x2e00, 0x2e80],
  [0x3000, 0x3040],
  [0x30fb, 0x30fc],
  [0xd800, 0xf900],
  [0xfe00, 0xfe70],
  [0xff00, 0xff21],
  [0xffe0, 0x10000],
] as const;
for (const [from, to] of signs) folded.fill(gap, from, to);

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
