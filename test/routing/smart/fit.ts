/**
 * Fits the weights of the text on the training part, chooses thresholds on the calibration part, and writes both into
 * src/routing/smart/weights.ts and word-weights.ts. Never reads the held-out test part.
 *   npm run smart:fit
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { foldWord } from '../../../src/routing/smart/folding.ts';
import { readText } from '../../../src/routing/smart/read-text.ts';
import { learnedScale, textValues } from '../../../src/routing/smart/score.ts';
import { textSignals } from '../../../src/routing/smart/signals.ts';
import { courtesies } from './courtesies.ts';
import { labelled, outcome, type Scored, textOf } from './labelled.ts';

/** A weight's place among all, and the value of what it weighs. */
type Value = readonly [place: number, value: number];

interface Example {
  readonly complex: number;
  readonly values: readonly Value[];
}

/** Pull weights to zero, for the set is small: those of signals, and much more those of single words. */
const ridge = 1;
const wordRidge = 2;
const rounds = 1500;
const step = 0.01;
/** A word is learned where so many training requests have it. */
const requestsMin = 2;
const lineCharsMax = 110;
const misroutedShares = [0.02, 0.05, 0.1, 0.2];
const signals = textSignals.filter((signal) => signal !== 'learned-words');

const vocabulary = learnWords();
const weights = fitted([...examplesOf('train', []), ...examplesOf('train', courtesies)]);
const unseen = examplesOf('calibration', []).map(
  ({ complex, values }): Scored => ({ complex: complex === 1, score: probability(weights, values) }),
);
const thresholds = misroutedShares.map((share) => [share, thresholdFor(unseen, share)] as const);
writeWeights();
writeWords();

/** Words and pairs of words. A courtesy is none: whoever is polite may ask anything. */
function learnWords(): readonly string[] {
  const polite = new Set(courtesies.flatMap((courtesy) => [...wordsOf(courtesy)]));
  const requests = new Map<string, number>();
  for (const row of labelled('train')) {
    for (const word of wordsOf(textOf(row))) requests.set(word, (requests.get(word) ?? 0) + 1);
  }
  return [...requests].filter(([word, count]) => count >= requestsMin && !polite.has(word)).map(([word]) => word);
}

function wordsOf(text: string): ReadonlySet<string> {
  const words = foldWord(text.replaceAll('*', ' ')).split(' ').filter(Boolean);
  return new Set([...words, ...words.slice(1).map((word, i) => `${words[i]} ${word}`)]);
}

/** `around`: a courtesy before and one behind each text, so that they teach nothing. */
function examplesOf(part: 'train' | 'calibration', around: readonly string[]): Example[] {
  const places = new Map(vocabulary.map((word, i) => [word, 1 + signals.length + i]));
  return labelled(part).map((row, i) => {
    const ends = [around[i % around.length] ?? '', around[(i * 7 + 3) % around.length] ?? ''];
    const text = [ends[0], textOf(row), ends[1]].join(' ').trim();
    const counts = readText(text);
    const values = textValues(counts);
    const scale = learnedScale(counts.words);
    const words = [...wordsOf(text)].flatMap((word): Value[] => {
      const place = places.get(word);
      return place === undefined ? [] : [[place, scale]];
    });
    const ofSignals = signals.map((signal, place): Value => [1 + place, values[signal]]);
    return { complex: Number(row.label === 'complex'), values: [[0, 1], ...ofSignals, ...words] };
  });
}

/** Gradient descent on the log-loss; the bias is not pulled. */
function fitted(rows: readonly Example[]): Float64Array {
  const found = new Float64Array(1 + signals.length + vocabulary.length);
  for (let round = 0; round < rounds; round++) {
    const slope = found.map((weight, i) => (i === 0 ? 0 : weight * (i <= signals.length ? ridge : wordRidge)));
    for (const { complex, values } of rows) {
      const miss = probability(found, values) - complex;
      for (const [place, value] of values) slope[place] = (slope[place] as number) + miss * value;
    }
    for (let i = 0; i < found.length; i++) found[i] = (found[i] as number) - (step / 2) * (slope[i] as number);
  }
  return found;
}

function probability(of: Float64Array, values: readonly Value[]): number {
  return 1 / (1 + Math.exp(-values.reduce((sum, [place, value]) => sum + value * (of[place] as number), 0)));
}

/**
 * The largest threshold, in hundredths, that is expected to misroute no more than the share of complex requests to come:
 * one more than were misrouted counts, as if the next one were (conformal risk control, arXiv:2208.02814).
 */
function thresholdFor(rows: readonly Scored[], share: number): number {
  const complex = rows.filter((row) => row.complex).length;
  let best = 0;
  for (let hundredths = 1; hundredths < 100; hundredths++) {
    const misrouted = outcome(rows, hundredths / 100).misrouted * complex;
    if (misrouted + 1 <= share * (complex + 1)) best = hundredths / 100;
  }
  return best;
}

function writeWeights(): void {
  const file = fileURLToPath(new URL('../../../src/routing/smart/weights.ts', import.meta.url));
  const table = signals.map((signal, i) => `  '${signal}': ${(weights[1 + i] as number).toFixed(2)},`).join('\n');
  const marks = thresholds.map(([share, threshold]) => `'${share}': ${threshold}`).join(', ');
  const text = readFileSync(file, 'utf8')
    .replace(/(export const bias = )[^;]*/, `$1${(weights[0] as number).toFixed(2)}`)
    .replace(/(export const textWeights[^{]*\{)[^}]*/, `$1\n${table}\n  'learned-words': 1,\n`)
    .replace(/(export const thresholdByMisrouted[^{]*\{)[^}]*/, `$1 ${marks} `);
  writeFileSync(file, text);
  execFileSync('biome', ['format', '--write', file]);
}

function writeWords(): void {
  const lines = [''];
  vocabulary
    .map((word, i) => [word, Math.round((weights[1 + signals.length + i] as number) * 100)] as const)
    .filter(([, hundredths]) => hundredths !== 0)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .forEach(([word, hundredths]) => {
      const entry = `${word}:${hundredths}`;
      if (`${lines.at(-1)}${entry}`.length > lineCharsMax) lines.push('');
      lines.push(`${lines.pop()}${entry},`);
    });
  const file = fileURLToPath(new URL('../../../src/routing/smart/word-weights.ts', import.meta.url));
  writeFileSync(
    file,
    `/**
 * What single words and pairs of words add to the log-odds that a request is complex, in hundredths. Fitted on the labelled
 * requests in test/routing/smart/data/train.jsonl, all at once and with a strong pull to zero, so that few of them decide
 * nothing alone. \`npm run smart:fit\` writes this file.
 */
const hundredths = [
${lines.map((line) => `  '${line}',`).join('\n')}
];

export const wordWeights: ReadonlyMap<string, number> = new Map(
  hundredths.flatMap((line) =>
    line.split(',').flatMap((entry): [string, number][] => {
      const [word, weight] = entry.split(':');
      return word && weight ? [[word, Number(weight) / 100]] : [];
    }),
  ),
);
`,
  );
  execFileSync('biome', ['format', '--write', file]);
}
