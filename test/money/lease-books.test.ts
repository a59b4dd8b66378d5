/**
 * Two gateways' lease books on one organization's wallet and budget, in random sequences, with answers of the database
 * that get lost and gateways that die. Against one number in memory: what was paid in, less what was used and what is
 * held. Whoever holds something finds it there; whoever is refused, although the others were asked to give back, does not.
 */
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createBudget } from '../../src/control/budgets/budgets.ts';
import type { Hold, Needs } from '../../src/ledger/leases/hold.ts';
import { BudgetShort, LeaseBook } from '../../src/ledger/leases/lease-book.ts';
import { type Lender, LenderAway } from '../../src/ledger/leases/lender.ts';
import { PostgresLender } from '../../src/ledger/leases/postgres-lender.ts';
import { postUsage } from '../../src/ledger/post-usage.ts';
import { verifyLedger } from '../../src/ledger/verify.ts';
import { creditWallet, walletOf } from '../../src/ledger/wallet.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { newId } from '../../src/lib/id.ts';
import { silentLog } from '../../src/lib/log.ts';
import type { Store } from '../../src/store/store.ts';
import { type TestDatabase, testDatabase } from '../postgres.ts';
import { until } from '../until.ts';
import { prepaid, settlement } from './books.ts';

const sequences = Number(process.env.MONEY_LEASE_SEQUENCES ?? 40);
const seed = Number(process.env.MONEY_SEED ?? Date.now() % 1_000_000_007);

type Deed =
  | { readonly type: 'hold'; readonly book: number; readonly units: number }
  | { readonly type: 'rush'; readonly units: readonly number[] }
  | { readonly type: 'grow'; readonly pick: number; readonly units: number }
  | { readonly type: 'settle'; readonly pick: number; readonly percent: number }
  | { readonly type: 'ship' }
  | { readonly type: 'top-up'; readonly units: number }
  | { readonly type: 'renew'; readonly book: number; readonly laterMs: number }
  | { readonly type: 'lose'; readonly book: number; readonly call: 'lend' | 'giveBack' | 'renew' }
  | { readonly type: 'crash'; readonly book: number; readonly percent: number };

const units = fc.integer({ min: 1, max: 60 });
const book = fc.integer({ min: 0, max: 1 });
const pick = fc.nat({ max: 1_000 });
const percent = fc.integer({ min: 0, max: 100 });
const of = (weight: number, type: Deed['type'], rest: object = {}) => ({
  weight,
  arbitrary: fc.record({ type: fc.constant(type), ...rest }) as unknown as fc.Arbitrary<Deed>,
});
const deeds = fc.array(
  fc.oneof(
    of(10, 'hold', { book, units }),
    of(2, 'rush', { units: fc.array(units, { minLength: 2, maxLength: 6 }) }),
    of(3, 'grow', { pick, units }),
    of(8, 'settle', { pick, percent }),
    of(4, 'ship'),
    of(3, 'top-up', { units: fc.integer({ min: 1, max: 200 }) }),
    of(2, 'renew', { book, laterMs: fc.constantFrom(0, 5_000, 61_000) }),
    of(2, 'lose', { book, call: fc.constantFrom('lend', 'giveBack', 'renew') }),
    of(1, 'crash', { book, percent }),
  ),
  { minLength: 5, maxLength: 60, size: 'max' },
);

let database: TestDatabase;
let store: Store;
const tally = new Map<string, number>();
const count = (what: string) => tally.set(what, (tally.get(what) ?? 0) + 1);

beforeAll(async () => {
  database = await testDatabase();
  store = await database.open({ poolSize: 8 });
});
afterAll(() => database.close());

it('hold what is there, all of it, and nothing else', { timeout: 600_000 }, async () => {
  const property = fc.asyncProperty(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 50, max: 600 }), deeds, live);
  await fc.assert(property, { numRuns: sequences, seed, endOnFailure: true });
  const { findings } = await verifyLedger(store, { idle: true });
  expect(findings.filter(({ level }) => level === 'drift')).toEqual([]);
  process.stdout.write(
    `money: ${sequences} sequences of two lease books, seed ${seed}: ${[...tally].toSorted().map(([what, n]) => `${what} ${n}`)}\n`,
  );
  const expected = ['held', 'held after others gave back', 'refused', 'lost', 'crash', 'settle', 'grown'];
  expect(expected.filter((what) => !tally.has(what))).toEqual([]);
});

