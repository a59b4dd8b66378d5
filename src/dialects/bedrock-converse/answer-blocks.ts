/** Blocks of an answer as the caller of this dialect sees them. */
import { noteAnswer } from '../../llm/carried.ts';
import type { Block, ChatEvent } from '../../llm/chat.ts';
import type { Notes } from '../../llm/notes.ts';
import type { AnswerContext } from '../dialect.ts';
import { isObject, type WireObject } from '../wire-object.ts';
import { stopWords } from './answer.ts';
import { legalId } from './ids.ts';
import { dialectId, restored } from './wire.ts';

/** Whether the block has a place in an answer of this API; one that has not is noted. */
export function isShown(block: Block, notes: Notes): boolean {
  switch (block.type) {
    case 'opaque':
      if (block.carried.dialect === dialectId) return true;
      notes.dropped('content', 'a block that only another API knows');
      return false;
    case 'media':
    case 'tool-result':
      notes.dropped('content', `${block.type} in an answer has no place in this API`);
      return false;
    case 'tool-call':
      if (block.seal !== undefined) notes.dropped('seal', 'a tool call has no place for it in this API');
      return true;
    default:
      return true;
  }
}

/** The text that a block brought along in its start, where its dialect does so. */
export function startText(block: Block): string {
  if (block.type === 'tool-call') return block.args;
  return block.type === 'text' || block.type === 'refusal' || block.type === 'thinking' ? block.text : '';
}

/** Legal, and another for each call: callers send it on to providers that insist on both. */
export function callId(id: string, requestId: string, index: number): string {
  if (id !== '' && legalId(id) === id) return id;
  const unique = `${legalId(requestId).slice(-12)}_${index}`;
  return id === '' ? `tooluse_${unique}` : legalId(`${legalId(id).slice(0, 40)}_${unique}`);
}

/** What stands in `additionalModelResponseFields`, `trace` and the like; the stop reason; the provider's other counts. */
export interface AnswerEnd {
  readonly stopReason: string;
  readonly fields: WireObject;
  readonly usage: WireObject;
}

type EndEvent = Extract<ChatEvent, { type: 'end' }>;

/** `hasCall`: servers exist that end an answer with a tool call as if nothing more were due; callers would stop there. */
export function answerEnd(event: EndEvent, hasCall: boolean, notes: Notes): AnswerEnd {
  noteAnswer(event.carried, dialectId, notes);
  if (event.stop === 'pause') notes.dropped('stop_reason', 'a paused turn cannot be continued by this API');
  const stop = event.stop === 'end' && hasCall ? 'tool-call' : event.stop;
  const { stopReason: ownWord, usage, ...own } = restored(event.carried);
  const sequence = event.stopSequence === undefined ? {} : { stop_sequence: event.stopSequence };
  const extra = { ...sequence, ...(isObject(own.additionalModelResponseFields) && own.additionalModelResponseFields) };
  return {
    stopReason: typeof ownWord === 'string' ? ownWord : stopWords[stop],
    // Where this API's own models say which sequence it was.
    fields: { ...own, ...(Object.keys(extra).length > 0 && { additionalModelResponseFields: extra }) },
    usage: isObject(usage) ? usage : {},
  };
}

export function noteCitation(notes: Notes): void {
  notes.dropped('annotations', "a citation of another API cannot be given in this one's form");
}

export function metricsOf({ elapsedMs }: AnswerContext): WireObject {
  return { latencyMs: Math.max(0, Math.round(elapsedMs?.() ?? 0)) };
}
