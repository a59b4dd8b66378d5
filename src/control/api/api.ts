/**
 * The management API as one thing that takes requests: Fastify for routing, bodies and their limits, everything else in
 * the routes' own data. It listens on no port of its own; whoever owns the port hands requests over.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { newId } from '../../lib/id.ts';
import { InTurn } from '../../lib/in-turn.ts';
import type { SnapshotSource } from '../../snapshot/snapshot.ts';
import { mountNoSignIn, mountSignIn } from '../sign-in/mount.ts';
import { findSessionCaller } from '../sign-in/session-caller.ts';
import { access, type Rule } from './access.ts';
import { findTwin } from './auditing.ts';
import { type Caller, carriesKey, findCaller, twoCredentials } from './caller.ts';
import { etagOf, matchesEtag } from './etag.ts';
import { ApiFailure, toFailure } from './failure.ts';
import { apiRoot, nothingAt, toFastifyPath } from './paths.ts';
import { perform } from './perform.ts';
import { ApiRateLimit } from './rate-limit.ts';
import { type ApiParts, type ApiRoute, type Download, routeName } from './route.ts';
import { apiRoutes } from './routes.ts';

export interface ApiOptions extends ApiParts {
  readonly snapshot: SnapshotSource;
  /** Default: all of `routes.ts`. */
  readonly routes?: readonly ApiRoute[];
  /** By the routes' names. Default: the table of `access.ts`. */
  readonly rules?: Readonly<Record<string, Rule>>;
  /** Of each key. Default 600. */
  readonly requestsPerMinute?: number;
  /** A whole body takes less, or its connection is cut. Default 30 s. */
  readonly bodyTimeoutMs?: number;
}

export interface Api {
  /** Takes a request whose path begins with /api/, and answers it. */
  handle(request: IncomingMessage, response: ServerResponse): void;
  /** From now on requests get 503 and are told to come back elsewhere. */
  beginDrain(): void;
  /** For tests: a request without a socket. */
  readonly inject: FastifyInstance['inject'];
  close(): Promise<void>;
}

const bodyBytesMax = 1024 * 1024;
const bodyTimeoutMsDefault = 30_000;

export async function createApi(options: ApiOptions): Promise<Api> {
  const server = new ApiServer(options);
  await server.ready();
  return server;
}

class ApiServer implements Api {
  readonly #options: ApiOptions;
  readonly #app: FastifyInstance;
  readonly #limit: ApiRateLimit;
  readonly #callers = new WeakMap<FastifyRequest, Caller>();
  readonly #turns = new InTurn();
  /** By a route that changes something, the one that reads it. */
  readonly #twins = new Map<ApiRoute, ApiRoute | undefined>();
  #draining = false;