async function live(funds: number, limit: number, all: readonly Deed[]): Promise<void> {
  const house = await Gateways.open(funds, limit);
  for (const deed of all) await house.act(deed);
  await house.end();
}

interface Running {
  readonly book: number;
  readonly hold: Hold;
  units: number;
}

const usd = (amount: number): Needs => ({ usd: amount, tokens: 0, requests: 0 });

class Gateways {
  readonly #org: string;
  readonly #budget: string;
  #funds = 0;
  readonly #limit: number;
  #used = 0;
  #now = 0;
  #running: Running[] = [];
  #unshipped: string[] = [];
  readonly #lost: [string[], string[]] = [[], []];
  readonly #boots: [number, number] = [1, 1];
  readonly #books: LeaseBook[];

  static async open(funds: number, limit: number): Promise<Gateways> {
    const org = await prepaid(store, newId('name', systemClock.nowMs()));
    const request = { organizationId: org, owner: 'organization', unit: 'usd', window: 'total' } as const;
    const { id } = await createBudget(store.db, { ...request, limitUnits: BigInt(limit) }, systemClock);
    const made = new Gateways(org, id, limit);
    if (funds > 0) await made.#topUp(funds);
    return made;
  }

  private constructor(org: string, budget: string, limit: number) {
    this.#org = org;
    this.#budget = budget;
    this.#limit = limit;
    this.#books = [this.#openBook(0), this.#openBook(1)];
  }

  /** What nobody has used or holds. */
  get #free(): number {
    const held = this.#running.reduce((sum, each) => sum + each.units, 0);
    return Math.min(this.#funds, this.#limit) - this.#used - held;
  }

