/**
 * What the journal remembers of a request. An intent and its attempt are durable before the first byte goes to a
 * provider; the settlement is the whole usage row.
 */
import type { DialectId } from '../llm/chat.ts';
import type { OperationId, Resource, WireId } from '../llm/operation.ts';
import type { Usage } from '../llm/usage.ts';

export type Operation = 'chat' | 'count-tokens' | OperationId;

/** How a request ended. `interrupted`: the gateway died; the row was recovered from the journal. */
export type UsageStatus = 'completed' | 'failed' | 'cancelled' | 'interrupted';

/** One try at one target. */
export interface Attempt {
  /** `req_…-1`: what the provider is told in `x-client-request-id`. */
  readonly id: string;
  readonly target: string;
  readonly credential: string;
  readonly startedAtMs: number;
  readonly durationMs: number;
  /** From its start until the request was on its way over a connection, and until the answer's head came. Absent: it never did. */
  readonly connectedMs?: number;
  readonly firstByteMs?: number;
  /** The provider's status; 0 when it never answered. */
  readonly status: number;
  /** Error kind, or undefined when it answered. */
  readonly error?: string;
  /** Whose credential it was. Absent: the platform's. */
  readonly paidBy?: 'organization';
}

/** The request as known before any provider is asked. Everything a recovered usage row needs. */
export interface IntentRecord {
  readonly type: 'intent';
  readonly requestId: string;
  readonly instance: string;
  readonly startedAtMs: number;
  readonly operation: Operation;
  readonly keyId: string;
  readonly organizationId: string;
  readonly requestedModel: string;
  readonly clientDialect: DialectId | WireId;
  readonly stream: boolean;
  readonly snapshotVersion: number;
  readonly inputTokensEstimate: number;
  readonly clientRequestId?: string;
  readonly sessionId?: string;
  readonly endUser?: string;
  readonly tags?: readonly string[];
  /** What it was held on: ids of leases. Absent: on none. */
  readonly leases?: readonly number[];
}

/** Written and in the kernel before the request's bytes go to the provider's socket. */
export interface AttemptRecord {
  readonly type: 'attempt';
  readonly requestId: string;
  readonly attemptId: string;
  readonly startedAtMs: number;
  readonly target: string;
  readonly provider: string;
  readonly credential: string;
  readonly upstreamDialect: DialectId | WireId;
  /** The price in force when the attempt began; undefined for a model without one. */
  readonly priceVersion?: string;
  /** Nano-dollars for the input estimate, and pico-dollars for each further output token: enough to settle a crash. */
  readonly inputNanoUsd: string;
  readonly outputPicoUsd: string;
  /** What the customer pays of `inputNanoUsd`; absent: the same. */
  readonly inputChargeNanoUsd?: string;
  /** Whose credential it is. Absent: the platform's. */
  readonly paidBy?: 'organization';
  /** What the request asks for, where that is not input tokens alone; `inputNanoUsd` is its charge. */
  readonly expected?: Usage;
}

/** A long stream, about once a second: what has been produced so far. */
export interface ProgressRecord {
  readonly type: 'progress';
  readonly requestId: string;
  readonly usage: Usage;
  readonly costNanoUsd: string;
  /** What the customer pays for it; absent: the same. */
  readonly chargeNanoUsd?: string;
  /** From the request's arrival; absent in journals of before they were kept. */
  readonly elapsedMs?: number;
  readonly firstTokenMs?: number;
}

/** The usage row. Exactly one for each intent. */
export interface SettlementRecord extends Omit<IntentRecord, 'type'> {
  readonly type: 'settlement';
  readonly status: UsageStatus;
  /** What the caller saw; 0 when it was gone. */
  readonly httpStatus: number;
  readonly errorKind?: string;
  /** `provider/name` that answered (or was last asked); absent when none was asked. */
  readonly servedModel?: string;
  readonly provider?: string;
  readonly credential?: string;
  readonly upstreamDialect?: DialectId | WireId;
  readonly usage: Usage;
  /** The counts are ours, not the provider's. */
  readonly estimated: boolean;
  readonly recovered: boolean;
  /** What was wrong with the provider's count or answer: `absurd:prompt_tokens`, `usage-missing` ... */
  readonly flags: readonly string[];
  readonly priceVersion?: string;
  /** Integer nano-dollars as decimal text. */
  readonly costNanoUsd: string;
  /** What the customer pays; absent: the same. */
  readonly chargeNanoUsd?: string;
  /** Whose credential `credential` is. Absent: the platform's. */
  readonly paidBy?: 'organization';
  /** What failed attempts cost, which no customer pays; absent: nothing. */
  readonly houseCostNanoUsd?: string;
  /** From the request's arrival; absent when nothing came. */
  readonly firstTokenMs?: number;
  readonly totalMs: number;
  /** Our own time before the provider was asked. */
  readonly overheadMs: number;
  readonly attempts: readonly Attempt[];
  /** Fields that translation dropped. */
  readonly dropped: readonly string[];
  readonly settledAtMs: number;
  /** What the request made or deleted at the provider. */
  readonly resources?: readonly Resource[];
  /** Why it went where it went, as src/routing/brief.ts says it; absent: there was nothing to choose. */
  readonly decision?: object;
}

export type JournalRecord = IntentRecord | AttemptRecord | ProgressRecord | SettlementRecord;

/** How an intent and its first attempt are written when they come together, as they nearly always do. */
export interface OpeningRecord {
  readonly type: 'opening';
  readonly requestId: string;
  readonly intent: IntentRecord;
  readonly attempt: AttemptRecord;
}

/** What the data plane sees of the journal. */
export interface Journal {
  /** False: the disk refused a write; every request is refused with 503 until it works again. */
  readonly writable: boolean;
  /** Buffered; becomes durable with its first `attempt` or some milliseconds later, whichever is first. */
  intent(record: IntentRecord): void;
  /** In the kernel when it returns (kill -9 safe). Throws JournalUnavailable when the disk refuses. */
  attempt(record: AttemptRecord): void;
  progress(record: ProgressRecord): void;
  /** Buffered; written at the end of the event-loop turn. Never throws: kept in memory and retried when the disk refuses. */
  settle(record: SettlementRecord): void;
}

export class JournalUnavailable extends Error {
  override readonly name = 'JournalUnavailable';
}
