/** Parts of a request. https://ai.google.dev/api/caching#Part */
import { RawJson, stringifyJson } from '../../lib/json.ts';
import { noteCarried } from '../../llm/carried.ts';
import type { Block, MediaBlock, ThinkingBlock, ToolCallBlock, ToolResultBlock } from '../../llm/chat.ts';
import type { TargetModel } from '../../llm/model.ts';
import type { Notes } from '../../llm/notes.ts';
import { contentPlace } from '../../llm/place.ts';
import { argumentsOf } from '../call-arguments.ts';
import { foreignText } from '../foreign-block.ts';
import { isObject, objectIn, type WireObject } from '../wire-object.ts';
import { renderMedia, signature } from './media.ts';
import { dialectId, restored } from './wire.ts';

export interface PartContext {
  readonly target: TargetModel;
  readonly notes: Notes;
}

/** None for a block that says nothing, or that only another dialect can open. */
export function renderPart(block: Block, path: string, { notes }: PartContext): WireObject[] {
  noteBlock(block, notes);
  switch (block.type) {
    case 'text':
    case 'refusal':
      return text(block.text, block.type === 'text' ? ownSeal(block, notes) : {}, restored(block.carried));
    case 'thinking':
      return thinking(block, notes);
    case 'tool-call':
      return [{ functionCall: functionCall(block, path), ...ownSeal(block, notes), ...restored(block.carried) }];
    case 'media':
      return [renderMedia(withOwnSeal(block, notes), path)];
    case 'opaque':
      return opaque(block, notes);
    case 'tool-result':
      return [];
  }
}

/** Notes what of a block this API has no place for. */
export function noteBlock(block: Block, notes: Notes): void {
  if (block.type === 'opaque') return;
  if (block.cache !== undefined) notes.dropped('cache_control', 'the target caches prompts by itself');
  if (block.type === 'media') {
    if (block.detail !== undefined && block.detail !== 'auto')
      notes.dropped('messages.content.detail', 'the model decides how closely it looks');
    if (block.name !== undefined && !('text' in block.source))
      notes.dropped('messages.content.filename', 'a file has no name here');
  }
  noteCarried(block.carried, dialectId, 'messages.content', notes);
}

/** A signed text stays even when it is empty: the signature is what counts. */
function text(words: string, seal: WireObject, rest: WireObject): WireObject[] {
  if (words.trim() === '' && seal.thoughtSignature === undefined) return [];
  return [{ text: words, ...seal, ...rest }];
}

/** Unsigned thinking, or another model's, is nothing that the model could take up again. */
function thinking(block: ThinkingBlock, notes: Notes): WireObject[] {
  if (block.seal?.dialect !== dialectId) {
    notes.dropped('thinking', 'thinking without a signature of this API cannot be given back to it');
    return [];
  }
  return [{ text: block.text, thought: true, ...signature(block.seal), ...restored(block.carried) }];
}

function ownSeal({ seal }: Pick<ToolCallBlock, 'seal'>, notes: Notes): WireObject {
  if (seal === undefined || seal.dialect === dialectId) return signature(seal);
  notes.dropped('thought_signature', "the target cannot take another provider's seal");
  return {};
}

function withOwnSeal(block: MediaBlock, notes: Notes): MediaBlock {
  if (block.seal === undefined || block.seal.dialect === dialectId) return block;
  notes.dropped('thought_signature', "the target cannot take another provider's seal");
  return { ...block, seal: undefined };
}

function functionCall(block: ToolCallBlock, path: string): WireObject {
  return { id: block.id, name: block.name, args: argumentsOf(block, path) };
}

function opaque({ carried }: Extract<Block, { type: 'opaque' }>, notes: Notes): WireObject[] {
  const raw = isObject(carried.raw) ? carried.raw : {};
  if (carried.dialect === dialectId) {
    const { type: _, ...part } = restored(carried);
    return [part];
  }
  notes.dropped(`messages.content.${String(raw.type ?? 'unknown')}`, 'only its own API has this block');
  return [];
}

export interface RenderedResult {
  readonly part: WireObject;
  /** What a result cannot hold itself: it stands behind all results. */
  readonly beside: readonly WireObject[];
}

/** A result as a part. Newer models take pictures inside of it, the others beside it, with a word on whose they are. */
export function renderResult(block: ToolResultBlock, name: string, path: string, context: PartContext): RenderedResult {
  const { notes, target } = context;
  noteBlock(block, notes);
  const texts: string[] = [];
  const media: WireObject[] = [];
  for (const [i, item] of block.content.entries()) {
    const at = contentPlace(block, i, path);
    noteBlock(item, notes);
    if (item.type === 'text') texts.push(item.text);
    else if (item.type === 'media') media.push(renderMedia(withOwnSeal(item, notes), at));
    else if (item.type === 'opaque') texts.push(opaqueText(item, at, notes));
  }
  // A document that is text stays with the result.
  const inline = media.flatMap((part) => (typeof part.text === 'string' ? [part.text] : []));
  const shown = media.filter((part) => typeof part.text !== 'string');
  const inside = target.resultMedia === true && shown.length > 0 ? { parts: shown } : {};
  const response = responseOf([...texts, ...inline], block.isError === true);
  const part = { functionResponse: { id: block.callId, name, response, ...inside, ...restored(block.carried) } };
  if (shown.length === 0 || 'parts' in inside) return { part, beside: [] };
  return { part, beside: [{ text: `Returned by ${name} (call ${block.callId}):` }, ...shown] };
}

/** An object stays the object that it is; anything else is under the word for it. */
function responseOf(texts: readonly string[], isError: boolean): unknown {
  const words = texts.filter((text) => text !== '').join('\n');
  if (isError) return { error: words === '' ? 'the tool failed' : words };
  return texts.length === 1 && objectIn(words) !== undefined ? new RawJson(words) : { result: words };
}

function opaqueText({ carried }: Extract<Block, { type: 'opaque' }>, at: string, notes: Notes): string {
  return carried.dialect === dialectId ? stringifyJson(carried.raw) : foreignText(carried.raw, at, notes);
}
