/**
 * How complex a request is: a logistic model of few weights over what can be counted in one pass. Local, without state,
 * and explained: each signal says what it counted and what that added. Never quotes the prompt.
 */
import type { SmartInput } from './input.ts';
import { readText, type TextCounts } from './read-text.ts';
import { type RequestSignal, requestSignals, type Signal, type TextSignal, textSignals } from './signals.ts';
import { bias, requestWeights, textWeights } from './weights.ts';

export interface SmartReason {
  readonly signal: Signal;
  /** Added to the log-odds of being complex; below zero speaks for routine. */
  readonly weight: number;
  /** Counts and names of signals, never words of the prompt. */
  readonly what: string;
}

export interface SmartScore {
  /** 0 routine, 1 complex. */
  readonly score: number;
  /** What mattered, the heaviest first. */
  readonly reasons: readonly SmartReason[];
  /** `de`; `und`: it could not be told. */
  readonly language: string;
}

/** A shorter last turn only follows up on the one before it. */
const followUpCharsMax = 40;
const reasonWeightMin = 0.005;

export function scoreComplexity(input: SmartInput): SmartScore {
  const counts = readText(textOf(input));
  const language = input.language ?? counts.language;
  const values = signalValues(input, counts);
  let logOdds = bias;
  const reasons: SmartReason[] = [];
  for (const signal of textSignals) add(signal, textWeights[signal]);
  for (const signal of requestSignals) add(signal, requestWeights[signal]);
  reasons.sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight));
  return { score: 1 / (1 + Math.exp(-logOdds)), reasons, language };

  function add(signal: Signal, weight: number): void {
    const added = weight * values[signal];
    if (Math.abs(added) < reasonWeightMin) return;
    logOdds += added;
    reasons.push({ signal, weight: Math.round(added * 1000) / 1000, what: describe[signal](counts, input) });
  }
}

/** What is read for words: the last turn; with the one before it, or with the instructions, where it says too little. */
export function textOf({ lastUserText, earlierUserText, instructions }: SmartInput): string {
  if (lastUserText.trim() === '') return earlierUserText ?? instructions ?? '';
  if (lastUserText.length > followUpCharsMax || !earlierUserText) return lastUserText;
  return `${earlierUserText}\n${lastUserText}`;
}

type Values = Readonly<Record<Signal, number>>;

/** Each from 0 to 1. */
export function signalValues(input: SmartInput, counts: TextCounts): Values {
  return { ...textValues(counts), ...requestValues(input) };
}

/** How many of a thing count half of what any number of them can. */
const half = {
  code: 3,
  maths: 1,
  technical: 2,
  reasoning: 1,
  task: 1,
  conflict: 1.5,
  condition: 2,
  routine: 1.5,
  edit: 0.5,
  steps: 3,
  numbers: 4,
};

export function textValues(counts: TextCounts): Readonly<Record<TextSignal, number>> {
  const { listed } = counts;
  const steps = counts.listItems + counts.steps + Math.max(0, counts.questions - 1);
  const length = Math.min(1, Math.log2(1 + counts.words / 8) / 6);
  const difficult = listed.reasoning + listed.task + listed.conflict + listed.maths;
  return {
    length,
    code: share(counts.codeMarks + listed.code, half.code),
    maths: share(counts.mathsMarks + listed.maths, half.maths),
    'technical-words': share(listed.technical, half.technical),
    'reasoning-words': share(listed.reasoning, half.reasoning),
    'task-words': share(listed.task, half.task),
    'conflict-words': share(listed.conflict, half.conflict),
    'condition-words': share(listed.condition, half.condition),
    'routine-words': share(listed.routine, half.routine),
    'edit-words': share(listed.edit, half.edit),
    'plain-length': length / (1 + difficult),
    'multi-step': share(steps, half.steps),
    numbers: share(counts.numbers, half.numbers),
    language: Number(!counts.known && counts.words >= 3),
    'learned-words': learnedValue(counts),
  };
}

