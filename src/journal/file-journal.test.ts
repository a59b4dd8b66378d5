import fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  breakableDisk,
  crashImage,
  journalParent,
  openTestJournal,
  shipAll,
  turnEnd,
} from '../../test/harness/journal.ts';
import { attempt, intent, progress, settlement } from '../../test/harness/journal-records.ts';
import { until } from '../../test/until.ts';
import { type Log, silentLog } from '../lib/log.ts';
import { JournalUnavailable } from './record.ts';

const newDirectory = (): string => join(journalParent(), 'one');
const ids = (rows: readonly { requestId: string }[]): string[] => rows.map((row) => row.requestId);

describe('writing', () => {
  it('an attempt writes everything buffered in one write, and is there for a process that is killed right after', async () => {
    const disk = breakableDisk();
    const directory = newDirectory();
    const journal = openTestJournal(directory, { disk });
    journal.settle(settlement('req_0'));
    journal.intent(intent('req_1'));
    expect(disk.writes).toBe(0);
    journal.attempt(attempt('req_1'));
    expect(disk.writes).toBe(1);
    const after = openTestJournal(crashImage(directory));
    expect(ids(await shipAll(after))).toEqual(['req_0', 'req_1']);
  });

  it('settlements and progress of one turn go out in one write at its end', async () => {
    const disk = breakableDisk();
    const journal = openTestJournal(newDirectory(), { disk });
    for (let i = 0; i < 50; i++) {
      journal.intent(intent(`req_${i}`));
      journal.progress(progress(`req_${i}`, 1));
      journal.settle(settlement(`req_${i}`));
    }
    await turnEnd();
    expect(disk.writes).toBe(1);
    expect(journal.stats()).toMatchObject({ openRequests: 0, unshippedRows: 50, pendingBytes: 0 });
  });

  it('short writes are continued', async () => {
    const disk = breakableDisk();
    disk.writeBytesMax = 7;
    const directory = newDirectory();
    const journal = openTestJournal(directory, { disk });
    journal.intent(intent('req_1'));
    journal.attempt(attempt('req_1'));
    journal.settle(settlement('req_1'));
    expect(journal.flush()).toBe(true);
    const after = openTestJournal(crashImage(directory));
    expect(after.stats()).toMatchObject({ tornTails: 0, damagedBytes: 0 });
    expect(await shipAll(after)).toEqual([settlement('req_1')]);
  });

  it('always: an attempt whose sync fails is refused, and not charged after a crash', async () => {
    const disk = breakableDisk();
    const directory = newDirectory();
    const journal = openTestJournal(directory, { disk, fsync: 'always' });
    journal.intent(intent('req_1'));
    disk.syncs = false;
    expect(() => journal.attempt(attempt('req_1'))).toThrow(JournalUnavailable);
    const after = openTestJournal(crashImage(directory));
    expect((await shipAll(after)).every((row) => row.costNanoUsd === '0')).toBe(true);
    disk.syncs = true;
  });

  it('interval: a failed group sync makes the journal unwritable until the disk is well, in a new segment', async () => {
    const disk = breakableDisk();
    const journal = openTestJournal(newDirectory(), { disk, fsync: 'interval', fsyncIntervalMs: 1, retryMs: 5 });
    disk.syncs = false;
    journal.settle(settlement('req_1'));
    await until('unwritable', () => !journal.writable);
    disk.syncs = true;
    await until('writable', () => journal.writable);
    journal.settle(settlement('req_2'));
    journal.flush();
    expect(journal.stats().segments).toBe(2);
    expect(ids(await shipAll(journal))).toEqual(['req_1', 'req_2']);
  });
});

describe('a full disk', () => {
  it.each([
    ['that truncates', true],
    ['that does not even truncate', false],
  ])(
    '%s refuses attempts, keeps settlements, and recovers by itself with nothing lost or charged twice',
    async (_, truncates) => {
      const disk = breakableDisk();
      const directory = newDirectory();
      const journal = openTestJournal(directory, { disk, retryMs: 5 });
      journal.intent(intent('req_1'));
      journal.attempt(attempt('req_1'));
      disk.bytesLeft = 100;
      disk.truncates = truncates;
      journal.intent(intent('req_2'));
      expect(() => journal.attempt(attempt('req_2'))).toThrow(JournalUnavailable);
      expect(journal.writable).toBe(false);
      expect(journal.stats().lastError).toContain('ENOSPC');
      journal.settle(settlement('req_1'));
      await turnEnd();
      expect(() => journal.attempt(attempt('req_2', 2))).toThrow(/cannot be written: ENOSPC/);
      disk.bytesLeft = Number.POSITIVE_INFINITY;
      disk.truncates = true;
      await until('writable', () => journal.writable);
      const after = openTestJournal(crashImage(directory));
      const rows = await shipAll(after);
      expect(rows.map((row) => [row.requestId, row.status, row.costNanoUsd])).toEqual([
        ['req_1', 'completed', '680'],
        ['req_2', 'interrupted', '0'],
      ]);
      expect(after.stats().damagedBytes).toBe(0);
    },
  );

  it('stays unwritable while the disk takes some bytes but not enough', async () => {
    const disk = breakableDisk();
    const journal = openTestJournal(newDirectory(), { disk, retryMs: 1 });
    disk.bytesLeft = 0;
    journal.settle(settlement('req_1'));
    await until('unwritable', () => !journal.writable);
    const before = disk.writes;
    disk.bytesLeft = 5_000;
    await until('five retries', () => disk.writes > before + 5);
    expect(journal.writable).toBe(false);
    disk.bytesLeft = Number.POSITIVE_INFINITY;
    await until('writable', () => journal.writable);
    expect(ids(await shipAll(journal))).toEqual(['req_1']);
  });

  it('bounds memory: a settlement beyond the bound is logged whole and counted, and settle never throws', async () => {
    const lost: unknown[] = [];
    const log: Log = { ...silentLog, error: (fields) => fields.record && lost.push(fields.record) };
    const disk = breakableDisk();
    disk.bytesLeft = 0;
    const journal = openTestJournal(newDirectory(), { disk, log, pendingBytesMax: 3_000, retryMs: 60_000 });
    for (let i = 0; i < 10; i++) {
      journal.settle(settlement(`req_${i}`));
      await turnEnd();
    }
    const { lostRows, pendingBytes } = journal.stats();
    expect(lostRows).toBeGreaterThan(0);
    expect(pendingBytes).toBeLessThan(5_000);
    expect(lost).toHaveLength(lostRows);
    expect(() => journal.intent(intent('req_new'))).toThrow(JournalUnavailable);
    await journal.close();
    expect(lost).toEqual(expect.arrayContaining([settlement('req_0'), settlement('req_9')]));
    expect(lost).toHaveLength(10);
  });
});

