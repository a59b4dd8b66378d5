/** The rates of every price that was in force, so that old requests can be taken apart by the prices of their time. */
import type { OperationPrice } from '../../catalog/catalog.ts';
import { keptRates, priceOfRates } from '../../catalog/kept-price.ts';
import { priceFromOverride } from '../../catalog/price.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Snapshot, SnapshotSource } from '../../snapshot/snapshot.ts';
import type { Store } from '../../store/store.ts';
import type { Task } from '../jobs/queue.ts';

export const priceVersionsTask = 'price-versions';
const batchRows = 500;

export interface PriceVersionParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly snapshot: SnapshotSource;
}

/** Often enough that prices which turn by the hour of the day are met as well. */
export function priceVersionTasks({ store, clock, snapshot }: PriceVersionParts): readonly Task[] {
  const known = new Set<string>();
  return [
    {
      name: priceVersionsTask,
      schedule: '*/5 * * * *',
      run: () => keepPrices(store.db, pricesIn(snapshot.current, clock.nowMs()), known),
    },
  ];
}

/** Of all models that can be listed, and of those that routes name. */
export function pricesIn(snapshot: Snapshot, nowMs: number): readonly OperationPrice[] {
  const routed = snapshot.listRoutes().flatMap(({ targets }) => targets.map(({ model }) => model));
  return [...snapshot.listModels(), ...routed].flatMap((model) =>
    [model.priceAt(nowMs), model.operationPriceAt?.(nowMs)].filter((price) => price !== undefined),
  );
}

/** `known`: names that are kept already; it grows. Throws StoreError. */
export async function keepPrices(
  db: Store['db'],
  prices: readonly OperationPrice[],
  known = new Set<string>(),
): Promise<void> {
  const rows = new Map<string, string>();
  for (const price of prices) {
    const rates = known.has(price.id) ? undefined : keptRates(price);
    if (rates !== undefined) rows.set(price.id, rates);
  }
  const values = [...rows].map(([id, rates]) => ({ id, rates }));
  for (let i = 0; i < values.length; i += batchRows) {
    await db
      .insertInto('price_versions')
      .values(values.slice(i, i + batchRows))
      .onConflict((clash) => clash.column('id').doNothing())
      .execute();
  }
  for (const id of rows.keys()) known.add(id);
}

/** A price that is not in force any more, or not at this instance. Undefined: nobody kept it. Throws StoreError. */
export async function findPrice(db: Store['db'], id: string): Promise<OperationPrice | undefined> {
  const kept = await db.selectFrom('price_versions').select('rates').where('id', '=', id).executeTakeFirst();
  if (kept !== undefined) return priceOfRates(id, kept.rates);
  const set = await db
    .selectFrom('model_prices')
    .select(['model', 'price'])
    .where('version', '=', id)
    .limit(1)
    .executeTakeFirst();
  return set && priceFromOverride(set.model, set.price, id.slice(0, id.lastIndexOf(':')));
}
