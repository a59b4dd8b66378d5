/** One pass over the head and the tail of a text: counts of what tells routine from complex. Linear in what is read. */
import { fold, foldWord, isGapless } from './folding.ts';
import { knownLanguages, LanguageVotes, languageNumber, smallWords } from './language.ts';
import type { WordKind } from './signals.ts';
import { gap, phraseCharsMax, WordTrie } from './word-trie.ts';
import { wordWeights } from './word-weights.ts';
import { wordLists } from './words.ts';

/** What is read of a text; the question stands at its beginning or at its end. */
export const headCharsMax = 2048;
export const tailCharsMax = 1024;

export interface TextCounts {
  /** Of the whole text, guessed from what was read. Two signs of Chinese or Japanese count as one. */
  words: number;
  codeMarks: number;
  mathsMarks: number;
  numbers: number;
  questions: number;
  listItems: number;
  steps: number;
  /** Different listed words by their kind. */
  readonly listed: Record<WordKind, number>;
  /** Different words that were learned, and the sum of their weights. */
  learned: number;
  learnedWeight: number;
  /** `de`; `und`: unknown. */
  language: string;
  /** The lists know the language. */
  known: boolean;
}

const kinds = Object.keys(wordLists) as (keyof typeof wordLists)[];
const stepKind = kinds.indexOf('step');
const editKind = kinds.indexOf('edit');
/** Where a task stands beside the text that it is about. */
const edgeChars = 100;
interface Meaning {
  readonly kinds: number[];
  readonly languages: number[];
  /** Learned from the labelled requests: log-odds of being complex. */
  weight: number;
}

/** What each word of the trie stands for; the same word may be of several kinds. */
const meanings = new Map<string, Meaning>();
for (const [kind, list] of Object.entries(wordLists)) {
  for (const word of list) meaningOf(word).kinds.push(kinds.indexOf(kind as WordKind));
}
for (const [language, list] of Object.entries(smallWords)) {
  for (const word of list.split(', ')) meaningOf(word).languages.push(languageNumber(language));
}
for (const [word, weight] of wordWeights) meaningOf(word).weight = weight;
const trie = new WordTrie([...meanings.keys()]);
const entries = [...meanings.values()];

function meaningOf(word: string): Meaning {
  const plain = foldWord(word);
  if (plain.length > phraseCharsMax) throw new RangeError(`"${plain}" is longer than ${phraseCharsMax}`);
  const known = meanings.get(plain) ?? { kinds: [], languages: [], weight: 0 };
  meanings.set(plain, known);
  return known;
}

// Kept between calls: a request must not allocate for this. Nothing of a text stays readable through the interface.
const letters = new Uint16Array(headCharsMax + tailCharsMax + 1);
const seen = new Uint32Array(entries.length);
const found = new Uint16Array(2 * phraseCharsMax);
const votes = new LanguageVotes();
const perKind = new Uint32Array(kinds.length);
let round = 0;
let learned = 0;
let learnedWeight = 0;

export function readText(text: string): TextCounts {
  const counts = { words: 0, codeMarks: 0, mathsMarks: 0, numbers: 0, questions: 0, listItems: 0, steps: 0 };
  round++;
  votes.clear();
  perKind.fill(0);
  learned = 0;
  learnedWeight = 0;
  const whole = text.length <= headCharsMax + tailCharsMax;
  let length = fillLetters(text, 0, whole ? text.length : headCharsMax, 0, counts);
  if (!whole) {
    letters[length++] = gap;
    length = fillLetters(text, text.length - tailCharsMax, text.length, length, counts);
  }
  const words = findWords(length);
  const share = whole ? 1 : text.length / (headCharsMax + tailCharsMax);
  const language = votes.winner(words);
  return {
    ...counts,
    words: Math.round(words * share),
    steps: perKind[stepKind] as number,
    listed: Object.fromEntries(kinds.map((kind, i) => [kind, perKind[i]])) as Record<WordKind, number>,
    learned,
    learnedWeight,
    language,
    known: knownLanguages.has(language),
  };
}

type Marks = Pick<TextCounts, 'codeMarks' | 'mathsMarks' | 'numbers' | 'questions' | 'listItems'>;

