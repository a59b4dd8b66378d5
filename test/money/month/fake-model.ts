/** A provider whose next answer the story sets: it says so many words, and counts as it is told. */
import type { UpstreamCall } from '../../fakes/call.ts';
import { messagesJson, messagesStream } from '../../fakes/messages-wire.ts';
import type { Reply } from '../../fakes/reply.ts';
import type { Script } from '../../fakes/upstream.ts';
import { sentence } from '../obedient.ts';

export interface Counts {
  /** Without what was read from a cache. */
  readonly input: number;
  readonly cacheRead?: number;
  readonly output: number;
}

export interface NextAnswer extends Counts {
  /** It says 500 instead, as often as it is asked. */
  readonly fails?: boolean;
  /** After so many words it says no more, and waits for the caller to hang up. */
  readonly stopsAfter?: number;
}

export class FakeModel {
  next: NextAnswer = { input: 1, output: 1 };

  readonly script: Script = (call, reply) => {
    if (this.next.fails === true) return reply.json(500, { error: { message: 'out of order', type: 'server_error' } });
    return call.dialect === 'anthropic' ? this.#messages(call, reply) : this.#chat(call, reply);
  };

  async #messages(call: UpstreamCall, reply: Reply): Promise<void> {
    const { input, output, cacheRead = 0 } = this.next;
    const say = { text: sentence(output), usage: { input, output, cacheRead } };
    const named = { model: call.model };
    if (!call.stream) return reply.send(200, { 'content-type': 'application/json' }, messagesJson(say, named));
    reply.head(200, { 'content-type': 'text/event-stream' });
    if (await reply.events(messagesStream(say, named))) reply.end();
  }

  async #chat(call: UpstreamCall, reply: Reply): Promise<void> {
    const { input, output, cacheRead = 0, stopsAfter } = this.next;
    const prompt = { prompt_tokens: input + cacheRead, prompt_tokens_details: { cached_tokens: cacheRead } };
    const usage = { ...prompt, completion_tokens: output, total_tokens: input + cacheRead + output };
    const shared = { id: `chatcmpl-${call.index}`, created: 1, model: call.model };
    if (!call.stream) {
      const message = { role: 'assistant', content: sentence(output) };
      const choices = [{ index: 0, message, finish_reason: 'stop' }];
      return reply.json(200, { ...shared, object: 'chat.completion', choices, usage });
    }
    const event = (data: object) => ({
      text: `data: ${JSON.stringify({ ...shared, object: 'chat.completion.chunk', ...data })}\n\n`,
      tokens: 1,
    });
    const delta = (content: string) => event({ choices: [{ index: 0, delta: { content }, finish_reason: null }] });
    const words = Array.from({ length: stopsAfter ?? output }, (_, i) => delta(i === 0 ? 'word' : ' word'));
    reply.head(200, { 'content-type': 'text/event-stream' });
    if (!(await reply.events(words)) || stopsAfter !== undefined) return;
    const stop = event({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] });
    const ends = [stop, event({ choices: [], usage }), { text: 'data: [DONE]\n\n', tokens: 0 }];
    if (await reply.events(ends)) reply.end();
  }
}
