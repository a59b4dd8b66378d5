/**
 * Concurrent histories: twenty workers at one organization's money at the same time, on real connections. Whatever the
 * order was, it was one: the transfers, in the order of the chain, do in the model what they did in the database; what
 * was refused left no trace; nobody spent what was not there, and nobody was refused what was free. `npm test` runs some,
 * `npm run test:money` a thousand (MONEY_HISTORIES).
 */
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createBudget } from '../../src/control/budgets/budgets.ts';
import { postUsage } from '../../src/ledger/post-usage.ts';
import { LedgerRefusal } from '../../src/ledger/refusal.ts';
import { pageTransfers, type Transfer } from '../../src/ledger/transfers.ts';
import { verifyLedger } from '../../src/ledger/verify.ts';
import { creditWallet, grantCredit, takeBackIn } from '../../src/ledger/wallet.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { newId } from '../../src/lib/id.ts';
import type { Store } from '../../src/store/store.ts';
import { type TestDatabase, testDatabase } from '../postgres.ts';
import { prepaid, settlement } from './books.ts';
import { Books } from './model/books.ts';

const histories = Number(process.env.MONEY_HISTORIES ?? 40);
const seed = Number(process.env.MONEY_SEED ?? Date.now() % 1_000_000_007);
const workers = 20;
const historiesInBatch = 20;

type Deed =
  | { readonly type: 'spend'; readonly units: number; readonly percent: number; readonly twice: boolean }
  | { readonly type: 'top-up'; readonly amount: number; readonly twice: boolean }
  | { readonly type: 'grant'; readonly amount: number }
  | { readonly type: 'refund'; readonly amount: number }
  | { readonly type: 'dispute'; readonly amount: number }
  | { readonly type: 'die'; readonly units: number; readonly percent: number };

const amount = fc.integer({ min: 1, max: 300 });
const percent = fc.integer({ min: 0, max: 100 });
const deed = (weight: number, type: Deed['type'], rest: object) => ({
  weight,
  arbitrary: fc.record({ type: fc.constant(type), ...rest }) as unknown as fc.Arbitrary<Deed>,
});

const script = (withDeath: boolean) =>
  fc.array(
    fc.oneof(
      deed(12, 'spend', { units: amount, percent, twice: fc.boolean() }),
      deed(4, 'top-up', { amount, twice: fc.boolean() }),
      deed(1, 'grant', { amount }),
      deed(2, 'refund', { amount }),
      deed(1, 'dispute', { amount }),
      ...(withDeath ? [deed(2, 'die', { units: amount, percent })] : []),
    ),
    { minLength: 1, maxLength: 4, size: 'max' },
  );

const history = fc.record({
  // The wallet fits a few of them, so that every one is at the edge.
  funds: fc.integer({ min: 0, max: 2_000 }),
  limit: fc.integer({ min: 1, max: 2_000 }),
  scripts: fc.boolean().chain((withDeath) => fc.array(script(withDeath), { minLength: workers, maxLength: workers })),
});
type History = typeof history extends fc.Arbitrary<infer T> ? T : never;

let database: TestDatabase;
let store: Store;
const tally = new Map<string, number>();

beforeAll(async () => {
  database = await testDatabase();
  store = await database.open({ poolSize: workers, statementTimeoutMs: 60_000 });
  // Ten that are alive: nobody lends everything.
  await sql`INSERT INTO instances (name, boot, seen_at)
    SELECT 'other-' || n, 'b', now() + interval '1 day' FROM generate_series(1, 9) AS n`.execute(store.db);
});
afterAll(() => database.close());

const batches = Math.ceil(histories / historiesInBatch);

it.each(Array.from({ length: batches }, (_, i) => i))(
  'histories of twenty workers have some serial order, and the books agree: batch %i',
  async (i) => {
    const drawn = fc.sample(history, { seed: seed + i, numRuns: historiesInBatch });
    for (const [n, each] of drawn.entries()) {
      await live(each).catch((error: unknown) => {
        throw new Error(`MONEY_SEED=${seed}, batch ${i}, history ${n}: ${String(error)}`, { cause: error });
      });
    }
    const { findings } = await verifyLedger(store, { idle: true });
    expect(findings.filter(({ level }) => level === 'drift')).toEqual([]);
    if (i === batches - 1) report();
  },
  1_200_000,
);

function report(): void {
  const counts = [...tally].toSorted().map(([what, times]) => `${what} ${times}`);
  process.stdout.write(
    `money: ${batches * historiesInBatch} histories of ${workers} workers, seed ${seed}: ${counts.join(', ')}\n`,
  );
  const expected = ['spent', 'refused by wallet', 'refused by budget', 'top-up', 'grant', 'died'];
  const taken = ['refund taken', 'refund refused', 'dispute taken'];
  expect([...expected, ...taken].filter((what) => !tally.has(what))).toEqual([]);
}

