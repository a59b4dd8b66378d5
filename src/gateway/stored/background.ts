/** An answer that was made in the background leaves its usage row when it is first read whole: then its count is known. */

import type { JsonObject, StreamTap } from '../../dialects/dialect.ts';
import type { LimitHeaders } from '../../dialects/limit-headers.ts';
import { openaiLimitHeaders } from '../../dialects/limit-headers.ts';
import type { StoredAnswerCall } from '../../dialects/stored-answers.ts';
import { noUsage, type Usage } from '../../llm/usage.ts';
import { Visit } from '../exchange.ts';
import { billOf, closingRecord, visitRecord } from '../metering/meter.ts';
import { saleAt } from '../metering/payer.ts';
import type { GatewayParts } from '../parts.ts';
import type { StoredAnswer } from './stored-answers.ts';

/** A call about a stored answer, as its usage row shows it. */
export class StoredVisit extends Visit {
  get limitHeaders(): LimitHeaders {
    return openaiLimitHeaders;
  }
}

export interface Count {
  readonly usage: Partial<Usage>;
  readonly flags: readonly string[];
}

/** What a whole stored answer says that it used; undefined while it is still being made. */
export function countOf({ dialect }: StoredAnswerCall, bytes: Buffer): Count | undefined {
  try {
    return dialect.readUsage(JSON.parse(bytes.toString('utf8')) as JsonObject);
  } catch {
    return undefined;
  }
}

export function countOfStream({ usage, usageFlags }: StreamTap): Count | undefined {
  return usage === undefined ? undefined : { usage, flags: usageFlags };
}

/** Writes the row, once. */
export function settleBackground(
  call: StoredAnswerCall,
  visit: Visit,
  answer: StoredAnswer,
  { usage: said, flags }: Count,
  parts: GatewayParts,
): void {
  const { unpaid, target } = answer;
  if (unpaid === undefined) return;
  answer.unpaid = undefined;
  const intent = {
    ...visitRecord(visit, parts.instance),
    operation: 'chat' as const,
    requestedModel: unpaid.requestedModel,
    clientDialect: call.dialect.id,
    stream: false,
    inputTokensEstimate: 0,
  };
  parts.journal.intent(intent);
  const usage: Usage = { ...noUsage, ...said };
  const nowMs = parts.clock.nowMs();
  const price = target.model.priceAt(nowMs);
  const judged = { usage, estimated: flags.length > 0, flags: ['background', ...flags], charged: true };
  parts.journal.settle(
    closingRecord(
      intent,
      visit,
      { status: 'completed' },
      {
        target,
        wire: call.dialect.id,
        judged,
        ...billOf(price && { price, sale: saleAt(visit.key.organization.sales, target) }, judged),
        now: parts.clock.monotonicMs(),
        nowMs,
      },
    ),
  );
}
