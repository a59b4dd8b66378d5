/** What callers say, made before anything is measured. The model's name tells the fake provider what to answer. */
import { Buffer } from 'node:buffer';

export type Dialect = 'openai-chat' | 'anthropic-messages';

export const models = {
  small: 'chat-b900',
  stream: 'stream-c200-g4000',
  brief: 'stream-c20-g4000',
  held: 'stream-c12-g5000000',
} as const;

export interface Ask {
  readonly dialect: Dialect;
  readonly model: string;
  readonly stream: boolean;
  readonly body: 'small' | 'context' | 'picture';
}

export interface Caller {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly model: string;
}

/** A whole request in base64. */
export function requestOf(ask: Ask, { path, headers, model }: Caller): string {
  const body = JSON.stringify(bodyOf(ask, model));
  const all = {
    host: '127.0.0.1',
    'content-type': 'application/json',
    accept: ask.stream ? 'text/event-stream' : 'application/json',
    'user-agent': 'bench',
    ...(ask.dialect === 'anthropic-messages' && { 'anthropic-version': '2023-06-01' }),
    ...headers,
    'content-length': String(Buffer.byteLength(body)),
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`).toString('base64');
}

const system = `You are a careful assistant. ${'Answer briefly and name your sources. '.repeat(12)}`;

interface Turn {
  readonly role: 'user' | 'assistant';
  readonly content: string | readonly object[];
}

function bodyOf({ dialect, stream, body }: Ask, model: string): object {
  const messages = turns[body](dialect);
  const common = { model, temperature: 0.2, stream };
  if (dialect === 'anthropic-messages') return { ...common, max_tokens: 256, system, messages };
  return { ...common, max_tokens: 256, messages: [{ role: 'system', content: system }, ...messages] };
}

const turns: Readonly<Record<Ask['body'], (dialect: Dialect) => readonly Turn[]>> = {
  small: () => talk(3, 210),
  context: () => talk(51, 1950),
  picture: (dialect) => [{ role: 'user', content: [{ type: 'text', text: 'What is this?' }, picture(dialect)] }],
};

/** So many turns of about so many bytes each, the caller's first and last. */
function talk(count: number, bytes: number): Turn[] {
  return Array.from({ length: count }, (_, place) => ({
    role: place % 2 === 0 ? 'user' : 'assistant',
    content: `Turn ${place}: ${'the tide comes in twice a day. '.repeat(Math.ceil(bytes / 31))}`.slice(0, bytes),
  }));
}

const pictureBytes = 15_000_000;

/** 20 MB of base64. */
function picture(dialect: Dialect): object {
  const data = Buffer.alloc(pictureBytes, 'pixels').toString('base64');
  if (dialect === 'anthropic-messages') {
    return { type: 'image', source: { type: 'base64', media_type: 'image/png', data } };
  }
  return { type: 'image_url', image_url: { url: `data:image/png;base64,${data}` } };
}
