/** The data plane as one thing that listens, drains and ends. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Journal, OpeningRecord, ProgressRecord } from '../journal/record.ts';
import type { JournalWatcher } from '../journal/watched-journal.ts';
import type { LeaseBook } from '../ledger/leases/lease-book.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { LlmError } from '../llm/error.ts';
import { CallerHabits } from '../routing/habits.ts';
import { Measures } from '../routing/measures.ts';
import type { Credential, SnapshotSource } from '../snapshot/snapshot.ts';
import { RateLimits } from './admit.ts';
import { AttemptsUnderWay } from './attempts-under-way.ts';
import { Funds } from './budgets/funds.ts';
import { ResponseCache } from './cache/response-cache.ts';
import type { SharedBytes } from './cache/shared-answers.ts';
import { Capacity } from './capacity/capacity.ts';
import { Shedding } from './capacity/shedding.ts';
import type { ContentSink } from './content/content-sink.ts';
import { createHttpServer, type OthersHandler } from './edge/server.ts';
import { Idempotency } from './idempotency/idempotency.ts';
import type { IdempotencyStore } from './idempotency/idempotency-store.ts';
import type { SharedLimits } from './limits/shared-limits.ts';
import { KnownResources, type StoredResources } from './operations/known-resources.ts';
import { type CredentialHealth, credentialHealth } from './own/credential-health.ts';
import type { FeedbackStore } from './own/feedback-store.ts';
import type { Quote } from './own/quote.ts';
import { type SimulationAsk, simulate } from './own/simulation.ts';
import type { GatewayParts } from './parts.ts';
import { Conversations } from './routing/conversations.ts';
import { Seals } from './seals/seals.ts';
import { defaultSettings, type GatewaySettings } from './settings.ts';
import { StoredAnswers } from './stored/stored-answers.ts';
import { Ticker } from './ticker.ts';
import { Health } from './upstream/health.ts';
import { RetryBudget } from './upstream/retry-budget.ts';
import { Upstreams } from './upstream/upstreams.ts';

export interface GatewayOptions {
  readonly snapshot: SnapshotSource;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: Log;
  /** 0 to 1, for jitter. */
  readonly random?: () => number;
  readonly instance: string;
  readonly settings?: Partial<GatewaySettings>;
  /** Files and batches that other instances, or earlier runs, made. Absent: only those of this run are known. */
  readonly resources?: StoredResources;
  /** Absent: no budget holds anybody back. */
  readonly leases?: LeaseBook;
  /** Absent: a request with an `Idempotency-Key` gets 503. */
  readonly idempotency?: IdempotencyStore;
  /** Absent: `POST /v1/feedback` gets 503. */
  readonly feedback?: FeedbackStore;
  /** Where instances share answers, and the secret that they are sealed with. Absent: each instance has its own. */
  readonly sharedAnswers?: { readonly bytes: SharedBytes; readonly secret: string };
  /** Absent: rate limits are counted by this instance for itself. */
  readonly sharedLimits?: SharedLimits | undefined;
  /** Told of requests that got no intent, while somebody watches. */
  readonly watcher?: Pick<JournalWatcher, 'watching' | 'refused'>;
  /** Absent: no prompts and answers are kept. */
  readonly content?: ContentSink | undefined;
  /** Takes requests under /api/, on the same port. Absent: there is nothing. */
  readonly others?: OthersHandler;
  /** How often running attempts are looked at: keepalives, timeouts and progress are at most this late. */
  readonly tickMs?: number;
}

export interface Gateway {
  /** Port 0 takes any free one. Rejects with the system's error (EADDRINUSE, EACCES). */
  listen(address: { host: string; port: number }): Promise<{ host: string; port: number }>;
  /** Not ready at once; running requests go on, new ones are told to come back elsewhere. */
  beginDrain(): void;
  /** Resolves when no request is in flight. */
  drained(): Promise<void>;
  /** Ends what still runs, each as a clean failure in its caller's dialect. */
  failAll(): void;
  close(): Promise<void>;
  healthOf(credential: Credential): CredentialHealth;
  readonly inFlight: number;
  /** What would become of a chat by a route that may not exist yet. Rejects with LlmFailure. */
  simulate(ask: SimulationAsk): Promise<Quote>;
  /** Requests whose targets are being asked. */
  running(): readonly OpeningRecord[];
  /** What streams have produced so far; of those that are wanted. */
  progress(wanted: (requestId: string) => boolean): readonly ProgressRecord[];
}

