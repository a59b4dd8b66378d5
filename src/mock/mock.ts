/**
 * The built-in provider: a small server on a loopback port, behind the same doors as any provider, so that everything
 * in front of it is the real thing. It speaks every dialect that has a door, by that dialect's own renderers.
 */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Asked, JsonObject } from '../dialects/dialect.ts';
import type { Door, Knock } from '../dialects/door.ts';
import { dialectOfCaller, findDoor } from '../dialects/doors.ts';
import type { Clock } from '../lib/clock.ts';
import { newId } from '../lib/id.ts';
import { JsonRefused, parseJson } from '../lib/json.ts';
import { type ErrorKind, LlmFailure } from '../llm/error.ts';
import { mockModels } from './models.ts';
import { type Pause, perform, sendError } from './performance.ts';
import { scenarioOf } from './scenario.ts';
import { countInput } from './words.ts';

export interface MockOptions {
  readonly clock: Clock;
  /** What callers must send as bearer or x-api-key. Absent: a random one. */
  readonly secret?: string;
}

export interface Mock {
  readonly baseUrl: string;
  readonly secret: string;
  /** Closes every connection and the port. */
  close(): Promise<void>;
}

const bodyBytesMax = 64 * 1024 * 1024;

export async function startMock(options: MockOptions): Promise<Mock> {
  const secret = options.secret ?? randomBytes(24).toString('base64url');
  const server = createServer((request, response) => {
    const serving = new Serving(request, response, options.clock, secret);
    serving.run().catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    secret,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** One request. */
class Serving {
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #clock: Clock;
  readonly #secret: string;
  readonly #requestId: string;
  readonly #path: string;

  constructor(request: IncomingMessage, response: ServerResponse, clock: Clock, secret: string) {
    this.#request = request;
    this.#response = response;
    this.#clock = clock;
    this.#secret = secret;
    this.#requestId = newId('req', clock.nowMs());
    this.#path = (request.url ?? '').split('?', 1)[0] ?? '';
  }

  async run(): Promise<void> {
    if (!this.#authorized()) return this.#refuse('unauthorized', 'The mock provider was called with a wrong secret.');
    if (this.#request.method === 'GET' && this.#path === '/v1/models') return this.#listModels();
    const knock = findDoor(this.#path);
    if (knock === undefined || this.#request.method !== 'POST') return this.#refuse('not-found', 'No such path.');
    try {
      await this.#answer(knock);
    } catch (error) {
      if (error instanceof JsonRefused) this.#refuse('invalid-request', error.message);
      else if (error instanceof LlmFailure) sendError(this.#stage(knock.door), error.error);
      else throw error;
    }
  }

  async #answer({ door, asked }: Knock): Promise<void> {
    const body = parseJson(await readBody(this.#request), door.dialect.rawKeys);
    const request = door.dialect.parseRequest({ ...door.bodyDefaults, ...body }, { ...inBody(body), ...asked });
    if (door.operation === 'count-tokens') return this.#json(door.tokenCount?.render(countInput(request)) ?? {});
    const scenario = scenarioOf(request.model.replace(/^mock\//, ''), request);
    await perform(scenario, {
      ...this.#stage(door),
      request,
      nowMs: this.#clock.nowMs(),
      pause: pauseUntilClosed(this.#response),
    });
  }

  #stage({ dialect }: Pick<Door, 'dialect'>) {
    return { dialect, response: this.#response, requestId: this.#requestId };
  }

  #authorized(): boolean {
    const { authorization, 'x-api-key': apiKey } = this.#request.headers;
    return authorization === `Bearer ${this.#secret}` || apiKey === this.#secret;
  }

  #refuse(kind: ErrorKind, message: string): void {
    const dialect = dialectOfCaller(this.#path, this.#request.headers);
    sendError(this.#stage({ dialect }), { kind, message });
  }

  #listModels(): void {
    this.#json({
      object: 'list',
      data: mockModels.map(({ name }) => ({ id: name, object: 'model', created: 0, owned_by: 'mock' })),
    });
  }

  #json(body: object): void {
    this.#response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }
}

function inBody({ model, stream }: JsonObject): Asked {
  return { model: String(model ?? ''), stream: stream === true };
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > bodyBytesMax)
      throw new LlmFailure({ kind: 'body-too-large', message: `The body is larger than ${bodyBytesMax} bytes.` });
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

function pauseUntilClosed(response: ServerResponse): Pause {
  const closed = new AbortController();
  response.once('close', () => closed.abort());
  return async (ms) => {
    if (ms > 0) await sleep(ms, undefined, { signal: closed.signal, ref: false }).catch(() => {});
  };
}
