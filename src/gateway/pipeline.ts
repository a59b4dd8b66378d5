/**
 * One request, top to bottom. The steps below are the whole list, in order; no step calls back up. A step that refuses
 * throws LlmFailure, and the caller is told in its own dialect.
 */
import type { IncomingMessage } from 'node:http';
import type { Voice } from '../dialects/dialect.ts';
import type { Knock } from '../dialects/door.ts';
import type { IntentRecord } from '../journal/record.ts';
import type { RefusedRequest } from '../journal/watched-journal.ts';
import { type LlmError, LlmFailure } from '../llm/error.ts';
import { withoutQuotes } from '../llm/quotes.ts';
import { type Key, type Route, type Snapshot, type Target, viewFor } from '../snapshot/snapshot.ts';
import { authenticate } from './authenticate.ts';
import { discardBody, readAsk, receiveBody } from './body.ts';
import { expectedChat } from './budgets/expected.ts';
import { cachedChat } from './cache/cached-chat.ts';
import { capture } from './content/capture.ts';
import { countTokens } from './count-tokens.ts';
import type { Delivery } from './edge/delivery.ts';
import { ownHeaders, requestIdHeaders } from './edge/headers.ts';
import { Exchange, type Visit } from './exchange.ts';
import { forward } from './forward.ts';
import { once } from './idempotency/once.ts';
import { type Ending, intentRecord, settlementRecord } from './metering/meter.ts';
import type { GatewayParts } from './parts.ts';
import { findAsked, findOwn } from './route.ts';
import { chooseForChat } from './routing/choose.ts';
import { learnFrom } from './routing/learn.ts';
import { takeWishes } from './routing/wishes.ts';

export interface Arrival {
  readonly request: IncomingMessage;
  readonly delivery: Delivery;
  readonly knock: Knock;
  readonly startedAt: number;
}

/** Never rejects: whatever happens, the caller gets an answer and the journal its settlement. */
export async function handle(arrival: Arrival, parts: GatewayParts): Promise<void> {
  const { request, delivery } = arrival;
  let exchange: Exchange | undefined;
  try {
    parts.shedding.check();
    // One snapshot from the first line to the last.
    const snapshot = parts.snapshot.current;
    const key = authenticate(request, snapshot, parts.clock.nowMs());
    const body = await receiveBody(request, parts.settings);
    const entered = enter(arrival, snapshot, key, body, parts);
    exchange = entered;
    const kept = capture(entered, parts.content, body);
    try {
      await once(entered, body, parts, () => serve(entered, viewFor(snapshot, key), parts));
    } finally {
      kept?.end({ operation: entered.door.operation, dialect: entered.dialect.id, model: entered.ask.model });
    }
  } catch (error) {
    const told = asError(error, delivery.dialect, delivery.requestId, parts);
    const headers = exchange === undefined ? requestIdHeaders(delivery.requestId) : ownHeaders(exchange);
    // There is nothing to wait for on this connection: its caller has stopped sending.
    delivery.fail(told, told.kind === 'request-timeout' ? { ...headers, connection: 'close' } : headers);
    if (exchange !== undefined) showRefusal(exchange, exchange.door.operation, exchange.ask, told, parts);
    if (!request.complete) discardBody(request, parts.settings.bodyBytesMax);
  }
}

function enter(
  { request, delivery, knock, startedAt }: Arrival,
  snapshot: Snapshot,
  key: Key,
  body: Buffer,
  parts: GatewayParts,
): Exchange {
  const ask = readAsk(body, knock);
  knock.door.checkQuery?.(new URLSearchParams(request.url?.split('?', 2)[1] ?? ''));
  return new Exchange({
    id: delivery.requestId,
    startedAtMs: parts.clock.nowMs(),
    startedAt,
    request,
    delivery,
    door: knock.door,
    key,
    ask,
    snapshotVersion: snapshot.version,
  });
}

async function serve(exchange: Exchange, snapshot: Snapshot, parts: GatewayParts): Promise<void> {
  const asked = findAsked(snapshot, exchange.key, exchange.ask.model, takeWishes(exchange, snapshot));
  exchange.preferences = asked.preferences;
  refuseWithoutJournal(parts);
  await cachedChat(exchange, asked.route, parts, () => ask(exchange, asked.route, snapshot, parts));
}

