/**
 * Reading, deleting and cancelling an answer that its provider keeps. Nothing is generated, so nothing is charged and no
 * usage row is written: see the table in ../free-calls.ts.
 */
import type { IncomingMessage } from 'node:http';
import type { Dispatcher } from 'undici';
import type { Dialect } from '../../dialects/dialect.ts';
import type { StoredAnswerCall } from '../../dialects/stored-answers.ts';
import { invalidRequest, LlmFailure } from '../../llm/error.ts';
import { hideSecret, redact } from '../../llm/redact.ts';
import { type Endpoint, endpointFor, pathFor } from '../../providers/provider.ts';
import { type Key, type Snapshot, type Target, viewFor } from '../../snapshot/snapshot.ts';
import { cutShort } from '../answer/answer.ts';
import { authenticate } from '../authenticate.ts';
import { callOf } from '../call.ts';
import type { Delivery, HeaderList } from '../edge/delivery.ts';
import { requestIdHeaders, withQuery } from '../edge/headers.ts';
import { asTold, ofOwner } from '../own-key.ts';
import type { GatewayParts } from '../parts.ts';
import { findRoute } from '../route.ts';
import { withSignature } from '../upstream/signers.ts';
import { type Count, countOf, countOfStream, StoredVisit, settleBackground } from './background.ts';
import { type StoredAnswer, unknownAnswer } from './stored-answers.ts';

const waitMs = 30_000;

/** Never rejects. The dialect's own refusal or failure is what the caller gets. */
export async function answerStored(
  call: StoredAnswerCall,
  request: IncomingMessage,
  delivery: Delivery,
  parts: GatewayParts,
): Promise<void> {
  const facts = { id: delivery.requestId, startedAtMs: parts.clock.nowMs(), startedAt: parts.clock.monotonicMs() };
  let target: Target | undefined;
  try {
    const snapshot = parts.snapshot.current;
    const key = authenticate(request, snapshot, facts.startedAtMs);
    const answer = keeperOf(call, request, key, parts);
    target = keptBy(answer.target, call, viewFor(snapshot, key));
    const visit = new StoredVisit({ ...facts, request, delivery, key, snapshotVersion: snapshot.version });
    const settle = (count: Count | undefined) => {
      if (count !== undefined) settleBackground(call, visit, answer, count, parts);
    };
    // What is deleted can never be read: it is counted before.
    if (answer.unpaid !== undefined && request.method === 'DELETE') await count(call, delivery, target, settle, parts);
    await ask(call, request, delivery, target, settle, parts);
  } catch (error) {
    if (error instanceof LlmFailure) return delivery.fail(error.error, requestIdHeaders(delivery.requestId));
    const internal = error instanceof Error ? error.message : String(error);
    parts.log.warn(
      { requestId: delivery.requestId, target: target?.model.id, why: internal },
      'a provider did not say',
    );
    const told = { kind: 'upstream', message: 'The provider that keeps this answer could not be asked.' } as const;
    delivery.fail(told, requestIdHeaders(delivery.requestId));
  }
}

/** Throws LlmFailure: not-found, or invalid-request for a model that keeps no answers. */
function keeperOf(call: StoredAnswerCall, request: IncomingMessage, key: Key, parts: GatewayParts): StoredAnswer {
  const stored = parts.stored.find(call.id, parts.clock.monotonicMs());
  if (stored !== undefined) {
    if (stored.organizationId !== key.organization.id) throw unknownAnswer(call.id);
    return stored;
  }
  const named = request.headers['x-tollgate-model'];
  if (typeof named !== 'string' || named === '') throw unknownAnswer(call.id);
  const target = findRoute(viewFor(parts.snapshot.current, key), key, named.slice(0, 256)).targets[0];
  if (target === undefined || endpointOf(call, target).keepsAnswers !== true)
    throw invalidRequest(`x-tollgate-model: the provider of ${JSON.stringify(named.slice(0, 80))} keeps no answers.`);
  return { organizationId: key.organization.id, target };
}

/** The credential that made it, as it is now: its key may be another one meanwhile, or be gone. Throws LlmFailure. */
function keptBy(target: Target, call: StoredAnswerCall, snapshot: Snapshot): Target {
  const { credential } = target;
  const now = snapshot.listCredentials?.().find((each) => each.credential.id === credential.id)?.credential;
  if (now === undefined && credential.ownedBy !== undefined) throw unknownAnswer(call.id);
  return now === undefined || now === credential ? target : { ...target, credential: now };
}

function endpointOf(call: StoredAnswerCall, { credential, model }: Target): Endpoint {
  const endpoint = endpointFor(credential.provider, call.dialect.id, model.target.name);
  if (endpoint === undefined) throw invalidRequest(`x-tollgate-model: ${model.id} is not asked in this API.`);
  return endpoint;
}

type Settle = (count: Count | undefined) => void;

async function ask(
  call: StoredAnswerCall,
  request: IncomingMessage,
  delivery: Delivery,
  target: Target,
  settle: Settle,
  parts: GatewayParts,
): Promise<void> {
  const method = (request.method ?? 'GET') as 'GET' | 'POST' | 'DELETE';
  const answer = await askKeeper(call, method, queryOf(call, request), delivery, target, parts);
  await pass(call, answer, delivery, target, settle, parts);
  if (method === 'DELETE' && answer.statusCode === 200) parts.stored.forget(call.id);
}