export function createGateway(options: GatewayOptions): Gateway {
  const settings: GatewaySettings = Object.freeze({ ...defaultSettings, ...options.settings });
  const random = options.random ?? Math.random;
  const parts: GatewayParts = {
    snapshot: options.snapshot,
    journal: options.journal,
    clock: options.clock,
    log: options.log,
    random,
    instance: options.instance,
    settings,
    upstreams: new Upstreams(),
    health: new Health({ clock: options.clock, random }),
    shedding: new Shedding(settings, () => options.clock.monotonicMs()),
    capacity: new Capacity({
      now: () => options.clock.monotonicMs(),
      waitMs: settings.queueWaitMs,
      waitingMax: settings.queueLengthMax,
    }),
    measures: new Measures(() => options.clock.monotonicMs()),
    habits: new CallerHabits(),
    conversations: new Conversations(),
    limits: new RateLimits(options.sharedLimits),
    funds: new Funds({
      book: options.leases,
      stepTokens: settings.growthStepTokens,
      nowMs: () => options.clock.nowMs(),
    }),
    retries: new RetryBudget(),
    hedges: new RetryBudget(),
    resources: new KnownResources(options.resources),
    seals: new Seals({ ttlMs: settings.sealTtlMs, bytesMax: settings.sealBytesMax }, options.clock),
    feedback: options.feedback,
    content: options.content,
    stored: new StoredAnswers(),
    idempotency: new Idempotency(options.idempotency, { clock: options.clock, log: options.log, settings }),
    cache: cacheOf(options, settings),
    active: new AttemptsUnderWay(),
    watcher: options.watcher,
  };
  return new RunningGateway(parts, options.tickMs ?? 1000, options.others);
}

function cacheOf({ clock, log, sharedAnswers }: GatewayOptions, { cache }: GatewaySettings): ResponseCache | undefined {
  return cache.bytesMax === 0 ? undefined : new ResponseCache(cache, { clock, log, shared: sharedAnswers });
}

class RunningGateway implements Gateway {
  readonly #parts: GatewayParts;
  readonly #server: Server;
  readonly #ticker: Ticker;
  readonly #running = new Set<Promise<void>>();
  #draining = false;

  constructor(parts: GatewayParts, tickMs: number, others: OthersHandler | undefined) {
    this.#parts = parts;
    this.#ticker = new Ticker(parts, tickMs);
    this.#server = createHttpServer(parts, this.#state(), others);
  }

  get inFlight(): number {
    return this.#running.size;
  }

  listen({ host, port }: { host: string; port: number }): Promise<{ host: string; port: number }> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => {
        this.#server.off('error', reject);
        this.#server.on('error', (error) => this.#parts.log.error({ error }, 'the server reported an error'));
        this.#ticker.start();
        this.#parts.shedding.start();
        this.#parts.idempotency.start();
        const address = this.#server.address() as AddressInfo;
        resolve({ host: address.address, port: address.port });
      });
    });
  }

  simulate(ask: SimulationAsk): Promise<Quote> {
    return simulate(ask, this.#parts);
  }

  running(): readonly OpeningRecord[] {
    return this.#parts.active.openings();
  }

  progress(wanted: (requestId: string) => boolean): readonly ProgressRecord[] {
    return this.#parts.active.progress(wanted, this.#parts.clock.monotonicMs());
  }

  healthOf(credential: Credential): CredentialHealth {
    return credentialHealth(credential, this.#parts);
  }

  beginDrain(): void {
    this.#draining = true;
    this.#server.closeIdleConnections();
  }

  async drained(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled([...this.#running]);
  }

  failAll(): void {
    this.#parts.active.stopAll(stopped);
  }

  async close(): Promise<void> {
    this.#draining = true;
    this.#ticker.stop();
    this.#parts.shedding.stop();
    this.#parts.idempotency.stop();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
    await this.#parts.upstreams.close();
  }

  #state() {
    const isDraining = () => this.#draining;
    return {
      get draining() {
        return isDraining();
      },
      notReady: () => {
        if (this.#draining) return 'draining';
        return this.#parts.journal.writable ? undefined : 'the journal cannot be written';
      },
      track: (work: Promise<void>) => {
        this.#running.add(work);
        void work.finally(() => this.#running.delete(work));
      },
    };
  }
}

const stopped: LlmError = {
  kind: 'unavailable',
  message: 'This gateway is shutting down and the answer did not end in time. Send the request again.',
  code: 'shutting_down',
  retryAfterMs: 1000,
};