/** The more words a text has, the more of them are there by chance. Not from 0 to 1: its weights are log-odds already. */
export function learnedValue({ learnedWeight, words }: Pick<TextCounts, 'learnedWeight' | 'words'>): number {
  return learnedWeight * learnedScale(words);
}

export function learnedScale(words: number): number {
  return 1 / Math.sqrt(1 + words / 18);
}

/** From 0 to 1: the first of a thing says more than the tenth. */
const share = (count: number, halfAt: number): number => count / (count + halfAt);

/** Below `from` it says nothing; each doubling says as much as the one before. */
interface Span {
  readonly from: number;
  readonly most: number;
}

/** Tokens, and turns. */
const muchContext: Span = { from: 4000, most: 64_000 };
const manyTurns: Span = { from: 24, most: 192 };
const longAnswerTokens = 4000;
const shortAnswerTokens = 64;

function requestValues(input: SmartInput): Readonly<Record<RequestSignal, number>> {
  const { inputTokensEstimate: tokens, maxOutputTokens } = input;
  return {
    tools: Math.min(1, Math.log2(1 + input.toolsCount) / 5),
    'tool-results': Number(input.hasToolResults),
    media: Number(input.mediaCount > 0),
    context: between(tokens, muchContext),
    'earlier-turns': between(input.earlierTurns, manyTurns),
    'long-answer': Number(maxOutputTokens !== undefined && maxOutputTokens >= longAnswerTokens),
    'short-answer': Number(maxOutputTokens !== undefined && maxOutputTokens <= shortAnswerTokens),
    thinking: Number(input.wantsThinking === true),
  };
}

function between(count: number, { from, most }: Span): number {
  return count <= from ? 0 : Math.min(1, Math.log2(count / from) / Math.log2(most / from));
}

type Describe = (counts: TextCounts, input: SmartInput) => string;

const describe: Readonly<Record<Signal, Describe>> = {
  length: ({ words }) => `words: about ${words}`,
  code: ({ codeMarks, listed }) => `marks of code: ${codeMarks}, words of programming: ${listed.code}`,
  maths: ({ mathsMarks, listed }) => `signs of mathematics: ${mathsMarks}, words: ${listed.maths}`,
  'technical-words': ({ listed }) => `technical words: ${listed.technical}`,
  'reasoning-words': ({ listed }) => `words that ask for reasons: ${listed.reasoning}`,
  'task-words': ({ listed }) => `words that ask for a work: ${listed.task}`,
  'conflict-words': ({ listed }) => `words of a case in dispute: ${listed.conflict}`,
  'condition-words': ({ listed }) => `conditions: ${listed.condition}`,
  'routine-words': ({ listed }) => `words of routine: ${listed.routine}`,
  'edit-words': ({ listed }) => `words of work on a given text: ${listed.edit}`,
  'plain-length': ({ words }) => `words: about ${words}, with little that is difficult among them`,
  'multi-step': ({ listItems, steps, questions }) =>
    `list items: ${listItems}, steps: ${steps}, questions: ${questions}`,
  numbers: ({ numbers }) => `numbers: ${numbers}`,
  language: ({ language }) => `the word lists do not know this language (${language})`,
  'learned-words': ({ learned }) => `words that the labelled requests have taught: ${learned}`,
  tools: (_, { toolsCount }) => `tools offered: ${toolsCount}`,
  'tool-results': () => 'the last turn answers a call of a tool',
  media: (_, { mediaCount }) => `pictures, documents or sounds: ${mediaCount}`,
  context: (_, { inputTokensEstimate }) => `input tokens: about ${inputTokensEstimate}`,
  'earlier-turns': (_, { earlierTurns }) => `earlier turns: ${earlierTurns}`,
  'long-answer': (_, { maxOutputTokens }) => `output tokens: up to ${maxOutputTokens}`,
  'short-answer': (_, { maxOutputTokens }) => `output tokens: at most ${maxOutputTokens}`,
  thinking: () => 'the caller asks for thinking',
};
