/**
 * How a seal travels in another dialect's opaque slot: `tg1.<dialect>.<value>`. Untagged text is the slot's own.
 * Only its own dialect opens a seal; any other drops it with a note. It is never forged, shortened, or hidden in an id.
 */
import type { DialectId, Seal } from './chat.ts';

const tag = 'tg1.';

/** The text to put into a slot of `slot`'s dialect. */
export function packSeal(seal: Seal, slot: DialectId): string {
  return seal.dialect === slot ? seal.value : `${tag}${seal.dialect}.${seal.value}`;
}

/** Reads a slot of `slot`'s dialect: a tagged seal of another dialect, or the dialect's own. */
export function unpackSeal(text: string, slot: DialectId): Seal {
  if (!text.startsWith(tag)) return { dialect: slot, value: text };
  const end = text.indexOf('.', tag.length);
  const dialect = text.slice(tag.length, end);
  return isDialect(dialect) ? { dialect, value: text.slice(end + 1) } : { dialect: slot, value: text };
}

function isDialect(text: string): text is DialectId {
  return ['openai-chat', 'openai-responses', 'anthropic', 'gemini', 'bedrock-converse'].includes(text);
}