const count = (what: string) => tally.set(what, (tally.get(what) ?? 0) + 1);

interface Life {
  readonly organizationId: string;
  readonly budget: string;
  /** Keys of transfers that must be there, and of those that must not. */
  readonly done: Set<string>;
  readonly refused: Set<string>;
  spent: bigint;
  mayOverrun: boolean;
}

async function live({ funds, limit, scripts }: History): Promise<void> {
  const organizationId = await prepaid(store, newId('name', systemClock.nowMs()));
  const asked = { organizationId, owner: 'organization', unit: 'usd', window: 'total' } as const;
  const { id: budget } = await createBudget(store.db, { ...asked, limitUnits: BigInt(limit) }, systemClock);
  const life: Life = { organizationId, budget, done: new Set(), refused: new Set(), spent: 0n, mayOverrun: false };
  if (funds > 0) await topUp(life, funds, false);
  await Promise.all(scripts.map((deeds, worker) => work(life, deeds, `w${worker}-${organizationId}`)));
  await checkEnd(life, BigInt(limit));
}

async function work(life: Life, deeds: readonly Deed[], name: string): Promise<void> {
  for (const [n, each] of deeds.entries()) await act(life, each, `${name}-${n}`);
}

function act(life: Life, each: Deed, name: string): Promise<void> {
  switch (each.type) {
    case 'spend':
      return spend(life, name, each);
    case 'die':
      life.mayOverrun = true;
      return spend(life, name, { ...each, twice: false, dies: true });
    case 'top-up':
      return topUp(life, each.amount, each.twice);
    case 'grant':
      return grant(life, each.amount);
    case 'refund':
    case 'dispute':
      return takeBack(life, each.amount, each.type);
  }
}

interface Spending {
  readonly units: number;
  readonly percent: number;
  readonly twice: boolean;
  /** Its leases are closed before what it used comes in. */
  readonly dies?: boolean;
}

/** Holds on the wallet and on the budget at once, uses some of it, and gives back the rest. */
async function spend(life: Life, name: string, { units, percent: part, twice, dies }: Spending): Promise<void> {
  const wallet = await lend(`wallet:${life.organizationId}`, name, units);
  if (wallet === undefined) return void count('refused by wallet');
  const budget = await lend(life.budget, name, units);
  if (budget === undefined) {
    await close([wallet]);
    return void count('refused by budget');
  }
  const chargeNanoUsd = (BigInt(units) * BigInt(part)) / 100n;
  const requestId = newId('req', systemClock.nowMs());
  const leases = [wallet, budget];
  const text = settlement({ organizationId: life.organizationId, chargeNanoUsd, requestId, leases });
  if (chargeNanoUsd > 0n) life.done.add(`usage:${requestId}`);
  life.spent += chargeNanoUsd;
  if (dies) {
    await sql`SELECT close_leases(ARRAY[${name}], 'another boot', '1 hour')`.execute(store.db);
    await postUsage(store.db, [text]);
    return void count('died');
  }
  await Promise.all(Array.from({ length: twice ? 2 : 1 }, () => postUsage(store.db, [text])));
  await close(leases);
  count('spent');
}

/** The lease; undefined when there is less than that free, and only then. */
async function lend(from: string, who: string, need: number): Promise<number | undefined> {
  const { rows } = await sql<{ lease: number | null; lent: number; available: number }>`
    SELECT lease, lent, available FROM lend(${from}, NULL, ${who}, 'b', ${need}, '1 hour')`.execute(store.db);
  const { lease = null, lent = 0, available = 0 } = rows[0] ?? {};
  expect({ lent: lent > 0, need, available }).toEqual({ lent: available >= need, need, available });
  expect(lent).toBeLessThanOrEqual(Math.max(available, 0));
  return lent > 0 && lease !== null ? lease : undefined;
}

async function close(leases: readonly number[]): Promise<void> {
  for (const lease of leases) await sql`SELECT give_back(${lease}, 0, true)`.execute(store.db);
}

const move = ({ organizationId }: Life, units: number) => ({
  organizationId,
  amountNanoUsd: BigInt(units),
  idempotencyKey: newId('move', systemClock.nowMs()),
});

async function topUp(life: Life, units: number, twice: boolean): Promise<void> {
  const credit = { ...move(life, units), from: 'stripe' } as const;
  const told = await Promise.all(Array.from({ length: twice ? 2 : 1 }, () => creditWallet(store, credit, systemClock)));
  expect(told.filter(({ replayed }) => !replayed)).toHaveLength(1);
  life.done.add(credit.idempotencyKey);
  count('top-up');
}