  constructor(options: ApiOptions) {
    this.#options = options;
    this.#limit = new ApiRateLimit(options.clock, options.requestsPerMinute);
    this.#app = fastify({
      logger: false,
      bodyLimit: bodyBytesMax,
      requestIdHeader: false,
      // A model's id is one part of a path, and long ones have their slashes as %2F.
      routerOptions: { maxParamLength: 1_000 },
      genReqId: () => newId('req', options.clock.nowMs()),
      frameworkErrors: (error, request, reply) => this.#fail(error, request, reply),
    });
    const routes = options.routes ?? apiRoutes;
    this.#prepare(routes);
    this.#app.register(
      async (app) =>
        this.#addRoutes(
          app,
          routes.filter((route) => route.receive === undefined),
        ),
      {
        prefix: apiRoot,
      },
    );
    this.#app.register(
      async (app) =>
        this.#addRaw(
          app,
          routes.filter((route) => route.receive !== undefined),
        ),
      {
        prefix: apiRoot,
      },
    );
    const { signIn, store, clock } = options;
    const mount = (app: FastifyInstance) =>
      signIn === undefined ? mountNoSignIn(app) : mountSignIn(app, { signIn, store, clock });
    this.#app.register(async (app) => mount(app), { prefix: apiRoot });
  }

  get inject(): FastifyInstance['inject'] {
    return this.#app.inject.bind(this.#app) as FastifyInstance['inject'];
  }

  async ready(): Promise<void> {
    await this.#app.ready();
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    const { bodyTimeoutMs = bodyTimeoutMsDefault, clock } = this.#options;
    const cut = setTimeout(() => cutOff(request, response, newId('req', clock.nowMs())), bodyTimeoutMs);
    const stop = () => clearTimeout(cut);
    request.once('end', stop).once('close', stop);
    this.#app.routing(request, response);
  }

  beginDrain(): void {
    this.#draining = true;
  }

  close(): Promise<void> {
    return this.#app.close();
  }

  #prepare(routes: readonly ApiRoute[]): void {
    this.#app.addHook('onRequest', async (request, reply) => {
      reply.headers({
        'x-request-id': request.id,
        'request-id': request.id,
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      });
      if (this.#draining) throw shuttingDown;
      // Before its body is looked at, whatever it is.
      if (request.is404) throw nothingAt(request.method, request.url, routes);
      if ((request.headers['content-encoding'] ?? 'identity') !== 'identity') throw compressed;
    });
    this.#app.addHook('onSend', async (request, reply, payload) => {
      if (this.#draining) reply.header('connection', 'close');
      return tagged(request, reply, payload);
    });
    this.#app.setErrorHandler((error, request, reply) => this.#fail(error, request, reply));
    const parseJson = this.#app.getDefaultJsonParser('error', 'error');
    this.#app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
      // Many clients name the type even where they send nothing.
      if (body === '') return done(null, undefined);
      return parseJson(request, String(body), done);
    });
    this.#app.removeContentTypeParser('text/plain');
  }

  #addRoutes(app: FastifyInstance, routes: readonly ApiRoute[]): void {
    for (const route of routes) {
      const rule = this.#ruleOf(route);
      this.#twins.set(route, findTwin(route, routes));
      app.route({
        method: route.method,
        url: toFastifyPath(route.path),
        // Before the body is read: nobody without a key makes us hold one.
        onRequest: async (request, reply) => {
          if (!('auth' in rule)) await this.#admit(request, reply);
        },
        handler: (request, reply) => this.#serve(route, rule, request, reply),
      });
    }
  }

  async #admit(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const caller = await this.#findCaller(request, reply);
    this.#limit.admit(caller.actor.id);
    this.#callers.set(request, caller);
  }

  async #findCaller({ raw }: FastifyRequest, reply: FastifyReply): Promise<Caller> {
    const { snapshot, clock, signIn, store } = this.#options;
    if (signIn === undefined || !signIn.carriesSession(raw.headers)) {
      return findCaller(raw, snapshot.current, clock.nowMs());
    }
    if (carriesKey(raw)) throw twoCredentials();
    const { caller, cookies } = await findSessionCaller(raw, signIn, store.db);
    if (cookies.length > 0 && !reply.sent) reply.header('set-cookie', [...cookies]);
    return caller;
  }

  async #serve(route: ApiRoute, rule: Rule, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const { id: requestId, url, params, query, body } = request;
    const header = request.headers['idempotency-key'];
    const idempotencyKey = typeof header === 'string' ? header : undefined;
    const setCookies = (cookies: readonly string[]) => void reply.header('set-cookie', [...cookies]);
    const exchange = { request: request.raw, requestId, setCookies };
    const recheck = () => this.#findCaller(request, reply);
    const ip = this.#options.signIn?.addresses.of(request.raw) ?? request.raw.socket.remoteAddress;
    const origin = { ip, userAgent: request.headers['user-agent'] };
    const twin = this.#twins.get(route);
    const ifMatch = request.headers['if-match'];
    const turns = this.#turns;
    const from = { requestId, url, idempotencyKey, exchange, recheck, origin };
    const asked = { ...from, params, query, body, twin, turns, ifMatch };
    const { answer, replayed } = await perform(route, rule, asked, this.#callers.get(request), this.#options);
    if (replayed) reply.header('idempotency-replayed', 'true');
    if (route.method !== 'GET') await this.#options.refresh().catch(() => {});
    if (hasEtag(route)) reply.header('etag', etagOf(answer));
    return send(route, answer, reply);
  }

  /** Throws for a route without a rule: such a one is never served. */
  #ruleOf(route: ApiRoute): Rule {
    const rule = (this.#options.rules ?? access)[routeName(route)];
    if (rule === undefined) throw new Error(`${routeName(route)} has no rule in control/api/access.ts`);
    return rule;
  }

  #addRaw(app: FastifyInstance, routes: readonly ApiRoute[]): void {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    for (const route of routes) {
      if (!('auth' in this.#ruleOf(route)))
        throw new Error(`${routeName(route)} is raw, and its rule must say auth: none and why`);
      app.route({
        method: route.method,
        url: toFastifyPath(route.path),
        handler: (request) =>
          route.receive?.(
            {
              requestId: request.id,
              headers: request.headers,
              body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
            },
            this.#options,
          ),
      });
    }
  }

  #fail(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const failure = toFailure(error, request.id);
    // An absent database is told in one place, not once for each request.
    if (failure.code === 'internal') {
      this.#options.log.error({ error, requestId: request.id }, 'a management request failed');
    }
    reply
      .code(failure.status)
      .headers({ 'x-request-id': request.id, 'request-id': request.id, ...failure.detail.headers })
      .send(failure.toBody(request.id));
  }
}

