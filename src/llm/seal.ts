/**
 * How a seal travels in another dialect's opaque slot: `tg2.<dialect>.<minter>.<value>`, or `tg1.<dialect>.<value>`
 * where its minter is not known. Untagged text is the slot's own. Where a dialect's slots hold bytes, the text stands in
 * base64: SDKs decode such a slot and encode it again, and would break anything else.
 * Only its own dialect opens a seal, and only the credential that minted it; any other drops it with a note. It is never
 * forged, shortened, or hidden in an id.
 */
import type { DialectId, Seal } from './chat.ts';

const tag = 'tg1.';
const mintedTag = 'tg2.';

/** Dialects all of whose slots are bytes: Gemini's `thoughtSignature`. https://ai.google.dev/api/caching#Part */
const byteSlots: readonly DialectId[] = ['gemini'];
/** How `tg1.` and `tg2.` begin in base64. */
const byteTags = ['dGcxL', 'dGcyL'];

/** The text to put into a slot of `slot`'s dialect. */
export function packSeal(seal: Seal, slot: DialectId): string {
  if (seal.dialect === slot) return seal.value;
  const { dialect, minter, value } = seal;
  const text = minter === undefined ? `${tag}${dialect}.${value}` : `${mintedTag}${dialect}.${minter}.${value}`;
  return byteSlots.includes(slot) ? Buffer.from(text).toString('base64') : text;
}

/** Reads a slot of `slot`'s dialect: a tagged seal of another dialect, or the dialect's own. */
export function unpackSeal(text: string, slot: DialectId): Seal {
  const own: Seal = { dialect: slot, value: text };
  if (text.startsWith(tag) || text.startsWith(mintedTag)) return readTagged(text) ?? own;
  if (!byteTags.some((start) => text.startsWith(start))) return own;
  return readTagged(Buffer.from(text, 'base64').toString('utf8')) ?? own;
}

/** Undefined when it only looks like one of ours. */
function readTagged(text: string): Seal | undefined {
  const end = text.indexOf('.', tag.length);
  const dialect = text.slice(tag.length, end);
  if (!isDialect(dialect)) return undefined;
  if (text.startsWith(tag)) return { dialect, value: text.slice(end + 1) };
  const minterEnd = text.indexOf('.', end + 1);
  if (minterEnd === -1) return undefined;
  return { dialect, value: text.slice(minterEnd + 1), minter: text.slice(end + 1, minterEnd) };
}

function isDialect(text: string): text is DialectId {
  return ['openai-chat', 'openai-responses', 'anthropic', 'gemini', 'bedrock-converse'].includes(text);
}
