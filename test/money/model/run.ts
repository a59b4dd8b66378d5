/**
 * Runs sequences of commands against the database and the model, step by step. Many organizations take each step
 * together, in a few statements: they do not know of each other, and a round trip for each would take hours.
 */
import { sql } from 'kysely';
import { takeCreditIn } from '../../../src/control/selling/expiry.ts';
import { postUsage } from '../../../src/ledger/post-usage.ts';
import { LedgerRefusal } from '../../../src/ledger/refusal.ts';
import { creditWalletIn, grantCreditIn, takeBackIn } from '../../../src/ledger/wallet.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { newId } from '../../../src/lib/id.ts';
import type { Store } from '../../../src/store/store.ts';
import type { Lease } from './books.ts';
import type { Command } from './commands.ts';
import { budgetLimit, difference, type Hold, type Instance, readStored, World } from './world.ts';

export interface RunOptions {
  readonly store: Store;
  /** How many other instances are alive: whoever lends leaves them their share. */
  readonly others: number;
  readonly tally: Map<string, number>;
}

/** What went wrong, with the sequence that did it. */
export class Mismatch extends Error {
  readonly index: number;
  constructor(index: number, step: number, message: string) {
    super(`sequence ${index}, step ${step}: ${message}`);
    this.index = index;
  }
}

const compareEvery = 10;

/** Throws Mismatch. Resolves to the number of commands. */
export async function runSequences(sequences: readonly (readonly Command[])[], options: RunOptions): Promise<number> {
  const { store } = options;
  const worlds = await makeWorlds(store, sequences.length);
  const longest = Math.max(...sequences.map(({ length }) => length));
  for (let step = 0; step < longest; step++) {
    const turns = worlds.flatMap((world, index) => {
      const command = sequences[index]?.[step];
      return command === undefined ? [] : [{ world, command, index, step }];
    });
    await takeStep(turns, options);
    if (step % compareEvery === 0 || step === longest - 1) await compare(worlds, step, store);
  }
  for (const [index, { mayOverrun, books }] of worlds.entries()) {
    if (!mayOverrun && books.overrun > 0n) throw new Mismatch(index, longest, `the house paid ${books.overrun}`);
    const over = [...books.pots].find(([, { granted, spent }]) => spent > granted);
    const isBudget = over !== undefined && !over[0].startsWith('wallet:');
    if (!mayOverrun && isBudget) throw new Mismatch(index, longest, `the budget was overspent: ${over[0]}`);
  }
  return sequences.reduce((sum, { length }) => sum + length, 0);
}

async function makeWorlds({ db }: Store, count: number): Promise<World[]> {
  const made = Array.from({ length: count }, () => {
    const nowMs = systemClock.nowMs();
    return { id: newId('org', nowMs), budget: newId('bud', nowMs) };
  });
  await db
    .insertInto('organizations')
    .values(made.map(({ id }) => ({ id, name: id, billing: 'prepaid' as const, spends: 'wallet' as const })))
    .execute();
  await db
    .insertInto('budgets')
    .values(
      made.map(({ id, budget }) => ({
        id: budget,
        organization_id: id,
        owner_kind: 'organization' as const,
        owner_id: id,
        unit: 'usd' as const,
        time_window: 'month' as const,
        limit_units: budgetLimit,
        switch_to: null,
      })),
    )
    .execute();
  const pots = await openPots(
    db,
    made.map(({ budget }) => ({ budget, month: 0 })),
  );
  return made.map(({ id, budget }, i) => new World(id, budget, pots[i] ?? ''));
}

/** The pots of these months, counted from a January that is far away: nothing else turns them. */
async function openPots(db: Store['db'], asked: readonly { budget: string; month: number }[]): Promise<string[]> {
  const { rows } = await sql<{ pot: string }>`
    SELECT current_pot(budget, '2040-01-15Z'::timestamptz + make_interval(months => month)) AS pot
    FROM unnest(${asked.map(({ budget }) => budget)}::text[], ${asked.map(({ month }) => month)}::int[])
      WITH ORDINALITY AS asked(budget, month, n) ORDER BY n`.execute(db);
  return rows.map(({ pot }) => pot);
}

interface Turn<C extends Command = Command> {
  readonly world: World;
  readonly command: C;
  readonly index: number;
  readonly step: number;
}

type Only<T extends Command['type']> = Turn<Extract<Command, { type: T }>>;

const wrong = ({ index, step, command }: Turn, message: string): Mismatch =>
  new Mismatch(index, step, `${JSON.stringify(command)}: ${message}`);

