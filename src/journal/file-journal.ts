/**
 * The journal of a gateway instance, as the composition root opens it: its own directory for what happens now, and the
 * directories of dead instances beside it until all of theirs is in Postgres.
 */
import fs from 'node:fs';
import { dirname, join } from 'node:path';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { adoptDead, type DeadJournal, instanceOf } from './adoption.ts';
import { alone, aloneNow, type DirectoryLock, lockDirectory } from './directory-lock.ts';
import { type JournalDisk, realDisk } from './disk.ts';
import { JournalDirectory } from './journal-directory.ts';
import type { FsyncMode, JournalStats } from './journal-settings.ts';
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
  /** How often instances that died are looked for after the start. */
  readonly adoptIntervalMs?: number;
  /** Tests put a failing one here. */
  readonly disk?: JournalDisk;
}

const defaults = {
  fsyncIntervalMs: 100,
  segmentBytesMax: 16 * 1024 * 1024,
  segmentAgeMsMax: 10 * 60 * 1000,
  retryMs: 500,
  pendingBytesMax: 64 * 1024 * 1024,
  adoptIntervalMs: 30_000,
  disk: realDisk,
};

/** What is read in one go while requests run: some 100 ms of the event loop. */
const lateAdoptionBytesMax = 16 * 1024 * 1024;

/**
 * Takes the directory, settles what the last process left open, and adopts what dead instances left beside it. Blocks
 * until all of it is read: for the start only. Throws JournalLocked when another living process has the directory, and
 * what the file system throws when it cannot be read or made.
 */
export function openJournal(options: JournalOptions): FileJournal {
  const all = { ...defaults, ...options };
  const { directory } = all;
  fs.mkdirSync(dirname(directory), { recursive: true, mode: 0o700 });
  const { own, dead } = alone(directory, () => {
    fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
    return {
      own: lockDirectory(directory, all.instance, all.clock),
      dead: adoptDead(all, Number.POSITIVE_INFINITY),
    };
  });
  const adopted = openAdopted(all, dead);
  const adoptMore = (): readonly JournalDirectory[] => {
    try {
      return openAdopted(all, aloneNow(directory, () => adoptDead(all, lateAdoptionBytesMax)) ?? []);
    } catch (error) {
      all.log.warn({ directory, error }, 'journals of dead instances cannot be looked for');
      return [];
    }
  };
  return new FileJournal(openOwn(all, own), adopted, adoptMore, all.adoptIntervalMs);
}

type AllOptions = typeof defaults & JournalOptions;

function openAdopted(options: AllOptions, dead: readonly DeadJournal[]): readonly JournalDirectory[] {
  return dead.flatMap(({ directory, lock }) => {
    try {
      return [new JournalDirectory({ ...options, directory, adopted: true }, lock)];
    } catch (error) {
      // The lock is kept, so that this is tried and said once for each start.
      options.log.error({ directory, error }, 'the journal of a dead instance cannot be read; it stays as it is');
      return [];
    }
  });
}

function openOwn(options: AllOptions, lock: DirectoryLock): JournalDirectory {
  try {
    return new JournalDirectory({ ...options, adopted: false }, lock);
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

  readonly #heard = new Set<string>();
  readonly #adoptTimer: NodeJS.Timeout;

  constructor(
    own: JournalDirectory,
    adopted: readonly JournalDirectory[],
    adoptMore: () => readonly JournalDirectory[],
    adoptIntervalMs: number,
  ) {
    this.#own = own;
    this.#adopted = adopted;
    this.#adoptTimer = setInterval(() => {
      this.#adopted = [...this.#adopted, ...adoptMore()];
    }, adoptIntervalMs).unref();
  }

  /** Rows that Postgres refuses for good, one JSON object on a line: shared by all instances of the data directory. */
  get rejectedPath(): string {
    return join(dirname(this.#own.directory), 'rejected.jsonl');
  }

  get writable(): boolean {
    return this.#own.writable;
  }

  /** Names of dead instances of which everything is in Postgres. */
  get heardInstances(): ReadonlySet<string> {
    return this.#heard;
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
    clearInterval(this.#adoptTimer);
    await Promise.all([this.#own, ...this.#adopted].map((each) => each.close()));
  }

  #release(directory: JournalDirectory): void {
    const { recoveredRequests, damagedBytes, tornTails, lostRows } = directory.stats();
    this.#gone.recoveredRequests += recoveredRequests;
    this.#gone.damagedBytes += damagedBytes;
    this.#gone.tornTails += tornTails;
    this.#gone.lostRows += lostRows;
    this.#heard.add(instanceOf(directory.directory));
    directory.retire();
  }
}
