/** The stand-in as a server: Stripe's API under /v1, a pay page for people, and the controls of a test under /_control. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { control } from './control.ts';
import { Deliveries } from './deliveries.ts';
import { StripeFailure, serverFailure } from './failure.ts';
import { Faults } from './faults.ts';
import { parseForm } from './form.ts';
import { type Answer, IdempotencyKeys } from './idempotency.ts';
import { payPage } from './pay-page.ts';
import { answer } from './routes.ts';
import { newId, World } from './world.ts';

export interface StandInOptions {
  /** Default 0: any free one. */
  readonly port?: number;
  /** The one secret key that is taken. Default `sk_test_standin`. */
  readonly secretKey?: string;
  readonly livemode?: boolean;
  /** Where the time comes from that the stand-in's clock runs ahead of. Default: the system's. */
  readonly systemMs?: () => number;
}

export interface LoggedRequest {
  readonly method: string;
  readonly path: string;
  readonly idempotencyKey: string | undefined;
  readonly status: number;
  readonly replayed: boolean;
}

const bodyBytesMax = 1_048_576;

/** Listens on the loopback address only. */
export async function startStandIn(options: StandInOptions = {}): Promise<StandIn> {
  const standIn = new StandIn(options);
  await standIn.listen(options.port ?? 0);
  return standIn;
}

export class StandIn {
  readonly world: World;
  readonly deliveries: Deliveries;
  readonly faults = new Faults();
  readonly log: LoggedRequest[] = [];
  readonly #keys = new IdempotencyKeys();
  readonly #server: Server;
  readonly #secretKey: string;

  constructor({ secretKey = 'sk_test_standin', livemode = false, systemMs }: StandInOptions) {
    this.world = new World({ livemode, ...(systemMs && { systemMs }) });
    this.deliveries = new Deliveries(this.world);
    this.#secretKey = secretKey;
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async listen(port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject).listen(port, '127.0.0.1', resolve);
    });
  }

  async close(): Promise<void> {
    this.deliveries.close();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** A call without a socket, for tests that make tens of thousands. */
  call(method: string, target: string, headers: Readonly<Record<string, string>>, body: string): Answer {
    const [path = '', query = ''] = target.split('?');
    const key = headers['idempotency-key'];
    return this.#answer(
      headers.authorization,
      method,
      path,
      method === 'POST' ? body : query,
      key,
      newId('req'),
      false,
    );
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, search } = new URL(request.url ?? '/', 'http://stand-in');
    const body = await read(request);
    if (body === undefined) return void response.writeHead(413).end();
    const method = request.method ?? 'GET';
    if (pathname.startsWith('/_control/')) {
      const { status, json } = await control(this, method, pathname.slice('/_control'.length), body);
      return send(response, status, JSON.stringify(json));
    }
    if (pathname.startsWith('/pay/') || pathname.startsWith('/portal/')) {
      return payPage(this.world, method, pathname, body, response);
    }
    await this.#serveApi(request, response, method, pathname, method === 'POST' ? body : search.slice(1));
  }

  async #serveApi(
    request: IncomingMessage,
    response: ServerResponse,
    method: string,
    path: string,
    form: string,
  ): Promise<void> {
    const fault = this.faults.take(method, path);
    if (fault?.kind === 'drop-request') return void request.socket.destroy();
    const key = header(request, 'idempotency-key');
    const requestId = newId('req');
    const result =
      fault?.kind === 'status'
        ? failed(new StripeFailure(fault.status ?? 500, { type: 'api_error', message: 'A fault was asked for.' }))
        : this.#answer(request.headers.authorization, method, path, form, key, requestId, fault?.kind === 'fail-after');
    this.log.push({ method, path, idempotencyKey: key, status: result.status, replayed: result.replayed === true });
    await fault?.delayed;
    if (fault?.kind === 'drop-response') return void request.socket.destroy();
    const version = header(request, 'stripe-version');
    send(response, result.status, result.body, {
      'request-id': requestId,
      ...(version !== undefined && { 'stripe-version': version }),
      ...(key !== undefined && { 'idempotency-key': key }),
      ...(result.replayed === true && { 'idempotent-replayed': 'true' }),
    });
  }

  #answer(
    authorization: string | undefined,
    method: string,
    path: string,
    form: string,
    key: string | undefined,
    requestId: string,
    failAfter: boolean,
  ): Answer {
    try {
      this.#authenticate(authorization);
      if (key === undefined || method !== 'POST') return this.#run(method, path, form, requestId, undefined, failAfter);
      const kept = this.#keys.begin(key, `${method} ${path} ${form}`, this.world.nowMs);
      if (kept !== undefined) return kept;
    } catch (error) {
      return failed(error);
    }
    const result = this.#run(method, path, form, requestId, key, failAfter);
    this.#keys.end(key, result);
    return result;
  }

  #run(method: string, path: string, form: string, id: string, key: string | undefined, failAfter: boolean): Answer {
    this.world.request = { id, idempotency_key: key ?? null };
    try {
      const result = answer(method, path, { world: this.world, form: parseForm(form), baseUrl: this.url });
      if (failAfter) throw serverFailure();
      return { status: 200, body: JSON.stringify(result, null, 2) };
    } catch (error) {
      return failed(error);
    } finally {
      this.world.request = { id: null, idempotency_key: null };
    }
  }

  #authenticate(authorization = ''): void {
    const [scheme = '', credential = ''] = authorization.split(' ');
    const given =
      scheme.toLowerCase() === 'basic' ? Buffer.from(credential, 'base64').toString().split(':')[0] : credential;
    if (given === this.#secretKey) return;
    throw new StripeFailure(401, { type: 'invalid_request_error', message: 'Invalid API Key provided.' });
  }
}

function failed(error: unknown): Answer {
  if (error instanceof StripeFailure) return { status: error.status, body: JSON.stringify(error.body, null, 2) };
  throw error;
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function send(response: ServerResponse, status: number, body: string, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
}

/** Undefined for more than Stripe would take. */
async function read(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bodyBytesMax) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
