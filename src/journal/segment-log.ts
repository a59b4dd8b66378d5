/**
 * The segments of one journal directory: appends to the youngest, removes the oldest, and brings both to the disk in
 * groups. A write is whole or not there: what a failed write left behind is cut off, or its segment is given up.
 */
import fs from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../lib/clock.ts';
import { type JournalDisk, writeAll } from './disk.ts';
import type { OpenRequests } from './open-requests.ts';
import { isBefore, type Position } from './position.ts';

export interface Segment {
  readonly seq: number;
  /** Up to the last whole record. */
  bytes: number;
  /** Where the last settlement in it ends; 0 when it has none. */
  settledTo: number;
  readonly createdAtMs: number;
}

export interface SegmentLogOptions {
  readonly directory: string;
  readonly disk: JournalDisk;
  readonly clock: Clock;
  readonly bytesMax: number;
  readonly ageMsMax: number;
  /** Whether anything is brought to the disk before the kernel does it by itself. */
  readonly sync: boolean;
}

type OnSynced = (error: Error | undefined) => void;

const nameGrammar = /^(\d{10})\.log$/;

export function segmentPath(directory: string, seq: number): string {
  return join(directory, `${String(seq).padStart(10, '0')}.log`);
}

/** The numbers of the segments in a directory, oldest first. */
export function listSegments(directory: string): readonly number[] {
  return fs
    .readdirSync(directory)
    .map((name) => Number(nameGrammar.exec(name)?.[1]))
    .filter((seq) => Number.isInteger(seq))
    .sort((a, b) => a - b);
}

/** Whether every settlement in it is in Postgres. */
export function isShipped({ seq, settledTo }: Segment, position: Position): boolean {
  return settledTo === 0 || !isBefore(position, { segment: seq, offset: settledTo });
}

export class SegmentLog {
  /** Oldest first. */
  readonly segments: Segment[];
  readonly #options: SegmentLogOptions;
  #nextSeq: number;
  #fd: number | undefined;
  #dirty = false;
  /** Files that nothing is appended to any more, and that still have to be synced and closed. */
  #retired: number[] = [];
  #syncing = false;
  #waiting: OnSynced[] = [];

  constructor(options: SegmentLogOptions, old: readonly Segment[], nextSeq: number) {
    this.#options = options;
    this.segments = [...old];
    this.#nextSeq = nextSeq;
  }

  get dirty(): boolean {
    return this.#dirty || this.#retired.length > 0;
  }

  /** The segment that is written to; undefined until the first write after a roll. */
  get current(): Segment | undefined {
    return this.#fd === undefined ? undefined : this.segments.at(-1);
  }

  /**
   * In the kernel when it returns; on the disk too when `durable`. Throws what the disk throws, and then nothing of it
   * was written. Returns the segment and where in it the bytes start.
   */
  append(bytes: Buffer, length: number, durable: boolean): { segment: Segment; offset: number } {
    this.#rollWhenDue();
    const fd = this.#fd ?? this.#openNext(durable);
    const segment = this.segments.at(-1) as Segment;
    const offset = segment.bytes;
    this.#dirty = true;
    try {
      writeAll(this.#options.disk, fd, bytes, length);
      if (durable) this.#options.disk.fdatasyncSync(fd);
    } catch (error) {
      this.#cut(fd, offset);
      throw error;
    }
    segment.bytes += length;
    return { segment, offset };
  }

  /** The next write goes to a new segment. */
  roll(): void {
    if (this.#fd === undefined) return;
    if (this.#options.sync) this.#retired.push(this.#fd);
    else this.#options.disk.closeSync(this.#fd);
    this.#fd = undefined;
    this.#dirty = false;
  }

  get currentIsOld(): boolean {
    const { current } = this;
    return current !== undefined && this.#options.clock.nowMs() - current.createdAtMs >= this.#options.ageMsMax;
  }

  /** The youngest of the oldest segments that hold nothing unshipped and no request that is open. */
  lastRemovable(position: Position, open: OpenRequests): Segment | undefined {
    const { segments, current } = this;
    const kept = segments.findIndex(
      (segment) => segment === current || !isShipped(segment, position) || open.countIn(segment.seq) > 0,
    );
    return kept === -1 ? segments.at(-1) : segments[kept - 1];
  }

  /** Oldest first, so that a crash in between leaves no intent without its settlement. Throws what the disk throws. */
  removeTo(last: Segment): void {
    const { directory, disk } = this.#options;
    for (let oldest = this.segments[0]; oldest && oldest.seq <= last.seq; oldest = this.segments[0]) {
      disk.unlinkSync(segmentPath(directory, oldest.seq));
      this.segments.shift();
    }
  }

  /** Brings everything that was appended before this call to the disk, off the event loop. */
  sync(done: OnSynced): void {
    this.#waiting.push(done);
    if (!this.#syncing) this.#syncRound();
  }

  /** Syncs and closes. Resolves with the error when the disk refused. */
  close(): Promise<Error | undefined> {
    this.roll();
    return new Promise((resolve) => this.sync(resolve));
  }

  #rollWhenDue(): void {
    const { current } = this;
    if (current && (current.bytes >= this.#options.bytesMax || this.currentIsOld)) this.roll();
  }

  #openNext(durable: boolean): number {
    const { directory, disk, clock, sync } = this.#options;
    const seq = this.#nextSeq++;
    const fd = disk.openSync(segmentPath(directory, seq), 'ax');
    this.#fd = fd;
    this.segments.push({ seq, bytes: 0, settledTo: 0, createdAtMs: clock.nowMs() });
    if (sync) this.#syncName(directory, durable);
    return fd;
  }

  /** The name of a new file is durable with its directory only. */
  #syncName(directory: string, durable: boolean): void {
    // There a directory cannot be opened, and the file system keeps names by itself.
    if (process.platform === 'win32') return;
    const { disk } = this.#options;
    const fd = disk.openSync(directory, 'r');
    this.#retired.push(fd);
    if (durable) disk.fsyncSync(fd);
  }

  #cut(fd: number, bytes: number): void {
    try {
      this.#options.disk.ftruncateSync(fd, bytes);
    } catch {
      this.roll();
    }
  }

  #syncRound(): void {
    const waiting = this.#waiting;
    const retired = this.#retired;
    const fds = this.#dirty && this.#fd !== undefined && this.#options.sync ? [...retired, this.#fd] : retired;
    this.#waiting = [];
    this.#retired = [];
    this.#dirty = false;
    this.#syncing = true;
    let failure: Error | undefined;
    const next = (i: number): void => {
      const fd = fds[i];
      if (fd === undefined) {
        this.#finishRound(waiting, failure);
        return;
      }
      this.#options.disk.fsync(fd, (error) => {
        failure ??= error ?? undefined;
        if (i < retired.length) this.#options.disk.closeSync(fd);
        next(i + 1);
      });
    };
    next(0);
  }

  #finishRound(waiting: readonly OnSynced[], failure: Error | undefined): void {
    this.#syncing = false;
    for (const done of waiting) done(failure);
    if (this.#waiting.length > 0 && !this.#syncing) this.#syncRound();
  }
}
