/** The usage row of a request whose gateway died: from what the journal knew last. */
import { noUsage, type Usage } from '../llm/usage.ts';
import type { OpenRequest } from './open-requests.ts';
import type { Attempt, AttemptRecord, SettlementRecord } from './record.ts';

/**
 * Charges the last progress; without one, the input alone, since a provider that was asked reads the prompt whatever
 * comes after; and nothing when no provider was asked.
 */
export function recoveredSettlement(request: OpenRequest, settledAtMs: number): SettlementRecord {
  const { intent, attempts, progress } = request;
  const first = attempts[0];
  const last = attempts.at(-1);
  return {
    ...intent,
    type: 'settlement',
    status: 'interrupted',
    httpStatus: 0,
    servedModel: last?.target,
    provider: last?.provider,
    credential: last?.credential,
    upstreamDialect: last?.upstreamDialect,
    paidBy: last?.paidBy,
    usage: progress?.usage ?? last?.expected ?? inputOnly(request),
    estimated: last !== undefined,
    recovered: true,
    flags: ['recovered'],
    priceVersion: last?.priceVersion,
    costNanoUsd: progress?.costNanoUsd ?? last?.inputNanoUsd ?? '0',
    chargeNanoUsd: progress ? progress.chargeNanoUsd : last?.inputChargeNanoUsd,
    // The moment of death is not known: the times end at the last sign of life.
    totalMs: progress?.elapsedMs ?? (last ? elapsedMs(intent.startedAtMs, last.startedAtMs) : 0),
    firstTokenMs: progress?.firstTokenMs,
    overheadMs: first ? elapsedMs(intent.startedAtMs, first.startedAtMs) : 0,
    attempts: attempts.map((attempt, i) => interrupted(attempt, attempts[i + 1])),
    dropped: [],
    settledAtMs,
  };
}

function inputOnly({ intent, attempts }: OpenRequest): Usage {
  return attempts.length === 0 ? noUsage : { ...noUsage, input: intent.inputTokensEstimate };
}

function interrupted(attempt: AttemptRecord, next: AttemptRecord | undefined): Attempt {
  return {
    id: attempt.attemptId,
    target: attempt.target,
    credential: attempt.credential,
    startedAtMs: attempt.startedAtMs,
    durationMs: next ? elapsedMs(attempt.startedAtMs, next.startedAtMs) : 0,
    status: 0,
    error: 'interrupted',
    ...(attempt.paidBy && { paidBy: attempt.paidBy }),
  };
}

/** Wall time may have jumped back in between. */
function elapsedMs(fromMs: number, toMs: number): number {
  return Math.max(0, toMs - fromMs);
}
