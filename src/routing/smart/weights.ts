/**
 * What each signal adds to the log-odds that a request is complex. The weights of the text are fitted on the labelled
 * requests in test/routing/smart/data, those of the request are set by judgement. `npm run smart:fit` writes this file.
 */
import type { RequestSignal, TextSignal } from './signals.ts';

export const bias = -1.48;

export const textWeights: Readonly<Record<TextSignal, number>> = {
  length: 2.73,
  code: 0.22,
  maths: 2.84,
  'technical-words': 1.33,
  'reasoning-words': 4.23,
  'task-words': 2.5,
  'conflict-words': 2.73,
  'condition-words': 2.29,
  'routine-words': -3.5,
  'edit-words': -2.3,
  'plain-length': -0.54,
  'multi-step': 0.2,
  numbers: 1.0,
  language: 0.14,
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
  '0.02': 0.14,
  '0.05': 0.23,
  '0.1': 0.35,
  '0.2': 0.57,
};
