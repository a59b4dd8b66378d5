/** Blocks of an answer as the caller of this dialect sees them start. */
import type { Block, Seal } from '../../llm/chat.ts';
import type { Notes } from '../../llm/notes.ts';
import { packSeal } from '../../llm/seal.ts';
import type { WireObject } from '../wire-object.ts';
import { legalId } from './ids.ts';
import { dialectId, restored } from './wire.ts';

/**
 * `content_block` with its fields still empty; undefined for a block that this dialect cannot show. Ids of other
 * dialects are made legal and unique, because the caller may send them on to a provider that insists on it.
 */
export function blockStart(block: Block, place: AnswerPlace, notes: Notes): WireObject | undefined {
  switch (block.type) {
    case 'text':
    case 'refusal':
      return { type: 'text', text: '', ...restored(block.carried) };
    case 'thinking':
      if (block.redacted) return { type: 'redacted_thinking', data: sealText(block.seal), ...restored(block.carried) };
      return { type: 'thinking', thinking: '', signature: '', ...restored(block.carried) };
    case 'tool-call': {
      if (block.seal !== undefined) notes.dropped('seal', 'a tool call has no place for it in this API');
      const more = restored(block.carried);
      return { type: 'tool_use', id: callId(block.id, place), name: block.name, input: {}, ...more };
    }
    case 'opaque':
      if (block.carried.dialect === dialectId) return restored(block.carried);
      notes.dropped('content', 'a block that only another API knows');
      return undefined;
    case 'media':
    case 'tool-result':
      notes.dropped('content', `${block.type} in an answer has no place in this API`);
      return undefined;
  }
}

export interface AnswerPlace {
  readonly requestId: string;
  readonly index: number;
}

/** The text that a block brought along in its start, where its dialect does so. */
export function startText(block: Block): string {
  if (block.type === 'tool-call') return block.args;
  return block.type === 'text' || block.type === 'refusal' || block.type === 'thinking' ? block.text : '';
}

export function sealText(seal: Seal | undefined): string {
  return seal === undefined ? '' : packSeal(seal, dialectId);
}

function callId(id: string, place: AnswerPlace): string {
  if (id !== '' && legalId(id) === id) return id;
  const unique = `${legalId(place.requestId).slice(-12)}_${place.index}`;
  return id === '' ? `toolu_${unique}` : `${legalId(id)}_${unique}`;
}

export function messageId(requestId: string): string {
  return `msg_${requestId.replace(/^req_/, '')}`;
}