  get #pots(): readonly string[] {
    return [`wallet:${this.#org}`, `${this.#budget}@total`];
  }

  #name(book: number): string {
    return `${book === 0 ? 'a' : 'b'}-${this.#org}`;
  }

  #openBook(book: number): LeaseBook {
    const boot = String(this.#boots[book === 0 ? 0 : 1]);
    const lender = new PostgresLender(store, { instance: this.#name(book), boot });
    const lost = this.#lost[book === 0 ? 0 : 1];
    /** What was asked for is done; the answer may get lost. */
    const pass = async <T>(call: string, work: Promise<T>): Promise<T> => {
      const answer = await work;
      const i = lost.indexOf(call);
      if (i === -1) return answer;
      lost.splice(i, 1);
      count('lost');
      throw new LenderAway('the answer was lost');
    };
    const passing: Lender = {
      lend: (...args) => pass('lend', lender.lend(...args)),
      giveBack: (...args) => pass('giveBack', lender.giveBack(...args)),
      renew: () => pass('renew', lender.renew()),
    };
    const settled = async () => this.#unshipped.length === 0;
    return new LeaseBook({ lender: passing, now: () => this.#now, log: silentLog, patienceMs: 0, settled });
  }

  #bookOf(book: number): LeaseBook {
    const found = this.#books[book];
    if (found === undefined) throw new Error('no such book');
    return found;
  }

  async act(deed: Deed): Promise<void> {
    switch (deed.type) {
      case 'hold':
        return this.#hold(deed.book, deed.units);
      case 'rush':
        return this.#rush(deed.units);
      case 'grow':
        return this.#grow(deed.pick, deed.units);
      case 'settle':
        return this.#settle(this.#running[deed.pick % Math.max(this.#running.length, 1)], deed.percent);
      case 'ship':
        return this.#ship();
      case 'top-up':
        return this.#topUp(deed.units);
      case 'renew':
        this.#now += deed.laterMs;
        return this.#bookOf(deed.book).renew();
      case 'lose':
        return void this.#lost[deed.book === 0 ? 0 : 1].push(deed.call);
      case 'crash':
        return this.#crash(deed.book, deed.percent);
    }
  }

  /** Undefined: refused, or the database's answer was lost. */
  async #try(book: number, units: number): Promise<Hold | BudgetShort | undefined> {
    const chain = [
      { id: `wallet:${this.#org}`, unit: 'usd' as const },
      { id: this.#budget, unit: 'usd' as const },
    ];
    try {
      return await this.#bookOf(book).hold(chain, usd(units));
    } catch (error) {
      if (error instanceof BudgetShort) return error;
      if (error instanceof LenderAway) return undefined;
      throw error;
    }
  }

  async #hold(book: number, units: number): Promise<void> {
    const there = this.#free >= units;
    const first = await this.#try(book, units);
    if (first !== undefined && !(first instanceof BudgetShort)) {
      expect(there).toBe(true);
      count('held');
      return void this.#running.push({ book, hold: first, units });
    }
    if (!there) return void count('refused');
    // Somebody has it on lease and does not use it: asked to, they give it back. What they do not know of, because the
    // answer of a loan was lost, they find when they renew, which they do every few seconds.
    const hold = await until(`${units} of ${this.#free} that are free`, async () => {
      for (const pot of this.#pots) for (const each of this.#books) each.recall(pot);
      for (const each of this.#books) await each.renew();
      const again = await this.#try(book, units);
      return again instanceof BudgetShort ? undefined : again;
    });
    count('held after others gave back');
    this.#running.push({ book, hold, units });
  }

  /** At the same moment, at both. */
  async #rush(all: readonly number[]): Promise<void> {
    const free = this.#free;
    const tried = await Promise.all(all.map((units, i) => this.#try(i % 2, units)));
    for (const [i, hold] of tried.entries()) {
      if (hold === undefined || hold instanceof BudgetShort) continue;
      this.#running.push({ book: i % 2, hold, units: all[i] ?? 0 });
      count('held in a rush');
    }
    expect(this.#free).toBeGreaterThanOrEqual(Math.min(free, 0));
  }

  async #grow(at: number, units: number): Promise<void> {
    const running = this.#running[at % Math.max(this.#running.length, 1)];
    if (running === undefined) return;
    const there = this.#free >= units;
    try {
      await this.#bookOf(running.book).grow(running.hold, usd(units));
    } catch (error) {
      if (error instanceof BudgetShort || error instanceof LenderAway) return;
      throw error;
    }
    expect(there).toBe(true);
    running.units += units;
    count('grown');
  }

  async #settle(running: Running | undefined, part: number): Promise<void> {
    if (running === undefined) return;
    const { hold, units } = running;
    const charge = Math.floor((units * part) / 100);
    const { leases } = hold;
    hold.settle(usd(charge));
    this.#running = this.#running.filter((each) => each !== running);
    this.#used += charge;
    this.#unshipped.push(settlement({ organizationId: this.#org, chargeNanoUsd: BigInt(charge), leases }));
    count('settle');
  }

  async #ship(): Promise<void> {
    const shipped = this.#unshipped;
    this.#unshipped = [];
    await postUsage(store.db, shipped);
  }

  async #topUp(units: number): Promise<void> {
    this.#funds += units;
    const idempotencyKey = newId('key', systemClock.nowMs());
    const credit = {
      organizationId: this.#org,
      amountNanoUsd: BigInt(units),
      idempotencyKey,
      from: 'operator',
    } as const;
    await creditWallet(store, credit, systemClock);
  }

  /** It dies; its journal says what its requests had used, and its leases are closed then. */
  async #crash(book: number, part: number): Promise<void> {
    for (const running of this.#running.filter((each) => each.book === book)) await this.#settle(running, part);
    await this.#ship();
    this.#boots[book === 0 ? 0 : 1]++;
    const boot = String(this.#boots[book === 0 ? 0 : 1]);
    await sql`SELECT close_leases(ARRAY[${this.#name(book)}], ${boot}, '1 hour')`.execute(store.db);
    this.#lost[book === 0 ? 0 : 1].length = 0;
    this.#books[book] = this.#openBook(book);
    count('crash');
  }

  /** Everything ends: nothing is held, and the wallet has what was not used. */
  async end(): Promise<void> {
    for (const lost of this.#lost) lost.length = 0;
    for (const running of [...this.#running]) await this.#settle(running, 50);
    await this.#ship();
    for (const each of this.#books) await each.close();
    const rest = BigInt(this.#funds - this.#used);
    expect(await walletOf(store.db, this.#org)).toMatchObject({
      paidNanoUsd: rest,
      heldNanoUsd: 0n,
      availableNanoUsd: rest,
    });
  }
}
