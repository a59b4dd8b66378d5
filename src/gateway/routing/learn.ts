/** What a request has taught: how its caller's prompts are cached, and where its conversation is now. */
import type { SettlementRecord } from '../../journal/record.ts';
import type { Exchange } from '../exchange.ts';
import type { Ending } from '../metering/meter.ts';
import type { GatewayParts } from '../parts.ts';

/** Only where there was something to choose: nobody else will ask. */
export function learnFrom(
  exchange: Exchange,
  { plan, status }: Ending,
  record: SettlementRecord,
  parts: GatewayParts,
): void {
  if (exchange.decision === undefined || plan === undefined || status === 'failed' || record.estimated) return;
  const { usage } = record;
  const { target } = plan;
  const inputTokens = usage.input + usage.cacheRead + usage.cacheWrite5m + usage.cacheWrite1h;
  const observed = { target, inputTokens, cachedTokens: usage.cacheRead, outputTokens: usage.output };
  parts.habits.learn({ keyId: exchange.key.id, ...observed });
  if (exchange.conversation === undefined) return;
  parts.conversations.remember(exchange.conversation, target, usage, parts.clock.nowMs(), parts.clock.monotonicMs());
}
