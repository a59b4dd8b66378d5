/** One request and one answer in every dialect, rendered by the codecs themselves: what the pairs bench says on the wire. */
import type { AnswerContext, Dialect } from '../src/dialects/dialect.ts';
import { dialects } from '../src/dialects/index.ts';
import { stringifyJson } from '../src/lib/json.ts';
import type { ChatEvent, ChatRequest, DialectId } from '../src/llm/chat.ts';
import { NoteList } from '../src/llm/notes.ts';
import { firstWord, lastWord, modelName, type Shape, streamChunks } from './script.ts';

/** The provider type of the configuration that speaks it. */
export const providerTypes: Readonly<Record<DialectId, string>> = {
  'openai-chat': 'openai-compatible',
  'openai-responses': 'responses-compatible',
  anthropic: 'anthropic-compatible',
  gemini: 'gemini-compatible',
  'bedrock-converse': 'bedrock-compatible',
};

export const dialectList: readonly Dialect[] = Object.values(dialects);

const user = (text: string) => ({ role: 'user' as const, blocks: [{ type: 'text' as const, text }] });

function conversation(model: string, stream: boolean): ChatRequest {
  return {
    model,
    stream,
    wantsStreamUsage: true,
    system: [
      { type: 'text', text: `You are a careful assistant. ${'Answer briefly and name your sources. '.repeat(12)}` },
    ],
    turns: [
      user(`How does a tide come about? ${'Please be exact. '.repeat(12)}`),
      { role: 'assistant', blocks: [{ type: 'text', text: `The Moon pulls. ${'So it rises twice. '.repeat(10)}` }] },
      user(`And the Sun? ${'Compare both in one sentence. '.repeat(8)}`),
    ],
    tools: [],
    maxTokens: 256,
  };
}

/** One request as bytes, as a client of this dialect sends it. `model` is `provider/name`. */
export function pairRequest(dialect: Dialect, shape: Shape, model: string, key: string): Buffer {
  const stream = shape === 'stream';
  const body = stringifyJson(dialect.renderRequest(conversation(model, stream), { name: model }, new NoteList()));
  const head = [
    `POST ${pathOf(dialect.id, model, stream)} HTTP/1.1`,
    'host: 127.0.0.1',
    `authorization: Bearer ${key}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`);
}

function pathOf(id: DialectId, model: string, stream: boolean): string {
  if (id === 'gemini') return `/v1beta/models/${model}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`;
  if (id === 'bedrock-converse') return `/model/${encodeURIComponent(model)}/converse${stream ? '-stream' : ''}`;
  return { 'openai-chat': '/v1/chat/completions', 'openai-responses': '/v1/responses', anthropic: '/v1/messages' }[id];
}

/** Which of its answers a provider owes to a path. */
export function dialectOfPath(path: string): DialectId {
  if (path.includes('/converse')) return 'bedrock-converse';
  if (path.includes('enerateContent')) return 'gemini';
  if (path.includes('/responses')) return 'openai-responses';
  return path.includes('/messages') ? 'anthropic' : 'openai-chat';
}

const context: AnswerContext = {
  requestId: 'req_bench00000000000000000000',
  model: modelName,
  createdAtMs: 1_767_225_600_000,
  wantsStreamUsage: true,
  inputTokensEstimate: 361,
  notes: new NoteList(),
};

function events(): ChatEvent[] {
  const words = Array.from({ length: streamChunks - 2 }, (_, i) => ` word${i % 10}`);
  return [
    { type: 'start', id: 'bench', model: modelName },
    { type: 'block-start', index: 0, block: { type: 'text', text: '' } },
    ...[firstWord, ...words, ` ${lastWord}`].map((delta) => ({ type: 'block-delta', index: 0, delta }) as const),
    { type: 'block-end', index: 0 },
    { type: 'usage', usage: { input: 361, output: 128 } },
    { type: 'end', stop: 'end' },
  ];
}

/** Head and body, ready to be written. */
export function wholeAnswer(dialect: Dialect): Buffer {
  const renderer = dialect.renderResponse(context);
  for (const event of events()) renderer.push(event);
  const body = stringifyJson(renderer.body());
  return Buffer.from(
    `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

/** Head and chunks, each to be a write of its own. */
export function streamAnswer(dialect: Dialect): Buffer[] {
  const head = `HTTP/1.1 200 OK\r\ncontent-type: ${dialect.framing.contentType}\r\ntransfer-encoding: chunked\r\n\r\n`;
  const pieces: Buffer[] = [Buffer.from(head)];
  const write = (frame: string | Buffer): void => {
    const bytes = Buffer.from(frame as string);
    pieces.push(Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]));
  };
  const renderer = dialect.renderStream(write, context);
  for (const event of events()) renderer.push(event);
  pieces.push(Buffer.from('0\r\n\r\n'));
  return pieces;
}
