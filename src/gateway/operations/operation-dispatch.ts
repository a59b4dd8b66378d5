/** Asks one target for an operation: its headers and bytes, and the watch over its answer. */
import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import { billFor, saleChargeNanoUsd } from '../../catalog/sale.ts';
import type { AttemptRecord } from '../../journal/record.ts';
import { formatUsd } from '../../lib/money.ts';
import { type LlmError, LlmFailure } from '../../llm/error.ts';
import { noUsage, type Usage } from '../../llm/usage.ts';
import type { Target } from '../../snapshot/snapshot.ts';
import type { Dispatched, Outcome } from '../attempt.ts';
import type { HeaderList } from '../edge/delivery.ts';
import { withQuery } from '../edge/headers.ts';
import type { Visit } from '../exchange.ts';
import { firstTokenOf } from '../metering/meter.ts';
import { paidBy } from '../metering/payer.ts';
import type { GatewayParts } from '../parts.ts';
import { paced } from '../upstream/paced-answer.ts';
import { withSignature } from '../upstream/signers.ts';
import { type AttemptWays, OperationAttempt } from './operation-attempt.ts';
import type { OperationCall } from './operation-call.ts';
import { judgeOperation } from './operation-judge.ts';
import type { OperationPlan } from './operation-plan.ts';
import { OperationReader } from './operation-reader.ts';
import type { UploadBody } from './upload.ts';

/** What goes over the wire. */
export interface Outgoing {
  readonly method: 'POST' | 'GET' | 'DELETE';
  /** Behind the address of the credential. */
  readonly path: string;
  readonly query: string;
  readonly headers: HeaderList;
  readonly body: Buffer | UploadBody | undefined;
}

/** Never rejects for a provider's fault: that is an outcome. */
export async function dispatchTo(
  visit: Visit,
  target: Target,
  outgoing: Outgoing,
  ways: AttemptWays,
  parts: GatewayParts,
): Promise<Dispatched> {
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  const run = new OperationAttempt(visit, ways, parts, resolve);
  parts.active.add(run);
  try {
    const { origin, prefix, pool } = parts.upstreams.of(target);
    const { method, body } = outgoing;
    const path = withQuery(prefix + outgoing.path, outgoing.query);
    const { credential } = target;
    const { auth } = credential.provider;
    const own = credential.secret === undefined ? {} : auth.headers(credential.secret);
    const asked = { ...outgoing.headers, 'x-client-request-id': run.id, ...own, ...credential.headers };
    const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
    const headers =
      auth.signer === undefined
        ? asked
        : await withSignature({ method, url: origin + path, headers: asked, body: bytes }, credential);
    const stream = body === undefined || Buffer.isBuffer(body) ? body : body.stream;
    // An upload may be refused before the connection stands, when nobody else listens.
    if (stream instanceof Readable)
      stream.once('error', (error) => run.fail(error instanceof LlmFailure ? error.error : brokenUpload));
    pool.dispatch({ origin, path, method, headers, body: stream ?? null }, paced(run));
    return { run, outcome: await promise };
  } catch (error) {
    if (!(error instanceof LlmFailure)) throw error;
    run.fail(error.error);
    return { run, outcome: await promise };
  } finally {
    parts.active.delete(run);
    if (outgoing.body !== undefined && !Buffer.isBuffer(outgoing.body)) outgoing.body.stream.destroy();
  }
}

const brokenUpload: LlmError = {
  kind: 'internal',
  message: 'The gateway could not read the upload back from its disk. Send it again.',
};

export async function dispatchOperation(
  call: OperationCall,
  plan: OperationPlan,
  parts: GatewayParts,
): Promise<Dispatched> {
  await call.funds?.cover(plan);
  return dispatchTo(call, plan.target, outgoingFor(call, plan), waysFor(call, plan, parts), parts);
}

