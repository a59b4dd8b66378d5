/** Records of a journal, with just enough in them. */
import type { AttemptRecord, IntentRecord, ProgressRecord, SettlementRecord } from '../../src/journal/record.ts';
import { noUsage } from '../../src/llm/usage.ts';

export function intent(requestId: string): IntentRecord {
  return {
    type: 'intent',
    requestId,
    instance: 'test',
    startedAtMs: 1_000,
    operation: 'chat',
    keyId: 'key_1',
    organizationId: 'org_1',
    requestedModel: 'main',
    clientDialect: 'openai-chat',
    stream: true,
    snapshotVersion: 7,
    inputTokensEstimate: 40,
    tags: ['blue'],
  };
}

export function attempt(requestId: string, number = 1): AttemptRecord {
  return {
    type: 'attempt',
    requestId,
    attemptId: `${requestId}-${number}`,
    startedAtMs: 1_000 + number * 10,
    target: `vendor/model-${number}`,
    provider: 'vendor',
    credential: 'default',
    upstreamDialect: 'anthropic',
    priceVersion: 'price-1',
    inputNanoUsd: '400',
    outputPicoUsd: '30000',
  };
}

export function progress(requestId: string, output: number): ProgressRecord {
  return { type: 'progress', requestId, usage: { ...noUsage, input: 41, output }, costNanoUsd: String(410 + output) };
}

export function settlement(requestId: string): SettlementRecord {
  return {
    ...intent(requestId),
    type: 'settlement',
    status: 'completed',
    httpStatus: 200,
    servedModel: 'vendor/model-1',
    provider: 'vendor',
    credential: 'default',
    upstreamDialect: 'anthropic',
    usage: { ...noUsage, input: 41, output: 9 },
    estimated: false,
    recovered: false,
    flags: [],
    priceVersion: 'price-1',
    costNanoUsd: '680',
    firstTokenMs: 12.5,
    totalMs: 80.25,
    overheadMs: 0.5,
    attempts: [
      {
        id: `${requestId}-1`,
        target: 'vendor/model-1',
        credential: 'default',
        startedAtMs: 1_010,
        durationMs: 70,
        status: 200,
      },
    ],
    dropped: [],
    settledAtMs: 1_081,
  };
}
