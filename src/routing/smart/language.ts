/** A guess at the language of a text, from its script and its small words. Only for rules and for what the lists know. */

/** Small words that hardly occur in the other languages of this table. */
export const smallWords: Readonly<Record<string, string>> = {
  en: 'the, and, is, you, my, it, with, this, have, what, how, are, please, can, your, of, to, was, why, does, but, from, be, or, would, there, an, by, at, do, i',
  de: 'der, und, ist, nicht, ich, das, ein, eine, mit, für, wie, wir, auf, bitte, mein, meine, habe, sie, was, zu, den, dem, von, nach, wird, oder',
  fr: 'le, les, est, je, une, dans, pas, pour, vous, avec, mon, ma, comment, et, ce, nous, qui, du, des, que, sur, ne, votre, au',
  es: 'el, los, es, una, para, por, mi, cómo, puedo, pero, con, está, qué, y, las, del, yo, que, un, me, se, la, al',
  it: 'il, di, che, sono, per, non, mio, come, ho, posso, gli, della, è, mia, questo, nel, un, la, del',
  pt: 'os, não, uma, meu, minha, eu, com, você, como, é, posso, em, está, isso, para, que, um, se, do, da',
  nl: 'het, een, ik, niet, van, mijn, hoe, wat, voor, naar, met, zijn, kan, deze, op, of, te, dat',
};

/** Scripts that say it, more or less, by the first of their units. */
const scripts: readonly (readonly [from: number, to: number, language: string])[] = [
  [0x0370, 0x0400, 'el'],
  [0x0400, 0x0530, 'ru'],
  [0x0590, 0x0600, 'he'],
  [0x0600, 0x0780, 'ar'],
  [0x0900, 0x0980, 'hi'],
  [0x0e00, 0x0e80, 'th'],
  [0x3040, 0x3100, 'ja'],
  [0x3400, 0xa000, 'zh'],
  [0xac00, 0xd7b0, 'ko'],
];

/** Languages that the word lists know. */
export const knownLanguages: ReadonlySet<string> = new Set([...Object.keys(smallWords), 'zh', 'ja', 'ko', 'ru']);

const languages = [...new Set([...Object.keys(smallWords), ...scripts.map(([, , language]) => language), 'und'])];
const numberOf = (language: string) => languages.indexOf(language);
const scriptNumbers = scripts.map(([from, to, language]) => [from, to, numberOf(language)] as const);
const japanese = numberOf('ja');
const chinese = numberOf('zh');
/** A letter of a script says less than a whole small word. */
const lettersPerWord = 3;
/** Of the words of a text: below it, they are there by chance. */
const smallWordShareMin = 0.08;

export class LanguageVotes {
  readonly #votes = new Float64Array(languages.length);

  clear(): void {
    this.#votes.fill(0);
  }

  addWord(language: number): void {
    this.#votes[language] = (this.#votes[language] as number) + 1;
  }

  addLetter(code: number): void {
    for (const [from, to, language] of scriptNumbers) {
      if (code < from || code >= to) continue;
      this.#votes[language] = (this.#votes[language] as number) + 1 / lettersPerWord;
      return;
    }
    const other = languages.length - 1;
    this.#votes[other] = (this.#votes[other] as number) + 1 / lettersPerWord;
  }

  /** `und`: it cannot be told. Kana make Chinese signs Japanese. `words`: how many the text has. */
  winner(words: number): string {
    const votes = this.#votes;
    let best = -1;
    for (let i = 0; i < votes.length; i++) {
      if ((votes[i] as number) > (best < 0 ? words * smallWordShareMin : (votes[best] as number))) best = i;
    }
    if (best === chinese && (votes[japanese] as number) > (votes[chinese] as number) / 10) return 'ja';
    return languages[best] ?? 'und';
  }
}

export const languageNumber = numberOf;
