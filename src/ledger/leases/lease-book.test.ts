/** The lease book on real Postgres, with answers that get lost on the way, and leases that are closed meanwhile. */
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { prepaid, settlement } from '../../../test/money/books.ts';
import { type TestDatabase, testDatabase } from '../../../test/postgres.ts';
import { until } from '../../../test/until.ts';
import { systemClock } from '../../lib/clock.ts';
import { silentLog } from '../../lib/log.ts';
import type { Store } from '../../store/store.ts';
import { postUsage } from '../post-usage.ts';
import { verifyLedger } from '../verify.ts';
import { creditWallet } from '../wallet.ts';
import type { HeldBudget, Needs } from './hold.ts';
import { BudgetShort, LeaseBook, type LeaseBookOptions } from './lease-book.ts';
import { type Lender, LenderAway } from './lender.ts';
import { PostgresLender } from './postgres-lender.ts';

let database: TestDatabase;
let store: Store;
let org: string;
let wallet: HeldBudget;
let now = 0;
let wallets = 0;

beforeAll(async () => {
  database = await testDatabase();
  store = await database.open();
});
afterAll(() => database.close());
beforeEach(async () => {
  org = await prepaid(store, `book-${wallets++}`);
  wallet = { id: `wallet:${org}`, unit: 'usd' };
  await topUp(100n);
});

const topUp = (amountNanoUsd: bigint) =>
  creditWallet(
    store,
    { organizationId: org, amountNanoUsd, idempotencyKey: `${org}:${Math.random()}`, from: 'operator' },
    systemClock,
  );
const usd = (amount: number): Needs => ({ usd: amount, tokens: 0, requests: 0 });

type Call = 'lend' | 'giveBack' | 'renew';

/** The next calls of that kind do what they should, and their answers never come. */
class Lossy implements Lender {
  readonly #lender: Lender;
  readonly #lost: Call[] = [];
  constructor(lender: Lender) {
    this.#lender = lender;
  }

  lose(...calls: Call[]): void {
    this.#lost.push(...calls);
  }

  lend: Lender['lend'] = (...args) => this.#pass('lend', this.#lender.lend(...args));
  giveBack: Lender['giveBack'] = (...args) => this.#pass('giveBack', this.#lender.giveBack(...args));
  renew: Lender['renew'] = () => this.#pass('renew', this.#lender.renew());

  async #pass<T>(call: Call, work: Promise<T>): Promise<T> {
    const answer = await work;
    const i = this.#lost.indexOf(call);
    if (i === -1) return answer;
    this.#lost.splice(i, 1);
    throw new LenderAway('the answer was lost');
  }
}

function open(instance: string, options: Partial<LeaseBookOptions> = {}, lending: { boot?: string } = {}) {
  const lender = new Lossy(new PostgresLender(store, { instance: `${instance}-${org}`, boot: lending.boot ?? 'b' }));
  const book = new LeaseBook({ lender, now: () => now, log: silentLog, patienceMs: 0, ...options });
  return { lender, book, hold: async (amount: number) => await book.hold([wallet], usd(amount)) };
}

async function pot() {
  const columns = ['granted_units', 'held_units'] as const;
  return store.db.selectFrom('pots').select(columns).where('id', '=', wallet.id).executeTakeFirstOrThrow();
}

async function openLeases() {
  const found = store.db.selectFrom('leases').selectAll().where('pot_id', '=', wallet.id);
  return found.where('closed_at', 'is', null).execute();
}

const ship = (chargeNanoUsd: bigint, leases: readonly number[]) =>
  postUsage(store.db, [settlement({ organizationId: org, chargeNanoUsd, leases })]);

