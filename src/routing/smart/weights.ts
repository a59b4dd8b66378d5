/**
 * What each signal adds to the log-odds that a request is complex. The weights of the text are fitted on the labelled
 * requests in test/routing/smart/data, those of the request are set by judgement. `npm run smart:fit` writes this file.
 */
import type { RequestSignal, TextSignal } from './signals.ts';

export const bias = -1.46;

export const textWeights: Readonly<Record<TextSignal, number>> = {
  length: 2.29,
  code: 0.1,
  maths: 2.87,
  'technical-words': 1.4,
  'reasoning-words': 4.39,
  'task-words': 2.65,
  'conflict-words': 2.77,
  'condition-words': 2.26,
  'routine-words': -2.86,
  'edit-words': -2.17,
  'plain-length': -1.08,
  'multi-step': 0.13,
  numbers: 1.01,
  language: 0.13,
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

/** Below: cheap. The highest that misroutes no more than that share of the complex requests of the calibration part. */
export const thresholdByMisrouted: Readonly<Record<string, number>> = {
  '0.02': 0.12,
  '0.05': 0.21,
  '0.1': 0.3,
  '0.2': 0.53,
};
