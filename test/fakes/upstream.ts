/**
 * A fake provider on a real socket. One server speaks both dialects: POST …/chat/completions, POST …/messages,
 * POST …/messages/count_tokens, GET …/models. Each request is answered by the first of these that exists: the next
 * script of `once`, the script of its model's name, the default script. It remembers every request.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UpstreamCall } from './call.ts';
import { personaScript } from './persona-script.ts';
import { Reply } from './reply.ts';

/** Answers one request. A script that returns without ending its reply leaves the caller hanging. */
export type Script = (call: UpstreamCall, reply: Reply, upstream: Upstream) => void | Promise<void>;

export interface UpstreamOptions {
  readonly port?: number;
  /** The default script; without one the models of `personas.ts` answer by name. */
  readonly script?: Script;
  /** The only credential that is accepted, as bearer or x-api-key. Absent: any. */
  readonly key?: string;
  /** Called when a request's body is complete, before anything is answered. */
  readonly onAccepted?: (call: UpstreamCall) => void;
  readonly onClosed?: (call: UpstreamCall) => void;
  /** False: bodies are dropped after the script has run, for long runs. */
  readonly keepBodies?: boolean;
}

const tickMs = 25;
const waitMsMax = 15_000;

export async function startUpstream(options: UpstreamOptions = {}): Promise<Upstream> {
  const upstream = new Upstream(options);
  await upstream.listen();
  return upstream;
}

export class Upstream {
  /** Every request, in order of arrival. */
  readonly calls: UpstreamCall[] = [];
  /** What a model found wrong with a request, or a script threw: a test asserts that it is empty. */
  readonly violations: string[] = [];
  readonly #options: UpstreamOptions;
  readonly #server: Server;
  readonly #byModel = new Map<string, Script>();
  readonly #next: Script[] = [];
  readonly #waiting = new Set<() => void>();

  constructor(options: UpstreamOptions) {
    this.#options = options;
    this.#server = createServer({ maxHeaderSize: 256 * 1024, noDelay: true }, (request, response) => {
      this.#accept(request, response).catch((error: unknown) => {
        this.violations.push(`script: ${String(error)}`);
        request.socket.destroy();
      });
    });
    this.#server.requestTimeout = 0;
    this.#server.headersTimeout = 0;
    this.#server.keepAliveTimeout = 60_000;
  }

  /** `http://127.0.0.1:port`, without a path. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#options.port ?? 0, '127.0.0.1', () => resolve());
    });
  }

  /** Answers the next request that no earlier `once` takes, whatever its model. */
  once(script: Script): this {
    this.#next.push(script);
    return this;
  }

  /** Answers every request for a model. */
  on(model: string, script: Script): this {
    this.#byModel.set(model, script);
    return this;
  }

  /** Chat requests only, in order. */
  get chats(): readonly UpstreamCall[] {
    return this.calls.filter((call) => call.operation === 'chat');
  }

  /** The only chat request since the last `clear`. */
  get chat(): UpstreamCall {
    const [call, ...more] = this.chats;
    if (call === undefined || more.length > 0) throw new Error(`expected one chat request, saw ${this.chats.length}`);
    return call;
  }

  /** Forgets requests, violations and scripts that were not used. */
  clear(): void {
    this.calls.length = 0;
    this.violations.length = 0;
    this.#next.length = 0;
  }

  /** Resolves when `count` complete requests have come. */
  async waitForCalls(count: number, timeoutMs = waitMsMax): Promise<readonly UpstreamCall[]> {
    await this.#until(
      () => this.calls.filter((call) => call.bodyComplete).length >= count,
      `${count} requests`,
      timeoutMs,
    );
    return this.calls;
  }

  /** Resolves when every exchange so far is over; throws with the open ones after the timeout. */
  async waitForClosed(timeoutMs = waitMsMax): Promise<void> {
    await this.#until(
      () => this.calls.every((call) => call.closedAtMs !== undefined),
      'all exchanges to close',
      timeoutMs,
    );
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #accept(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const call = new UpstreamCall(this.calls.length, request, response);
    this.calls.push(call);
    response.on('error', () => {});
    call.closed.then(() => this.#closed(call));
    if (!(await readBody(request, call))) return;
    this.#options.onAccepted?.(call);
    this.#wake();
    const reply = new Reply(call, response, request.socket);
    if (!this.#authorized(call))
      return reply.json(401, { error: { message: 'wrong key', type: 'authentication_error' } });
    const script = this.#next.shift() ?? this.#byModel.get(call.model) ?? this.#options.script ?? personaScript;
    await script(call, reply, this);
    if (this.#options.keepBodies === false) call.body = Buffer.alloc(0);
  }

  #authorized(call: UpstreamCall): boolean {
    const { key } = this.#options;
    return key === undefined || call.headers.authorization === `Bearer ${key}` || call.headers['x-api-key'] === key;
  }

  #closed(call: UpstreamCall): void {
    this.#options.onClosed?.(call);
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
  }

  #until(done: () => boolean, what: string, timeoutMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      let waitedMs = 0;
      // Ticks that a busy machine leaves out do not count.
      const timer = setInterval(() => {
        waitedMs += tickMs;
        if (waitedMs < timeoutMs) return;
        end();
        reject(new Error(`the fake provider waited ${timeoutMs} ms for ${what}; ${this.calls.length} requests came`));
      }, tickMs);
      const end = (): void => {
        clearInterval(timer);
        this.#waiting.delete(check);
      };
      const check = (): void => {
        if (!done()) return;
        end();
        resolve();
      };
      this.#waiting.add(check);
      check();
    });
  }
}

/** False: the caller's side went away before its request was whole. */
async function readBody(request: IncomingMessage, call: UpstreamCall): Promise<boolean> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer);
  } catch {
    return false;
  }
  call.body = Buffer.concat(chunks);
  call.bodyComplete = true;
  return true;
}
