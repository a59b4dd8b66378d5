/** How a case may end. Only `fail` is somebody's mistake. */
import type { Asked } from './stand.ts';

export type Outcome =
  | { readonly state: 'pass' }
  /** Said no in plain words, by the provider or by the gateway: the caller knows. */
  | { readonly state: 'refused'; readonly why: string }
  /** A good answer, from which nothing can be told: the model did not do what it was asked to do. */
  | { readonly state: 'unproven'; readonly why: string }
  /** The dialect has no words for it. */
  | { readonly state: 'none' }
  | { readonly state: 'fail'; readonly why: string };

export const pass: Outcome = { state: 'pass' };
export const fail = (why: string): Outcome => ({ state: 'fail', why });
export const unproven = (why: string): Outcome => ({ state: 'unproven', why });

const plainRefusals = new Set(['invalid-request', 'too-long', 'forbidden', 'model-not-found', 'payment-required']);

/** What holds for every answer, and then what the case itself looks at. */
export function judge(asked: Asked | undefined, look: (asked: Asked) => Outcome): Outcome {
  if (asked === undefined) return { state: 'none' };
  const { status, reading, row } = asked;
  if (status !== 200) {
    const why = `${status} ${row?.errorKind ?? ''}: ${reading.error ?? 'without a message'}`;
    return plainRefusals.has(row?.errorKind ?? '') ? { state: 'refused', why } : fail(why);
  }
  if (reading.error !== undefined) return fail(`an error in the answer: ${reading.error}`);
  if (!reading.whole) return fail('the answer has no end');
  return look(asked);
}
