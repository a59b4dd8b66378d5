/**
 * Runs sequences of commands against the database and the model, step by step. Many organizations take each step
 * together, in a few statements: they do not know of each other, and a round trip for each would take hours.
 */
import { sql } from 'kysely';
import { systemClock } from '../../../src/lib/clock.ts';
import { newId } from '../../../src/lib/id.ts';
import type { Store } from '../../../src/store/store.ts';
import type { Command } from './commands.ts';
import { hold, settle } from './holds.ts';
import { crash, expire, giveBack } from './leases.ts';
import { expireCredit, moveMoney, retry } from './money.ts';
import { count, Mismatch, type Only, type RunOptions, type Turn } from './turn.ts';
import { budgetLimit, difference, readStored, World } from './world.ts';

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