/** What the cache has not. */
async function ask(exchange: Exchange, found: Route, snapshot: Snapshot, parts: GatewayParts): Promise<void> {
  const counts = exchange.door.operation === 'count-tokens';
  const expected = expectedChat(exchange, parts.funds.stepTokens, parts.funds.memory);
  const named = chooseForChat(exchange, found, parts);
  const switchTo = (name: string) => chooseForChat(exchange, findOwn(snapshot, name), parts);
  const funded = counts ? undefined : parts.funds.admit({ visit: exchange, route: named, expected, switchTo });
  const route = funded === undefined ? named : await funded;
  try {
    // Not when it arrived: a body may be long in coming, and the windows go on meanwhile.
    const admitted = parts.limits.admit(exchange, route, parts.clock.monotonicMs());
    if (admitted !== undefined) await admitted;
    exchange.policy = route;
    parts.retries.request(exchange.startedAt);
    const intent = intentRecord(exchange, parts.instance);
    parts.journal.intent(intent);
    await answer(intent, exchange, route, counts ? countTokens : forward, parts);
  } finally {
    // What was settled stays so: this is for a request that was refused behind its hold.
    exchange.funds?.release();
    exchange.admission?.end(parts.clock.monotonicMs());
  }
}

type Answer = (exchange: Exchange, targets: readonly Target[], parts: GatewayParts) => Promise<Ending>;

/** From here on the request has an intent, so it gets a settlement, whatever is thrown. */
async function answer(
  intent: IntentRecord,
  exchange: Exchange,
  route: Route,
  how: Answer,
  parts: GatewayParts,
): Promise<void> {
  let ending: Ending;
  try {
    ending = await how(exchange, route.targets, parts);
  } catch (error) {
    const told = asError(error, exchange.dialect, exchange.id, parts);
    exchange.delivery.fail(told, ownHeaders(exchange));
    ending = { status: 'failed', error: told, billable: false };
  }
  exchange.ending = ending;
  const now = parts.clock.monotonicMs();
  const record = settlementRecord(intent, exchange, ending, now, parts.clock.nowMs());
  parts.journal.settle(record);
  exchange.settled = record;
  parts.funds.settle(exchange, record);
  exchange.admission?.settle(record.usage, now);
  learnFrom(exchange, ending, record, parts);
  logEnding(exchange, ending, parts);
}

/** To whoever watches: what got an intent shows itself by its settlement. */
export function showRefusal(
  visit: Visit,
  operation: RefusedRequest['operation'],
  { model, stream }: { readonly model: string; readonly stream: boolean },
  { kind, code }: LlmError,
  { watcher, clock }: GatewayParts,
): void {
  if (watcher?.watching !== true || visit.settled !== undefined) return;
  watcher.refused({
    requestId: visit.id,
    startedAtMs: visit.startedAtMs,
    keyId: visit.key.id,
    organizationId: visit.key.organization.id,
    operation,
    requestedModel: model,
    stream,
    errorKind: kind,
    errorCode: code,
    httpStatus: visit.delivery.status,
    totalMs: clock.monotonicMs() - visit.startedAt,
  });
}

export function refuseWithoutJournal(parts: GatewayParts): void {
  if (parts.journal.writable) return;
  throw new LlmFailure({
    kind: 'unavailable',
    message:
      'The gateway cannot write its journal, so no provider is asked. The operator finds the reason in the log (disk full, read-only). Try again soon.',
    code: 'journal_unavailable',
    retryAfterMs: 5000,
  });
}

/** A fault of our own is told without its details; they are in the log under the request's id. */
export function asError(error: unknown, dialect: Voice, requestId: string, parts: GatewayParts): LlmError {
  if (error instanceof LlmFailure) return error.error;
  parts.log.error({ error, requestId, dialect: dialect.id }, 'a request failed inside the gateway');
  return {
    kind: 'internal',
    message: `The gateway failed on this request. Report the request id ${requestId} to its operator.`,
  };
}

function logEnding(exchange: Exchange, { status, error, plan }: Ending, parts: GatewayParts): void {
  const fields = {
    requestId: exchange.id,
    key: exchange.key.id,
    model: exchange.ask.model,
    target: plan?.target.model.id,
    status: exchange.delivery.status,
    attempts: exchange.attempts.length,
    dropped: exchange.notes.list.map((note) => note.field),
    decision: exchange.settled?.decision,
  };
  if (status !== 'failed') return parts.log.debug(fields, `request ${status}`);
  const why = error?.internal === undefined ? undefined : withoutQuotes(error.internal, exchange.ask.scan.body);
  const level = error?.kind === 'upstream-credential' || error?.kind === 'internal' ? 'error' : 'warn';
  parts.log[level]({ ...fields, kind: error?.kind, upstreamStatus: error?.upstreamStatus, why }, 'request failed');
}
