/** F29 with the programs that people use: a dump that pg_dump made under traffic, restored by pg_restore. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { verifyLedger } from '../../../src/ledger/verify.ts';
import type { Store } from '../../../src/store/store.ts';
import { sequence } from '../../money/model/commands.ts';
import { runSequences } from '../../money/model/run.ts';
import { runSql, type TestDatabase, testDatabase } from '../../postgres.ts';
import { findPrograms } from '../postgres-server.ts';

const run = promisify(execFile);
let database: TestDatabase;
let store: Store;
const home = mkdtempSync(path.join(tmpdir(), 'tollgate-dump-'));

beforeAll(async () => {
  database = await testDatabase();
  store = await database.open({ statementTimeoutMs: 60_000 });
});
afterAll(async () => {
  await runSql(database.url, `DROP SCHEMA IF EXISTS "${store.schema}_live" CASCADE`);
  await database.close();
  rmSync(home, { recursive: true });
});

const drift = async () => (await verifyLedger(store)).findings.filter(({ level }) => level === 'drift');

it('has no drift, and life goes on from it', async () => {
  const live = (numRuns: number) =>
    runSequences(fc.sample(sequence, { seed: numRuns, numRuns }), { store, others: 0, tally: new Map() });
  const file = path.join(home, 'dump');
  const bin = findPrograms() ?? '';
  await live(10);
  const traffic = live(30);
  await run(path.join(bin, 'pg_dump'), ['-Fc', '-n', store.schema, '-f', file, database.url]);
  await traffic;
  const { head } = await verifyLedger(store);
  await runSql(database.url, `ALTER SCHEMA "${store.schema}" RENAME TO "${store.schema}_live"`);
  await run(path.join(bin, 'pg_restore'), ['-d', database.url, file]);
  const restored = await verifyLedger(store);
  expect(restored.findings.filter(({ level }) => level === 'drift')).toEqual([]);
  expect(restored.head.seq).toBeGreaterThan(0);
  expect(restored.head.seq).toBeLessThan(head.seq);
  await live(10);
  expect(await drift()).toEqual([]);
});
