/**
 * Files and batches, top to bottom. What a provider keeps is bound to the organization that made it: for any other it is
 * not there. Each request is a usage row without a charge; answers of batches are charged when they are read.
 */
import type { IntentRecord } from '../../journal/record.ts';
import type { PathParts, ResourceOperation } from '../../operations/operation.ts';
import type { Route, Snapshot } from '../../snapshot/snapshot.ts';
import { ownHeaders } from '../edge/headers.ts';
import type { Visit, VisitFacts } from '../exchange.ts';
import { once } from '../idempotency/once.ts';
import { askInTurn } from '../in-turn.ts';
import { closingRecord, type Ending, nothing, visitRecord } from '../metering/meter.ts';
import type { GatewayParts } from '../parts.ts';
import { asError, refuseWithoutJournal } from '../pipeline.ts';
import { logOperation } from './operation-log.ts';
import { ResourceCall } from './resource-call.ts';
import { dispatchResource } from './resource-dispatch.ts';
import { listResources } from './resource-list.ts';
import { planResource, type ResourcePlan } from './resource-plan.ts';
import type { Keeper } from './resource-targets.ts';

export async function handleResource(
  facts: VisitFacts,
  operation: ResourceOperation,
  path: PathParts,
  snapshot: Snapshot,
  parts: GatewayParts,
  visit: { current: Visit | undefined },
): Promise<void> {
  const call = new ResourceCall({ ...facts, operation, snapshot });
  visit.current = call;
  refuseWithoutJournal(parts);
  const admitted = parts.limits.admit(call, noRoute(operation), parts.clock.monotonicMs());
  if (admitted !== undefined) await admitted;
  try {
    await perform(call, operation, path, parts);
  } finally {
    call.admission?.end(parts.clock.monotonicMs());
  }
}

async function perform(
  call: ResourceCall,
  operation: ResourceOperation,
  path: PathParts,
  parts: GatewayParts,
): Promise<void> {
  parts.retries.request(call.startedAt);
  const plan = operation.act === 'list' ? undefined : await planResource(call, path, parts);
  const serve = () => {
    const intent = intentOf(call, plan?.models ?? [], parts.instance);
    parts.journal.intent(intent);
    return answer(intent, call, plan, parts);
  };
  try {
    // What only reads may be read twice, and nothing deletes a second time.
    if (operation.method === 'POST') await once(call, bodyOf(plan), parts, serve);
    else await serve();
  } finally {
    plan?.upload?.discard();
  }
}

/** As it came; none where it is an upload. */
function bodyOf(plan: ResourcePlan | undefined): Buffer | undefined {
  return plan?.upload === undefined ? (plan?.received ?? Buffer.alloc(0)) : undefined;
}

function noRoute({ id }: ResourceOperation): Route {
  return { name: id, targets: [] };
}

function intentOf(call: ResourceCall, models: readonly string[], instance: string): IntentRecord {
  return {
    ...visitRecord(call, instance),
    operation: call.operation.id,
    // A batch of one model is called by it in reports.
    requestedModel: models.length === 1 ? (models[0] ?? '') : '',
    clientDialect: call.operation.wire,
    stream: false,
    inputTokensEstimate: 0,
  };
}

async function answer(
  intent: IntentRecord,
  call: ResourceCall,
  plan: ResourcePlan | undefined,
  parts: GatewayParts,
): Promise<void> {
  let ending: Ending<Keeper>;
  try {
    ending = plan === undefined ? await listResources(call, parts) : await askKeeper(call, plan, parts);
  } catch (error) {
    const told = asError(error, call.delivery.dialect, call.id, parts);
    call.delivery.fail(told, ownHeaders(call));
    ending = { status: 'failed', error: told, billable: false };
  }
  call.ending = ending;
  const target = ending.plan?.target;
  const record = {
    ...closingRecord(intent, call, ending, {
      target,
      wire: target && call.operation.wire,
      priceVersion: undefined,
      judged: nothing,
      costNanoUsd: 0n,
      chargeNanoUsd: 0n,
      now: parts.clock.monotonicMs(),
      nowMs: parts.clock.nowMs(),
    }),
    ...(call.resources.length > 0 && { resources: call.resources }),
  };
  parts.journal.settle(record);
  logOperation(call, record, ending.error?.internal, parts);
}

/** The provider that keeps it is the only one that can be asked; what was uploaded is not sent twice. */
function askKeeper(call: ResourceCall, plan: ResourcePlan, parts: GatewayParts): Promise<Ending<Keeper>> {
  return askInTurn(call, [plan.keeper.target], parts, {
    plan: () => plan.keeper,
    dispatch: () => dispatchResource(call, plan, parts),
    // To make something a second time would leave two of it.
    repeatable: () => call.operation.act !== 'create' && call.operation.act !== 'content',
  });
}
