/** Our own count of what a request holds, for when its provider gives none. */
import { estimateTokens } from '../llm/estimate.ts';

/** Depth of what is looked into: a request that is deeper has no text that counts. */
const depthMax = 8;

/** Tokens of all text in a value: of strings and arrays of them, and of arrays of token numbers. */
export function estimateValue(value: unknown, depth = 0): number {
  if (typeof value === 'string') return value.startsWith('data:') ? mediaTokens : estimateTokens(value);
  if (typeof value === 'number') return 1;
  if (typeof value !== 'object' || value === null || depth > depthMax) return 0;
  return Object.values(value).reduce((sum: number, item) => sum + estimateValue(item, depth + 1), 0);
}

/** A picture in the middle of text. */
const mediaTokens = 258;
