/**
 * Reasoning and its seal. `encrypted_content` is this dialect's slot: its own seals stand there as they are, those of
 * other dialects tagged (llm/seal.ts). An own seal remembers the item's id and how its text was cut into parts, since an
 * item has to come back as it was. https://platform.openai.com/docs/guides/reasoning#encrypted-reasoning-items
 */
import type { Seal, ThinkingBlock } from '../../llm/chat.ts';
import { packSeal, unpackSeal } from '../../llm/seal.ts';
import { type Fields, isFields } from '../openai-chat/shape.ts';
import type { WireObject } from '../wire-object.ts';
import { dialectId, textOf } from './wire.ts';

/** Parts of an item are parts of one text. */
export const partBreak = '\n\n';

/** Where a part of reasoning stood: in `summary`, or in `content` as the model's own words. */
export type PartPlace = 'summary' | 'content';

interface OwnSeal {
  readonly encrypted_content?: string;
  readonly id?: string;
  /** Length of each part, in characters; negative for those in `content`. */
  readonly parts?: readonly number[];
}

/** The item of a caller's history. */
export function reasoningBlock(item: Fields): ThinkingBlock {
  const parts = partsOf(item);
  const text = parts.map((part) => part.text).join(partBreak);
  // What was made here of an answer without seals is nobody's to take back.
  const seal = isUnsealed(item)
    ? undefined
    : readSlot(textOf(item.encrypted_content), textOf(item.id), parts.map(lengthOf));
  if (seal === undefined) return { type: 'thinking', text };
  // Another dialect's hidden thinking has no summary at all; one that is merely empty has an empty part.
  const isRedacted = seal.dialect !== dialectId && parts.length === 0;
  return { type: 'thinking', text, seal, ...(isRedacted && { redacted: true }) };
}

/**
 * The seal of an item. One without encrypted content is sealed by its id: some providers (DeepSeek, gpt-oss) want their
 * plain reasoning back as it was. Undefined for one with neither.
 */
export function readSlot(slot: string, id: string, parts: readonly number[]): Seal | undefined {
  if (slot === '' && id === '') return undefined;
  const seal = unpackSeal(slot, dialectId);
  if (seal.dialect !== dialectId) return seal;
  const isPlain = parts.length === 1 && (parts[0] as number) >= 0;
  const own: OwnSeal = {
    ...(id !== '' && { id }),
    ...(parts.length > 0 && !isPlain && { parts }),
    ...(slot !== '' && { encrypted_content: slot }),
  };
  return { ...seal, value: JSON.stringify(own) };
}

/** Ids of reasoning items that this gateway makes. */
export const unsealedPrefix = 'rs_tg';

/** Reasoning of a provider that sealed nothing, as this gateway showed it. */
function isUnsealed(item: Fields): boolean {
  return textOf(item.encrypted_content) === '' && textOf(item.id).startsWith(unsealedPrefix);
}

/** The text of the slot; undefined where there is nothing to put into it. */
export function slotText(seal: Seal | undefined): string | undefined {
  if (seal === undefined) return undefined;
  return seal.dialect === dialectId ? ownSeal(seal).encrypted_content : packSeal(seal, dialectId);
}

/** The item for a provider of this dialect that sealed it. */
export function sealedItem(block: ThinkingBlock, seal: Seal): WireObject {
  const { id, parts = [], encrypted_content } = ownSeal(seal);
  const texts = splitText(block.text, parts);
  const summary = texts.filter(({ place }) => place === 'summary').map(({ text }) => ({ type: 'summary_text', text }));
  const content = texts
    .filter(({ place }) => place === 'content')
    .map(({ text }) => ({ type: 'reasoning_text', text }));
  return { type: 'reasoning', id, summary, ...(content.length > 0 && { content }), encrypted_content };
}

export function lengthOf({ text, place }: { readonly text: string; readonly place: PartPlace }): number {
  return place === 'content' ? -text.length : text.length;
}

function partsOf(item: Fields): { text: string; place: PartPlace }[] {
  return (['summary', 'content'] as const).flatMap((place) => {
    const list: unknown = item[place];
    return Array.isArray(list) ? list.filter(isFields).map((part) => ({ text: textOf(part.text), place })) : [];
  });
}

function ownSeal({ value }: Seal): OwnSeal {
  try {
    const own: unknown = value.startsWith('{') ? JSON.parse(value) : undefined;
    if (isFields(own)) return own;
  } catch {
    // An answer's slot as it stood on the wire.
  }
  return { encrypted_content: value };
}

/** One part where the text is no longer what was sealed. */
function splitText(text: string, lengths: readonly number[]): { text: string; place: PartPlace }[] {
  const whole = lengths.reduce((sum, length) => sum + Math.abs(length) + partBreak.length, -partBreak.length);
  if (lengths.length === 0 || whole !== text.length) return text === '' ? [] : [{ text, place: 'summary' }];
  let at = 0;
  return lengths.map((length) => {
    const part = text.slice(at, at + Math.abs(length));
    at += Math.abs(length) + partBreak.length;
    return { text: part, place: length < 0 ? 'content' : 'summary' };
  });
}
