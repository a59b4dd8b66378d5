/** Answers that are given again: what an operator sets. */
import { z } from 'zod';
import { scaleDecimal } from '../lib/money.ts';
import { cacheTtlMsMax } from '../snapshot/snapshot.ts';
import { amount, wholeNumber } from './leaves.ts';

const mebibyte = 1_048_576;
const ttlMs = (min: number) => wholeNumber(min, cacheTtlMsMax, 'milliseconds');

export const cache = z.strictObject({
  bytesMax: wholeNumber(0, 16_384 * mebibyte, 'bytes')
    .default(64 * mebibyte)
    .describe('Memory for answers; beyond that the least recently used goes first. 0: nothing is ever cached.'),
  answerBytesMax: wholeNumber(1, 64 * mebibyte, 'bytes')
    .default(mebibyte)
    .describe('A larger answer is not kept.'),
  ttlMs: ttlMs(0)
    .default(0)
    .describe(
      'How long answers are kept where neither caller, key nor route says it. 0: they are kept only where one of them does.',
    ),
  ttlMsMax: ttlMs(1)
    .default(86_400_000)
    .describe('Nobody is given an older answer, whatever a caller, key or route says.'),
  hitPricePercent: amount(0, 100, 'percent')
    .refine((value) => isExact(value), { error: 'percent, with two decimals' })
    .default(0)
    .describe('What an answer from the cache costs, of what it was charged when it was made.'),
});

/** `whose`: as the reference page says it. */
export const cacheRule = (whose: string) =>
  z.strictObject({ ttlMs: ttlMs(1).describe(`How long answers to requests ${whose} are kept.`) }).optional();

function isExact(value: number): boolean {
  try {
    scaleDecimal(value, 2);
    return true;
  } catch {
    return false;
  }
}
