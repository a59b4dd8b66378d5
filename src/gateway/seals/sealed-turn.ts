/** What an answer had beside its words and calls, and how it is put back into the turn that the caller sends again. */
import type { Block, Carried, Seal, TextBlock, ToolCallBlock } from '../../llm/chat.ts';
import { TextDigest } from './gathering.ts';

/** One block of the answer, in its order. Of words and calls only what tells them apart: the caller brings them. */
export type SealedItem =
  | {
      readonly type: 'thinking';
      readonly text: string;
      readonly seal: Seal;
      readonly redacted?: boolean;
      readonly carried?: Carried;
    }
  /** `digest`: of a sealed text, because its seal vouches for these words and no others. */
  | { readonly type: 'text'; readonly length: number; readonly seal?: Seal; readonly digest?: string }
  | { readonly type: 'tool-call'; readonly id: string; readonly name: string; readonly seal?: Seal };

/**
 * The turn with its sealed parts in their places. Where the caller sends other seals of its own those stay, and only the
 * rest is filled in. Words that were changed since, or blocks that the answer did not have, keep their places behind
 * the thinking.
 */
export function restoredTurn(blocks: readonly Block[], items: readonly SealedItem[]): readonly Block[] {
  const sealed = withCallSeals(blocks, items);
  const thinking = items.filter((item) => item.type === 'thinking');
  // The same seals may come with less: some SDKs cut thinking into the pieces in which it came.
  const isOther = ({ value }: Seal) => !thinking.some(({ seal }) => seal.value === value);
  if (sealed.some((block) => block.type === 'thinking' && block.seal !== undefined && isOther(block.seal)))
    return withTextSeals(sealed, items);
  // Thinking without a seal is what the caller could show of the sealed one.
  const rest = thinking.length === 0 ? sealed : sealed.filter((block) => block.type !== 'thinking');
  return inOrder(rest, items) ?? [...thinking, ...rest];
}

function withCallSeals(blocks: readonly Block[], items: readonly SealedItem[]): readonly Block[] {
  const calls = items.filter((item) => item.type === 'tool-call');
  if (calls.every((call) => call.seal === undefined)) return blocks;
  const pair = pairing(blocks, calls);
  return blocks.map((block) => {
    if (block.type !== 'tool-call' || block.seal !== undefined) return block;
    const seal = pair(block)?.seal;
    return seal === undefined ? block : { ...block, seal };
  });
}

/** The digest of a text that is sealed. */
export function textDigest(text: string): string {
  return new TextDigest().add(text).digest();
}

function withTextSeals(blocks: readonly Block[], items: readonly SealedItem[]): readonly Block[] {
  const waiting = items.filter((item) => item.type === 'text' && item.seal !== undefined) as TextItem[];
  if (waiting.length === 0) return blocks;
  return blocks.map((block) => {
    if (block.type !== 'text') return block;
    const at = waiting.findIndex((item) => item.digest === textDigest(block.text));
    return at === -1 ? block : sealedText(block, waiting.splice(at, 1)[0]);
  });
}

function sealedText(block: TextBlock, item: TextItem | undefined): TextBlock {
  if (item?.seal === undefined || block.seal !== undefined || item.digest !== textDigest(block.text)) return block;
  return { ...block, seal: item.seal };
}

type TextItem = Extract<SealedItem, { type: 'text' }>;
type CallItem = Extract<SealedItem, { type: 'tool-call' }>;

/** By id; in order where the caller's dialect had to spell the ids in its own way. */
function pairing(blocks: readonly Block[], calls: readonly CallItem[]): (block: ToolCallBlock) => CallItem | undefined {
  const own = blocks.filter((block) => block.type === 'tool-call');
  const isSame = own.length === calls.length && own.every((call, i) => call.name === calls[i]?.name);
  return (block) => calls.find((call) => call.id === block.id) ?? (isSame ? calls[own.indexOf(block)] : undefined);
}

/** Undefined when the caller's words and calls are not those of the answer. */
function inOrder(blocks: readonly Block[], items: readonly SealedItem[]): Block[] | undefined {
  const texts = blocks.filter((block) => block.type === 'text');
  const calls = blocks.filter((block) => block.type === 'tool-call');
  const said = texts.map(({ text }) => text).join('');
  const length = items.reduce((sum, item) => sum + (item.type === 'text' ? item.length : 0), 0);
  const callCount = items.filter((item) => item.type === 'tool-call').length;
  const isWhole = said.length === length && calls.length === callCount;
  if (!isWhole || texts.length + calls.length !== blocks.filter(({ type }) => type !== 'thinking').length)
    return undefined;
  // Blocks that the caller kept apart need not be cut again: they have marks and fields of their own.
  const own = texts.map(({ text }) => text.length).join();
  const cut = items.filter((item) => item.type === 'text').map((item) => item.length);
  const pieces = own === cut.join() ? texts : cutAt(said, cut, texts);
  const shadows = blocks.filter((block) => block.type === 'thinking');
  const ordered = items.flatMap((item): Block[] => {
    if (item.type === 'thinking') return [item];
    if (item.type === 'tool-call') return calls.splice(0, 1);
    return pieces.splice(0, 1).map((text) => sealedText(text, item));
  });
  return [...shadows, ...ordered];
}

/** A cache mark or a field on the last of the caller's pieces stays on the last piece. */
function cutAt(said: string, lengths: readonly number[], texts: readonly TextBlock[]): TextBlock[] {
  let at = 0;
  const pieces = lengths.map((length): TextBlock => {
    at += length;
    return { type: 'text', text: said.slice(at - length, at) };
  });
  const end = pieces.pop();
  return end === undefined ? pieces : [...pieces, { ...texts.at(-1), ...end }];
}
