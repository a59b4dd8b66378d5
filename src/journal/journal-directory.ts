/**
 * The journal in one directory: appends to segments, knows which requests are open, hands settlements to the shipper and
 * removes what nobody needs any more.
 */
import { rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DirectoryLock } from './directory-lock.ts';
import { probeDisk } from './disk.ts';
import type { JournalDirectoryOptions, JournalStats } from './journal-settings.ts';
import type { OpenRequests } from './open-requests.ts';
import { Outbox, type SettlementBatch, type SettlementSource } from './outbox.ts';
import { type PendingFrame, PendingRecords } from './pending-records.ts';
import { type Position, PositionFile } from './position.ts';
import {
  type AttemptRecord,
  type IntentRecord,
  type Journal,
  JournalUnavailable,
  type ProgressRecord,
  type SettlementRecord,
} from './record.ts';
import { recoveredSettlement } from './recovered-settlement.ts';
import { replayDirectory } from './replay.ts';
import { isShipped, type Segment, SegmentLog } from './segment-log.ts';

/** Closed segments from which requests that are still open are carried forward: a stream of hours must not hold gigabytes. */
const heldSegmentsMax = 3;

/**
 * How long an intent waits to be written with its attempt. On a connection that is used again the attempt comes behind
 * everything else of the turn, and on a new one when it is connected. Nobody was promised anything before.
 */
const intentWaitMs = 10;

/** Recoveries are written in pieces: there may be as many as there were open requests. */
const recoveryWriteBytes = 1024 * 1024;

export class JournalDirectory implements Journal, SettlementSource {
  readonly directory: string;
  readonly #options: JournalDirectoryOptions;
  readonly #lock: DirectoryLock;
  readonly #log: SegmentLog;
  readonly #open: OpenRequests;
  readonly #outbox: Outbox;
  readonly #positionFile: PositionFile;
  readonly #pending = new PendingRecords();
  readonly #counts: { unshippedRows: number; recoveredRequests: number; lostRows: number };
  readonly #damage: { readonly damagedBytes: number; readonly tornTails: number };
  #position: Position;
  #writable = true;
  #lost = false;
  #closed = false;
  #turnScheduled = false;
  #collecting = false;
  #holdTimer: NodeJS.Timeout | undefined;
  #syncTimer: NodeJS.Timeout | undefined;
  #retryTimer: NodeJS.Timeout | undefined;
  #lastError: string | undefined;

