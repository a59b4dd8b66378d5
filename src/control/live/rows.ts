/** The journal's records as rows of the live view. */
import type { AttemptRecord, IntentRecord, ProgressRecord, SettlementRecord } from '../../journal/record.ts';
import type { RefusedRequest } from '../../journal/watched-journal.ts';
import { formatUsd } from '../../lib/money.ts';
import { noUsage, type Usage } from '../../llm/usage.ts';
import type { LiveCounts, LiveRequest } from './frame.ts';

/** Callers write these themselves. */
const textLengthMax = 100;
const tagsMax = 5;

type Begun = Pick<
  IntentRecord,
  'requestId' | 'startedAtMs' | 'organizationId' | 'keyId' | 'operation' | 'requestedModel' | 'stream'
> &
  Partial<Pick<IntentRecord, 'instance' | 'sessionId' | 'endUser' | 'tags' | 'inputTokensEstimate'>>;

export function rowOfIntent(intent: Begun): LiveRequest {
  return {
    id: intent.requestId,
    state: 'waiting',
    startedAt: new Date(intent.startedAtMs).toISOString(),
    organizationId: intent.organizationId,
    organizationName: null,
    keyId: intent.keyId,
    keyName: null,
    operation: intent.operation,
    model: clipped(intent.requestedModel),
    target: null,
    attempts: 0,
    stream: intent.stream,
    sessionId: intent.sessionId === undefined ? null : clipped(intent.sessionId),
    endUser: intent.endUser === undefined ? null : clipped(intent.endUser),
    tags: (intent.tags ?? []).slice(0, tagsMax).map(clipped),
    estimated: true,
    errorKind: null,
    errorCode: null,
    httpStatus: 0,
    totalMs: null,
    instance: intent.instance ?? null,
    ...countsOf({ usage: { ...noUsage, input: intent.inputTokensEstimate ?? 0 }, costNanoUsd: '0' }),
  };
}

/** The input is paid for as soon as somebody is asked. */
export function afterAttempt(row: LiveRequest, attempt: AttemptRecord): LiveRequest {
  return {
    ...row,
    state: 'asking',
    target: attempt.target,
    attempts: Math.max(row.attempts, Number(attempt.attemptId.slice(attempt.attemptId.lastIndexOf('-') + 1)) || 1),
  };
}

export function countsOf(
  progress: Pick<ProgressRecord, 'usage' | 'costNanoUsd' | 'chargeNanoUsd' | 'firstTokenMs'>,
): LiveCounts {
  return {
    ...tokensOf(progress.usage),
    chargeUsd: usdOf(progress.chargeNanoUsd ?? progress.costNanoUsd),
    costUsd: usdOf(progress.costNanoUsd),
    firstTokenMs: progress.firstTokenMs === undefined ? null : Math.round(progress.firstTokenMs),
  };
}

/** `before` is absent where the beginning was not seen. */
export function afterSettlement(before: LiveRequest | undefined, settled: SettlementRecord): LiveRequest {
  return {
    ...(before ?? rowOfIntent(settled)),
    ...countsOf(settled),
    state: settled.status,
    target: settled.servedModel ?? before?.target ?? null,
    attempts: settled.attempts.length,
    estimated: settled.estimated,
    errorKind: settled.errorKind ?? null,
    httpStatus: settled.httpStatus,
    totalMs: Math.round(settled.totalMs),
  };
}

export function rowOfRefused(refused: RefusedRequest, instance: string): LiveRequest {
  return {
    ...rowOfIntent({ ...refused, instance }),
    state: 'refused',
    estimated: false,
    errorKind: refused.errorKind,
    errorCode: refused.errorCode ?? null,
    httpStatus: refused.httpStatus,
    totalMs: Math.round(refused.totalMs),
  };
}

function tokensOf({ input, cacheRead, cacheWrite5m, cacheWrite1h, output, thinking }: Usage) {
  return {
    inputTokens: input,
    cacheReadTokens: cacheRead,
    cacheWriteTokens: cacheWrite5m + cacheWrite1h,
    outputTokens: output,
    thinkingTokens: thinking,
  };
}

const usdOf = (nano: string) => formatUsd(BigInt(nano)).replace('$', '');

const clipped = (text: string) => text.slice(0, textLengthMax);