async function grant(life: Life, units: number): Promise<void> {
  const given = { ...move(life, units), kind: 'promotional' } as const;
  await grantCredit(store, given, systemClock);
  life.done.add(given.idempotencyKey);
  count('grant');
}

async function takeBack(life: Life, units: number, type: 'refund' | 'dispute'): Promise<void> {
  const missing = type === 'refund' ? 'refuse' : 'owe';
  const request = { ...move(life, units), to: 'stripe', missing } as const;
  try {
    await store.db.transaction().execute((db) => takeBackIn(db, request, systemClock));
    life.done.add(request.idempotencyKey);
    count(`${type} taken`);
  } catch (error) {
    if (!(error instanceof LedgerRefusal) || error.reason !== 'insufficient') throw error;
    life.refused.add(request.idempotencyKey);
    count(`${type} refused`);
  }
}

async function checkEnd(life: Life, limit: bigint): Promise<void> {
  const { organizationId, done, refused } = life;
  const transfers: Transfer[] = [];
  for await (const page of pageTransfers(store.db, { organizationId })) transfers.push(...page);
  const keys = transfers.map(({ idempotencyKey }) => idempotencyKey);
  expect(keys.toSorted()).toEqual([...done].toSorted());
  expect(keys.filter((key) => refused.has(key))).toEqual([]);
  const books = new Books(organizationId);
  for (const transfer of transfers) replay(books, transfer, life);
  await checkAccounts(books, life);
  expect(books.revenue).toBe(life.spent);
  if (!life.mayOverrun) {
    expect(books.overrun).toBe(0n);
    expect(life.spent).toBeLessThanOrEqual(limit);
  }
  await checkPots(books, life, limit);
}

/** One after the other, in the order in which the ledger has them: the entries must be what the model does then. */
function replay(books: Books, { kind, entries }: Transfer, { organizationId }: Life): void {
  const moved = (account: string) =>
    entries.find((entry) => entry.account === `${account}:${organizationId}`)?.amountNanoUsd ?? 0n;
  const house = (account: string) => entries.find((entry) => entry.account === account)?.amountNanoUsd ?? 0n;
  const before = { paid: books.paid, credit: books.credit, debt: books.debt, overrun: books.overrun };
  if (kind === 'top-up') books.topUp(-house('stripe:clearing'));
  else if (kind === 'grant') books.grant(moved('credit'), undefined);
  else if (kind === 'usage') books.settle(house('house:revenue'), []);
  else {
    // How much was held just then is not in the ledger: what was taken is believed, if it was there.
    expect(-moved('wallet')).toBeLessThanOrEqual(books.paid);
    books.takeBack(-moved('wallet'), 'refuse');
    books.debt -= moved('receivable');
    if (moved('receivable') < 0n) books.blocked = true;
  }
  expect({
    wallet: moved('wallet'),
    credit: moved('credit'),
    receivable: moved('receivable'),
    overrun: house('house:overrun'),
  }).toEqual({
    wallet: books.paid - before.paid,
    credit: books.credit - before.credit,
    receivable: before.debt - books.debt,
    overrun: before.overrun - books.overrun,
  });
}

async function checkAccounts(books: Books, { organizationId }: Life): Promise<void> {
  const rows = await store.db
    .selectFrom('accounts')
    .select(['kind', 'posted_nano_usd'])
    .where('organization_id', '=', organizationId)
    .execute();
  const found = Object.fromEntries(rows.map((row) => [row.kind, row.posted_nano_usd]));
  const { wallet = 0n, credit = 0n, receivable = 0n } = found;
  expect({ wallet, credit, receivable }).toEqual({ wallet: books.paid, credit: books.credit, receivable: -books.debt });
}

/** Nothing runs any more: nothing is held, and whoever asks for all there is gets it. */
async function checkPots(books: Books, { organizationId, budget, spent }: Life, limit: bigint): Promise<void> {
  const pots = await store.db.selectFrom('pots').selectAll().where('organization_id', '=', organizationId).execute();
  expect(pots.filter(({ held_units }) => held_units !== 0)).toEqual([]);
  const counted = pots.filter(({ budget_id }) => budget_id !== null).map(({ spent_units }) => BigInt(spent_units));
  expect(counted.reduce((sum, units) => sum + units, 0n)).toBe(spent);
  const ends: readonly (readonly [string, bigint])[] = [
    [`wallet:${organizationId}`, books.blocked ? 0n : books.paid + books.credit],
    [budget, limit - spent],
  ];
  for (const [from, rest] of ends) {
    if (rest <= 0n) continue;
    const lease = await lend(from, 'last', Number(rest));
    expect(lease).toBeDefined();
    await close([lease ?? 0]);
  }
}
