/** What a journal is told, and what it tells about itself. */
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { JournalDisk } from './disk.ts';

/** When records reach the disk itself. A killed process loses nothing in any of them; a power cut does. */
export type FsyncMode = 'interval' | 'always' | 'never';

export interface JournalDirectoryOptions {
  readonly directory: string;
  readonly instance: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly fsync: FsyncMode;
  readonly fsyncIntervalMs: number;
  readonly segmentBytesMax: number;
  readonly segmentAgeMsMax: number;
  /** After a failed write, how long until the disk is asked again. */
  readonly retryMs: number;
  /** Settlements that wait in memory for a disk that refuses. */
  readonly pendingBytesMax: number;
  readonly disk: JournalDisk;
  /** The directory of a dead instance: it is settled and shipped, and takes no requests. */
  readonly adopted: boolean;
}

export interface JournalStats {
  readonly writable: boolean;
  readonly segments: number;
  readonly bytes: number;
  /** Settlements that are not in Postgres yet. */
  readonly unshippedRows: number;
  readonly openRequests: number;
  /** Waiting in memory for the disk. */
  readonly pendingBytes: number;
  /** Requests of dead processes that were settled at the start. */
  readonly recoveredRequests: number;
  readonly damagedBytes: number;
  readonly tornTails: number;
  /** Settlements that found neither disk nor memory; they are in the log, whole. */
  readonly lostRows: number;
  readonly lastError: string | undefined;
}