function outgoingFor(call: OperationCall, plan: OperationPlan): Outgoing {
  const { operation, ask } = call;
  const relayed = plan.translation === undefined;
  const shared = {
    method: operation.method,
    path: plan.path,
    query: relayed ? forwardedQuery(call, operation.forwardedQuery) : '',
    headers: baseHeaders(call, relayed ? operation.forwardedHeaders : [], {
      accept: ask.stream ? 'text/event-stream' : '*/*',
      ...plan.service.headers,
    }),
  };
  if (ask.upload === undefined) {
    const headers = { ...shared.headers, 'content-type': 'application/json' };
    return { ...shared, headers, body: plan.body ?? Buffer.alloc(0) };
  }
  const name = plan.target.model.target.name;
  const body = ask.upload.send(name === ask.upload.field('model') ? undefined : { name: 'model', value: name });
  return { ...shared, headers: { ...shared.headers, ...formHeaders(call, body) }, body };
}

/** The caller's own boundary, and the length where it is known. */
export function formHeaders(visit: Visit, body: UploadBody): HeaderList {
  return {
    'content-type': visit.request.headers['content-type'] ?? 'multipart/form-data',
    ...(body.bytes !== undefined && { 'content-length': String(body.bytes) }),
  };
}

export function baseHeaders(visit: Visit, forwarded: readonly string[], more: HeaderList): HeaderList {
  const headers: HeaderList = { 'accept-encoding': 'identity', 'user-agent': 'tollgate', ...more };
  for (const name of forwarded) {
    const value = visit.request.headers[name];
    if (typeof value === 'string' && value !== '') headers[name] = value.slice(0, 4096);
  }
  return headers;
}

export function forwardedQuery(visit: Visit, names: readonly string[]): string {
  const query = visit.request.url?.split('?', 2)[1];
  if (query === undefined || names.length === 0) return '';
  const asked = new URLSearchParams(query);
  const kept = new URLSearchParams();
  for (const name of names) {
    const value = asked.get(name);
    if (value !== null) kept.set(name, value.slice(0, 256));
  }
  return kept.toString();
}

/** As far as the request says it: a form that is still coming says more later. */
export function expectedOf({ ask, operation }: OperationCall): Usage {
  return ask.upload === undefined ? ask.expected : { ...noUsage, ...operation.expect(ask.upload) };
}

function waysFor(call: OperationCall, plan: OperationPlan, parts: GatewayParts): AttemptWays {
  const { operation, ask } = call;
  const { target, price, sale } = plan;
  return {
    target,
    stream: ask.stream,
    begin: (attemptId) => parts.journal.attempt(attemptRecord(call, plan, attemptId, parts.clock.nowMs())),
    reader: (headers: IncomingHttpHeaders, host) =>
      new OperationReader({
        operation,
        plan,
        headers,
        host,
        wholeBytesMax: parts.settings.answerBytesMax,
        model: ask.model,
      }),
    parseError: (status, headers, body) => operation.voice.parseError(status, headers, body),
    costHeaders: (tally) => {
      call.judged = judgeOperation(operation, expectedOf(call), price, tally, 'completed');
      return { 'x-tollgate-cost-usd': formatUsd(saleChargeNanoUsd(sale, price, call.judged.usage)).slice(1) };
    },
    progress: (tally, now) => {
      const { usage } = judgeOperation(operation, expectedOf(call), price, tally, 'cancelled');
      const bill = billFor(sale, price, usage);
      return {
        type: 'progress',
        requestId: call.id,
        usage,
        costNanoUsd: String(bill.costNanoUsd),
        chargeNanoUsd: String(bill.chargeNanoUsd),
        elapsedMs: now - call.startedAt,
        firstTokenMs: firstTokenOf(call),
      };
    },
  };
}

/** A crash is charged what was asked for, without the tokens that nobody has seen. */
function attemptRecord(
  call: OperationCall,
  { target, price, sale, wire }: OperationPlan,
  attemptId: string,
  nowMs: number,
): AttemptRecord {
  const expected = { ...call.ask.expected, output: 0 };
  const bill = billFor(sale, price, expected);
  return {
    type: 'attempt',
    requestId: call.id,
    attemptId,
    startedAtMs: nowMs,
    target: target.model.id,
    provider: target.model.provider,
    credential: target.credential.id,
    upstreamDialect: wire,
    priceVersion: price.id,
    inputNanoUsd: String(bill.costNanoUsd),
    inputChargeNanoUsd: String(bill.chargeNanoUsd),
    outputPicoUsd: String(price.output?.base ?? 0n),
    expected,
    ...paidBy(target),
  };
}
