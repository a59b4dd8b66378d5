/** The labelled requests; see data/README.md for where they come from and how they were labelled. */
import { readFileSync } from 'node:fs';
import { estimateTokens } from '../../../src/llm/estimate.ts';
import type { SmartInput } from '../../../src/routing/smart/input.ts';
import { scoreComplexity } from '../../../src/routing/smart/score.ts';

export interface Labelled {
  readonly id: string;
  readonly label: 'routine' | 'complex';
  readonly kind: 'support' | 'coding' | 'maths' | 'general';
  readonly language: string;
  readonly body: { readonly messages: readonly [{ readonly role: 'user'; readonly content: string }] };
}

export function labelled(part: 'train' | 'calibration' | 'test'): readonly Labelled[] {
  const text = readFileSync(new URL(`data/${part}.jsonl`, import.meta.url), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line): Labelled => JSON.parse(line));
}

export const textOf = ({ body }: Labelled): string => body.messages[0].content;

/** As the first turn of a conversation, with nothing else. */
export function inputOf(lastUserText: string): SmartInput {
  return {
    lastUserText,
    earlierTurns: 0,
    toolsCount: 0,
    hasToolResults: false,
    mediaCount: 0,
    inputTokensEstimate: estimateTokens(lastUserText),
  };
}

export interface Scored {
  readonly complex: boolean;
  readonly score: number;
}

export function scored(rows: readonly Labelled[]): Scored[] {
  return rows.map((row) => ({ complex: row.label === 'complex', score: scoreComplexity(inputOf(textOf(row))).score }));
}

/** Shares, from 0 to 1, when everything below the threshold goes to the cheap target. */
export function outcome(rows: readonly Scored[], threshold: number) {
  const right = rows.filter(({ complex, score }) => score >= threshold === complex).length;
  const cheap = rows.filter(({ score }) => score < threshold);
  const complex = rows.filter((row) => row.complex).length;
  return {
    accuracy: right / rows.length,
    cheap: cheap.length / rows.length,
    misrouted: cheap.filter((row) => row.complex).length / complex,
    routineToCheap: cheap.filter((row) => !row.complex).length / (rows.length - complex),
  };
}