async function takeStep(turns: readonly Turn[], options: RunOptions): Promise<void> {
  const { store } = options;
  const only = <T extends Command['type']>(type: T) => {
    const found = turns.filter((turn): turn is Only<T> => turn.command.type === type);
    count(options, type, found.length);
    return found;
  };
  await moveMoney([...only('top-up'), ...only('grant'), ...only('refund'), ...only('dispute')], options);
  await expireCredit(only('credit-expires'), options);
  await hold([...only('hold'), ...only('grow')], options);
  await settle([...only('settle'), ...only('void')], options);
  await giveBack(only('give-back'), store);
  await expire(only('expire'), store);
  await crash(only('crash'), options);
  await retry(only('retry'), options);
  await endMonth(only('month-end'), store);
}

function count({ tally }: RunOptions, what: string, more = 1): void {
  if (more > 0) tally.set(what, (tally.get(what) ?? 0) + more);
}

type MoneyTurn = Only<'top-up'> | Only<'grant'> | Only<'refund'> | Only<'dispute'>;

/** In one transaction: what one refuses does not concern the others. */
function moveMoney(turns: readonly MoneyTurn[], options: RunOptions): Promise<void> {
  return options.store.db.transaction().execute(async (db) => {
    for (const turn of turns) await moveOne(db, turn, options);
  });
}

async function moveOne(db: Store['db'], turn: MoneyTurn, options: RunOptions): Promise<void> {
  const { world, command } = turn;
  const amountNanoUsd = BigInt(command.amount);
  const move = { organizationId: world.organizationId, amountNanoUsd, idempotencyKey: world.next('move') };
  if (command.type === 'top-up') {
    world.books.topUp(amountNanoUsd);
    world.paid.push({ key: move.idempotencyKey, amount: amountNanoUsd });
    await creditWalletIn(db, { ...move, from: 'stripe' }, systemClock);
  } else if (command.type === 'grant') {
    const { expires } = command;
    world.books.grant(amountNanoUsd, expires);
    const expiresAtMs = expires && { expiresAtMs: Date.UTC(2090, 0, expires) };
    await grantCreditIn(db, { ...move, kind: 'promotional', ...expiresAtMs }, systemClock);
  } else {
    const missing = command.type === 'refund' ? 'refuse' : 'owe';
    const expected = world.books.takeBack(amountNanoUsd, missing);
    const taken = await takeBackIn(db, { ...move, to: 'stripe', missing }, systemClock).then(
      () => true,
      (error: unknown) => {
        if (error instanceof LedgerRefusal && error.reason === 'insufficient') return false;
        throw error;
      },
    );
    count(options, taken ? `${command.type} taken` : `${command.type} refused`);
    if (taken !== expected) throw wrong(turn, `the model ${expected ? 'takes' : 'refuses'} it`);
  }
}

/** The sweep of credit takes what is left of a layer whose day has come. */
function expireCredit(turns: readonly Only<'credit-expires'>[], options: RunOptions): Promise<void> {
  return options.store.db.transaction().execute(async (db) => {
    for (const { world, command } of turns) {
      const at = command.pick % Math.max(world.books.layers.length, 1);
      const layer = world.books.layers[at];
      if (layer === undefined) continue;
      const grants = await db
        .selectFrom('grants')
        .select('id')
        .where('organization_id', '=', world.organizationId)
        .orderBy('created_at')
        .orderBy('id')
        .execute();
      const id = grants[at]?.id ?? '';
      const day = -10_000 + world.expiries++;
      const before = layer.left;
      world.books.expire(layer, day);
      count(options, layer.left === 0n ? 'credit gone' : layer.left < before ? 'credit gone in part' : 'credit held');
      await db
        .updateTable('grants')
        .set({ expires_at: new Date(Date.UTC(2020, 0, 1) + day * 86_400_000) })
        .where('id', '=', id)
        .execute();
      await takeCreditIn(db, id, systemClock);
    }
  });
}

interface Wish {
  readonly turn: Only<'hold'> | Only<'grow'>;
  readonly instance: Instance;
  readonly units: bigint;
  readonly before: Hold | undefined;
}