describe('an answer that is lost on its way from the database', () => {
  it('of the first loan: the next request has all of it, and nobody with money is refused', async () => {
    const { lender, hold } = open('a');
    lender.lose('lend');
    await expect(hold(40)).rejects.toThrow(LenderAway);
    expect(await pot()).toMatchObject({ held_units: 100 });
    const held = await hold(100);
    expect(held.leases).toEqual((await openLeases()).map(({ id }) => id));
    await expect(hold(1)).rejects.toThrow(BudgetShort);
  });

  it('of the first loan: another gateway that needs it is given it', async () => {
    const first = open('a');
    const second = open('b', { patienceMs: 5_000 });
    first.lender.lose('lend');
    await expect(first.hold(40)).rejects.toThrow(LenderAway);
    const waiting = second.hold(100);
    await until('the first gateway is asked', async () => {
      first.book.recall(wallet.id);
      return (await openLeases()).some(({ instance }) => instance === `b-${org}`);
    });
    expect((await waiting).leases).toHaveLength(1);
  });

  it('of a later loan: as much', async () => {
    const { lender, hold } = open('a');
    await hold(100);
    await topUp(50n);
    lender.lose('lend');
    await expect(hold(20)).rejects.toThrow(LenderAway);
    await hold(50);
    await expect(hold(1)).rejects.toThrow(BudgetShort);
  });

  it('of a loan that nobody asks for again: it is given back when it is idle', async () => {
    const { lender, book, hold } = open('a', { idleMs: 60_000 });
    lender.lose('lend');
    await expect(hold(40)).rejects.toThrow(LenderAway);
    now += 60_001;
    await book.renew();
    await book.renew();
    expect(await openLeases()).toEqual([]);
    expect(await pot()).toMatchObject({ held_units: 0 });
  });

  it('of a gift that was taken: it is nobody’s here, and can be lent again', async () => {
    const { lender, book, hold } = open('a');
    (await hold(40)).settle(usd(0));
    lender.lose('giveBack');
    book.recall(wallet.id);
    await hold(100);
    expect(await pot()).toMatchObject({ held_units: 100 });
    await expect(hold(1)).rejects.toThrow(BudgetShort);
  });

  it('of a gift that never arrived: it is here still', async () => {
    const lender = new PostgresLender(store, { instance: `a-${org}`, boot: 'b' });
    let away = false;
    const giveBack: Lender['giveBack'] = (...args) =>
      away ? Promise.reject(new LenderAway('it never arrived')) : lender.giveBack(...args);
    const passing: Lender = {
      lend: (...args) => lender.lend(...args),
      giveBack,
      renew: () => lender.renew(),
    };
    const { book, hold } = open('a', { lender: passing });
    (await hold(40)).settle(usd(0));
    away = true;
    book.recall(wallet.id);
    await hold(100);
    away = false;
  });

  it('of a gift that arrives late, after another loan was answered: it takes nothing', async () => {
    const inner = new PostgresLender(store, { instance: `a-${org}`, boot: 'b' });
    let late: (() => Promise<unknown>) | undefined;
    const delaying: Lender = {
      lend: (...args) => inner.lend(...args),
      giveBack: (...args) => {
        late = () => inner.giveBack(...args);
        return Promise.reject(new LenderAway('it is on its way'));
      },
      renew: () => inner.renew(),
    };
    const { book, hold } = open('a', { lender: delaying });
    (await hold(40)).settle(usd(0));
    book.recall(wallet.id);
    await hold(100);
    expect(late).toBeDefined();
    await late?.();
    expect(await pot()).toMatchObject({ held_units: 100 });
    await expect(open('b').hold(1)).rejects.toThrow(BudgetShort);
  });
});

describe('a database that does not answer', () => {
  it('keeps nobody longer than its answer is waited for', async () => {
    const never = new Promise<never>(() => {});
    const silent: Lender = { lend: () => never, giveBack: () => never, renew: () => never };
    const { hold } = open('a', { lender: silent, answerMs: 50 });
    const startedMs = performance.now();
    await expect(hold(1)).rejects.toThrow(LenderAway);
    await expect(hold(1)).rejects.toThrow(LenderAway);
    expect(performance.now() - startedMs).toBeLessThan(2_000);
  });
});

