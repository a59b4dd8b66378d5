/** The loop: take an input that reached something new, change it, run it, keep it if it reaches something newer. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { Coverage } from './coverage.ts';
import { mutateBytes, mutateEvent, mutateJson, pick, type Random, seeded } from './mutate.ts';
import type { FuzzTarget } from './target.ts';

export interface Finding {
  readonly input: Buffer;
  readonly error: Error;
}

export interface FuzzRun {
  readonly target: FuzzTarget;
  readonly seconds: number;
  readonly seed: number;
  /** A part of the addresses of the files whose coverage counts; absent: the product's. */
  readonly place?: string;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Called before each run, so that a hang can be told from outside. */
  readonly onInput: (input: Buffer) => void;
  readonly onFinding: (finding: Finding) => void;
  /** Ends the run before its time. */
  readonly enough?: () => boolean;
}

export interface FuzzResult {
  readonly runs: number;
  readonly inputs: number;
  readonly functions: number;
  readonly findings: number;
}

/** Inputs run for so long between two questions for coverage, which cost about as much. */
const batchMs = 30;
const batchMax = 2048;
/** One run that takes longer is a finding: inputs are at most 16 KB. */
const runMsMax = 1000;

const root = new URL('../../', import.meta.url);

export function fuzz(run: FuzzRun): FuzzResult {
  const { target, now } = run;
  const coverage = new Coverage(run.place);
  const random = seeded(run.seed);
  const words = wordsOf(target.words);
  const kept: Buffer[] = [];
  const known = new Set<string>();
  let runs = 0;

  const tryOne = (input: Buffer): void => {
    runs++;
    run.onInput(input);
    const startedAtMs = now();
    try {
      target.run(input);
      const tookMs = now() - startedAtMs;
      if (tookMs > runMsMax) throw new Error(`took ${Math.round(tookMs)} ms`);
    } catch (error) {
      const finding = { input, error: error instanceof Error ? error : new Error(String(error)) };
      const key = keyOf(finding.error);
      if (known.has(key)) return;
      known.add(key);
      run.onFinding(finding);
    }
  };

  /** Halves a batch until the inputs are found that reached something new. */
  const search = (batch: readonly Buffer[]): void => {
    for (const input of batch) tryOne(input);
    const [only] = batch;
    if (!coverage.fresh(batch.length === 1) || only === undefined) return;
    if (batch.length === 1) kept.push(only);
    const half = batch.length / 2;
    if (batch.length > 1) for (const part of [batch.slice(0, half), batch.slice(half)]) search(part);
  };

  for (const seed of target.seeds()) search([seed]);
  if (kept.length === 0) kept.push(Buffer.from('{}'));
  const endMs = now() + run.seconds * 1000;
  while (now() < endMs && run.enough?.() !== true) {
    const batch: Buffer[] = [];
    for (const untilMs = now() + batchMs; now() < untilMs && batch.length < batchMax; ) {
      const input = mutant(random, target, kept, words);
      batch.push(input);
      tryOne(input);
    }
    if (coverage.fresh(false)) search(batch);
  }
  coverage.close();
  return { runs, inputs: kept.length, functions: coverage.size, findings: known.size };
}

/** Newer inputs are taken more often: they stand at the edge of what is known. */
function mutant(random: Random, target: FuzzTarget, kept: readonly Buffer[], words: readonly string[]): Buffer {
  const recent = kept.slice(-16);
  const input = pick(random, random() < 0.4 ? recent : kept);
  const other = pick(random, kept);
  const tree = random() < 0.75 ? treeMutant(random, target, input, other, words) : undefined;
  const made = tree ?? mutateBytes(random, input, other, words);
  return target.repair !== undefined && random() < 0.9 ? target.repair(made) : made;
}

function treeMutant(random: Random, { isJson }: FuzzTarget, input: Buffer, other: Buffer, words: readonly string[]) {
  return isJson ? mutateJson(random, input, other, words) : mutateEvent(random, input, other, words);
}

/** One finding a place: the first line of our own code in the stack. */
function keyOf(error: Error): string {
  const place = /(src\/[^)\s]+)/.exec(error.stack ?? '')?.[1] ?? '';
  return `${place} ${error.message.slice(0, 40)}`;
}

export function nameOf(input: Buffer): string {
  return createHash('sha256').update(input).digest('hex').slice(0, 16);
}

/** The short string literals of source files: field names, types, words that the code compares with. */
function wordsOf(paths: readonly string[]): string[] {
  const words = new Set<string>();
  for (const text of paths.flatMap(sourcesOf))
    for (const [, single, template] of text.matchAll(/'([^'\n]{1,40})'|`([^`$\n]{1,40})`/g)) {
      const word = single ?? template ?? '';
      if (!word.startsWith('./') && !word.startsWith('../')) words.add(word);
    }
  for (const text of paths.flatMap(sourcesOf))
    for (const [, field = ''] of text.matchAll(/\.(\w{2,40})\b/g)) words.add(field);
  return [...words];
}

function sourcesOf(path: string): string[] {
  const place = new URL(path, root);
  if (!statSync(place).isDirectory()) return [readFileSync(place, 'utf8')];
  return readdirSync(place)
    .filter((name) => name.endsWith('.ts') && !/\.(test|fixture)\.ts$/.test(name))
    .map((name) => readFileSync(new URL(`${path}/${name}`, root), 'utf8'));
}
