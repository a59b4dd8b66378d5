/**
 * What a batch may cost, before it runs: estimated when it is made, and looked at together with what the organization's
 * other batches may still cost. Nothing of it is held while the batch runs, which may take a day; what it really costs is
 * charged when its results are read.
 */
import { salePicoUsd } from '../../catalog/sale.ts';
import type { Needs } from '../../ledger/leases/hold.ts';
import { formatUsd } from '../../lib/money.ts';
import { LlmFailure } from '../../llm/error.ts';
import type { BatchAsk, BatchEstimate, Resource } from '../../llm/operation.ts';
import { noUsage } from '../../llm/usage.ts';
import type { Budget } from '../../snapshot/snapshot.ts';
import { saleAt } from '../metering/payer.ts';
import type { GatewayParts } from '../parts.ts';
import { shareOf, targetOf } from './batch-settlement.ts';
import type { ResourceCall } from './resource-call.ts';
import type { Keeper } from './resource-targets.ts';

/** Batches run for a day; whoever has not read the results of one after this is not kept from making another. */
const runningMsMax = 3 * 86_400_000;

/** At the price of batches, for what the customer pays. What has no price is refused elsewhere. */
export function estimateBatch(
  asks: readonly BatchAsk[],
  { target: { credential }, service }: Keeper,
  { snapshot, key }: ResourceCall,
  nowMs: number,
): BatchEstimate {
  let picoUsd = 0n;
  let tokens = 0;
  for (const { model: name, requests, inputTokens, outputTokens } of asks) {
    const target = targetOf(snapshot, credential.id, name);
    const price = target && (target.model.operationPriceAt?.(nowMs) ?? target.model.priceAt(nowMs));
    if (target === undefined || price === undefined) continue;
    // Embeddings have no output.
    const output = price.output === undefined ? 0 : outputTokens;
    tokens += inputTokens + output;
    // Long prompts are dearer one by one, not all together.
    const usual = { ...noUsage, input: Math.ceil(inputTokens / requests), output: Math.ceil(output / requests) };
    picoUsd += salePicoUsd(saleAt(key.organization.sales, target), price, usual) * BigInt(requests);
  }
  return { nanoUsd: String(shareOf(picoUsd, service.percentOfPrice ?? 100)), tokens };
}

/** Of each key, what is being asked for at this moment and known as a batch in the next. */
type Pending = Pick<Resource, 'organizationId' | 'keyId' | 'estimate'>;
const pending = new WeakMap<GatewayParts['resources'], Set<Pending>>();

/** Rejects with LlmFailure: payment-required, unavailable. What is returned is called when the batch is known. */
export async function reserveBatch(call: ResourceCall, estimate: BatchEstimate, parts: GatewayParts) {
  const before = pending.get(parts.resources) ?? new Set();
  pending.set(parts.resources, before);
  const own: Pending = { organizationId: call.organizationId, keyId: call.key.id, estimate };
  const others = [...before].filter(({ organizationId }) => organizationId === call.organizationId);
  before.add(own);
  let running: readonly Pending[] = [];
  try {
    await parts.funds.check(call, async () => {
      running = [...others, ...(await parts.resources.running(call.organizationId, sinceMs(parts)))];
      return (budget) => sumOf([own, ...countedFor(budget, running, call.key.id)]);
    });
    return () => void before.delete(own);
  } catch (error) {
    before.delete(own);
    throw explained(error, estimate, running);
  }
}

const sinceMs = ({ clock }: GatewayParts): number => clock.nowMs() - runningMsMax;

/** Which other batches a budget will pay for. Those of a project, a member or a tag are not told apart. */
function countedFor({ ownerKind }: Budget, running: readonly Pending[], keyId: string): readonly Pending[] {
  if (ownerKind === 'wallet' || ownerKind === 'organization') return running;
  return ownerKind === 'key' ? running.filter((each) => each.keyId === keyId) : [];
}

function sumOf(batches: readonly Pending[]): Needs {
  return {
    usd: batches.reduce((sum, { estimate }) => sum + Number(estimate?.nanoUsd ?? 0), 0),
    tokens: batches.reduce((sum, { estimate }) => sum + (estimate?.tokens ?? 0), 0),
    requests: 0,
  };
}

function explained(error: unknown, { nanoUsd }: BatchEstimate, running: readonly Pending[]): unknown {
  if (!(error instanceof LlmFailure) || error.error.kind !== 'payment-required') return error;
  const others = formatUsd(BigInt(sumOf(running).usd));
  const beside = running.length === 0 ? '' : `, and ${running.length} that run may cost ${others}`;
  const message = `${error.error.message} This batch may cost ${formatUsd(BigInt(nanoUsd))}, by an estimate from its requests${beside}.`;
  return new LlmFailure({ ...error.error, message });
}
