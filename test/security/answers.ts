import { chatJson, chatStream } from '../fakes/chat-wire.ts';
import { messagesJson, messagesStream } from '../fakes/messages-wire.ts';
import type { Script } from '../fakes/upstream.ts';

/** A short good answer for every model, in the dialect and form that was asked for. */
export const answerWell: Script = async (call, reply) => {
  const anthropic = call.dialect === 'anthropic';
  if (call.operation === 'count-tokens') return reply.json(200, { input_tokens: 5 });
  if (!call.stream) {
    return reply.send(
      200,
      { 'content-type': 'application/json' },
      anthropic ? messagesJson({ text: 'ok' }) : chatJson({ text: 'ok' }),
    );
  }
  reply.head(200, { 'content-type': 'text/event-stream' });
  await reply.events(anthropic ? messagesStream({ text: 'ok' }) : chatStream({ text: 'ok' }));
  reply.end();
};
