/** Tool-call ids as the API takes them: `^[a-zA-Z0-9_-]+$`, at most 64 characters, each used by one call. */
import { createHash } from 'node:crypto';
import { CallIds } from '../call-ids.ts';

const idCharactersMax = 64;

export function newCallIds(): CallIds {
  return new CallIds(legalId, idCharactersMax);
}

/** The id itself where it is legal. A long one ends in its hash, so that two long ones stay two. */
export function legalId(id: string): string {
  const text = id.replace(/[^a-zA-Z0-9_-]/g, '_') || 'call';
  if (text.length <= idCharactersMax) return text;
  return `${text.slice(0, 40)}_${createHash('sha256').update(id).digest('hex').slice(0, 16)}`;
}
