/**
 * Fits the text weights on the training part, chooses thresholds on the calibration part, and writes both into
 * src/routing/smart/weights.ts. Never reads the held-out test part.
 *   npm run smart:fit
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readText } from '../../../src/routing/smart/read-text.ts';
import { textValues } from '../../../src/routing/smart/score.ts';
import { textSignals } from '../../../src/routing/smart/signals.ts';
import { labelled, outcome, type Scored, textOf } from './labelled.ts';

interface Example {
  readonly complex: number;
  readonly values: readonly number[];
}

/** Pulls weights to zero: the set is small. */
const ridge = 1;
const rounds = 4000;
const step = 0.01;
const misroutedShares = [0.02, 0.05, 0.1, 0.2];

const examples = examplesOf('train');
const weights = fitted(examples);
const unseen = examplesOf('calibration').map(
  ({ complex, values }): Scored => ({ complex: complex === 1, score: probability(weights, values) }),
);
const thresholds = misroutedShares.map((share) => [share, thresholdFor(unseen, share)] as const);
write();

function examplesOf(part: 'train' | 'calibration'): Example[] {
  return labelled(part).map((row) => {
    const values = textValues(readText(textOf(row)));
    return { complex: Number(row.label === 'complex'), values: [1, ...textSignals.map((signal) => values[signal])] };
  });
}

/** Gradient descent on the log-loss; the bias is not pulled. */
function fitted(rows: readonly Example[]): number[] {
  const found = textSignals.map(() => 0);
  found.unshift(0);
  for (let round = 0; round < rounds; round++) {
    const slope = found.map((weight, i) => (i === 0 ? 0 : ridge * weight));
    for (const { complex, values } of rows) {
      const miss = probability(found, values) - complex;
      values.forEach((value, i) => {
        slope[i] = (slope[i] as number) + miss * value;
      });
    }
    for (let i = 0; i < found.length; i++) found[i] = (found[i] as number) - step * (slope[i] as number);
  }
  return found;
}

function probability(of: readonly number[], values: readonly number[]): number {
  return 1 / (1 + Math.exp(-values.reduce((sum, value, i) => sum + value * (of[i] as number), 0)));
}

/** The largest threshold, in hundredths, that misroutes no more than the share of the complex. */
function thresholdFor(rows: readonly Scored[], share: number): number {
  let best = 0;
  for (let hundredths = 1; hundredths < 100; hundredths++) {
    if (outcome(rows, hundredths / 100).misrouted <= share) best = hundredths / 100;
  }
  return best;
}

function write(): void {
  const file = fileURLToPath(new URL('../../../src/routing/smart/weights.ts', import.meta.url));
  const [bias, ...rest] = weights.map((weight) => weight.toFixed(2));
  const table = textSignals.map((signal, i) => `  '${signal}': ${rest[i]},`).join('\n');
  const marks = thresholds.map(([share, threshold]) => `'${share}': ${threshold}`).join(', ');
  const text = readFileSync(file, 'utf8')
    .replace(/(export const bias = )[^;]*/, `$1${bias}`)
    .replace(/(export const textWeights[^{]*\{)[^}]*/, `$1\n${table}\n`)
    .replace(/(export const thresholdByMisrouted[^{]*\{)[^}]*/, `$1 ${marks} `);
  writeFileSync(file, text);
  execFileSync('biome', ['format', '--write', file]);
}
