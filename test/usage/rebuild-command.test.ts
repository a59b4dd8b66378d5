/** `tollgate usage rebuild`: which days it makes anew, and what is left when it is interrupted. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Context } from '../../src/commands/context.ts';
import { addUsage } from '../../src/commands/usage.ts';
import { postUsage } from '../../src/ledger/post-usage.ts';
import { daysToRebuild } from '../../src/store/roll-ups/rebuild.ts';
import { rollUsage } from '../../src/store/roll-ups/roll.ts';
import type { Store } from '../../src/store/store.ts';
import { type TestDatabase, testDatabase } from '../postgres.ts';
import { settlementOf } from './settlements.ts';

const home = mkdtempSync(path.join(tmpdir(), 'tollgate-rebuild-'));
let database: TestDatabase;
let store: Store;
beforeEach(async () => {
  database = await testDatabase();
  store = await database.open();
  const days = [20, 21, 22].map((day) => settlementOf({ startedAtMs: Date.UTC(2026, 9, day, 12), charge: 5n }));
  await postUsage(store.db, days);
  while (await rollUsage(store.db));
  await sql`UPDATE usage_days SET requests = 100, charge_nano_usd = 7`.execute(store.db);
});
afterEach(async () => {
  await database.close();
  rmSync(home, { recursive: true, force: true });
});

async function run(line: string, err: (text: string) => void = () => {}): Promise<string> {
  let stdout = '';
  const context: Context = {
    env: {
      TOLLGATE_DATA_DIR: home,
      TOLLGATE_DATABASE_URL: database.url,
      TOLLGATE_DATABASE_SCHEMA: database.schema,
    },
    cwd: tmpdir(),
    version: '0',
    out: (text) => {
      stdout += text;
    },
    err,
    drained: async () => {},
    isTerminal: false,
  };
  const program = new Command('tollgate').exitOverride();
  addUsage(program, context);
  await program.parseAsync(['node', 'tollgate', ...line.split(' ')]);
  return stdout;
}

const requestsByDay = async () => {
  const { rows } = await sql<{ requests: number }>`
    SELECT requests FROM usage_days WHERE cube = 'house' ORDER BY bucket`.execute(store.db);
  return rows.map(({ requests }) => requests);
};

it('makes the days anew that are asked for, whole days each, and says how far it is', async () => {
  const said: string[] = [];
  const out = await run('usage rebuild --since 2026-10-21T18:00:00Z --until 2026-10-22', (text) => said.push(text));
  expect(await requestsByDay()).toEqual([100, 1, 100]);
  expect(said).toEqual(['2026-10-21 is made anew, 1 of 1\n']);
  expect(out).toBe('The sums of 1 days are made anew.\n');
  expect(JSON.parse(await run('usage rebuild --json'))).toEqual({ days: 3 });
  expect(await requestsByDay()).toEqual([1, 1, 1]);
});

it('goes on with what is left after an interruption', async () => {
  const dies = () => {
    throw new Error('hung up');
  };
  await expect(run('usage rebuild', dies)).rejects.toThrow('hung up');
  expect(await requestsByDay()).toEqual([100, 100, 1]);
  expect(await daysToRebuild(store.db, 10)).toEqual([21, 20].map((day) => Date.UTC(2026, 9, day)));
  expect(await run('usage rebuild --rest')).toBe('The sums of 2 days are made anew.\n');
  expect(await requestsByDay()).toEqual([1, 1, 1]);
  expect(await run('usage rebuild --rest')).toBe('The sums of 0 days are made anew.\n');
});

it('takes sums away whose requests are not there', async () => {
  await sql`DELETE FROM usage WHERE started_at < '2026-10-21'`.execute(store.db);
  await run('usage rebuild');
  expect(await requestsByDay()).toEqual([1, 1]);
});

it('refuses what it would not heed', async () => {
  await expect(run('usage rebuild --rest --since 30d')).rejects.toThrow('--rest takes what is on the list');
  await expect(run('usage rebuild --model acme/small')).rejects.toThrow('--model is not an option');
});
