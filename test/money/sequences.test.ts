/**
 * Random sequences of what can happen to money, on the real tables and functions, held against a model in memory after
 * every step that shows something, and in full after every tenth. `npm test` runs a few hundred sequences,
 * `npm run test:money` five thousand, `npm run test:money:nightly` a million commands (MONEY_SEQUENCES).
 */
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { verifyLedger } from '../../src/ledger/verify.ts';
import type { Store } from '../../src/store/store.ts';
import { type TestDatabase, testDatabase } from '../postgres.ts';
import { type Command, sequence } from './model/commands.ts';
import { runSequences } from './model/run.ts';
import { Mismatch } from './model/turn.ts';

const sequences = Number(process.env.MONEY_SEQUENCES ?? 300);
const seed = Number(process.env.MONEY_SEED ?? Date.now() % 1_000_000_007);
/** Organizations that take their steps together, on a schema of their own. */
const batch = 150;
const batches = Math.ceil(sequences / batch);

let database: TestDatabase;
let store: Store;

beforeEach(async () => {
  database = await testDatabase();
  store = await database.open({ statementTimeoutMs: 60_000 });
});
afterEach(() => database.close());

const tally = new Map<string, number>();
let commands = 0;

it.each(Array.from({ length: batches }, (_, i) => i))(
  'sequences agree with the model, and the books with themselves: batch %i',
  async (i) => {
    // Alone, an instance lends all there is; with others, its share.
    const others = i % 2;
    for (let n = 0; n < others; n++) {
      await sql`INSERT INTO instances (name, boot, seen_at) VALUES (${`other-${n}`}, 'b', now() + interval '1 day')`.execute(
        store.db,
      );
    }
    const drawn = fc.sample(sequence, { seed: seed + i, numRuns: batch });
    try {
      commands += await runSequences(drawn, { store, others, tally });
    } catch (error) {
      if (!(error instanceof Mismatch)) throw error;
      const least = await shrink(drawn[error.index] ?? [], others);
      throw new Error(`MONEY_SEED=${seed}, batch ${i}: ${error.message}\nThe least that fails:\n${least}`);
    }
    const { drift, findings } = await verifyLedger(store);
    expect(findings.filter(({ level }) => level === 'drift')).toEqual([]);
    expect(drift).toBe(0);
    if (i === batches - 1) report();
  },
  600_000,
);

/** Every kind of command ran, and both ends of those that may be refused: green that never got there would say nothing. */
function report(): void {
  process.stdout.write(
    `money: ${batches * batch} sequences with ${commands} commands, seed ${seed}: ${[...tally]
      .toSorted()
      .map(([what, times]) => `${what} ${times}`)
      .join(', ')}\n`,
  );
  const expected = ['top-up', 'grant', 'hold', 'grow', 'settle', 'void', 'give-back', 'expire', 'refund', 'dispute']
    .concat([
      'crash',
      'retry',
      'month-end',
      'credit-expires',
      'credit gone',
      'held',
      'overdrawn',
      'refused by the wallet',
      'refused by the budget',
    ])
    .concat(['refund taken', 'refund refused', 'dispute taken']);
  expect(expected.filter((what) => !tally.has(what))).toEqual([]);
}

/** Leaves commands out, in ever smaller pieces, as long as it still fails. */
async function shrink(failing: readonly Command[], others: number): Promise<string> {
  let least = failing;
  for (let size = Math.ceil(failing.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < least.length; ) {
      const shorter = [...least.slice(0, from), ...least.slice(from + size)];
      if (shorter.length > 0 && (await fails(shorter, others))) least = shorter;
      else from += size;
    }
  }
  return least.map((command) => JSON.stringify(command)).join('\n');
}

async function fails(commands: readonly Command[], others: number): Promise<boolean> {
  return runSequences([commands], { store, others, tally: new Map() }).then(
    () => false,
    (error: unknown) => error instanceof Mismatch,
  );
}
