/** Content blocks of a request. */
import { noteCarried, noteSeal } from '../../llm/carried.ts';
import type { Block, MediaBlock, ThinkingBlock, ToolCallBlock, ToolResultBlock } from '../../llm/chat.ts';
import type { Notes } from '../../llm/notes.ts';
import { contentPlace } from '../../llm/place.ts';
import { argumentsOf } from '../call-arguments.ts';
import type { CallIds } from '../call-ids.ts';
import { worded } from '../foreign-block.ts';
import type { WireObject } from '../wire-object.ts';
import type { CacheMarks } from './cache.ts';
import { renderMedia } from './media.ts';
import { dialectId, restored } from './wire.ts';

export interface BlockContext {
  readonly marks: CacheMarks;
  readonly ids: CallIds;
  readonly notes: Notes;
}

/** Undefined for a block that says nothing (blank text, which the API refuses) or that only another dialect can open. */
export function renderBlock(block: Block, turn: number, path: string, context: BlockContext): WireObject | undefined {
  const wire = unmarked(block, turn, path, context);
  if (wire === undefined || block.type === 'opaque') return wire;
  noteCarried(block.carried, dialectId, 'messages.content', context.notes);
  noteSeal(block, dialectId, context.notes);
  if (block.type !== 'thinking') context.marks.add(wire, block.cache ?? innerMark(block));
  return wire;
}

function unmarked(block: Block, turn: number, path: string, context: BlockContext): WireObject | undefined {
  switch (block.type) {
    case 'text':
    case 'refusal':
      if (block.text.trim() === '') return undefined;
      return { type: 'text', text: block.text, ...restored(block.carried) };
    case 'thinking':
      return thinking(block, context.notes);
    case 'tool-call':
      return toolCall(block, context.ids.call(block.id, turn), path);
    case 'tool-result':
      return toolResult(block, turn, path, context);
    case 'media':
      noteMedia(block, context.notes);
      return renderMedia(block, path);
    case 'opaque':
      return opaque(block, path, context.notes);
  }
}

function noteMedia(block: MediaBlock, notes: Notes): void {
  const { kind, detail = 'auto', name } = block;
  if (detail !== 'auto') notes.dropped('messages.content.detail', 'the model decides how closely it looks');
  if (kind === 'image' && name !== undefined) notes.dropped('messages.content.filename', 'an image has no name here');
}

/** A thinking block is only as good as its signature: without this dialect's own, the API refuses the request. */
function thinking(block: ThinkingBlock, notes: Notes): WireObject | undefined {
  if (block.seal?.dialect !== dialectId) {
    notes.dropped('thinking', 'thinking without a signature of this API cannot be given back to it');
    return undefined;
  }
  const rest = restored(block.carried);
  if (block.redacted) return { type: 'redacted_thinking', data: block.seal.value, ...rest };
  return { type: 'thinking', thinking: block.text, signature: block.seal.value, ...rest };
}

function toolCall(block: ToolCallBlock, id: string, path: string): WireObject {
  return { type: 'tool_use', id, name: block.name, input: argumentsOf(block, path), ...restored(block.carried) };
}

function toolResult(block: ToolResultBlock, turn: number, path: string, context: BlockContext): WireObject {
  const content: WireObject[] = [];
  block.content.forEach((item, i) => {
    const at = contentPlace(block, i, path);
    const said = worded(item, dialectId, at, context.notes);
    const hoisted = i === block.content.length - 1 && block.cache === undefined;
    const plain = said.type === 'opaque' || !hoisted ? said : { ...said, cache: undefined };
    const wire = renderBlock(plain, turn, at, context);
    if (wire !== undefined) content.push(wire);
  });
  return {
    type: 'tool_result',
    tool_use_id: context.ids.result(block.callId),
    ...(content.length > 0 && { content: plainText(content) ?? content }),
    ...(block.isError !== undefined && { is_error: block.isError }),
    ...restored(block.carried),
  };
}

/** One text alone is a string, with or without a breakpoint on it: moving the breakpoint must not change the content. */
function plainText(content: readonly WireObject[]): unknown {
  const only = content.length === 1 ? content[0] : undefined;
  return only?.type === 'text' && Object.keys(only).length === 2 ? only.text : undefined;
}

/** A breakpoint on the last part of a tool result is the same as one on the result. */
function innerMark(block: Block) {
  const last = block.type === 'tool-result' ? block.content.at(-1) : undefined;
  return last === undefined || last.type === 'opaque' ? undefined : last.cache;
}

function opaque(block: Extract<Block, { type: 'opaque' }>, path: string, notes: Notes): WireObject | undefined {
  if (block.carried.dialect === dialectId) return restored(block.carried);
  notes.dropped('messages.content', `a block that only another provider knows was left out (${path})`);
  return undefined;
}
