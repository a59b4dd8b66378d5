/** Server-sent events over `fetch`, which unlike EventSource can send headers (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
import { ApiError } from './failure.ts';
import type { AnyInput } from './input.ts';
import { type ClientOptions, send, wait } from './send.ts';

export interface ServerEvent {
  /** Absent in the stream: `message`. */
  readonly event: string;
  readonly id: string | undefined;
  /** As it came; JSON on every stream of this API. */
  readonly data: string;
}

export interface EventInput extends AnyInput {
  /** Told when the stream is open, and when it was lost and is sought again. */
  readonly onState?: (state: 'open' | 'lost') => void;
}

/** The server sends at least a comment in this time, so silence is a dead connection. */
const silenceMsMax = 45_000;
const reconnectMs = 1_000;
const reconnectMsMax = 15_000;

/** Goes on after a lost connection, with `Last-Event-ID`. Ends with the signal; throws ApiError where asking again is no use. */
export async function* events(options: ClientOptions, route: string, input: EventInput): AsyncGenerator<ServerEvent> {
  const { onState, headers, ...rest } = input;
  let lastId: string | undefined;
  for (let lost = 0; ; lost++) {
    try {
      const sent = { ...rest, headers: { ...headers, ...(lastId !== undefined && { 'last-event-id': lastId }) } };
      const response = await send({ ...options, retries: 0 }, route, sent, 'text/event-stream');
      onState?.('open');
      for await (const event of read(response, input.signal)) {
        lost = 0;
        lastId = event.id ?? lastId;
        yield event;
      }
    } catch (error) {
      if (input.signal?.aborted) return;
      if (error instanceof ApiError && ![0, 429, 502, 503, 504].includes(error.status)) throw error;
    }
    if (input.signal?.aborted) return;
    onState?.('lost');
    const pauseMs = Math.min(reconnectMs * 2 ** lost, reconnectMsMax);
    await (options.wait ?? wait)(pauseMs, input.signal).catch(() => undefined);
    if (input.signal?.aborted) return;
  }
}

async function* read(response: Response, signal: AbortSignal | undefined): AsyncGenerator<ServerEvent> {
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await within(reader.read(), silenceMsMax);
      if (done || signal?.aborted) return;
      const blocks = `${rest}${decoder.decode(value, { stream: true })}`.split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const event = parse(block);
        if (event !== undefined) yield event;
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** This API writes `\n` alone, and one space after each colon. Blocks without data are comments: heartbeats. */
function parse(block: string): ServerEvent | undefined {
  const fields = new Map<string, string>();
  for (const line of block.split('\n')) {
    const [, name, value = ''] = /^(\w+): ?(.*)$/.exec(line) ?? [];
    if (name === undefined) continue;
    const before = fields.get(name);
    fields.set(name, name === 'data' && before !== undefined ? `${before}\n${value}` : value);
  }
  const data = fields.get('data');
  return data === undefined ? undefined : { event: fields.get('event') ?? 'message', id: fields.get('id'), data };
}

function within<T>(work: Promise<T>, limitMs: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout>;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing for ${limitMs} ms`)), limitMs);
  });
  return Promise.race([work, silence]).finally(() => clearTimeout(timer));
}
