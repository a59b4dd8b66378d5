/** What the fake provider remembers of one request: the truth that usage rows and clients are compared with. */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { AnswerUsage } from './answer.ts';

export type FakeDialect = 'openai-chat' | 'anthropic';
export type FakeOperation = 'chat' | 'count-tokens' | 'models' | 'other';

export class UpstreamCall {
  /** Order of arrival, from 0. */
  readonly index: number;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  /** Names and values in turn, as they came: duplicates and spelling are visible. */
  readonly rawHeaders: readonly string[];
  readonly dialect: FakeDialect | undefined;
  readonly operation: FakeOperation;
  /** Monotonic milliseconds. */
  readonly arrivedAtMs: number = performance.now();
  /** The exact bytes; empty until the body is complete. */
  body: Buffer = Buffer.alloc(0);
  bodyComplete = false;
  /** The answer's body bytes given to the socket, and the output tokens (stream pieces) among them. */
  bytesSent = 0;
  tokensSent = 0;
  /** What the answer said, or would have said at its end. */
  usage: AnswerUsage | undefined;
  status = 0;
  /** Monotonic milliseconds when the exchange ended, by its end or because the caller's side closed the socket. */
  closedAtMs: number | undefined;
  /** The caller's side went away before the answer was whole. */
  aborted = false;
  /** Resolves when the exchange is over. */
  readonly closed: Promise<void>;

  constructor(index: number, request: IncomingMessage, response: ServerResponse) {
    const [path = '', query = ''] = (request.url ?? '').split('?', 2);
    this.index = index;
    this.method = request.method ?? '';
    this.path = path;
    this.query = query;
    this.headers = request.headers;
    this.rawHeaders = request.rawHeaders;
    this.dialect = dialectOf(path);
    this.operation = operationOf(this.method, path);
    this.closed = new Promise((resolve) => {
      response.once('close', () => {
        this.closedAtMs = performance.now();
        this.aborted = !response.writableFinished;
        resolve();
      });
    });
  }

  /** The gateway's name for its attempt. */
  get attemptId(): string | undefined {
    const value = this.headers['x-client-request-id'];
    return typeof value === 'string' ? value : undefined;
  }

  /** The body as JSON; undefined when it is none. */
  get json(): Record<string, unknown> | undefined {
    try {
      const value: unknown = JSON.parse(this.body.toString('utf8'));
      return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
    } catch {
      return undefined;
    }
  }

  get model(): string {
    const model = this.json?.model;
    return typeof model === 'string' ? model : '';
  }

  get stream(): boolean {
    return this.json?.stream === true;
  }
}

function dialectOf(path: string): FakeDialect | undefined {
  if (path.endsWith('/chat/completions')) return 'openai-chat';
  if (path.endsWith('/messages') || path.endsWith('/messages/count_tokens')) return 'anthropic';
  return undefined;
}

function operationOf(method: string, path: string): FakeOperation {
  if (method === 'GET' && path.endsWith('/models')) return 'models';
  if (path.endsWith('/count_tokens')) return 'count-tokens';
  return dialectOf(path) === undefined ? 'other' : 'chat';
}
