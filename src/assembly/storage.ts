/** Where what happened goes: the journal on this machine's disk, and from there the database. */
import path from 'node:path';
import { keepRolling } from '../control/usage/rolling.ts';
import { openJournal } from '../journal/file-journal.ts';
import { startShipper } from '../journal/shipper.ts';
import { storableRows } from '../journal/usage-rows.ts';
import { postUsage } from '../ledger/post-usage.ts';
import type { Base, Parts } from './parts.ts';

/** Settles what a crash left open. */
export function openStorage(base: Base, parts: Partial<Parts>): Pick<Parts, 'journal' | 'shipper'> {
  const { config, store, clock, log, name, dataDir } = base;
  const journal = openJournal({
    directory: path.join(dataDir, 'journal', name),
    instance: name,
    clock,
    log,
    fsync: config.journal.fsync,
    fsyncIntervalMs: config.journal.fsyncIntervalMs,
  });
  parts.journal = journal;
  const rolling = keepRolling({ store, log });
  parts.rolling = rolling;
  const post = (rows: readonly string[]) => postUsage(store.db, rows).then(() => rolling.wake());
  const shipper = startShipper({ journal, insert: storableRows(post), clock, log });
  parts.shipper = shipper;
  return { journal, shipper };
}
