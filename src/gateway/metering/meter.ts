/** Usage times the price in force gives the charge; the settlement is the usage row, exactly one for each request. */
import type { OperationPrice } from '../../catalog/catalog.ts';
import { atCost, type Bill, billFor, freeBill, type SaleRule } from '../../catalog/sale.ts';
import type {
  AttemptRecord,
  IntentRecord,
  ProgressRecord,
  SettlementRecord,
  UsageStatus,
} from '../../journal/record.ts';
import type { LlmError } from '../../llm/error.ts';
import { noUsage } from '../../llm/usage.ts';
import { briefDecision } from '../../routing/brief.ts';
import type { Target } from '../../snapshot/snapshot.ts';
import type { Tally } from '../answer/tally.ts';
import type { Exchange, Visit } from '../exchange.ts';
import type { Plan } from '../plan.ts';
import type { JudgedUsage } from './judged-usage.ts';
import { paidBy } from './payer.ts';
import { judgeUsage } from './usage-judge.ts';

export function intentRecord(exchange: Exchange, instance: string): IntentRecord {
  return {
    ...visitRecord(exchange, instance),
    operation: exchange.door.operation,
    requestedModel: exchange.ask.model,
    clientDialect: exchange.dialect.id,
    stream: exchange.ask.stream,
    inputTokensEstimate: exchange.ask.inputTokensEstimate,
    endUser: exchange.door.endUser(exchange.ask.scan),
  };
}

/** What an intent says of any request. */
export function visitRecord(visit: Visit, instance: string) {
  return {
    type: 'intent' as const,
    requestId: visit.id,
    instance,
    startedAtMs: visit.startedAtMs,
    keyId: visit.key.id,
    organizationId: visit.key.organization.id,
    snapshotVersion: visit.snapshotVersion,
    clientRequestId: visit.header('x-request-id'),
    sessionId: visit.header('x-tollgate-session'),
    tags: visit.tags,
    leases: visit.funds?.leases,
  };
}

/** Enough to settle the request if the gateway dies the next moment. */
export function attemptRecord(exchange: Exchange, plan: Plan, attemptId: string, nowMs: number): AttemptRecord {
  const asked = { ...noUsage, input: exchange.ask.inputTokensEstimate };
  const bill = billFor(plan.sale, plan.price, asked);
  return {
    type: 'attempt',
    requestId: exchange.id,
    attemptId,
    startedAtMs: nowMs,
    target: plan.target.model.id,
    provider: plan.target.model.provider,
    credential: plan.target.credential.id,
    upstreamDialect: plan.dialect.id,
    priceVersion: plan.price.id,
    inputNanoUsd: String(bill.costNanoUsd),
    outputPicoUsd: String(plan.price.output.base),
    inputChargeNanoUsd: String(bill.chargeNanoUsd),
    ...paidBy(plan.target),
  };
}

/** What a running stream has produced so far. */
export function progressRecord(exchange: Exchange, plan: Plan, tally: Tally, now: number): ProgressRecord {
  const { usage } = judgeUsage(exchange, plan, tally, 'cancelled');
  const bill = billFor(plan.sale, plan.price, usage);
  return {
    type: 'progress',
    requestId: exchange.id,
    usage,
    costNanoUsd: String(bill.costNanoUsd),
    chargeNanoUsd: String(bill.chargeNanoUsd),
    elapsedMs: now - exchange.startedAt,
    firstTokenMs: firstTokenOf(exchange),
  };
}

export interface Ending<P = Plan> {
  readonly status: UsageStatus;
  readonly error?: LlmError;
  /** The plan and tally of the attempt whose answer the caller saw, or that was asked last. */
  readonly plan?: P;
  readonly tally?: Tally;
  /** Something was produced for the caller: it is charged. */
  readonly billable: boolean;
}

/** What the intent said, and what became of it. */
export function settlementRecord(
  intent: IntentRecord,
  exchange: Exchange,
  ending: Ending,
  now: number,
  nowMs: number,
): SettlementRecord {
  const { plan, tally } = ending;
  const alone = plan !== undefined && tally !== undefined ? judgeEnding(exchange, ending, plan, tally) : nothing;
  const judged = exchange.joint?.isFurther ? { ...alone, flags: [...alone.flags, 'continued'] } : alone;
  return closingRecord(intent, exchange, ending, {
    target: plan?.target,
    wire: plan?.dialect.id,
    judged,
    ...billOf(plan, judged),
    now,
    nowMs,
  });
}

export interface ClosingFacts extends Bill {
  readonly target: Target | undefined;
  readonly wire: SettlementRecord['upstreamDialect'];
  readonly priceVersion: string | undefined;
  readonly judged: JudgedUsage;
  readonly now: number;
  readonly nowMs: number;
}

/** The settlement of any request. */
export function closingRecord(
  intent: IntentRecord,
  visit: Visit,
  ending: Pick<Ending, 'status' | 'error'>,
  { target, wire, priceVersion, judged, costNanoUsd, chargeNanoUsd, now, nowMs }: ClosingFacts,
): SettlementRecord {
  return {
    ...intent,
    type: 'settlement',
    status: ending.status,
    httpStatus: visit.delivery.status,
    errorKind: ending.error?.kind,
    servedModel: target?.model.id,
    provider: target?.model.provider,
    credential: target?.credential.id,
    upstreamDialect: wire,
    ...(target && paidBy(target)),
    usage: judged.usage,
    estimated: judged.estimated,
    recovered: false,
    flags: judged.flags,
    priceVersion,
    costNanoUsd: String(costNanoUsd),
    chargeNanoUsd: String(chargeNanoUsd),
    ...(visit.houseCostNanoUsd > 0n && { houseCostNanoUsd: String(visit.houseCostNanoUsd) }),
    leases: visit.funds?.leases,
    firstTokenMs: firstTokenOf(visit),
    totalMs: now - visit.startedAt,
    overheadMs: (visit.dispatchedAt ?? now) - visit.startedAt,
    attempts: visit.attempts,
    dropped: visit.notes.list.map((note) => note.field),
    settledAtMs: nowMs,
    ...(visit.decision && { decision: briefDecision(visit.decision, target) }),
  };
}

export function firstTokenOf({ firstTokenAt, startedAt }: Visit): number | undefined {
  return firstTokenAt === undefined ? undefined : firstTokenAt - startedAt;
}

export const nothing: JudgedUsage = { usage: noUsage, estimated: false, flags: [], charged: false };

/** An attempt that produced nothing is charged only what the provider itself reported. */
function judgeEnding(exchange: Exchange, ending: Ending, plan: Plan, tally: Tally): JudgedUsage {
  if (!ending.billable && tally.usage === undefined) return nothing;
  // A whole answer was judged for its cost header, before it was sent.
  if (exchange.judged?.tally === tally && ending.status === 'completed') return exchange.judged.usage;
  return judgeUsage(exchange, plan, tally, ending.status);
}

/** What it costs and by which price and rule: nothing where nothing is charged. */
export function billOf(
  plan: { readonly price: OperationPrice; readonly sale: SaleRule } | undefined,
  judged: JudgedUsage,
): Bill & Pick<ClosingFacts, 'priceVersion'> {
  if (plan === undefined || !judged.charged) return { priceVersion: plan?.price.id, ...freeBill };
  const { price, sale } = plan;
  const priceVersion = sale === atCost ? price.id : `${price.id} ${sale.id}`;
  return { priceVersion, ...billFor(sale, price, judged.usage) };
}
