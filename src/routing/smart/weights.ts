/**
 * What each signal adds to the log-odds that a request is complex. The weights of the text are fitted on the labelled
 * requests in test/routing/smart/data, those of the request are set by judgement. `npm run smart:fit` writes this file.
 */
import type { RequestSignal, TextSignal } from './signals.ts';

export const bias = -1.86;

export const textWeights: Readonly<Record<TextSignal, number>> = {
  length: 2.67,
  code: 0.15,
  maths: 3.27,
  'technical-words': 1.33,
  'reasoning-words': 4.8,
  'task-words': 2.72,
  'conflict-words': 2.99,
  'condition-words': 2.41,
  'routine-words': -2.92,
  'edit-words': -2.2,
  'plain-length': -1.35,
  'multi-step': -0.23,
  numbers: 0.94,
  language: 0.03,
  'learned-words': 1,
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

/** Below: cheap. By the share of complex requests that is expected to be misrouted, chosen on the calibration part. */
export const thresholdByMisrouted: Readonly<Record<string, number>> = {
  '0.02': 0.11,
  '0.05': 0.14,
  '0.1': 0.23,
  '0.2': 0.39,
};
