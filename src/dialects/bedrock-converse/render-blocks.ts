/** Content parts of a request. */
import { noteCarried, noteSeal } from '../../llm/carried.ts';
import type { Block, MediaBlock, ThinkingBlock, ToolCallBlock, ToolResultBlock } from '../../llm/chat.ts';
import type { Notes } from '../../llm/notes.ts';
import { contentPlace } from '../../llm/place.ts';
import { argumentsOf } from '../call-arguments.ts';
import type { CallIds } from '../call-ids.ts';
import { worded } from '../foreign-block.ts';
import { isObject, type WireObject } from '../wire-object.ts';
import { type CachePoints, markOf } from './cache.ts';
import type { DocumentNames } from './documents.ts';
import { renderMedia } from './media.ts';
import { renderName } from './render-tools.ts';
import { writeRedacted, writeSignature } from './seals.ts';
import { dialectId, restored } from './wire.ts';

export interface BlockContext {
  readonly points: CachePoints;
  readonly ids: CallIds;
  readonly documents: DocumentNames;
  readonly notes: Notes;
}

/** Nothing for a block that says nothing (blank text, which the API refuses) or that only another dialect can open. */
export function renderBlock(block: Block, turn: number, path: string, context: BlockContext): WireObject[] {
  const wire = unmarked(block, turn, path, context);
  if (block.type === 'opaque') return wire === undefined ? [] : [wire];
  noteCarried(block.carried, dialectId, 'messages.content', context.notes);
  noteSeal(block, dialectId, context.notes);
  // A cache point behind thinking would be one inside of what the model must get back unchanged.
  const mark = block.type === 'thinking' ? undefined : markOf(block);
  return wire === undefined ? [] : context.points.behind(wire, mark);
}

function unmarked(block: Block, turn: number, path: string, context: BlockContext): WireObject | undefined {
  switch (block.type) {
    case 'text':
    case 'refusal':
      return block.text.trim() === '' ? undefined : text(block);
    case 'thinking':
      return thinking(block, context.notes);
    case 'tool-call':
      return toolCall(block, context.ids.call(block.id, turn), path);
    case 'tool-result':
      return toolResult(block, path, context);
    case 'media':
      return media(block, path, context);
    case 'opaque':
      if (block.carried.dialect === dialectId) return restored(block.carried);
      context.notes.dropped('messages.content', `a block that only another provider knows was left out (${path})`);
      return undefined;
  }
}

function text(block: Extract<Block, { type: 'text' | 'refusal' }>): WireObject {
  const { guardContent, citationsContent } = restored(block.carried);
  if (citationsContent !== undefined) return { citationsContent };
  if (isObject(guardContent)) return { guardContent: { text: { text: block.text, ...guardContent } } };
  return { text: block.text };
}

/** Thinking is only as good as its signature: without this dialect's own, the model refuses it. */
function thinking(block: ThinkingBlock, notes: Notes): WireObject | undefined {
  if (block.seal?.dialect !== dialectId) {
    notes.dropped('thinking', 'thinking without a signature of this API cannot be given back to it');
    return undefined;
  }
  if (block.redacted) return { reasoningContent: { redactedContent: writeRedacted(block.seal) } };
  return { reasoningContent: { reasoningText: { text: block.text, signature: writeSignature(block.seal) } } };
}

function toolCall(block: ToolCallBlock, id: string, path: string): WireObject {
  const input = argumentsOf(block, path);
  const name = renderName(block.name, path);
  return { toolUse: { toolUseId: id, name, input, ...restored(block.carried) } };
}

/** A result must hold something, and blank text is refused. */
const emptyResult = [{ text: '(empty)' }];

function toolResult(block: ToolResultBlock, path: string, context: BlockContext): WireObject {
  const content = block.content.flatMap((item, i) => {
    const at = contentPlace(block, i, path);
    const said = worded(item, dialectId, at, context.notes);
    if (said.type !== 'opaque') noteCarried(said.carried, dialectId, 'messages.content', context.notes);
    // There are no cache points inside of a result.
    const part = unmarked(said, 0, at, context);
    return part === undefined ? [] : [part];
  });
  return {
    toolResult: {
      toolUseId: context.ids.result(block.callId),
      content: content.length > 0 ? content : emptyResult,
      ...(block.isError !== undefined && { status: block.isError ? 'error' : 'success' }),
      ...restored(block.carried),
    },
  };
}

function media(block: MediaBlock, path: string, { documents, notes }: BlockContext): WireObject {
  const { kind, detail = 'auto', name } = block;
  if (detail !== 'auto') notes.dropped('messages.content.detail', 'the model decides how closely it looks');
  if (kind !== 'document' && name !== undefined) {
    notes.dropped('messages.content.filename', `${kind}s have no name here`);
  }
  if (kind !== 'document') return renderMedia(block, path, undefined);
  const given = documents.next(name);
  if (name !== undefined && given !== name) {
    notes.dropped('messages.content.filename', 'names of documents have no dots here, and are not used twice');
  }
  return renderMedia(block, path, given);
}
