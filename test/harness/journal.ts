/** Journals for tests: directories that go away, what they would ship, and a disk that can be broken. */
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type JournalDisk, realDisk } from '../../src/journal/disk.ts';
import { type FileJournal, type JournalOptions, openJournal } from '../../src/journal/file-journal.ts';
import type { SettlementRecord } from '../../src/journal/record.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';

/** `<dataDir>/journal` of its own, removed when the test ends. */
export function journalParent(): string {
  const parent = fs.mkdtempSync(join(tmpdir(), 'journal-'));
  onTestFinished(() => fs.rmSync(parent, { recursive: true, force: true }));
  return join(parent, 'journal');
}

/** Closed when the test ends. */
export function openTestJournal(directory: string, options: Partial<JournalOptions> = {}): FileJournal {
  const defaults = { directory, instance: 'test', clock: systemClock, log: silentLog, fsync: 'never' as const };
  const journal = openJournal({ ...defaults, ...options });
  onTestFinished(() => journal.close());
  return journal;
}

/** What a kill -9 at this moment leaves, as the journal directory of a dead instance under a parent of its own. */
export function crashImage(directory: string): string {
  const image = join(journalParent(), 'dead');
  fs.cpSync(directory, image, { recursive: true });
  fs.rmSync(join(image, 'lock'), { force: true });
  return image;
}

/** All settlements that a journal would ship, in order; with `acknowledge` it is told that they arrived. */
export async function shipAll(journal: FileJournal, acknowledge = true): Promise<SettlementRecord[]> {
  const rows: SettlementRecord[] = [];
  for (const source of journal.sources()) {
    for (;;) {
      const batch = await source.read(100);
      if (batch === undefined) break;
      rows.push(...batch.rows.map((row) => JSON.parse(row) as SettlementRecord));
      if (acknowledge) source.acknowledge(batch);
      else if (batch.rows.length > 0) break;
    }
  }
  return rows;
}

export interface BreakableDisk extends JournalDisk {
  /** Bytes that it still takes. */
  bytesLeft: number;
  /** At most so many bytes go into one write. */
  writeBytesMax: number;
  truncates: boolean;
  syncs: boolean;
  readonly writes: number;
}

export function breakableDisk(): BreakableDisk {
  const refuse = (code: string): Error => Object.assign(new Error(`${code}: the disk refuses`), { code });
  let writes = 0;
  return {
    ...realDisk,
    bytesLeft: Number.POSITIVE_INFINITY,
    writeBytesMax: Number.POSITIVE_INFINITY,
    truncates: true,
    syncs: true,
    get writes() {
      return writes;
    },
    writeSync(fd, bytes, offset, length) {
      writes++;
      const taken = Math.min(length, this.bytesLeft, this.writeBytesMax);
      if (taken <= 0) throw refuse('ENOSPC');
      this.bytesLeft -= taken;
      return realDisk.writeSync(fd, bytes, offset, taken);
    },
    ftruncateSync(fd, length) {
      if (!this.truncates) throw refuse('EIO');
      realDisk.ftruncateSync(fd, length);
    },
    fdatasyncSync(fd) {
      if (!this.syncs) throw refuse('EIO');
      realDisk.fdatasyncSync(fd);
    },
    fsync(fd, done) {
      if (this.syncs) realDisk.fsync(fd, done);
      else done(refuse('EIO'));
    },
  };
}

/** The end of the event-loop turn, when buffered records are written. */
export const turnEnd = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
