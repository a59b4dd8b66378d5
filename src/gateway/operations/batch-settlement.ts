/**
 * What the answers of a batch cost: each is a usage row of its own, named after its batch and its request, so that
 * however often results are read, and by whichever instance, each answer is charged once.
 */
import { createHash } from 'node:crypto';
import type { OperationPrice } from '../../catalog/catalog.ts';
import { chargePicoUsd } from '../../catalog/charge.ts';
import { atCost, type SaleRule, salePicoUsd } from '../../catalog/sale.ts';
import type { SettlementRecord } from '../../journal/record.ts';
import type { Resource } from '../../llm/operation.ts';
import { leavesCounts } from '../../llm/unpriced.ts';
import { noUsage, type Usage } from '../../llm/usage.ts';
import { type BatchAnswer, readResultLine } from '../../operations/batch-lines.ts';
import type { Service } from '../../providers/provider.ts';
import { providerNameOf } from '../../snapshot/names.ts';
import type { Snapshot, Target } from '../../snapshot/snapshot.ts';
import { paidBy, saleAt } from '../metering/payer.ts';
import type { GatewayParts } from '../parts.ts';

export interface BatchFacts {
  /** The batch itself, or the file that has its results. */
  readonly resource: Resource;
  readonly batchId: string;
  readonly service: Service;
  readonly snapshot: Snapshot;
  /** What the batch's organization pays. */
  readonly sales: readonly SaleRule[] | undefined;
  readonly wire: SettlementRecord['clientDialect'];
}

/** One line of results. False: nothing was answered. */
export function settleLine(line: Buffer, facts: BatchFacts, parts: GatewayParts): boolean {
  const answer = readResultLine(line);
  if (answer === undefined) return false;
  parts.journal.settle(itemRecord(answer, facts, parts));
  return true;
}

function itemRecord(answer: BatchAnswer, facts: BatchFacts, parts: GatewayParts): SettlementRecord {
  const { resource, batchId, snapshot, service } = facts;
  const nowMs = parts.clock.nowMs();
  const { target, price } = priceOf(answer.model, resource, snapshot, nowMs);
  const percent = service.percentOfPrice ?? 100;
  const usage: Usage = { ...noUsage, ...answer.read.usage };
  const sale = target === undefined ? atCost : saleAt(facts.sales, target);
  const payer = target === undefined ? {} : paidBy(target);
  // The tier of a batch has its price: the service's percentage.
  const told = answer.read.flags.filter((flag) => flag !== 'tier-unpriced:batch');
  const flags = price === undefined ? [...told, 'price-missing'] : told;
  return {
    type: 'settlement',
    requestId: itemId(resource.credential, batchId, answer.customId),
    instance: parts.instance,
    startedAtMs: nowMs,
    operation: 'batch-item',
    keyId: resource.keyId,
    organizationId: resource.organizationId,
    requestedModel: answer.model ?? '',
    clientDialect: facts.wire,
    stream: false,
    snapshotVersion: snapshot.version,
    inputTokensEstimate: 0,
    clientRequestId: `${batchId}/${answer.customId}`.slice(0, 256),
    status: 'completed',
    httpStatus: 200,
    servedModel: target?.model.id,
    provider: providerNameOf(resource.credential),
    credential: resource.credential,
    upstreamDialect: facts.wire,
    ...payer,
    usage,
    estimated: flags.some((flag) => !leavesCounts(flag)),
    recovered: false,
    flags,
    priceVersion: price && (percent === 100 ? price.id : `${price.id}@${percent}%`),
    costNanoUsd: String(price === undefined || payer.paidBy ? 0n : shareOf(chargePicoUsd(price, usage), percent)),
    chargeNanoUsd: String(price === undefined ? 0n : shareOf(salePicoUsd(sale, price, usage), percent)),
    totalMs: 0,
    overheadMs: 0,
    attempts: [],
    dropped: [],
    settledAtMs: nowMs,
  };
}

/** The same for the same answer on every instance, and no other's. */
export function itemId(credential: string, batchId: string, customId: string): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([credential, batchId, customId]))
    .digest('hex');
  return `req_batch_${hash.slice(0, 32)}`;
}

/** Nano-dollars, rounded once, half up. */
export function shareOf(picoUsd: bigint, percent: number): bigint {
  return (picoUsd * BigInt(percent) + 50_000n) / 100_000n;
}

/** By the name in the answer; where nobody knows that one, the dearest of those that the batch was made for. */
function priceOf(
  name: string | undefined,
  { credential, models = [] }: Resource,
  snapshot: Snapshot,
  nowMs: number,
): { target: Target | undefined; price: OperationPrice | undefined } {
  const priced = (each: string) => {
    const target = targetOf(snapshot, credential, each);
    const price = target && (target.model.operationPriceAt?.(nowMs) ?? target.model.priceAt(nowMs));
    return price === undefined ? undefined : { target, price };
  };
  const own = name === undefined ? undefined : priced(name);
  if (own !== undefined) return own;
  const dearest = models
    .map(priced)
    .filter((each) => each !== undefined)
    .sort((a, b) => Number(chargePicoUsd(b.price, million) - chargePicoUsd(a.price, million)))[0];
  return dearest ?? { target: undefined, price: undefined };
}

const million: Usage = { ...noUsage, input: 1_000_000, output: 1_000_000 };

/** A model at the very credential that keeps the batch, by its name there. */
export function targetOf(snapshot: Snapshot, credential: string, name: string): Target | undefined {
  const found = snapshot.resolve(`${providerNameOf(credential)}/${name}`);
  if (!('route' in found)) return undefined;
  return found.route.targets.find((target) => target.credential.id === credential);
}
