/** Calls a gateway by undici and collects what comes, with the time of each piece. */
import { Agent, request } from 'undici';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
  /** Monotonic milliseconds of the call, of the headers, and of each piece of the body. */
  readonly startedAtMs: number;
  readonly headersAtMs: number;
  readonly pieces: readonly { readonly atMs: number; readonly bytes: Buffer }[];
  /** The connection broke before the body was whole. */
  readonly broken: Error | undefined;
}

export interface CallOptions {
  readonly key?: string;
  readonly headers?: Record<string, string>;
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD' | 'OPTIONS' | 'PATCH';
  readonly signal?: AbortSignal;
  /** Sees each piece as it comes. */
  readonly onPiece?: (bytes: Buffer) => void;
}

// Long enough for every timeout under test; never pipelines, so that calls are independent.
const agent = new Agent({ headersTimeout: 60_000, bodyTimeout: 60_000, connections: null, pipelining: 1 });

/** `body` goes as it is when it is text or bytes, else as JSON. */
export async function call(url: string, body: unknown, options: CallOptions = {}): Promise<Answer> {
  const startedAtMs = performance.now();
  const sent = body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  const authorization: Record<string, string> =
    options.key === undefined ? {} : { authorization: `Bearer ${options.key}` };
  const answer = await request(url, {
    dispatcher: agent,
    method: options.method ?? (sent === undefined ? 'GET' : 'POST'),
    headers: { 'content-type': 'application/json', ...authorization, ...options.headers },
    ...(sent === undefined ? {} : { body: sent }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  const headersAtMs = performance.now();
  const pieces: { atMs: number; bytes: Buffer }[] = [];
  let broken: Error | undefined;
  try {
    for await (const bytes of answer.body as AsyncIterable<Buffer>) {
      pieces.push({ atMs: performance.now(), bytes });
      options.onPiece?.(bytes);
    }
  } catch (error) {
    broken = error instanceof Error ? error : new Error(String(error));
  }
  const text = Buffer.concat(pieces.map((piece) => piece.bytes)).toString('utf8');
  return { status: answer.statusCode, headers: answer.headers, body: text, startedAtMs, headersAtMs, pieces, broken };
}

/** The whole JSON body; throws with the body's text when it is none. */
export function jsonOf(answer: Answer): Record<string, unknown> {
  try {
    return JSON.parse(answer.body) as Record<string, unknown>;
  } catch {
    throw new Error(`status ${answer.status}, not JSON: ${answer.body.slice(0, 500)}`);
  }
}
