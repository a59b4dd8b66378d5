/** Steps that move money without a request: payments and their return, credit and its end, and the same told again. */
import { takeCreditIn } from '../../../src/control/selling/expiry.ts';
import { postUsage } from '../../../src/ledger/post-usage.ts';
import { LedgerRefusal } from '../../../src/ledger/refusal.ts';
import { creditWalletIn, grantCreditIn, takeBackIn } from '../../../src/ledger/wallet.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import type { Store } from '../../../src/store/store.ts';
import { count, type Only, type RunOptions, wrong } from './turn.ts';

type MoneyTurn = Only<'top-up'> | Only<'grant'> | Only<'refund'> | Only<'dispute'>;

/** In one transaction: what one refuses does not concern the others. */
export function moveMoney(turns: readonly MoneyTurn[], options: RunOptions): Promise<void> {
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
export function expireCredit(turns: readonly Only<'credit-expires'>[], options: RunOptions): Promise<void> {
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

/** What came in comes in again: nothing changes. The same key for another amount is refused. */
export async function retry(turns: readonly Only<'retry'>[], { store }: RunOptions): Promise<void> {
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
