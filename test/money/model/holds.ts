/** Steps of requests that begin, grow and end: what they hold is lent, and what they used is posted. */
import { sql } from 'kysely';
import { postUsage } from '../../../src/ledger/post-usage.ts';
import type { Store } from '../../../src/store/store.ts';
import type { Lease } from './books.ts';
import { count, type Only, type RunOptions, wrong } from './turn.ts';
import type { Hold, Instance } from './world.ts';

interface Wish {
  readonly turn: Only<'hold'> | Only<'grow'>;
  readonly instance: Instance;
  readonly units: bigint;
  readonly before: Hold | undefined;
}

/** A hold takes from what its instance has on lease, and lends what is missing: on the wallet and on the budget, or not at all. */
export async function hold(turns: readonly (Only<'hold'> | Only<'grow'>)[], options: RunOptions): Promise<void> {
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

export async function settle(turns: readonly (Only<'settle'> | Only<'void'>)[], { store }: RunOptions): Promise<void> {
  const texts = turns.flatMap(({ world, command }) => {
    const hold = world.pick(command.pick);
    if (hold === undefined) return [];
    return [world.settle(hold, command.type === 'void' ? 0n : (hold.units * BigInt(command.percent)) / 100n)];
  });
  await postUsage(store.db, texts);
}