/** Folds a part of the text into `letters` from `at` on, and counts the signs between them. Returns where it ended. */
function fillLetters(text: string, from: number, to: number, at: number, counts: Marks): number {
  let end = at;
  let before = 10;
  for (let i = from; i < to; i++) {
    const code = text.charCodeAt(i);
    const letter = fold(code);
    if (letter === gap) {
      countSign(text, i, code, before, counts);
      if (end > at && letters[end - 1] !== gap) letters[end++] = gap;
    } else if (letter !== 0) {
      // camelCase and snake_case are names in code.
      if (code >= 65 && code <= 90 && before >= 97 && before <= 122) counts.codeMarks += 0.5;
      letters[end++] = letter;
    }
    before = code;
  }
  return end;
}

const newline = 10;
const codePairs = new Set([
  '=>',
  '->',
  '==',
  '!=',
  '&&',
  '||',
  '::',
  '()',
  '</',
  '/>',
  '+=',
  '{}',
  '[]',
  '${',
  '/*',
  '#!',
]);
const mathsSigns = new Set([...'∫∑∏√≤≥≠≈∈∉∀∃∂∞π∇±×÷∪∩⊂⇒⇔²³']);

function countSign(text: string, i: number, code: number, before: number, counts: Marks): void {
  if (code >= 48 && code <= 57) {
    if (before < 48 || before > 57) counts.numbers++;
    return;
  }
  if (code === 32) return;
  if (code > 127) {
    if (code === 0xff1f || code === 0x061f) counts.questions++;
    else if (mathsSigns.has(text[i] as string)) counts.mathsMarks++;
    return;
  }
  const after = text.charCodeAt(i + 1);
  if (code === newline) {
    if (isListStart(text, i + 1)) counts.listItems++;
    if (before === 59 || before === 123 || before === 125) counts.codeMarks++;
  } else if (code === 63) {
    if (before !== 63) counts.questions++;
  } else if ((code === 94 && before > 40 && before !== 94) || (code === 92 && isLetter(after))) {
    counts.mathsMarks++;
  } else if (code === 96) {
    if (before === 96 && after === 96) counts.codeMarks += 2;
  } else if (code === 95) {
    if (isLetter(before) && isLetter(after)) counts.codeMarks += 0.5;
  } else if (after > 32 && after < 127 && codePairs.has(text.slice(i, i + 2))) {
    counts.codeMarks++;
  } else if (code === 61 && before <= 57) {
    counts.mathsMarks += 0.5;
  }
}

/** `- `, `* `, `1. `, `2) ` at the start of a line. */
function isListStart(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code === 45 || code === 42 || code === 0x2022) return text.charCodeAt(at + 1) === 32;
  const mark = text.charCodeAt(at + 1);
  return code >= 48 && code <= 57 && (mark === 46 || mark === 41);
}

function isLetter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
}

/** Returns how many words there are. */
function findWords(length: number): number {
  let words = 0;
  let before = gap;
  for (let i = 0; i < length; i++) {
    const letter = letters[i] as number;
    const gapless = letter >= 0x0e00 && isGapless(letter);
    if (letter !== gap && (before === gap || gapless)) {
      words += gapless ? 0.5 : 1;
      const count = trie.find(letters, i, length, !gapless, found);
      for (let k = 0; k < count; k++) take(found[k] as number, i < edgeChars || i > length - edgeChars);
    }
    if (letter >= 0x0370) votes.addLetter(letter);
    before = letter;
  }
  return words;
}

/** Each listed word counts once for its kind, and each time for its language. */
function take(word: number, atEdge: boolean): void {
  const { kinds: ofKinds, languages, weight } = entries[word] as Meaning;
  for (let i = 0; i < languages.length; i++) votes.addWord(languages[i] as number);
  if (seen[word] === round) return;
  seen[word] = round;
  if (weight !== 0) {
    learned++;
    learnedWeight += weight;
  }
  for (let i = 0; i < ofKinds.length; i++) {
    const kind = ofKinds[i] as number;
    if (kind !== editKind || atEdge) perKind[kind] = (perKind[kind] as number) + 1;
  }
}
