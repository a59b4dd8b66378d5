/** What the scorer looks at. Each signal is a number from 0 (none of it) to 1 (as much as matters). */

/** Read from the text; their weights are fitted on the labelled set. */
export const textSignals = [
  'length',
  'code',
  'maths',
  'technical-words',
  'reasoning-words',
  'task-words',
  'conflict-words',
  'condition-words',
  'routine-words',
  'edit-words',
  'plain-length',
  'multi-step',
  'numbers',
  'language',
  'learned-words',
] as const;

/** Read from the request; no labelled text can teach their weights, which are set by rule. */
export const requestSignals = [
  'tools',
  'tool-results',
  'media',
  'context',
  'earlier-turns',
  'long-answer',
  'short-answer',
  'thinking',
] as const;

export type TextSignal = (typeof textSignals)[number];
export type RequestSignal = (typeof requestSignals)[number];
export type Signal = TextSignal | RequestSignal;

/** Kinds of words that the lists know, by the signal that they feed. */
export type WordKind =
  | 'code'
  | 'maths'
  | 'technical'
  | 'reasoning'
  | 'task'
  | 'conflict'
  | 'condition'
  | 'routine'
  | 'edit';
