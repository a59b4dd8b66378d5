/**
 * What is said on the wire, made once before anything is measured: the callers' requests and the provider's answers.
 * The answer's text begins with `firstWord` and ends with `lastWord`, so that a caller can tell the first token and a
 * whole answer by two searches.
 */
export const firstWord = 'Alpha';
export const lastWord = 'Omega';
export const streamChunks = 100;
export const modelName = 'bench-1';

export type Shape = 'chat' | 'stream';
export type Door = 'chat-completions' | 'messages';

/** One request as bytes. The body is about 1.5 kB: instructions, a short history and a question. */
export function requestBytes(door: Door, shape: Shape, model: string, key: string): Buffer {
  const body = JSON.stringify(bodyOf(door, shape, model));
  const path = door === 'messages' ? '/v1/messages' : '/v1/chat/completions';
  const head = [
    `POST ${path} HTTP/1.1`,
    'host: 127.0.0.1',
    `authorization: Bearer ${key}`,
    'content-type: application/json',
    'accept: application/json',
    'user-agent: bench',
    ...(door === 'messages' ? ['anthropic-version: 2023-06-01'] : []),
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`);
}

function bodyOf(door: Door, shape: Shape, model: string): object {
  const instructions = `You are a careful assistant. ${'Answer briefly and name your sources. '.repeat(12)}`;
  const messages = [
    { role: 'user', content: `How does a tide come about? ${'Please be exact. '.repeat(12)}` },
    {
      role: 'assistant',
      content: `The Moon pulls the near side more than the far side. ${'So it rises twice. '.repeat(10)}`,
    },
    { role: 'user', content: `And the Sun? ${'Compare both in one sentence. '.repeat(8)}` },
  ];
  const common = { model, temperature: 0.2, stream: shape === 'stream' };
  if (door === 'messages') return { ...common, max_tokens: 256, system: instructions, messages };
  return { ...common, max_completion_tokens: 256, messages: [{ role: 'system', content: instructions }, ...messages] };
}

const identity = { id: 'chatcmpl-Bench0000000000000000000000', created: 1_767_225_600, model: modelName };
const usage = {
  prompt_tokens: 361,
  completion_tokens: 128,
  total_tokens: 489,
  prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
};

/** A whole answer of about 1 kB, head included. */
export function wholeAnswer(): Buffer {
  const content = `${firstWord} ${'the answer goes on for a while; '.repeat(16)}${lastWord}`;
  const body = JSON.stringify({
    ...identity,
    object: 'chat.completion',
    choices: [
      { index: 0, message: { role: 'assistant', content, refusal: null }, logprobs: null, finish_reason: 'stop' },
    ],
    usage,
    service_tier: 'default',
    system_fingerprint: null,
  });
  const head = ['HTTP/1.1 200 OK', 'content-type: application/json', 'x-request-id: provider-1'];
  return Buffer.from(`${head.join('\r\n')}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}

export interface StreamScript {
  /** Head, role and the first content: one write, as providers send it. */
  readonly opening: Buffer;
  /** One write each. */
  readonly contents: readonly Buffer[];
  /** Finish, usage and `[DONE]`. */
  readonly closing: Buffer;
  readonly closingWithUsage: Buffer;
}

export function streamScript(): StreamScript {
  const head = ['HTTP/1.1 200 OK', 'content-type: text/event-stream; charset=utf-8', 'x-request-id: provider-1'];
  const words = Array.from({ length: streamChunks - 2 }, (_, i) => ` word${i % 10}`);
  const role = frame({ role: 'assistant', content: '', refusal: null }, null);
  const opening = `${head.join('\r\n')}\r\ntransfer-encoding: chunked\r\n\r\n${chunked(role)}${chunked(frame({ content: firstWord }, null))}`;
  const contents = [...words, ` ${lastWord}`].map((content) => Buffer.from(chunked(frame({ content }, null))));
  const finish = chunked(frame({}, 'stop'));
  const usageFrame = chunked(event({ ...identity, object: 'chat.completion.chunk', choices: [], usage }));
  const done = `${chunked('data: [DONE]\n\n')}0\r\n\r\n`;
  return {
    opening: Buffer.from(opening),
    contents,
    closing: Buffer.from(finish + done),
    closingWithUsage: Buffer.from(finish + usageFrame + done),
  };
}

function frame(delta: object, finish: string | null): string {
  const choices = [{ index: 0, delta, logprobs: null, finish_reason: finish }];
  const rest = { service_tier: 'default', system_fingerprint: null, choices, obfuscation: 'x7Qp2' };
  return event({ ...identity, object: 'chat.completion.chunk', ...rest });
}

function event(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}

function chunked(text: string): string {
  return `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
}