describe('segments', () => {
  it('rotate by size and by age', () => {
    let nowMs = 0;
    const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };
    const journal = openTestJournal(newDirectory(), { clock, segmentBytesMax: 1_500, segmentAgeMsMax: 1_000 });
    const write = (id: string): void => {
      journal.settle(settlement(id));
      journal.flush();
    };
    write('req_1');
    write('req_2');
    expect(journal.stats().segments).toBe(1);
    write('req_3');
    expect(journal.stats().segments).toBe(2);
    nowMs = 1_000;
    write('req_4');
    expect(journal.stats().segments).toBe(3);
  });

  it('go when all their settlements are in Postgres, oldest first', async () => {
    const directory = newDirectory();
    const journal = openTestJournal(directory, { segmentBytesMax: 1 });
    for (const id of ['req_1', 'req_2', 'req_3']) {
      journal.settle(settlement(id));
      journal.flush();
    }
    const [source] = journal.sources();
    const batch = await source?.read(2);
    expect(journal.stats()).toMatchObject({ segments: 3, unshippedRows: 3 });
    if (batch) source?.acknowledge(batch);
    expect(fs.readdirSync(directory).filter((name) => name.endsWith('.log'))).toEqual(['0000000003.log']);
    expect(journal.stats()).toMatchObject({ segments: 1, unshippedRows: 1 });
  });

  it('stay while a request that began in them is open', async () => {
    const directory = newDirectory();
    const journal = openTestJournal(directory, { segmentBytesMax: 1 });
    journal.intent(intent('req_long'));
    journal.attempt(attempt('req_long'));
    journal.settle(settlement('req_1'));
    journal.flush();
    await shipAll(journal);
    expect(fs.existsSync(join(directory, '0000000001.log'))).toBe(true);
    journal.settle(settlement('req_long'));
    journal.flush();
    await shipAll(journal);
    expect(fs.existsSync(join(directory, '0000000001.log'))).toBe(false);
  });

  it('are not held by a stream of hours: its records are carried forward, and recovered once', async () => {
    const directory = newDirectory();
    const journal = openTestJournal(directory, { segmentBytesMax: 1 });
    journal.intent(intent('req_long'));
    journal.attempt(attempt('req_long'));
    journal.progress(progress('req_long', 33));
    for (let i = 0; i < 10; i++) {
      journal.settle(settlement(`req_${i}`));
      journal.flush();
      await shipAll(journal);
    }
    expect(fs.existsSync(join(directory, '0000000001.log'))).toBe(false);
    expect(journal.stats()).toMatchObject({ openRequests: 1 });
    expect(journal.stats().segments).toBeLessThan(6);
    const after = openTestJournal(crashImage(directory));
    const long = (await shipAll(after)).filter((row) => row.requestId === 'req_long');
    expect(long).toMatchObject([{ costNanoUsd: '443', attempts: [{ id: 'req_long-1' }] }]);
  });

  it('hand out every settlement in order when there are more than memory keeps', async () => {
    const journal = openTestJournal(newDirectory(), { segmentBytesMax: 1_000_000 });
    const written: string[] = [];
    for (let i = 0; i < 9_000; i++) {
      journal.settle(settlement(`req_${i}`));
      written.push(`req_${i}`);
      if (i % 500 === 0) await turnEnd();
    }
    journal.flush();
    expect(ids(await shipAll(journal))).toEqual(written);
    expect(journal.stats()).toMatchObject({ unshippedRows: 0 });
  });

  it('leave nothing behind when everything is shipped and the journal closes', async () => {
    const directory = newDirectory();
    const journal = openTestJournal(directory, { fsync: 'interval' });
    journal.intent(intent('req_1'));
    journal.attempt(attempt('req_1'));
    journal.settle(settlement('req_1'));
    journal.flush();
    await shipAll(journal);
    await journal.close();
    await until('the directory is gone', () => !fs.existsSync(directory));
  });
});
