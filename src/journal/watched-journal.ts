/** A journal whose records somebody looks at while they are written: who watches requests live needs nothing else. */
import type { AttemptRecord, IntentRecord, Journal, Operation, ProgressRecord, SettlementRecord } from './record.ts';

/** A request that got no intent: a limit, a budget or a name refused it. It leaves no usage row. */
export interface RefusedRequest {
  readonly requestId: string;
  readonly startedAtMs: number;
  readonly keyId: string;
  readonly organizationId: string;
  readonly operation: Operation;
  readonly requestedModel: string;
  readonly stream: boolean;
  readonly errorKind: string;
  readonly errorCode: string | undefined;
  readonly httpStatus: number;
  readonly totalMs: number;
}

export interface JournalWatcher {
  /** Read before each record: while it is false, nothing else is done. */
  readonly watching: boolean;
  intent(record: IntentRecord): void;
  attempt(record: AttemptRecord): void;
  settle(record: SettlementRecord): void;
  refused(request: RefusedRequest): void;
}

/** What the watcher throws is its own affair: no request fails for it. */
export function watched(journal: Journal, watcher: JournalWatcher): Journal {
  return new WatchedJournal(journal, watcher);
}

class WatchedJournal implements Journal {
  readonly #journal: Journal;
  readonly #watcher: JournalWatcher;

  constructor(journal: Journal, watcher: JournalWatcher) {
    this.#journal = journal;
    this.#watcher = watcher;
  }

  get writable(): boolean {
    return this.#journal.writable;
  }

  intent(record: IntentRecord): void {
    this.#journal.intent(record);
    if (this.#watcher.watching) this.#watcher.intent(record);
  }

  attempt(record: AttemptRecord): void {
    this.#journal.attempt(record);
    if (this.#watcher.watching) this.#watcher.attempt(record);
  }

  progress(record: ProgressRecord): void {
    this.#journal.progress(record);
  }

  settle(record: SettlementRecord): void {
    this.#journal.settle(record);
    if (this.#watcher.watching) this.#watcher.settle(record);
  }
}