/** Throws LlmFailure where the answer is still being made: its end would never be counted. */
async function count(
  call: StoredAnswerCall,
  delivery: Delivery,
  target: Target,
  settle: Settle,
  parts: GatewayParts,
): Promise<void> {
  const answer = await askKeeper({ ...call, rest: '' }, 'GET', '', delivery, target, parts);
  const bytes = await bounded(answer.body, parts.settings.answerBytesMax);
  const found = answer.statusCode === 200 ? countOf(call, bytes) : undefined;
  if (found === undefined && answer.statusCode === 200)
    throw invalidRequest('This answer is still being made in the background. Cancel it first, or wait for its end.');
  settle(found);
}

async function askKeeper(
  call: StoredAnswerCall,
  method: 'GET' | 'POST' | 'DELETE',
  callersQuery: string,
  delivery: Delivery,
  target: Target,
  parts: GatewayParts,
): Promise<Dispatcher.ResponseData> {
  const { origin, prefix, pool } = parts.upstreams.of(target);
  const endpoint = endpointOf(call, target);
  const [base = '', query = ''] = pathFor(endpoint.path, callOf(target, false)).split('?', 2);
  const asked = withQuery(withQuery(`${prefix}${base}/${call.id}${call.rest}`, query), callersQuery);
  const body = method === 'POST' ? Buffer.from('{}') : Buffer.alloc(0);
  const { credential } = target;
  const headers: HeaderList = {
    accept: 'application/json, text/event-stream',
    'accept-encoding': 'identity',
    'user-agent': 'tollgate',
    'x-client-request-id': delivery.requestId,
    ...(method === 'POST' && { 'content-type': 'application/json' }),
    ...endpoint.headers,
    ...(credential.secret !== undefined && credential.provider.auth.headers(credential.secret)),
  };
  const gone = new AbortController();
  delivery.onGone(() => gone.abort());
  return pool.request({
    path: asked,
    method,
    headers: await withSignature({ method, url: origin + asked, headers, body }, credential),
    ...(body.length > 0 && { body }),
    signal: gone.signal,
    headersTimeout: waitMs,
    bodyTimeout: target.timeouts.idleMs,
  });
}

function queryOf({ forwardedQuery }: StoredAnswerCall, request: IncomingMessage): string {
  const asked = new URLSearchParams(request.url?.split('?', 2)[1]);
  const kept = [...asked].filter(([name]) => forwardedQuery.includes(name));
  return new URLSearchParams(kept.map(([name, value]): [string, string] => [name, value.slice(0, 256)])).toString();
}

/** What the provider says, as it says it; its refusals in the words of the dialect. */
async function pass(
  call: StoredAnswerCall,
  answer: Dispatcher.ResponseData,
  delivery: Delivery,
  target: Target,
  settle: Settle,
  parts: GatewayParts,
): Promise<void> {
  const { dialect } = call;
  const headers = { ...requestIdHeaders(delivery.requestId), 'x-tollgate-model': target.model.id };
  if (answer.statusCode === 200 && String(answer.headers['content-type']).includes('text/event-stream'))
    return passStream(dialect, answer, delivery, headers, settle, parts);
  const bytes = await bounded(answer.body, parts.settings.answerBytesMax);
  if (answer.statusCode < 300) {
    if (call.rest !== '/input_items') settle(countOf(call, bytes));
    return delivery.send(answer.statusCode, headers, bytes);
  }
  const text = hideSecret(bytes.toString('utf8'), target.credential);
  const error = dialect.parseError(answer.statusCode, answer.headers, text);
  // A provider that does not know the id says so; that is no unknown model.
  const kind = answer.statusCode === 404 ? 'not-found' : error.kind;
  const told = asTold(ofOwner({ ...error, kind }, target.credential));
  throw new LlmFailure({ ...told, message: redact(told.message).slice(0, 2048) });
}

/** Whole frames only, so that a stream which is cut ends in a failure and not in half a frame. */
async function passStream(
  dialect: Dialect,
  answer: Dispatcher.ResponseData,
  delivery: Delivery,
  headers: HeaderList,
  settle: Settle,
  parts: GatewayParts,
): Promise<void> {
  const tap = dialect.tap();
  let wake = (): void => {};
  delivery.onDrain(() => wake());
  delivery.onGone(() => {
    answer.body.destroy();
    wake();
  });
  delivery.startStream(headers);
  const frames = dialect.framing.parser((event, data, raw) => {
    if (data !== undefined) tap.frame(event, data);
    delivery.write(raw, parts.clock.monotonicMs());
  });
  for await (const chunk of answer.body) {
    frames.push(chunk as Buffer);
    if (delivery.stalled)
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
  }
  settle(countOfStream(tap));
  if (tap.complete || tap.error !== undefined) return delivery.end();
  throw new LlmFailure(cutShort('end of body'));
}

async function bounded(body: AsyncIterable<Buffer>, bytesMax: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw new LlmFailure({ kind: 'upstream', message: 'The stored answer is too large.' });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
