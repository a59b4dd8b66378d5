/**
 * What each signal adds to the log-odds that a request is complex. The weights of the text are fitted on the labelled
 * requests in test/routing/smart/data, those of the request are set by judgement. `npm run smart:fit` writes this file.
 */
import type { RequestSignal, TextSignal } from './signals.ts';

export const bias = -1.99;

export const textWeights: Readonly<Record<TextSignal, number>> = {
  length: 2.72,
  code: 0.09,
  maths: 3.3,
  'technical-words': 1.33,
  'reasoning-words': 4.84,
  'task-words': 2.62,
  'conflict-words': 3.0,
  'condition-words': 2.41,
  'routine-words': -2.91,
  'edit-words': -2.21,
  'plain-length': -1.33,
  'multi-step': -0.21,
  numbers: 0.97,
  language: 0.44,
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
  '0.05': 0.13,
  '0.1': 0.24,
  '0.2': 0.4,
};
