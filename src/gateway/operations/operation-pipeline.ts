/**
 * One request for an operation, top to bottom: the same steps as a chat's, in the same order. A step that refuses throws
 * LlmFailure, and the caller is told in the words of its wire format.
 */
import type { IncomingMessage } from 'node:http';
import type { IntentRecord, SettlementRecord } from '../../journal/record.ts';
import type { ModelOperation, Operation, PathParts } from '../../operations/operation.ts';
import { type Key, type Route, type Snapshot, viewFor } from '../../snapshot/snapshot.ts';
import { authenticate } from '../authenticate.ts';
import { discardBody } from '../body.ts';
import { cachedOperation } from '../cache/cached-operation.ts';
import { capture } from '../content/capture.ts';
import type { Delivery } from '../edge/delivery.ts';
import { ownHeaders, requestIdHeaders } from '../edge/headers.ts';
import type { Visit, VisitFacts } from '../exchange.ts';
import { once } from '../idempotency/once.ts';
import { askInTurn } from '../in-turn.ts';
import type { JudgedUsage } from '../metering/judged-usage.ts';
import { billOf, closingRecord, type Ending, nothing, visitRecord } from '../metering/meter.ts';
import type { GatewayParts } from '../parts.ts';
import { asError, refuseWithoutJournal, showRefusal } from '../pipeline.ts';
import { findOwn, findRoute } from '../route.ts';
import { chooseForOperation } from '../routing/choose.ts';
import { receiveAsk } from './operation-ask.ts';
import { OperationCall } from './operation-call.ts';
import { dispatchOperation, expectedOf } from './operation-dispatch.ts';
import { judgeOperation } from './operation-judge.ts';
import { logOperation } from './operation-log.ts';
import { type OperationPlan, planOperation } from './operation-plan.ts';
import { handleResource } from './resource-pipeline.ts';

export interface OperationArrival {
  readonly request: IncomingMessage;
  readonly delivery: Delivery;
  readonly operation: Operation;
  readonly parts: PathParts;
  readonly startedAt: number;
}

/** Never rejects: whatever happens, the caller gets an answer and the journal its settlement. */
export async function handleOperation(arrival: OperationArrival, parts: GatewayParts): Promise<void> {
  const { request, delivery, operation } = arrival;
  const visit: { current: Visit | undefined } = { current: undefined };
  try {
    parts.shedding.check();
    const snapshot = parts.snapshot.current;
    const key = authenticate(request, snapshot, parts.clock.nowMs());
    const facts: VisitFacts = {
      id: delivery.requestId,
      startedAtMs: parts.clock.nowMs(),
      startedAt: arrival.startedAt,
      request,
      delivery,
      key,
      snapshotVersion: snapshot.version,
    };
    const view = viewFor(snapshot, key);
    if (operation.kind === 'model') await askModel(facts, operation, arrival.parts, view, key, parts, visit);
    else await handleResource(facts, operation, arrival.parts, view, parts, visit);
  } catch (error) {
    const told = asError(error, delivery.dialect, delivery.requestId, parts);
    const headers = visit.current === undefined ? requestIdHeaders(delivery.requestId) : ownHeaders(visit.current);
    delivery.fail(told, told.kind === 'request-timeout' ? { ...headers, connection: 'close' } : headers);
    if (visit.current instanceof OperationCall)
      showRefusal(visit.current, operation.id, visit.current.ask, told, parts);
  } finally {
    if (!request.complete && !request.destroyed) discardBody(request, parts.settings.bodyBytesMax);
  }
}

async function askModel(
  facts: VisitFacts,
  operation: ModelOperation,
  path: PathParts,
  snapshot: Snapshot,
  key: Key,
  parts: GatewayParts,
  visit: { current: Visit | undefined },
): Promise<void> {
  const ask = await receiveAsk(facts.request, operation, path, parts.settings);
  try {
    const call = new OperationCall({ ...facts, operation, ask });
    visit.current = call;
    const body = ask.json?.scan.body;
    const kept = body && capture(call, parts.content, body);
    try {
      await once(call, body, parts, () => serve(call, snapshot, key, parts));
    } finally {
      kept?.end({ operation: operation.id, dialect: operation.wire, model: ask.model });
    }
  } finally {
    ask.upload?.discard();
  }
}

