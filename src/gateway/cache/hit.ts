/**
 * A request that is answered from the cache: admitted by budgets and limits like any other, charged by rule, and with a
 * usage row of its own that counts no provider's tokens.
 */

import type { IntentRecord, SettlementRecord } from '../../journal/record.ts';
import { formatUsd } from '../../lib/money.ts';
import type { LlmError } from '../../llm/error.ts';
import { noUsage } from '../../llm/usage.ts';
import type { Route } from '../../snapshot/snapshot.ts';
import type { HeaderList } from '../edge/delivery.ts';
import { ownHeaders, requestIdHeaders } from '../edge/headers.ts';
import type { Exchange } from '../exchange.ts';
import { closingRecord } from '../metering/meter.ts';
import type { OperationCall } from '../operations/operation-call.ts';
import type { GatewayParts } from '../parts.ts';
import type { CachedAnswer } from './cached-answer.ts';
import { type Replayed, replayStream } from './replay.ts';

export interface HitFacts {
  readonly visit: Exchange | OperationCall;
  readonly route: Route;
  intent(): IntentRecord;
}

/** False: a budget sends the request by another route, so it is asked there. Rejects with LlmFailure where it may not go on. */
export async function giveHit(facts: HitFacts, answer: CachedAnswer, parts: GatewayParts): Promise<boolean> {
  const { visit, route } = facts;
  const percent = parts.cache?.settings.hitPricePercent ?? 0;
  const chargeNanoUsd = hitCharge(BigInt(answer.chargeNanoUsd), percent);
  if (!(await isFunded(facts, chargeNanoUsd, parts))) return false;
  try {
    const admitted = parts.limits.admit(visit, route, parts.clock.monotonicMs());
    if (admitted !== undefined) await admitted;
    const intent = facts.intent();
    parts.journal.intent(intent);
    visit.cache = 'hit';
    visit.replaceNotes(answer.dropped.map((field) => ({ field, why: 'when the answer was made' })));
    const replayed = await give(visit, answer, chargeNanoUsd, parts).catch((error) => broken(visit, error, parts));
    settle(facts, intent, answer, replayed, chargeNanoUsd, parts);
    return true;
  } finally {
    visit.funds?.release();
    visit.admission?.end(parts.clock.monotonicMs());
  }
}

/** Rounded once to a nano-dollar, half up. `percent`: 0 to 100, with two decimals at most. */
export function hitCharge(chargeNanoUsd: bigint, percent: number): bigint {
  return (chargeNanoUsd * BigInt(Math.round(percent * 100)) + 5_000n) / 10_000n;
}

/** Made once: an error collects a stack, and nobody reads this one. */
const elsewhere = new Error('a budget sends it by another route');
const switchTo = (): never => {
  throw elsewhere;
};

/** Holds the very charge, and one request. */
async function isFunded({ visit, route }: HitFacts, chargeNanoUsd: bigint, parts: GatewayParts): Promise<boolean> {
  const needs = { usd: Number(chargeNanoUsd), tokens: 0, requests: 1 };
  try {
    await parts.funds.admit({ visit, route, expected: nothingExpected, needs, switchTo });
    return true;
  } catch (error) {
    if (error === elsewhere) return false;
    throw error;
  }
}

const nothingExpected = () => ({ usage: noUsage, outputMax: 0 });

async function give(
  visit: Exchange | OperationCall,
  answer: CachedAnswer,
  chargeNanoUsd: bigint,
  parts: GatewayParts,
): Promise<Replayed> {
  const { delivery } = visit;
  if (delivery.gone) return { status: 'cancelled' };
  const headers = hitHeaders(visit, answer, chargeNanoUsd, parts.clock.nowMs());
  visit.firstTokenAt = parts.clock.monotonicMs();
  if (answer.streamed) return replayStream(delivery, headers, answer.pieces, parts);
  delivery.send(200, headers, Buffer.concat(answer.pieces));
  return { status: 'completed' };
}

/** Its intent is in the journal, so it is settled, whatever was thrown. */
function broken({ id, delivery }: HitFacts['visit'], reason: unknown, { log }: GatewayParts): Replayed {
  log.error({ error: reason, requestId: id }, 'an answer from the cache could not be given');
  const message = `The gateway failed on this request. Report the request id ${id} to its operator.`;
  const error: LlmError = { kind: 'internal', message };
  delivery.fail(error, requestIdHeaders(id));
  return { status: 'failed', error };
}

function hitHeaders(
  visit: Exchange | OperationCall,
  { contentType, madeAtMs, requestId, servedModel }: CachedAnswer,
  chargeNanoUsd: bigint,
  nowMs: number,
): HeaderList {
  return {
    ...(contentType !== undefined && { 'content-type': contentType }),
    ...ownHeaders(visit, servedModel),
    age: String(Math.max(0, Math.floor((nowMs - madeAtMs) / 1000))),
    'x-tollgate-cost-usd': formatUsd(chargeNanoUsd).slice(1),
    'x-tollgate-original-request-id': requestId,
  };
}

function settle(
  { visit }: HitFacts,
  intent: IntentRecord,
  { requestId, servedModel }: CachedAnswer,
  replayed: Replayed,
  price: bigint,
  parts: GatewayParts,
): void {
  const now = parts.clock.monotonicMs();
  visit.ending = { billable: false, ...replayed };
  // Nothing was given to a caller who had left before, and what we broke off costs nothing.
  const isGiven = visit.delivery.status === 200 && replayed.status !== 'failed';
  const chargeNanoUsd = isGiven ? price : 0n;
  const record: SettlementRecord = {
    ...closingRecord(intent, visit, visit.ending, {
      target: undefined,
      wire: undefined,
      priceVersion: undefined,
      judged: { usage: noUsage, estimated: false, flags: ['cached', `cached-from:${requestId}`], charged: true },
      costNanoUsd: 0n,
      chargeNanoUsd,
      now,
      nowMs: parts.clock.nowMs(),
    }),
    servedModel,
  };
  visit.settled = record;
  parts.journal.settle(record);
  // Not by way of `parts.funds`, which would learn from it how long answers of this model are.
  visit.funds?.settle(record);
  parts.log.debug({ requestId: visit.id, originalRequestId: requestId, key: visit.key.id }, 'answered from the cache');
}
