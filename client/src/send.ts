/** One call over `fetch`: headers, retries, errors. */
import { ApiError, toError } from './failure.ts';
import { type AnyInput, addressOf } from './input.ts';

export interface ClientOptions {
  /** `https://gateway.example`; absent: the page's own origin. */
  readonly baseUrl?: string;
  /** A management key, tgm-…. Absent: the browser's session cookie. */
  readonly key?: string;
  /** `org_…`: whom calls are about, where a session or an operator may choose. */
  readonly organization?: string | (() => string | undefined) | undefined;
  /** After the first try; 429, 503 and no answer are tried again. Default 2. */
  readonly retries?: number;
  readonly fetch?: typeof fetch;
  /** Resolves after so many milliseconds, rejects when the signal fires. For tests. */
  readonly wait?: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
}

const retryWaitMs = 500;
/** A server that asks for more than this is told of at once. */
const retryWaitMsMax = 20_000;

/** Resolves to a good response. Throws ApiError, or the signal's reason. A write is repeated with the same Idempotency-Key. */
export async function send(options: ClientOptions, route: string, input: AnyInput, accept: string): Promise<Response> {
  const [method = 'GET', path = ''] = route.split(' ');
  const url = `${options.baseUrl?.replace(/\/+$/, '') ?? ''}/api/v1${addressOf(path, input)}`;
  const request: RequestInit = {
    method,
    headers: headersOf(options, method, input, accept),
    credentials: options.key === undefined ? 'same-origin' : 'omit',
    ...(input.body !== undefined && { body: JSON.stringify(input.body) }),
    ...(input.signal && { signal: input.signal }),
  };
  for (let left = options.retries ?? 2; ; left--) {
    const answer = await attempt(options, url, request);
    if (answer instanceof Response && answer.ok) return answer;
    const error = answer instanceof Response ? await toError(answer) : answer;
    const waitMs = retryAfterMs(answer) ?? retryWaitMs * 2 ** ((options.retries ?? 2) - left);
    if (left <= 0 || waitMs > retryWaitMsMax || ![0, 429, 503].includes(error.status)) throw error;
    await (options.wait ?? wait)(waitMs, input.signal);
  }
}

async function attempt(options: ClientOptions, url: string, request: RequestInit): Promise<Response | ApiError> {
  try {
    return await (options.fetch ?? fetch)(url, request);
  } catch (cause) {
    if (request.signal?.aborted) throw cause;
    const remedy = 'Look whether it runs, and whether this address leads to it.';
    return new ApiError(0, 'The server did not answer.', { code: 'unreachable', remedy }, { cause });
  }
}

function headersOf(options: ClientOptions, method: string, input: AnyInput, accept: string): Record<string, string> {
  const { organization } = options;
  const about = input.organization ?? (typeof organization === 'function' ? organization() : organization);
  return {
    accept,
    ...(options.key !== undefined && { authorization: `Bearer ${options.key}` }),
    ...(about !== undefined && { 'x-tollgate-organization': about }),
    ...(input.body !== undefined && { 'content-type': 'application/json' }),
    ...(method !== 'GET' && { 'idempotency-key': input.idempotencyKey ?? crypto.randomUUID() }),
    ...input.headers,
  };
}

function retryAfterMs(answer: Response | ApiError): number | undefined {
  const seconds = answer instanceof Response ? answer.headers.get('retry-after') : null;
  return seconds === null || !/^\d+$/.test(seconds) ? undefined : Number(seconds) * 1_000;
}

export function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    if (signal?.aborted) stop();
    signal?.addEventListener('abort', stop, { once: true });
  });
}
