import fs from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { crashImage, journalParent, openTestJournal, turnEnd } from '../../test/harness/journal.ts';
import { settlement } from '../../test/harness/journal-records.ts';
import { until } from '../../test/until.ts';
import { systemClock } from '../lib/clock.ts';
import { type Log, silentLog } from '../lib/log.ts';
import type { FileJournal } from './file-journal.ts';
import type { SettlementRecord } from './record.ts';
import { type Shipper, type ShipperOptions, startShipper } from './shipper.ts';

describe('shipping', () => {
  it('brings settlements in their order, once, in batches', async () => {
    const { journal, table, shipper } = start({ batchRowsMax: 10 });
    const ids = settle(journal, 25);
    expect(await shipper.flush(5_000)).toBe(true);
    expect(table.ids).toEqual(ids);
    expect(table.batches).toEqual([10, 10, 5]);
    expect(journal.stats().unshippedRows).toBe(0);
    expect(shipper.stats()).toMatchObject({ shippedRows: 25, rejectedRows: 0, failures: 0 });
  });

  it('goes on by itself, without a flush', async () => {
    const { journal, table } = start();
    settle(journal, 3);
    await turnEnd();
    await until('three rows', () => table.ids.length === 3);
  });

  it('waits for Postgres as long as it is away, and then brings everything in order', async () => {
    const { journal, table, shipper } = start({ batchRowsMax: 50, backoffMsMax: 2 });
    table.away = true;
    const ids = settle(journal, 6_000);
    await until('some failures', () => shipper.stats().failures > 5);
    expect(table.ids).toEqual([]);
    expect(journal.writable).toBe(true);
    table.away = false;
    expect(await shipper.flush(10_000)).toBe(true);
    expect(table.ids).toEqual(ids);
    expect(shipper.stats()).toMatchObject({ failures: 0, rejectedRows: 0 });
  });

  it('says that it fails, but not at every try', async () => {
    const lines: string[] = [];
    const log: Log = { ...silentLog, warn: (_, message) => lines.push(message) };
    const { journal, table, shipper } = start({ backoffMsMax: 1, log });
    table.away = true;
    settle(journal, 1);
    await until('thirty failures', () => shipper.stats().failures >= 30);
    expect(lines.length).toBeLessThan(8);
    table.away = false;
  });

  it('sends a batch again whose answer was lost, and the table has each row once', async () => {
    const { journal, table, shipper } = start({ backoffMsMax: 1 });
    table.losesAnswers = 2;
    const ids = settle(journal, 5);
    expect(await shipper.flush(5_000)).toBe(true);
    expect(table.ids).toEqual(ids);
    expect(table.batches).toEqual([5, 5, 5]);
  });

  it('brings the same rows again after a crash before the position was kept, which the table skips', async () => {
    const { journal, table, shipper } = start();
    const ids = settle(journal, 5);
    journal.flush();
    const image = crashImage(journal.rejectedPath.replace(/rejected\.jsonl$/, 'one'));
    await shipper.flush(5_000);
    const again = openTestJournal(image);
    const second = startShipper({ journal: again, insert: table.insert, clock: systemClock, log: silentLog });
    expect(await second.flush(5_000)).toBe(true);
    await second.stop();
    expect(table.ids).toEqual(ids);
  });
});