/** A hold takes from what its instance has on lease, and lends what is missing: on the wallet and on the budget, or not at all. */
async function hold(turns: readonly (Only<'hold'> | Only<'grow'>)[], options: RunOptions): Promise<void> {
  const wishes = turns.flatMap((turn): Wish[] => {
    const { world, command } = turn;
    const units = BigInt(command.units);
    if (command.type === 'hold')
      return [{ turn, units, instance: world.instance(command.instance), before: undefined }];
    const before = world.pick(command.pick);
    const instance = world.instances.find(({ name }) => name === before?.instance);
    // What was closed meanwhile does not grow any more.
    if (before === undefined || instance === undefined || before.leases.some(({ open }) => !open)) return [];
    return [{ turn, units, instance, before }];
  });
  const onWallet = await lendAll(wishes, 'wallet', options);
  const onBudget = await lendAll(
    onWallet.map(({ wish }) => wish),
    'budget',
    options,
  );
  for (const { wish, lease } of onBudget) {
    const { world } = wish.turn;
    const wallet = onWallet.find((each) => each.wish === wish)?.lease;
    if (wallet === undefined) throw new Error('a hold without a wallet');
    if (wish.before === undefined) {
      const requestId = world.next('req');
      world.holds.push({ requestId, instance: wish.instance.name, leases: [wallet, lease], units: wish.units });
    } else if (wish.before.leases.includes(lease)) wish.before.units += wish.units;
    count(options, 'held');
  }
}

interface Granted {
  readonly wish: Wish;
  readonly lease: Lease;
}

/** Those for which it is enough, each with the lease that it is on. */
async function lendAll(
  wishes: readonly Wish[],
  on: 'wallet' | 'budget',
  options: RunOptions,
): Promise<readonly Granted[]> {
  const asked = wishes.map((wish) => {
    const { world } = wish.turn;
    // A hold that grows stays in the month in which it began.
    const began = wish.before?.leases[on === 'wallet' ? 0 : 1];
    const pot = began?.pot ?? (on === 'wallet' ? world.walletPot : world.budgetPot);
    const lease = began ?? world.lease(pot, wish.instance.name);
    const need = wish.units - world.free(lease);
    return { wish, pot, lease, need };
  });
  const short = asked.filter(({ need }) => need > 0n);
  const rows = await lend(
    options.store.db,
    short.map(({ wish, pot, need }) => ({ pot, need, who: wish.instance.name, boot: String(wish.instance.boot) })),
  );
  const granted: Granted[] = [];
  for (const { wish, pot, lease, need } of asked) {
    if (lease !== undefined && lease.used > lease.amount) count(options, 'overdrawn');
    const row = rows[short.findIndex((each) => each.wish === wish)];
    if (row === undefined) {
      if (lease !== undefined) granted.push({ wish, lease });
      continue;
    }
    const { world } = wish.turn;
    const expected = world.books.lend(pot, need, options.others, world.lease(pot, wish.instance.name));
    const told = `lent ${row.lent} of ${row.available}`;
    const model = `lent ${expected.lent} of ${expected.available}`;
    if (told !== model) throw wrong(wish.turn, `on the ${on} for ${need}: the model says ${model}, and it was ${told}`);
    if (row.lent === 0 || row.lease === null) {
      count(options, `refused by the ${on}`);
      continue;
    }
    granted.push({ wish, lease: world.books.addLease(row.lease, pot, wish.instance.name, BigInt(row.lent)) });
  }
  return granted;
}

interface LendRow {
  readonly lease: number | null;
  readonly lent: number;
  readonly available: number;
}

async function lend(
  db: Store['db'],
  asked: readonly { pot: string; who: string; boot: string; need: bigint }[],
): Promise<readonly LendRow[]> {
  if (asked.length === 0) return [];
  const column = (of: (each: (typeof asked)[number]) => string) => asked.map(of);
  const { rows } = await sql<LendRow>`
    SELECT l.lease, l.lent, l.available FROM unnest(${column(({ pot }) => pot)}::text[],
      ${column(({ who }) => who)}::text[], ${column(({ boot }) => boot)}::text[],
      ${column(({ need }) => String(need))}::bigint[]) WITH ORDINALITY AS asked(pot, who, boot, need, n),
      LATERAL lend(pot, CASE WHEN pot LIKE 'wallet:%' THEN NULL ELSE pot END, who, boot, need, '1 hour') AS l
    ORDER BY n`.execute(db);
  return rows;
}

async function settle(turns: readonly (Only<'settle'> | Only<'void'>)[], { store }: RunOptions): Promise<void> {
  const texts = turns.flatMap(({ world, command }) => {
    const hold = world.pick(command.pick);
    if (hold === undefined) return [];
    return [world.settle(hold, command.type === 'void' ? 0n : (hold.units * BigInt(command.percent)) / 100n)];
  });
  await postUsage(store.db, texts);
}

