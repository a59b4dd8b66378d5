/**
 * The HTTP edge of the data plane: method and path to a door, and everything that is not one gets a clear answer in the
 * dialect of whoever knocked. Strict parsing; limits on headers, times and connections.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { dialectOfCaller, findDoor, modelListFormat } from '../../dialects/doors.ts';
import { findStoredAnswer } from '../../dialects/stored-answers.ts';
import { newId } from '../../lib/id.ts';
import { type LlmError, LlmFailure } from '../../llm/error.ts';
import { findOperations, type OperationKnock } from '../../operations/all.ts';
import { viewFor } from '../../snapshot/snapshot.ts';
import { authenticate } from '../authenticate.ts';
import { discardBody } from '../body.ts';
import { handleOperation } from '../operations/operation-pipeline.ts';
import { findOwnCall } from '../own/calls.ts';
import { answerOwn, type OwnCall } from '../own/own-call.ts';
import type { GatewayParts } from '../parts.ts';
import { handle } from '../pipeline.ts';
import { answerStored } from '../stored/stored-call.ts';
import { limitAddresses } from './address-limit.ts';
import { answerBadRequest } from './bad-request.ts';
import { Delivery } from './delivery.ts';
import { requestIdHeaders } from './headers.ts';
import { callableModels, renderModel, renderModelList } from './models.ts';
import { servedPaths } from './served-calls.ts';

/** What the server must know of the process's state. */
export interface ServerState {
  readonly draining: boolean;
  /** Undefined when requests can be served, else why not. */
  notReady(): string | undefined;
  /** Runs one request and counts it as in flight. */
  track(work: Promise<void>): void;
}

/** Answers what is not for models: under /api/ and /dashboard/. Keeps its own limits on bodies and times. */
export type OthersHandler = (request: IncomingMessage, response: ServerResponse) => void;

export function createHttpServer(parts: GatewayParts, state: ServerState, others?: OthersHandler): Server {
  const { settings } = parts;
  const server = createServer(
    {
      maxHeaderSize: settings.headerBytesMax,
      headersTimeout: settings.headersTimeoutMs,
      // The body has its own idle limit; a large upload may take long.
      requestTimeout: 0,
      connectionsCheckingInterval: Math.min(1000, settings.headersTimeoutMs),
      keepAliveTimeout: settings.keepAliveTimeoutMs,
      insecureHTTPParser: false,
      noDelay: true,
    },
    (request, response) => {
      if (others !== undefined && isForOthers(request) && request.httpVersionMajor === 1) {
        handOver(request, response, others, state);
      } else receive(request, response, parts, state);
    },
  );
  server.maxConnections = settings.connectionsMax;
  limitAddresses(server, settings.connectionsPerAddressMax);
  server.on('clientError', (error: NodeJS.ErrnoException & { rawPacket?: Buffer }, socket) =>
    answerBadRequest(error, socket, settings, newRequestId(parts)),
  );
  return server;
}

/** Exactly so: `//api/` and `/API/` are no other spellings of it, and are not there. */
const othersPaths = /^\/(api\/|dashboard(\/|$|\?))/;

/** Browsers come to `/` and want a page; clients that have lost their path are told which there are. */
function isForOthers({ url = '/', headers, method }: IncomingMessage): boolean {
  if (othersPaths.test(url)) return true;
  return /^\/($|\?)/.test(url) && method === 'GET' && /\btext\/html\b/.test(headers.accept ?? '');
}

function handOver(request: IncomingMessage, response: ServerResponse, others: OthersHandler, state: ServerState): void {
  if (state.draining) response.setHeader('connection', 'close');
  state.track(new Promise((resolve) => response.once('close', resolve)));
  others(request, response);
}

function receive(request: IncomingMessage, response: ServerResponse, parts: GatewayParts, state: ServerState): void {
  const path = pathOf(request.url ?? '/');
  const knock = findDoor(path);
  const found = knock === undefined ? findOperations(path) : [];
  const own = findOwnCall(path);
  const dialect =
    knock?.door.dialect ??
    found[0]?.operation.voice ??
    own?.voiceOf?.(request) ??
    dialectOfCaller(path, request.headers);
  const startedAt = parts.clock.monotonicMs();
  const delivery = new Delivery(response, dialect, newRequestId(parts), startedAt, parts.settings.clientStallMs);
  if (state.draining) response.setHeader('connection', 'close');
  if (knock !== undefined && request.method === 'POST' && request.httpVersionMajor === 1 && !state.draining) {
    state.track(handle({ request, delivery, knock, startedAt }, parts));
    return;
  }
  const stored = knock === undefined ? findStoredAnswer(path) : undefined;
  if (stored?.methods.includes(request.method ?? '') && request.httpVersionMajor === 1 && !state.draining) {
    request.resume();
    state.track(answerStored(stored, request, delivery, parts));
    return;
  }
  const asked = found.find(({ operation }) => operation.method === request.method);
  if (asked !== undefined && request.httpVersionMajor === 1 && !state.draining) {
    state.track(handleOperation({ request, delivery, ...asked, startedAt }, parts));
    return;
  }
  if (own !== undefined && own.method === request.method && request.httpVersionMajor === 1 && !state.draining) {
    state.track(answerOwn(own, { request, delivery, startedAt }, parts));
    return;
  }
  // Nobody reads this body, so it must not go on for ever.
  discardBody(request, parts.settings.bodyBytesMax);
  if (request.httpVersionMajor !== 1) return refuse(delivery, wrongVersion, { connection: 'close' });
  if (found.length > 0) return refuse(delivery, ...wrongOperation(request, path, found, asked));
  if (stored !== undefined) {
    const allow = stored.methods.join(', ');
    return refuse(delivery, state.draining ? stopping : wrongMethod(request, path, allow), { allow });
  }
  if (own !== undefined) return refuse(delivery, ...wrongOwn(request, own));
  if (knock === undefined) return answerElsewhere(path, request, delivery, parts, state);
  if (isWebSocket(request)) return answerUpgrade(delivery);
  if (request.method !== 'POST') return refuse(delivery, wrongMethod(request, path, 'POST'), { allow: 'POST' });
  refuse(delivery, stopping);
}