  /** Reads what the last process left, and settles what it left open. Throws when the directory cannot be read. */
  constructor(options: JournalDirectoryOptions, lock: DirectoryLock) {
    const { directory, log, clock, disk } = options;
    this.directory = directory;
    this.#options = options;
    this.#lock = lock;
    lock.onLost = () => this.#loseLock();
    this.#positionFile = new PositionFile(directory, (error) => {
      log.warn({ directory, error }, 'the position of shipping cannot be kept; after a crash rows are shipped again');
    });
    this.#position = this.#positionFile.read();
    const replay = replayDirectory(directory, this.#position, log);
    const { segments, open, damagedBytes, tornTails, unshippedRows } = replay;
    this.#open = open;
    this.#damage = { damagedBytes, tornTails };
    this.#counts = { unshippedRows, recoveredRequests: open.size, lostRows: 0 };
    // A number is never used twice, or the position would cover records of a later life.
    const nextSeq = Math.max(this.#position.segment, segments.at(-1)?.seq ?? 0) + 1;
    this.#log = new SegmentLog(
      {
        directory,
        disk,
        clock,
        bytesMax: options.segmentBytesMax,
        ageMsMax: options.segmentAgeMsMax,
        sync: options.fsync !== 'never',
      },
      segments,
      nextSeq,
    );
    this.#outbox = new Outbox({
      directory,
      log,
      segments: this.#log.segments,
      position: this.#position,
      head: { segment: nextSeq, offset: 0 },
      onAcknowledged: (batch) => this.#acknowledged(batch),
    });
    this.#recover();
  }

  get writable(): boolean {
    return this.#writable;
  }

  intent(record: IntentRecord): void {
    this.#refuseWhenFull();
    if (this.#writable) {
      this.#pending.hold(record);
      this.#holdTimer ??= setTimeout(() => this.#endHold(), intentWaitMs).unref();
    } else {
      // Attempts do not come then, and what waits is to be bounded.
      this.#pending.add(record);
    }
  }

  attempt(record: AttemptRecord): void {
    if (!this.#writable) throw this.#unavailable();
    this.#pending.addAttempt(record);
    if (this.#append(this.#options.fsync === 'always')) return;
    // The provider will not be asked: a recovery must not charge for it.
    this.#pending.dropAttempt();
    throw this.#unavailable();
  }

  /** Left out while the disk refuses: the next one replaces it anyway. */
  progress(record: ProgressRecord): void {
    if (!this.#writable) return;
    this.#pending.add(record);
    this.#scheduleTurn();
  }

  settle(record: SettlementRecord): void {
    try {
      if (this.#pending.length > this.#options.pendingBytesMax) throw this.#unavailable();
      this.#pending.addSettlement(record);
      this.#scheduleTurn();
    } catch (error) {
      this.#logLost(record, error);
    }
  }

  /** Writes what is buffered, now. Returns false when the disk refuses; it stays buffered. */
  flush(): boolean {
    return this.#write();
  }

  read(rowsMax: number): Promise<SettlementBatch | undefined> {
    return this.#outbox.read(rowsMax);
  }

  acknowledge(batch: SettlementBatch): void {
    this.#outbox.acknowledge(batch);
  }

  /** Nothing is buffered and no segment is left, so nothing is open or unshipped either. */
  get drained(): boolean {
    return this.#log.segments.length === 0 && this.#pending.length === 0;
  }

  stats(): JournalStats {
    return {
      writable: this.#writable,
      segments: this.#log.segments.length,
      bytes: this.#log.segments.reduce((sum, segment) => sum + segment.bytes, 0),
      openRequests: this.#open.size,
      pendingBytes: this.#pending.length,
      ...this.#counts,
      ...this.#damage,
      lastError: this.#lastError,
    };
  }

  /** Writes and syncs what is buffered and gives the directory free. Requests that are open then are recovered at the next start. */
  async close(): Promise<void> {
    if (this.#closed) return;
    if (!this.flush()) {
      for (const { settlement } of this.#pending.frames) {
        if (settlement) this.#logLost(JSON.parse(settlement.json) as SettlementRecord, this.#lastError);
      }
    }
    this.#closed = true;
    this.#writable = false;
    clearTimeout(this.#holdTimer);
    clearTimeout(this.#syncTimer);
    clearTimeout(this.#retryTimer);
    const error = await this.#log.close();
    if (error) this.#refuse(error);
    await this.#positionFile.close();
    const last = this.#log.lastRemovable(this.#position, this.#open);
    if (last && !error && !this.#lost) this.#removeTo(last);
    const empty = this.drained && !this.#lost;
    if (empty) this.#positionFile.remove();
    this.#lock.release();
    // It stays when there is anything else in it.
    if (empty) await rmdir(this.directory).catch(() => {});
  }

  /** Closes an adopted directory that is drained. Never throws: nobody waits for it. */
  retire(): void {
    const { directory, log } = this.#options;
    this.close().catch((error: unknown) => {
      log.warn({ directory, error }, 'the journal of a dead instance is shipped, but cannot be removed');
    });
  }

  #logLost(record: SettlementRecord, error: unknown): void {
    this.#counts.lostRows++;
    this.#options.log.error({ record, error }, 'a settlement can neither be written nor kept; this line is all of it');
  }

  #recover(): void {
    const { directory, instance, clock, log } = this.#options;
    if (this.#open.size > 0) {
      log.warn(
        { directory, instance, requests: this.#open.size },
        'a gateway died with open requests; they are settled at the last that is known of them',
      );
    }
    for (const request of [...this.#open.all()]) {
      this.settle(recoveredSettlement(request, clock.nowMs()));
      if (this.#pending.length > recoveryWriteBytes) this.flush();
    }
    this.flush();
    this.#collect();
  }

  #endHold(): void {
    this.#holdTimer = undefined;
    if (this.#writable) this.#write();
  }

  /** Everything that waits, intents without an attempt too. Returns false when the disk refuses. */
  #write(): boolean {
    this.#pending.frameHeld();
    return this.#append(false);
  }

  #append(durable: boolean): boolean {
    const pending = this.#pending;
    if (pending.length === 0) return true;
    if (this.#lost || this.#closed) return false;
    let at: { segment: Segment; offset: number };
    try {
      at = this.#log.append(pending.bytes, pending.length, durable);
    } catch (error) {
      this.#refuse(error);
      return false;
    }
    for (const frame of pending.frames) this.#written(frame, at.segment, at.offset + frame.end);
    pending.clear();
    // Nothing but recoveries is ever written to a dead instance's journal: let its last segment go soon.
    if (this.#options.adopted) this.#log.roll();
    this.#scheduleSync();
    return true;
  }

  #written({ records, settlement }: PendingFrame, segment: Segment, end: number): void {
    for (const record of records) this.#open.apply(record, segment.seq);
    if (settlement === undefined) return;
    this.#open.close(settlement.requestId);
    segment.settledTo = end;
    this.#counts.unshippedRows++;
    this.#outbox.push(settlement.json, { segment: segment.seq, offset: end });
  }

  #scheduleTurn(): void {
    if (this.#turnScheduled || !this.#writable) return;
    this.#turnScheduled = true;
    setImmediate(() => {
      this.#turnScheduled = false;
      if (this.#writable) this.#append(false);
    });
  }

  #scheduleSync(): void {
    const { fsync, fsyncIntervalMs } = this.#options;
    if (fsync === 'never' || this.#syncTimer !== undefined || !this.#log.dirty) return;
    this.#syncTimer = setTimeout(
      () => this.#log.sync((error) => this.#synced(error)),
      fsync === 'always' ? 0 : fsyncIntervalMs,
    ).unref();
  }

  #synced(error: Error | undefined): void {
    this.#syncTimer = undefined;
    if (error) this.#failSync(error);
    else if (!this.#closed) this.#scheduleSync();
  }

  /** The kernel forgets pages that it could not write, so nothing more goes into that segment. */
  #failSync(error: Error): void {
    this.#log.roll();
    this.#refuse(error);
  }

  #refuse(error: unknown): void {
    const { directory, log, retryMs } = this.#options;
    this.#lastError = error instanceof Error ? error.message : String(error);
    if (this.#writable) {
      this.#writable = false;
      log.error(
        { directory, error },
        'the journal cannot be written; requests are refused until the disk takes it again',
      );
    }
    if (this.#closed || this.#lost) return;
    this.#retryTimer ??= setTimeout(() => this.#retry(), retryMs).unref();
  }

  #retry(): void {
    const { directory, log, disk, fsync } = this.#options;
    this.#retryTimer = undefined;
    try {
      probeDisk(disk, join(directory, 'probe'), fsync !== 'never');
    } catch (error) {
      this.#refuse(error);
      return;
    }
    if (!this.#write()) return;
    this.#writable = true;
    log.info({ directory }, 'the journal can be written again');
  }

  #loseLock(): void {
    const { directory, log } = this.#options;
    this.#lost = true;
    this.#writable = false;
    this.#lastError = 'the directory was removed or taken over by another process';
    log.error({ directory }, 'the journal was removed or taken over; this process takes no more requests: restart it');
  }

  #unavailable(): JournalUnavailable {
    return new JournalUnavailable(`the journal in ${this.directory} cannot be written: ${this.#lastError ?? 'closed'}`);
  }

  #refuseWhenFull(): void {
    if (!this.#writable && this.#pending.length > this.#options.pendingBytesMax) throw this.#unavailable();
  }

  #acknowledged(batch: SettlementBatch): void {
    this.#position = batch.end;
    this.#positionFile.write(batch.end);
    this.#counts.unshippedRows = Math.max(0, this.#counts.unshippedRows - batch.rows.length);
    this.#collect();
  }

  /** Removes the oldest segments that nobody needs. */
  #collect(): void {
    if (this.#collecting || this.#closed) return;
    if (this.#counts.unshippedRows === 0 && this.#log.currentIsOld) this.#log.roll();
    this.#carryForward();
    const last = this.#log.lastRemovable(this.#position, this.#open);
    if (last === undefined) return;
    this.#collecting = true;
    // The settlement of an intent in there may lie in a younger segment, which must not be lost in a power cut first.
    this.#log.sync((error) => {
      this.#collecting = false;
      if (error) this.#failSync(error);
      else this.#removeTo(last);
    });
  }

  #removeTo(last: Segment): void {
    try {
      this.#log.removeTo(last);
    } catch (error) {
      this.#options.log.warn(
        { directory: this.directory, error },
        'a shipped segment of the journal cannot be removed',
      );
    }
  }

  /** Long streams began in the oldest segment: what is known of them is written again, so that it can go. */
  #carryForward(): void {
    const oldest = this.#log.segments[0];
    if (oldest === undefined || this.#log.segments.length <= heldSegmentsMax || !isShipped(oldest, this.#position))
      return;
    if (this.#open.countIn(oldest.seq) === 0 || !this.#writable || !this.#write()) return;
    for (const record of this.#open.recordsIn(oldest.seq)) {
      if (record.type === 'attempt') this.#pending.addAttempt(record);
      else this.#pending.add(record);
    }
    this.#write();
  }
}