/** What was asked for before and is still the same need not come again. */
function tagged(request: FastifyRequest, reply: FastifyReply, payload: unknown): unknown {
  if (request.method !== 'GET' || reply.statusCode !== 200 || typeof payload !== 'string') return payload;
  const etag = String(reply.getHeader('etag') ?? etagOf(payload));
  reply.header('etag', etag);
  const known = request.headers['if-none-match'];
  if (known === undefined || !matchesEtag(known, etag)) return payload;
  reply.code(304).removeHeader('content-length').removeHeader('content-type');
  return '';
}

/** POSTs make new things or do something; what they answer cannot be asked for again. */
function hasEtag(route: ApiRoute): boolean {
  return route.answer !== undefined && route.produces === undefined && route.method !== 'POST';
}

function send(route: ApiRoute, answer: unknown, reply: FastifyReply): FastifyReply {
  if (route.produces !== undefined) {
    const { body, filename, type = route.produces, headers = {} } = answer as Download;
    reply.headers(headers);
    if (filename !== undefined) reply.header('content-disposition', `attachment; filename="${plainName(filename)}"`);
    return reply.type(type).send(body);
  }
  reply.code(route.status ?? (route.answer === undefined ? 204 : 200));
  return reply.send(answer);
}

function plainName(filename: string): string {
  return filename.replaceAll(/[^A-Za-z0-9._-]/g, '-');
}

const shuttingDown = new ApiFailure('unavailable', 'This instance is shutting down.', {
  remedy: 'Send the request again; another instance will take it.',
  headers: { 'retry-after': '1', connection: 'close' },
});

const compressed = new ApiFailure('unsupported_media_type', 'Bodies must not be compressed.', {
  remedy: 'Send plain JSON, without content-encoding.',
});

const tooSlow = new ApiFailure('request_timeout', 'The body did not come in time.', {
  remedy: 'Send it again, faster.',
});

/** A body that trickles in would hold its connection for ever. Whoever was answered already is not told again. */
function cutOff(request: IncomingMessage, response: ServerResponse, requestId: string): void {
  if (response.headersSent) return void request.destroy();
  const headers = { 'content-type': 'application/json; charset=utf-8', connection: 'close', 'x-request-id': requestId };
  response.writeHead(tooSlow.status, headers);
  response.end(JSON.stringify(tooSlow.toBody(requestId)), () => request.destroy());
}
