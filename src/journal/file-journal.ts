/**
 * The journal of a gateway instance, as the composition root opens it: its own directory for what happens now, and the
 * directories of dead instances beside it until all of theirs is in Postgres.
 */
import fs from 'node:fs';
import { dirname, join } from 'node:path';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { adoptDead } from './adoption.ts';
import { alone, type DirectoryLock, lockDirectory } from './directory-lock.ts';
import { type JournalDisk, realDisk } from './disk.ts';
import { type FsyncMode, JournalDirectory, type JournalStats } from './journal-directory.ts';
import type { SettlementSource } from './outbox.ts';
import type { AttemptRecord, IntentRecord, Journal, ProgressRecord, SettlementRecord } from './record.ts';

export interface JournalOptions {
  /** `<dataDir>/journal/<name>`: one for each instance, with nothing but journals beside it. Made when it is missing. */
  readonly directory: string;
  /** For the lock and the log. */
  readonly instance: string;
  readonly clock: Clock;
  readonly log: Log;
  /** `always` syncs inside `attempt`; `interval` in groups off the path; `never` leaves it to the kernel. */
  readonly fsync: FsyncMode;
  readonly fsyncIntervalMs?: number;
  readonly segmentBytesMax?: number;
  readonly segmentAgeMsMax?: number;
  readonly retryMs?: number;
  readonly pendingBytesMax?: number;
  /** Tests put a failing one here. */
  readonly disk?: JournalDisk;
}

const defaults = {
  fsyncIntervalMs: 100,
  segmentBytesMax: 16 * 1024 * 1024,
  segmentAgeMsMax: 10 * 60 * 1000,
  retryMs: 500,
  pendingBytesMax: 64 * 1024 * 1024,
  disk: realDisk,
};

/**
 * Takes the directory, settles what the last process left open, and adopts what dead instances left beside it. Blocks
 * until all of it is read: for the start only. Throws JournalLocked when another living process has the directory, and
 * what the file system throws when it cannot be read or made.
 */
export function openJournal(options: JournalOptions): FileJournal {
  const { directory, instance, clock, log } = options;
  fs.mkdirSync(dirname(directory), { recursive: true });
  const { own, dead } = alone(directory, () => {
    fs.mkdirSync(directory, { recursive: true });
    return { own: lockDirectory(directory, instance, clock), dead: adoptDead(directory, instance, clock, log) };
  });
  const all = { ...defaults, ...options };
  const adopted = dead.flatMap((each) => {
    try {
      return [openDirectory({ ...all, directory: each.directory, adopted: true }, each.lock)];
    } catch (error) {
      log.error(
        { directory: each.directory, error },
        'The journal of a dead instance cannot be read; it stays as it is',
      );
      return [];
    }
  });
  return new FileJournal(openDirectory({ ...all, adopted: false }, own), adopted);
}

function openDirectory(options: ConstructorParameters<typeof JournalDirectory>[0], lock: DirectoryLock) {
  try {
    return new JournalDirectory(options, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

export class FileJournal implements Journal {
  readonly #own: JournalDirectory;
  #adopted: readonly JournalDirectory[];
  /** Of adopted directories that are gone again. */
  readonly #gone = { recoveredRequests: 0, damagedBytes: 0, tornTails: 0, lostRows: 0 };

  constructor(own: JournalDirectory, adopted: readonly JournalDirectory[]) {
    this.#own = own;
    this.#adopted = adopted;
  }

  /** Rows that Postgres refuses for good, one JSON object on a line: shared by all instances of the data directory. */
  get rejectedPath(): string {
    return join(dirname(this.#own.directory), 'rejected.jsonl');
  }

  get writable(): boolean {
    return this.#own.writable;
  }

  intent(record: IntentRecord): void {
    this.#own.intent(record);
  }

  attempt(record: AttemptRecord): void {
    this.#own.attempt(record);
  }

  progress(record: ProgressRecord): void {
    this.#own.progress(record);
  }

  settle(record: SettlementRecord): void {
    this.#own.settle(record);
  }

  /** Writes what is buffered, now. Returns false when the disk refuses; it stays buffered. */
  flush(): boolean {
    return this.#own.flush();
  }

  /** What is to be shipped, the dead first. */
  sources(): readonly SettlementSource[] {
    const drained = this.#adopted.filter((each) => each.drained);
    if (drained.length > 0) {
      this.#adopted = this.#adopted.filter((each) => !each.drained);
      for (const each of drained) this.#release(each);
    }
    return [...this.#adopted, this.#own];
  }

  /** Everything counts the adopted directories in, but `writable` and `lastError`. */
  stats(): JournalStats & { readonly adoptedJournals: number } {
    const own = this.#own.stats();
    const all = [own, ...this.#adopted.map((each) => each.stats())];
    const sum = (field: Exclude<keyof JournalStats, 'writable' | 'lastError'>): number =>
      all.reduce((total, stats) => total + stats[field], 0);
    return {
      writable: own.writable,
      segments: sum('segments'),
      bytes: sum('bytes'),
      unshippedRows: sum('unshippedRows'),
      openRequests: sum('openRequests'),
      pendingBytes: sum('pendingBytes'),
      recoveredRequests: sum('recoveredRequests') + this.#gone.recoveredRequests,
      damagedBytes: sum('damagedBytes') + this.#gone.damagedBytes,
      tornTails: sum('tornTails') + this.#gone.tornTails,
      lostRows: sum('lostRows') + this.#gone.lostRows,
      lastError: own.lastError,
      adoptedJournals: this.#adopted.length,
    };
  }

  /**
   * Writes and syncs what is buffered, and gives the directories free. Stop the shipper first. What is not shipped is
   * shipped by the next process; requests that are still open are settled by it as interrupted.
   */
  async close(): Promise<void> {
    await Promise.all([this.#own, ...this.#adopted].map((each) => each.close()));
  }

  #release(directory: JournalDirectory): void {
    const { recoveredRequests, damagedBytes, tornTails, lostRows } = directory.stats();
    this.#gone.recoveredRequests += recoveredRequests;
    this.#gone.damagedBytes += damagedBytes;
    this.#gone.tornTails += tornTails;
    this.#gone.lostRows += lostRows;
    void directory.close();
  }
}
