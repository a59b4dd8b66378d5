/** Frames of streams of Chat and of Messages, for what only one of them has. */
import type { WireAnswer } from '../../golden/features.ts';

export type Wire = Readonly<Record<string, unknown>>;

export function sse(frames: readonly string[]): WireAnswer {
  return { status: 200, headers: { 'content-type': 'text/event-stream' }, body: Buffer.from(frames.join('')) };
}

export const chunk = (delta: Wire, finish_reason: string | null = null, more: Wire = {}) =>
  `data: ${JSON.stringify({ id: 'c', model: 'm', object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason }], ...more })}\n\n`;
export const counts = `data: ${JSON.stringify({ choices: [], usage: { prompt_tokens: 12, completion_tokens: 5, total_tokens: 17 } })}\n\n`;
export const done = 'data: [DONE]\n\n';
export const calls = (...tool_calls: readonly Wire[]) => chunk({ tool_calls });
export const begun = (index: number, id: string, name: string) => ({
  index,
  id,
  type: 'function',
  function: { name, arguments: '' },
});
export const args = (index: number, text: string, more: Wire = {}) => ({
  index,
  ...more,
  function: { arguments: text },
});
export const called = [chunk({}, 'tool_calls'), counts, done];

export const event = (type: string, fields: Wire = {}) =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
export const started = (usage: Wire = { input_tokens: 12, output_tokens: 1 }) =>
  event('message_start', {
    message: { id: 'm', type: 'message', role: 'assistant', model: 'm', content: [], stop_reason: null, usage },
  });
export const block = (index: number, content_block: Wire, ...deltas: readonly Wire[]) =>
  [
    event('content_block_start', { index, content_block }),
    ...deltas.map((delta) => event('content_block_delta', { index, delta })),
    event('content_block_stop', { index }),
  ].join('');
export const ended = (stop_reason: string, usage: Wire = { output_tokens: 5 }) =>
  event('message_delta', { delta: { stop_reason, stop_sequence: null }, usage }) + event('message_stop');
export const text = (index: number, ...pieces: readonly string[]) =>
  block(index, { type: 'text', text: '' }, ...pieces.map((piece) => ({ type: 'text_delta', text: piece })));
