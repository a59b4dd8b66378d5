/**
 * What each signal adds to the log-odds that a request is complex. `text` is fitted on the labelled set, `request` is
 * set by rule. `npm run smart:fit` writes this file.
 */
import type { RequestSignal, TextSignal } from './signals.ts';

export const bias = -1.6;

export const textWeights: Readonly<Record<TextSignal, number>> = {
  length: 2.5,
  code: 1.5,
  maths: 1.8,
  'technical-words': 1.2,
  'reasoning-words': 2.2,
  'task-words': 1.8,
  'conflict-words': 2,
  'condition-words': 1.2,
  'routine-words': -2.2,
  'multi-step': 1,
  numbers: 0.4,
  language: 0.6,
};

export const requestWeights: Readonly<Record<RequestSignal, number>> = {
  tools: 0.5,
  'tool-results': 0.7,
  media: 0.4,
  context: 0.8,
  'earlier-turns': 0.3,
  'long-answer': 0.6,
  'short-answer': -0.6,
  thinking: 2,
};

/** Below: cheap. Chosen so that no more than that share of the complex training requests is misrouted. */
export const thresholdByMisrouted: Readonly<Record<string, number>> = { '0.02': 0.2, '0.05': 0.3, '0.1': 0.4 };
