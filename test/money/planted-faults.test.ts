/** The model is worth something: each fault that is planted into the database's functions is found by it. */
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { silentLog } from '../../src/lib/log.ts';
import type { Store } from '../../src/store/store.ts';
import { type TestDatabase, testDatabase } from '../postgres.ts';
import { sequence } from './model/commands.ts';
import { runSequences } from './model/run.ts';

let database: TestDatabase;
let store: Store;

beforeEach(async () => {
  database = await testDatabase();
  store = await database.open({ statementTimeoutMs: 60_000, log: silentLog });
});
afterEach(() => database.close());

async function plant(name: string, right: string, wrong: string): Promise<void> {
  const { rows } = await sql<{ source: string }>`
    SELECT pg_get_functiondef(p.oid) AS source FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE p.proname = ${name} AND n.nspname = ${store.schema}`.execute(store.db);
  const source = rows[0]?.source ?? '';
  expect(source.split(right)).toHaveLength(2);
  await sql.raw(source.replace(right, wrong)).execute(store.db);
}

const drawn = fc.sample(sequence, { seed: 1, numRuns: 40 });
const run = () => runSequences(drawn, { store, others: 0, tally: new Map() });

// Forty whole sequences, on however busy a machine.
const limitMs = 180_000;

it(
  'without a fault, the same sequences agree',
  async () => {
    expect(await run()).toBeGreaterThan(1_000);
  },
  limitMs,
);

it.each([
  ['more is lent than there is, by one', 'lend', 'free >= need', 'free + 1 >= need'],
  ['what is given back stays lent', 'give_back', 'amount_units = amount_units - units', 'amount_units = amount_units'],
  ['what is given back twice counts twice', 'return_units', 'l.version = its_version', 'true'],
  ['a closed lease releases once more', 'release_leases', 'leases.closed_at IS NOT NULL', 'false'],
  ['credit that expires last is spent first', 'use_grants', 'g.expires_at NULLS LAST', 'g.expires_at DESC NULLS LAST'],
  [
    'the house pays before the wallet',
    'charge_usage',
    'least(rest_before + rest, wallet)',
    'least(rest_before, wallet)',
  ],
  ['usage counts in another window', 'count_budgets', 'coalesce(held.pot_id, current_pot(b.id))', 'current_pot(b.id)'],
  ['a debt blocks nothing', 'wallet_funds', 'o.blocked_reason IS NOT NULL', 'false'],
  ['leases of a dead instance stay open', 'close_leases', 'l.boot <> living_boot', 'false'],
] as const)(
  '%s',
  async (_, name, right, wrong) => {
    await plant(name, right, wrong);
    await expect(run()).rejects.toThrow();
  },
  limitMs,
);
