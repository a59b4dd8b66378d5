/** Requests and streams for the tests of this folder, and what becomes of them. */
import { parseJson, stringifyJson } from '../../lib/json.ts';
import type { Block, ChatEvent, ChatRequest, Turn } from '../../llm/chat.ts';
import { checked } from '../../llm/checked.ts';
import { LlmFailure } from '../../llm/error.ts';
import type { TargetModel } from '../../llm/model.ts';
import { NoteList } from '../../llm/notes.ts';
import type { AnswerContext } from '../dialect.ts';
import { eventMessage, exceptionMessage } from './framing.ts';
import { bedrockConverse } from './index.ts';

const base: ChatRequest = {
  model: 'm',
  stream: false,
  wantsStreamUsage: false,
  system: [],
  turns: [{ role: 'user', blocks: [{ type: 'text', text: 'q' }] }],
  tools: [],
};

export interface Rendered {
  readonly body: Record<string, unknown>;
  readonly text: string;
  readonly dropped: readonly string[];
}

export function render(request: Partial<ChatRequest>, model: Partial<TargetModel> = {}): Rendered {
  const notes = new NoteList();
  const text = stringifyJson(bedrockConverse.renderRequest({ ...base, ...request }, { name: 'x', ...model }, notes));
  return { body: JSON.parse(text), text, dropped: notes.list.map((note) => note.field) };
}

/** The field that a refusal names; undefined when nothing was refused. */
export function refusal(run: () => unknown): string | undefined {
  try {
    run();
  } catch (error) {
    if (error instanceof LlmFailure) return error.error.param;
    throw error;
  }
  return undefined;
}

/** A body, or its very text. */
export function parse(body: unknown): ChatRequest {
  const json = typeof body === 'string' ? body : JSON.stringify(body);
  const raw = parseJson(Buffer.from(json), bedrockConverse.rawKeys);
  return bedrockConverse.parseRequest(raw, { model: 'm', stream: true });
}

export const text = (value: string): Block => ({ type: 'text', text: value });
export const user = (...blocks: Block[]): Turn => ({ role: 'user', blocks });
export const assistant = (...blocks: Block[]): Turn => ({ role: 'assistant', blocks });
export const system = (...blocks: Block[]): Turn => ({ role: 'system', blocks });
export const call = (id: string, args = '{}', name = 'f'): Block => ({ type: 'tool-call', id, name, args });
export const result = (callId: string, ...content: Block[]): Block => ({ type: 'tool-result', callId, content });
export const pdf = (name?: string): Block => ({
  type: 'media',
  kind: 'document',
  mediaType: 'application/pdf',
  source: { base64: 'AAAA' },
  ...(name !== undefined && { name }),
});

export const event = (type: string, body: Record<string, unknown>) => eventMessage(type, JSON.stringify(body));
export const exception = (type: string, message: string) => exceptionMessage(type, JSON.stringify({ message }));

export function readStream(...messages: readonly Buffer[]): ChatEvent[] {
  const events: ChatEvent[] = [];
  const parser = bedrockConverse.parseStream(checked((each) => events.push(each)));
  const frames = bedrockConverse.framing.parser((name, data) =>
    parser.push({ event: name, data: data?.toString('utf8') ?? '' }),
  );
  frames.push(Buffer.concat(messages));
  parser.end();
  return events;
}

export function readWhole(body: unknown): ChatEvent[] {
  const events: ChatEvent[] = [];
  const raw = parseJson(Buffer.from(JSON.stringify(body)), bedrockConverse.rawKeys);
  bedrockConverse.parseResponse(
    raw,
    checked((each) => events.push(each)),
  );
  return events;
}

export function context(notes: NoteList): AnswerContext {
  return {
    requestId: 'req_01abc',
    model: 'fast',
    createdAtMs: 0,
    elapsedMs: () => 12.4,
    wantsStreamUsage: true,
    inputTokensEstimate: 11,
    notes,
  };
}

export function writeStream(events: readonly ChatEvent[]): { bytes: Buffer; dropped: string[] } {
  const notes = new NoteList();
  const pieces: Buffer[] = [];
  const renderer = bedrockConverse.renderStream((piece) => pieces.push(Buffer.from(piece)), context(notes));
  for (const each of events) renderer.push(each);
  return { bytes: Buffer.concat(pieces), dropped: notes.list.map((note) => note.field) };
}

export function writeWhole(events: readonly ChatEvent[]): { body: Record<string, unknown>; dropped: string[] } {
  const notes = new NoteList();
  const renderer = bedrockConverse.renderResponse(context(notes));
  for (const each of events) renderer.push(each);
  return { body: JSON.parse(stringifyJson(renderer.body())), dropped: notes.list.map((note) => note.field) };
}
