/** What a request has taught: how its caller's prompts are cached, and where its conversation is now. */
import type { SettlementRecord } from '../../journal/record.ts';
import { inputTokensOf } from '../../llm/usage.ts';
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
  const inputTokens = inputTokensOf(usage);
  const now = parts.clock.monotonicMs();
  const name = exchange.conversation;
  parts.habits.learn({
    keyId: exchange.key.id,
    target,
    inputTokens,
    estimatedTokens: exchange.ask.inputTokensEstimate,
    cachedTokens: usage.cacheRead,
    outputTokens: usage.output,
    isNew: name === undefined || parts.conversations.of(name, now) === undefined,
  });
  if (name !== undefined) parts.conversations.remember(name, target, usage, parts.clock.nowMs(), now);
}
