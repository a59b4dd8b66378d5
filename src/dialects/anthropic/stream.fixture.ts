/** Streams for the tests of this folder, read and written. */
import { stringifyJson } from '../../lib/json.ts';
import { SseParser } from '../../lib/sse.ts';
import type { ChatEvent } from '../../llm/chat.ts';
import { checked } from '../../llm/checked.ts';
import { NoteList } from '../../llm/notes.ts';
import type { AnswerContext } from '../dialect.ts';
import { anthropic } from './index.ts';

export function frames(...events: readonly Record<string, unknown>[]): string {
  return events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('');
}

export function parse(text: string): ChatEvent[] {
  const events: ChatEvent[] = [];
  const parser = anthropic.parseStream(checked((event) => events.push(event)));
  const sse = new SseParser((event, data) => {
    if (data !== undefined) parser.push({ event, data: data.toString('utf8') });
  });
  sse.push(Buffer.from(text));
  sse.end();
  parser.end();
  return events;
}

export function render(events: readonly ChatEvent[]): { text: string; dropped: string[] } {
  const notes = new NoteList();
  let text = '';
  const renderer = anthropic.renderStream((piece) => {
    text += piece;
  }, context(notes));
  for (const event of events) renderer.push(event);
  return { text, dropped: notes.list.map((note) => note.field) };
}

export function whole(events: readonly ChatEvent[]) {
  const notes = new NoteList();
  const renderer = anthropic.renderResponse(context(notes));
  for (const event of events) renderer.push(event);
  return { body: JSON.parse(stringifyJson(renderer.body())), dropped: notes.list.map((note) => note.field) };
}

export function context(notes: NoteList): AnswerContext {
  return {
    requestId: 'req_01abc',
    model: 'fast',
    createdAtMs: 0,
    wantsStreamUsage: true,
    inputTokensEstimate: 11,
    notes,
  };
}
