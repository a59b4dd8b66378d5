/** Settlements as the journal writes them, for tests of what is made of usage. */
import type { SettlementRecord } from '../../src/journal/record.ts';
import { newId } from '../../src/lib/id.ts';
import { noUsage, type Usage } from '../../src/llm/usage.ts';

export interface Settled extends Partial<Omit<SettlementRecord, 'servedModel' | 'endUser' | 'firstTokenMs' | 'usage'>> {
  readonly servedModel?: string | undefined;
  readonly endUser?: string | undefined;
  readonly firstTokenMs?: number | undefined;
  readonly charge?: bigint;
  readonly cost?: bigint;
  readonly input?: number;
  readonly usage?: Partial<Usage>;
}

/** The text of one. Ten tokens in and five out, unless it says otherwise. */
export function settlementOf({ charge = 0n, cost = charge, input = 10, usage, ...more }: Settled): string {
  const { startedAtMs = Date.UTC(2026, 9, 25, 12, 30, 30), totalMs = 100 } = more;
  const record = {
    type: 'settlement',
    requestId: newId('req', startedAtMs),
    instance: 'i',
    startedAtMs,
    settledAtMs: startedAtMs + totalMs,
    operation: 'chat',
    status: 'completed',
    httpStatus: 200,
    keyId: 'key_x',
    organizationId: 'org_x',
    requestedModel: 'main',
    clientDialect: 'openai-chat',
    stream: false,
    snapshotVersion: 1,
    inputTokensEstimate: 1,
    usage: { ...noUsage, input, output: 5, ...usage },
    estimated: false,
    recovered: false,
    flags: [],
    costNanoUsd: String(cost),
    chargeNanoUsd: String(charge),
    totalMs,
    overheadMs: 0.5,
    attempts: [],
    dropped: [],
    ...more,
  };
  return JSON.stringify(record);
}