describe('a row that Postgres refuses', () => {
  it('is set aside with its reason, and its neighbours arrive', async () => {
    const lines: string[] = [];
    const log: Log = { ...silentLog, error: (_, message) => lines.push(message) };
    const { journal, table, shipper } = start({ log });
    const ids = settle(journal, 100);
    table.poison = new Set(['req_17', 'req_99']);
    expect(await shipper.flush(5_000)).toBe(true);
    expect(table.ids).toEqual(ids.filter((id) => !table.poison.has(id)));
    expect(rejected(journal).map(({ row, reason }) => [row.requestId, reason])).toEqual([
      ['req_17', 'invalid byte sequence'],
      ['req_99', 'invalid byte sequence'],
    ]);
    expect(rejected(journal)[0]?.row).toEqual(settlement('req_17'));
    expect(lines).toHaveLength(2);
    expect(shipper.stats()).toMatchObject({ rejectedRows: 2, shippedRows: 98 });
    expect(journal.stats().unshippedRows).toBe(0);
  });

  it('is set aside once, when Postgres goes away while its batch is halved', async () => {
    const { journal, table, shipper } = start({ backoffMsMax: 1 });
    const ids = settle(journal, 16);
    table.poison = new Set(['req_0']);
    table.awayAfter = 3;
    await until('a failure', () => shipper.stats().failures > 0);
    table.away = false;
    expect(await shipper.flush(5_000)).toBe(true);
    expect(table.ids).toEqual(ids.slice(1));
    expect(rejected(journal).map(({ row }) => row.requestId)).toEqual(['req_0']);
  });

  it('is never lost and never blocks, wherever such rows stand', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.nat(39), { maxLength: 40 }), async (positions) => {
        const { journal, table, shipper } = start({ batchRowsMax: 16 });
        const ids = settle(journal, 40);
        table.poison = new Set(positions.map((position) => `req_${position}`));
        expect(await shipper.flush(5_000)).toBe(true);
        expect(table.ids).toEqual(ids.filter((id) => !table.poison.has(id)));
        expect(new Set(rejected(journal).map(({ row }) => row.requestId))).toEqual(table.poison);
        await shipper.stop();
      }),
      { numRuns: 20 },
    );
  });

  it('waits in the journal as long as it cannot be set aside', async () => {
    const { journal, table, shipper } = start({ backoffMsMax: 1 });
    fs.mkdirSync(journal.rejectedPath);
    settle(journal, 1);
    table.poison = new Set(['req_0']);
    await until('failures', () => shipper.stats().failures > 2);
    expect(journal.stats().unshippedRows).toBe(1);
    fs.rmdirSync(journal.rejectedPath);
    expect(await shipper.flush(5_000)).toBe(true);
    expect(rejected(journal)).toHaveLength(1);
  });
});

describe('flush', () => {
  it('says false at its deadline when Postgres is away, and the rows stay for the next process', async () => {
    const { journal, table, shipper } = start();
    table.away = true;
    settle(journal, 3);
    expect(await shipper.flush(30)).toBe(false);
    await shipper.stop();
    expect(journal.stats().unshippedRows).toBe(3);
  });

  it('does not wait for the end of a backoff', async () => {
    const { journal, table, shipper } = start({ backoffMsMax: 60_000 });
    table.away = true;
    settle(journal, 3);
    await until('a long backoff', () => shipper.stats().failures >= 4);
    table.away = false;
    expect(await shipper.flush(5_000)).toBe(true);
  });

  it('says false at its deadline when an insert hangs', async () => {
    const { journal, shipper } = start({ insert: () => new Promise(() => {}) }, false);
    settle(journal, 1);
    expect(await shipper.flush(30)).toBe(false);
  });
});

interface Table {
  readonly ids: string[];
  /** Sizes, of what arrived. */
  readonly batches: number[];
  poison: ReadonlySet<string>;
  away: boolean;
  /** Goes away behind so many statements. */
  awayAfter: number;
  /** So many inserts are done and reported as failed. */
  losesAnswers: number;
  insert(this: void, rows: readonly string[]): Promise<void>;
}

/** A table with a primary key, as Postgres and the network would have it. */
function newTable(): Table {
  const table: Table = {
    ids: [],
    batches: [],
    poison: new Set(),
    away: false,
    awayAfter: Number.POSITIVE_INFINITY,
    losesAnswers: 0,
    async insert(texts) {
      const rows = texts.map((text) => JSON.parse(text) as SettlementRecord);
      if (table.awayAfter-- <= 0) {
        table.away = true;
        table.awayAfter = Number.POSITIVE_INFINITY;
      }
      if (table.away) throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
      const bad = rows.some((row) => table.poison.has(row.requestId));
      if (bad) throw Object.assign(new Error('invalid byte sequence'), { code: '22021' });
      table.batches.push(rows.length);
      table.ids.push(...rows.map((row) => row.requestId).filter((id) => !table.ids.includes(id)));
      if (table.losesAnswers-- > 0) throw new Error('Connection terminated unexpectedly');
    },
  };
  return table;
}

function start(options: Partial<ShipperOptions> = {}, stops = true) {
  const journal: FileJournal = openTestJournal(join(journalParent(), 'one'));
  const table = newTable();
  const shipper: Shipper = startShipper({
    journal,
    insert: table.insert,
    clock: systemClock,
    log: silentLog,
    intervalMs: 5,
    ...options,
  });
  if (stops) onTestFinished(() => shipper.stop());
  return { journal, table, shipper };
}

function settle(journal: FileJournal, count: number): string[] {
  const ids = Array.from({ length: count }, (_, i) => `req_${i}`);
  for (const id of ids) journal.settle(settlement(id));
  return ids;
}

function rejected(journal: FileJournal): { row: SettlementRecord; reason: string }[] {
  if (!fs.existsSync(journal.rejectedPath)) return [];
  return fs
    .readFileSync(journal.rejectedPath, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { row: SettlementRecord; reason: string });
}
