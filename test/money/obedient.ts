/** A provider that says as many words as `max_tokens` allows, one a token, and counts them honestly. */
import type { Script } from '../fakes/upstream.ts';

interface Asked {
  readonly max_tokens?: number;
  readonly stream?: boolean;
  /** Pause between two words. */
  readonly pace_ms?: number;
}

export const inputTokens = 10;

export const obedient: Script = async (call, reply) => {
  const { max_tokens: words = 5, stream, pace_ms: paceMs = 0 } = JSON.parse(call.body.toString()) as Asked;
  const usage = { prompt_tokens: inputTokens, completion_tokens: words, total_tokens: inputTokens + words };
  const shared = { id: `chatcmpl-${call.index}`, created: 1, model: 'm' };
  call.usage = { input: inputTokens, output: words };
  if (stream !== true) {
    const message = { role: 'assistant', content: sentence(words) };
    const choices = [{ index: 0, message, finish_reason: 'stop' }];
    return reply.json(200, { ...shared, object: 'chat.completion', choices, usage });
  }
  const chunk = (delta: object, finish: string | null, tokens: number) => {
    const choices = [{ index: 0, delta, finish_reason: finish }];
    return { text: `data: ${JSON.stringify({ ...shared, object: 'chat.completion.chunk', choices })}\n\n`, tokens };
  };
  reply.head(200, { 'content-type': 'text/event-stream' });
  const deltas = Array.from({ length: words }, (_, i) => chunk({ content: i === 0 ? 'word' : ' word' }, null, 1));
  const last = { ...shared, object: 'chat.completion.chunk', choices: [], usage };
  const ends = [chunk({}, 'stop', 0), { text: `data: ${JSON.stringify(last)}\n\ndata: [DONE]\n\n`, tokens: 0 }];
  if (await reply.events([...deltas, ...ends], paceMs)) reply.end();
};

export function sentence(words: number): string {
  return Array.from({ length: words }, () => 'word').join(' ');
}
