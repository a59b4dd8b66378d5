/** Requests for the tests of this folder, and what becomes of them. */
import { stringifyJson } from '../../lib/json.ts';
import type { Block, ChatRequest, Turn } from '../../llm/chat.ts';
import { LlmFailure } from '../../llm/error.ts';
import type { TargetModel } from '../../llm/model.ts';
import { NoteList } from '../../llm/notes.ts';
import { renderRequest } from './render-request.ts';

export const target: TargetModel = { name: 'claude-x', outputTokensMax: 64_000 };

export const base: ChatRequest = {
  model: 'm',
  stream: false,
  wantsStreamUsage: false,
  system: [],
  turns: [{ role: 'user', blocks: [{ type: 'text', text: 'q' }] }],
  tools: [],
  maxTokens: 256,
};

export interface Rendered {
  readonly body: Record<string, unknown>;
  readonly text: string;
  readonly dropped: readonly string[];
}

export function render(request: Partial<ChatRequest>, model: Partial<TargetModel> = {}): Rendered {
  const notes = new NoteList();
  const text = stringifyJson(renderRequest({ ...base, ...request }, { ...target, ...model }, notes));
  return { body: JSON.parse(text), text, dropped: notes.list.map((note) => note.field) };
}

export function refusal(request: Partial<ChatRequest>, model: Partial<TargetModel> = {}) {
  try {
    render(request, model);
  } catch (error) {
    if (error instanceof LlmFailure) return { param: error.error.param, message: error.message };
    throw error;
  }
  return { param: undefined, message: 'not refused' };
}

export const text = (value: string): Block => ({ type: 'text', text: value });
export const user = (...blocks: Block[]): Turn => ({ role: 'user', blocks });
export const assistant = (...blocks: Block[]): Turn => ({ role: 'assistant', blocks });
export const system = (...blocks: Block[]): Turn => ({ role: 'system', blocks });
export const call = (id: string, args = '{}', name = 'f'): Block => ({ type: 'tool-call', id, name, args });
export const result = (callId: string, ...content: Block[]): Block => ({ type: 'tool-result', callId, content });
export const tools = [{ name: 'f' }];
export const png: Block = { type: 'media', kind: 'image', mediaType: 'image/png', source: { base64: 'AA==' } };
