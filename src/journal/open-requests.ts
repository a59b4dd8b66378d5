/** The requests that have an intent in the journal and no settlement yet, and which segment holds them back. */
import type { AttemptRecord, IntentRecord, JournalRecord, ProgressRecord } from './record.ts';

export interface OpenRequest {
  readonly intent: IntentRecord;
  /** In the order in which they were made. */
  readonly attempts: readonly AttemptRecord[];
  /** The last one. */
  readonly progress: ProgressRecord | undefined;
}

interface Entry {
  readonly intent: IntentRecord;
  readonly attempts: AttemptRecord[];
  progress: ProgressRecord | undefined;
  segment: number;
}

export class OpenRequests {
  readonly #entries = new Map<string, Entry>();
  readonly #countBySegment = new Map<number, number>();

  get size(): number {
    return this.#entries.size;
  }

  /** A record was written to (or read from) `segment`. Returns false for one whose intent is not here. */
  apply(record: JournalRecord, segment: number): boolean {
    const entry = this.#entries.get(record.requestId);
    if (record.type === 'intent') {
      this.#open(record, entry, segment);
      return true;
    }
    if (entry === undefined) return false;
    if (record.type === 'progress') entry.progress = record;
    else if (record.type === 'settlement') this.close(record.requestId);
    else if (!entry.attempts.some((known) => known.attemptId === record.attemptId)) entry.attempts.push(record);
    return true;
  }

  /** Nothing happens when it is not open. */
  close(requestId: string): void {
    const entry = this.#entries.get(requestId);
    if (entry === undefined) return;
    this.#entries.delete(requestId);
    this.#count(entry.segment, -1);
  }

  countIn(segment: number): number {
    return this.#countBySegment.get(segment) ?? 0;
  }

  /** Oldest first. */
  *all(): Generator<OpenRequest> {
    yield* this.#entries.values();
  }

  /** Everything about the open requests of one segment: written again, it takes their place. */
  recordsIn(segment: number): readonly (IntentRecord | AttemptRecord | ProgressRecord)[] {
    return [...this.#entries.values()]
      .filter((entry) => entry.segment === segment)
      .flatMap(({ intent, attempts, progress }) => [intent, ...attempts, ...(progress ? [progress] : [])]);
  }

  /** A request that is open already was carried into a younger segment. */
  #open(intent: IntentRecord, known: Entry | undefined, segment: number): void {
    if (known) {
      this.#count(known.segment, -1);
      known.segment = segment;
    } else {
      this.#entries.set(intent.requestId, { intent, attempts: [], progress: undefined, segment });
    }
    this.#count(segment, 1);
  }

  #count(segment: number, change: number): void {
    const count = this.countIn(segment) + change;
    if (count === 0) this.#countBySegment.delete(segment);
    else this.#countBySegment.set(segment, count);
  }
}
