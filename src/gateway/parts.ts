/** What every step may use. Made once by `gateway.ts`; a request changes none of it but the counters. */
import type { Journal } from '../journal/record.ts';
import type { JournalWatcher } from '../journal/watched-journal.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { CallerHabits } from '../routing/habits.ts';
import type { Measures } from '../routing/measures.ts';
import type { SnapshotSource } from '../snapshot/snapshot.ts';
import type { RateLimits } from './admit.ts';
import type { AttemptsUnderWay } from './attempts-under-way.ts';
import type { Funds } from './budgets/funds.ts';
import type { ResponseCache } from './cache/response-cache.ts';
import type { Capacity } from './capacity/capacity.ts';
import type { Shedding } from './capacity/shedding.ts';
import type { ContentSink } from './content/content-sink.ts';
import type { Idempotency } from './idempotency/idempotency.ts';
import type { KnownResources } from './operations/known-resources.ts';
import type { FeedbackStore } from './own/feedback-store.ts';
import type { Conversations } from './routing/conversations.ts';
import type { Seals } from './seals/seals.ts';
import type { GatewaySettings } from './settings.ts';
import type { StoredAnswers } from './stored/stored-answers.ts';
import type { Health } from './upstream/health.ts';
import type { RetryBudget } from './upstream/retry-budget.ts';
import type { Upstreams } from './upstream/upstreams.ts';

export interface GatewayParts {
  readonly snapshot: SnapshotSource;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: Log;
  /** 0 to 1, for jitter. */
  readonly random: () => number;
  readonly instance: string;
  readonly settings: GatewaySettings;
  readonly upstreams: Upstreams;
  readonly health: Health;
  /** Whether this process can take more. */
  readonly shedding: Shedding;
  /** Room at targets, and who waits for it. */
  readonly capacity: Capacity;
  /** How targets do, and what callers usually do: what routes choose by. */
  readonly measures: Measures;
  readonly habits: CallerHabits;
  readonly conversations: Conversations;
  readonly limits: RateLimits;
  /** What pays for requests. */
  readonly funds: Funds;
  readonly retries: RetryBudget;
  /** The same for second targets that are asked beside a silent one. */
  readonly hedges: RetryBudget;
  /** Files and batches, and whose they are. */
  readonly resources: KnownResources;
  readonly seals: Seals;
  /** Requests that run once, however often they are sent. */
  readonly idempotency: Idempotency;
  /** Answers that are given again to whoever of the same organization asks the same. Absent: none are. */
  readonly cache: ResponseCache | undefined;
  /** What callers think of answers. Absent: it cannot be kept. */
  readonly feedback: FeedbackStore | undefined;
  /** Answers that providers keep, and whose they are. */
  readonly stored: StoredAnswers;
  /** Where prompts and answers go that are kept. Absent: none are. */
  readonly content: ContentSink | undefined;
  /** Watched by the ticker. */
  readonly active: AttemptsUnderWay;
  /** Looks at requests that were refused before their intent. Absent: nobody does. */
  readonly watcher: Pick<JournalWatcher, 'watching' | 'refused'> | undefined;
}