async function serve(call: OperationCall, snapshot: Snapshot, key: Key, parts: GatewayParts): Promise<void> {
  const found = findRoute(snapshot, key, call.ask.model);
  refuseWithoutJournal(parts);
  const intent = () => intentOf(call, parts.instance);
  await cachedOperation(call, { route: found, intent }, parts, () => ask(call, found, snapshot, parts));
}

/** What the cache has not. */
async function ask(call: OperationCall, found: Route, snapshot: Snapshot, parts: GatewayParts): Promise<void> {
  const choose = (route: Route) => chooseForOperation(call, route, call.ask, parts);
  const named = choose(found);
  const switchTo = (name: string) => choose(findOwn(snapshot, name));
  const expected = () => ({ usage: expectedOf(call), outputMax: Number.POSITIVE_INFINITY });
  const funded = parts.funds.admit({ visit: call, route: named, expected, switchTo });
  const route = funded === undefined ? named : await funded;
  try {
    const admitted = parts.limits.admit(call, route, parts.clock.monotonicMs());
    if (admitted !== undefined) await admitted;
    call.policy = route;
    parts.retries.request(call.startedAt);
    const intent = intentOf(call, parts.instance);
    parts.journal.intent(intent);
    await answer(intent, call, route, parts);
  } finally {
    call.funds?.release();
    call.admission?.end(parts.clock.monotonicMs());
  }
}

function intentOf(call: OperationCall, instance: string): IntentRecord {
  const user = call.ask.said.field('user');
  return {
    ...visitRecord(call, instance),
    operation: call.operation.id,
    requestedModel: call.ask.model,
    clientDialect: call.operation.wire,
    stream: call.ask.stream,
    inputTokensEstimate: call.ask.inputTokensEstimate,
    endUser: typeof user === 'string' && user !== '' ? user.slice(0, 256) : undefined,
  };
}

/** From here on the request has an intent, so it gets a settlement, whatever is thrown. */
async function answer(intent: IntentRecord, call: OperationCall, route: Route, parts: GatewayParts): Promise<void> {
  let ending: Ending<OperationPlan>;
  try {
    ending = await askInTurn(call, route.targets, parts, {
      plan: (target) => planOperation(call, target, parts.clock.nowMs()),
      dispatch: (plan) => dispatchOperation(call, plan, parts),
      repeatable: () => call.ask.upload?.repeatable ?? true,
    });
  } catch (error) {
    const told = asError(error, call.delivery.dialect, call.id, parts);
    call.delivery.fail(told, ownHeaders(call));
    ending = { status: 'failed', error: told, billable: false };
  }
  call.ending = ending;
  const now = parts.clock.monotonicMs();
  const record = settlementOf(intent, call, ending, now, parts.clock.nowMs());
  parts.journal.settle(record);
  call.settled = record;
  parts.funds.settle(call, record);
  call.admission?.settle(record.usage, now);
  logOperation(call, record, ending.error?.internal, parts);
}

function settlementOf(
  intent: IntentRecord,
  call: OperationCall,
  ending: Ending<OperationPlan>,
  now: number,
  nowMs: number,
): SettlementRecord {
  const { plan } = ending;
  const judged = judge(call, ending);
  // Of a form that streams through, the field may have come behind the file.
  const stream = intent.stream || call.ask.upload?.field('stream') === 'true';
  return closingRecord({ ...intent, stream }, call, ending, {
    target: plan?.target,
    wire: plan?.wire,
    judged,
    ...billOf(plan, judged),
    now,
    nowMs,
  });
}

/** An attempt that produced nothing is charged only what the provider itself reported. */
function judge(call: OperationCall, { plan, tally, billable, status }: Ending<OperationPlan>): JudgedUsage {
  if (plan === undefined || tally === undefined) return nothing;
  if (!billable && tally.usage === undefined) return nothing;
  if (call.judged !== undefined && status === 'completed') return call.judged;
  return judgeOperation(call.operation, expectedOf(call), plan.price, tally, status);
}
