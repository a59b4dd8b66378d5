import { type CacheSettings, defaultCacheSettings } from './cache/cache-settings.ts';

/** Every limit and time of the data plane, with its default. One object, frozen at start. */
export interface GatewaySettings {
  /** Largest request body, counted in bytes read. */
  readonly bodyBytesMax: number;
  /** Largest form, which is not held in memory. */
  readonly uploadBytesMax: number;
  readonly headerBytesMax: number;
  /** A client has this long to send its headers. */
  readonly headersTimeoutMs: number;
  /** Longest silence while a client sends its body. */
  readonly bodyIdleMs: number;
  /** A client has this long to send its whole body, however steadily it comes. */
  readonly bodyTimeoutMs: number;
  /** Largest whole (not streamed) answer taken from a provider. */
  readonly answerBytesMax: number;
  /** Largest answer that is kept for whoever sends the same `Idempotency-Key` again. */
  readonly idempotentAnswerBytesMax: number;
  /** A stream that is silent for this long gets a keepalive. */
  readonly keepaliveMs: number;
  /** A client that reads nothing for this long while bytes wait for it is cut. */
  readonly clientStallMs: number;
  /** Pause before the second round of attempts; jittered, doubled at most once. */
  readonly retryDelayMs: number;
  /** How late the event loop may be before new requests are refused; 0: however late. */
  readonly lagMsMax: number;
  /** Share of the memory that may be in use before new requests are refused, 0 to 1. */
  readonly memoryShareMax: number;
  /** How long a request waits for room at its targets; 0: not at all. */
  readonly queueWaitMs: number;
  /** Most requests that wait for one target. */
  readonly queueLengthMax: number;
  readonly keepAliveTimeoutMs: number;
  /** Idle connections and streams that one instance holds. */
  readonly connectionsMax: number;
  /** Of one address, or of one IPv6 network; 0: no limit. */
  readonly connectionsPerAddressMax: number;
  /** How long after its last use a seal is kept for a caller that cannot carry it. */
  readonly sealTtlMs: number;
  /** Memory for such seals. */
  readonly sealBytesMax: number;
  /** Marks prompts for the cache where the provider needs marks and the caller's dialect has none. */
  readonly promptCacheMarks: boolean;
  /** Output tokens that a stream holds ahead on its budgets: it ends at most this much too late. */
  readonly growthStepTokens: number;
  /** Answers that are given again. */
  readonly cache: CacheSettings;
}

export const defaultSettings: GatewaySettings = Object.freeze({
  bodyBytesMax: 32 * 1024 * 1024,
  uploadBytesMax: 512 * 1024 * 1024,
  headerBytesMax: 32 * 1024,
  headersTimeoutMs: 10_000,
  bodyIdleMs: 30_000,
  bodyTimeoutMs: 600_000,
  answerBytesMax: 64 * 1024 * 1024,
  idempotentAnswerBytesMax: 8 * 1024 * 1024,
  keepaliveMs: 15_000,
  clientStallMs: 60_000,
  retryDelayMs: 250,
  lagMsMax: 200,
  memoryShareMax: 0.85,
  queueWaitMs: 10_000,
  queueLengthMax: 1_000,
  keepAliveTimeoutMs: 75_000,
  connectionsMax: 20_000,
  connectionsPerAddressMax: 0,
  sealTtlMs: 24 * 3_600_000,
  sealBytesMax: 64 * 1024 * 1024,
  promptCacheMarks: true,
  growthStepTokens: 256,
  cache: defaultCacheSettings,
});