/** What nothing runs on goes back; a lease may be closed with it. */
async function giveBack(turns: readonly Only<'give-back'>[], { db }: Store): Promise<void> {
  const gifts = turns.flatMap(({ world, command }) => {
    const { name } = world.instance(command.instance);
    return [...world.books.leases.values()]
      .filter((lease) => lease.open && lease.instance === name && world.free(lease) >= 0n)
      .map((lease) => {
        const units = world.free(lease);
        const idle = world.holds.every(({ leases }) => !leases.includes(lease));
        const close = command.close && idle;
        world.books.giveBack(lease, units);
        if (close) world.books.close(lease);
        return { id: String(lease.id), units: String(units), close };
      });
  });
  if (gifts.length === 0) return;
  // Said twice, as when the first answer is lost: the second time the lease has another version, and nothing happens.
  await sql`
    SELECT (SELECT count(*) FROM return_units(gifts.id, units, and_close, version)),
      (SELECT count(*) FROM return_units(gifts.id, units, and_close, version))
    FROM unnest(${gifts.map(({ id }) => id)}::bigint[], ${gifts.map(({ units }) => units)}::bigint[],
      ${gifts.map(({ close }) => close)}::bool[]) AS gifts(id, units, and_close)
      JOIN leases ON leases.id = gifts.id`.execute(db);
}

const leasesOf = ({ world, command }: Only<'expire'> | Only<'crash'>) => {
  const { name } = world.instance(command.instance);
  return [...world.books.leases.values()].filter(({ open, instance }) => open && instance === name);
};

/** An instance is not heard of until its leases have expired and the grace is over; what it settles comes late. */
async function expire(turns: readonly Only<'expire'>[], { db }: Store): Promise<void> {
  const gone = turns.flatMap(leasesOf);
  if (gone.length === 0) return;
  await sql`UPDATE leases SET expires_at = now() - interval '20 minutes'
    WHERE id = ANY (${gone.map(({ id }) => String(id))}::bigint[])`.execute(db);
  const { rows } = await sql<{ closed: number }>`
    SELECT close_leases('{}', '', '10 minutes') AS closed`.execute(db);
  if (rows[0]?.closed !== gone.length) throw new Error(`${rows[0]?.closed} leases were closed, not ${gone.length}`);
  for (const [i, turn] of turns.entries()) {
    for (const lease of leasesOf(turn)) turns[i]?.world.books.close(lease);
  }
}

/** An instance dies: its journal is replayed, which settles what ran at what is known of it, and then its leases end. */
async function crash(turns: readonly Only<'crash'>[], { store }: RunOptions): Promise<void> {
  const texts = turns.flatMap(({ world, command }) => {
    const { name } = world.instance(command.instance);
    return world.holds
      .filter((each) => each.instance === name)
      .map((each) => world.settle(each, (each.units * BigInt(command.percent)) / 100n));
  });
  await postUsage(store.db, texts);
  const names = turns.map(({ world, command }) => world.instance(command.instance).name);
  const gone = turns.flatMap(leasesOf);
  const { rows } = await sql<{ closed: number }>`
    SELECT close_leases(${names}::text[], 'the next boot', '10 minutes') AS closed`.execute(store.db);
  if (rows[0]?.closed !== gone.length) throw new Error(`${rows[0]?.closed} leases were closed, not ${gone.length}`);
  for (const turn of turns) {
    for (const lease of leasesOf(turn)) turn.world.books.close(lease);
    turn.world.instance(turn.command.instance).boot++;
  }
}

/** What came in comes in again: nothing changes. The same key for another amount is refused. */
async function retry(turns: readonly Only<'retry'>[], { store }: RunOptions): Promise<void> {
  await postUsage(
    store.db,
    turns.flatMap(({ world, command }) => {
      const text = world.told[command.pick % Math.max(world.told.length, 1)];
      return text === undefined ? [] : [text];
    }),
  );
  const paid = turns.flatMap((turn) => {
    const { world, command } = turn;
    const one = world.paid[command.pick % Math.max(world.paid.length, 1)];
    return one === undefined ? [] : [{ turn, one }];
  });
  await store.db.transaction().execute(async (db) => {
    for (const { turn, one } of paid) {
      const { organizationId } = turn.world;
      const again = { organizationId, amountNanoUsd: one.amount, idempotencyKey: one.key, from: 'stripe' } as const;
      const { replayed } = await creditWalletIn(db, again, systemClock);
      if (!replayed) throw wrong(turn, 'a payment was taken twice');
    }
  });
}

async function endMonth(turns: readonly Only<'month-end'>[], { db }: Store): Promise<void> {
  if (turns.length === 0) return;
  const pots = await openPots(
    db,
    turns.map(({ world }) => ({ budget: world.budget, month: ++world.month })),
  );
  turns.forEach(({ world }, i) => {
    world.addMonth(pots[i] ?? '');
  });
}

async function compare(worlds: readonly World[], step: number, { db }: Store): Promise<void> {
  const stored = await readStored(db);
  for (const [index, world] of worlds.entries()) {
    const message = difference(world, stored);
    if (message !== undefined) throw new Mismatch(index, step, message);
  }
}