/** Clients exist that try one first, and come back with a POST as soon as they hear of it. */
function isWebSocket(request: IncomingMessage): boolean {
  return request.method === 'GET' && /websocket/i.test(request.headers.upgrade ?? '');
}

const upgradeRequired = 426;

function answerUpgrade(delivery: Delivery): void {
  const error: LlmError = {
    kind: 'method-not-allowed',
    message: 'This gateway speaks no WebSocket: send the request as a POST, with "stream": true for events.',
    code: 'websocket_not_supported',
  };
  const { body } = delivery.dialect.renderError(error, delivery.requestId);
  const headers = { ...requestIdHeaders(delivery.requestId), upgrade: 'HTTP/1.1', connection: 'close' };
  delivery.send(upgradeRequired, headers, body);
}

function wrongOperation(
  request: IncomingMessage,
  path: string,
  found: readonly OperationKnock[],
  asked: OperationKnock | undefined,
): [LlmError, Record<string, string>] {
  if (asked !== undefined) return [stopping, {}];
  const methods = found.map(({ operation }) => operation.method).join(', ');
  return [wrongMethod(request, path, methods), { allow: methods }];
}

function wrongOwn(request: IncomingMessage, { method, path }: OwnCall): [LlmError, Record<string, string>] {
  return request.method === method ? [stopping, {}] : [wrongMethod(request, path, method), { allow: method }];
}

function answerElsewhere(
  path: string,
  request: IncomingMessage,
  delivery: Delivery,
  parts: GatewayParts,
  state: ServerState,
): void {
  const known = path === '/health' || path === '/ready' || isModels(path);
  if (!known) return refuse(delivery, unknownPath(path));
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return refuse(delivery, wrongMethod(request, path, 'GET'), { allow: 'GET, HEAD' });
  if (path === '/health') return delivery.send(200, {}, '{"status":"ok"}');
  if (path === '/ready') return answerReady(delivery, state);
  try {
    answerModels(path, request, delivery, parts);
  } catch (error) {
    refuse(delivery, error instanceof LlmFailure ? error.error : broken(parts, error, delivery.requestId));
  }
}

function answerReady(delivery: Delivery, state: ServerState): void {
  const why = state.notReady();
  if (why === undefined) delivery.send(200, {}, '{"status":"ready"}');
  else delivery.send(503, { 'retry-after': '5' }, JSON.stringify({ status: 'not-ready', reason: why }));
}

function answerModels(path: string, request: IncomingMessage, delivery: Delivery, parts: GatewayParts): void {
  const snapshot = parts.snapshot.current;
  const key = authenticate(request, snapshot, parts.clock.nowMs());
  const models = callableModels(viewFor(snapshot, key), key, parts.clock.nowMs());
  const format = modelListFormat(path, request.headers);
  const id = path.replace(modelsPath, '').replace(/^\/(models\/)?/, '');
  const body = id === '' ? renderModelList(format, models, request) : renderModel(format, models, decoded(id));
  delivery.send(200, requestIdHeaders(delivery.requestId), body);
}

function decoded(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}

function isModels(path: string): boolean {
  return modelsPath.test(path);
}

/** Under the versions of every dialect that has a list of models. */
const modelsPath = /^(\/v1(beta1?|alpha)?)?(\/publishers\/google)?\/models(?=\/|$)/;

/** Exactly what was asked: no normalising that a guard elsewhere might do differently. */
function pathOf(url: string): string {
  const end = url.search(/[?#]/);
  return end === -1 ? url : url.slice(0, end);
}

function refuse(delivery: Delivery, error: LlmError, headers: Record<string, string> = {}): void {
  delivery.fail(error, { ...requestIdHeaders(delivery.requestId), ...headers });
}

function unknownPath(path: string): LlmError {
  return {
    kind: 'not-found',
    message: `There is nothing at ${path.slice(0, 128)}. This gateway serves ${servedPaths.join(', ')}.`,
    code: 'unknown_path',
  };
}

function wrongMethod(request: IncomingMessage, path: string, allowed: string): LlmError {
  return {
    kind: 'method-not-allowed',
    message: `${request.method?.slice(0, 16)} is not allowed at ${path.slice(0, 128)}; use ${allowed}.`,
    code: 'method_not_allowed',
  };
}

/** Node's parser lets any version number through. */
const wrongVersion: LlmError = {
  kind: 'invalid-request',
  message: 'This gateway speaks HTTP/1.1.',
  code: 'bad_http',
};

const stopping: LlmError = {
  kind: 'unavailable',
  message: 'This gateway is shutting down. Send the request again; another instance will take it.',
  code: 'shutting_down',
  retryAfterMs: 1000,
};

function broken(parts: GatewayParts, error: unknown, requestId: string): LlmError {
  parts.log.error({ error, requestId }, 'a list request failed inside the gateway');
  return {
    kind: 'internal',
    message: `The gateway failed on this request. Report the request id ${requestId} to its operator.`,
  };
}

function newRequestId(parts: GatewayParts): string {
  return newId('req', parts.clock.nowMs());
}