describe('a lease that is closed while its requests run', () => {
  it('gives them nothing of the next one: what was lent twice is used once', async () => {
    const { book, hold } = open('a');
    const early = await hold(60);
    const [closed] = early.leases;
    // Everybody thinks that this instance is dead.
    await sql`SELECT give_back(${closed}, 0, true)`.execute(store.db);
    await book.renew();
    const other = open('b');
    // b renews, so that both are there and share.
    await other.book.renew();
    await other.hold(50);
    const late = await hold(20);
    expect(late.leases).not.toEqual(early.leases);
    await ship(10n, early.leases);
    early.settle(usd(10));
    const leases = await openLeases();
    const lent = leases.reduce((sum, { amount_units, used_units }) => sum + amount_units - used_units, 0);
    expect(await pot()).toEqual({ granted_units: 90, held_units: lent });
    // Of what is lent to it, 20 is held: it has the rest, and what is still in the pot, and no more.
    const mine = leases.find(({ id }) => late.leases.includes(id));
    const left = Number(mine?.amount_units) - 20 + Math.max(0, 90 - lent);
    await expect(hold(left + 1)).rejects.toThrow(BudgetShort);
    await hold(left);
    expect((await verifyLedger(store)).drift).toBe(0);
  });

  it('takes late settlements once', async () => {
    const { hold } = open('a');
    const held = await hold(60);
    await sql`SELECT give_back(${held.leases[0]}, 0, true)`.execute(store.db);
    const late = settlement({ organizationId: org, chargeNanoUsd: 30n, leases: held.leases });
    await postUsage(store.db, [late]);
    await postUsage(store.db, [late]);
    expect(await pot()).toEqual({ granted_units: 70, held_units: 0 });
    expect((await verifyLedger(store)).drift).toBe(0);
  });

  it('a hold that grew into the next lease is settled on that one', async () => {
    const { book, hold } = open('a');
    const held = await hold(60);
    await sql`SELECT give_back(${held.leases[0]}, 0, true)`.execute(store.db);
    await book.renew();
    await book.grow(held, usd(10));
    const [lease] = await openLeases();
    expect(held.leases).toEqual([lease?.id]);
    await ship(50n, held.leases);
    held.settle(usd(50));
    // 100 were lent again; 50 are used.
    await hold(50);
    await expect(hold(1)).rejects.toThrow(BudgetShort);
    expect((await verifyLedger(store)).drift).toBe(0);
  });
});

describe('a lease that was overdrawn', () => {
  it('does not stand in the way of what was paid in after it', async () => {
    const { hold } = open('a');
    const held = await hold(40);
    await ship(130n, held.leases);
    held.settle(usd(130));
    await expect(hold(1)).rejects.toThrow(BudgetShort);
    await topUp(50n);
    await hold(50);
    await expect(hold(1)).rejects.toThrow(BudgetShort);
    expect(await pot()).toEqual({ granted_units: 50, held_units: 50 });
  });
});

describe('an idle lease', () => {
  it('is kept until what was used of it is in the database', async () => {
    let shipped = false;
    const { book, hold } = open('a', { idleMs: 1_000, settled: async () => shipped });
    const held = await hold(60);
    held.settle(usd(60));
    now += 1_001;
    await book.renew();
    // Not 100: the 60 are used, and not known there yet.
    await expect(open('b').hold(41)).rejects.toThrow(BudgetShort);
    await ship(60n, held.leases);
    shipped = true;
    await book.renew();
    expect(await openLeases()).toEqual([]);
    expect(await pot()).toEqual({ granted_units: 40, held_units: 0 });
  });

  it('that no request of this process knows is closed', async () => {
    const { book } = open('a');
    const stray = new PostgresLender(store, { instance: `a-${org}`, boot: 'b' });
    await stray.lend(wallet.id, undefined, 10);
    expect(await openLeases()).toHaveLength(1);
    await book.renew();
    await book.renew();
    expect(await openLeases()).toEqual([]);
  });
});
