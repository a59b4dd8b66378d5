/** How an answer ends for the caller of this dialect. */
import { noteAnswer } from '../../llm/carried.ts';
import type { ChatEvent, StopReason } from '../../llm/chat.ts';
import type { Notes } from '../../llm/notes.ts';
import { isObject, type WireObject } from '../wire-object.ts';
import { stopReasons } from './answer.ts';
import { dialectId, restored } from './wire.ts';

type EndEvent = Extract<ChatEvent, { type: 'end' }>;

export interface AnswerEnd {
  readonly stop_reason: string;
  readonly stop_sequence: string | null;
  /** Message fields that this dialect carried (stop_details, container, context_management ...). */
  readonly fields: WireObject;
  readonly usage: WireObject;
}

const words = Object.fromEntries(Object.entries(stopReasons).map(([word, stop]) => [stop, word])) as Record<
  StopReason,
  string
>;

/** `hasCall`: servers exist that end an answer with a tool call as if nothing more were due; callers would stop there. */
export function answerEnd(event: EndEvent, hasCall: boolean, notes: Notes): AnswerEnd {
  noteAnswer(event.carried, dialectId, notes);
  const stop = event.stop === 'end' && hasCall ? 'tool-call' : event.stop;
  const { stop_reason: ownWord, usage, ...fields } = restored(event.carried);
  return {
    stop_reason: typeof ownWord === 'string' ? ownWord : words[stop],
    stop_sequence: event.stopSequence ?? null,
    fields,
    usage: isObject(usage) ? usage : {},
  };
}
