/** Reads from the database what an instance does not know yet of models. */
import type { Store } from '../store/store.ts';
import type { StoredModelRows } from './stored-models.ts';

const pageRows = 2_000;

export async function readModels(
  db: Store['db'],
  since: number,
  readPages: <Row extends { readonly id: string }>(
    readAfter: (id: string) => Promise<readonly Row[]>,
  ) => Promise<readonly Row[]>,
): Promise<StoredModelRows> {
  const models = await readPages((after) =>
    db
      .selectFrom('models')
      .select(['id', 'name', 'facts', 'aliases', 'ended_at'])
      .where('snapshot_version', '>', since)
      .where('id', '>', after)
      .orderBy('id')
      .limit(pageRows)
      .execute(),
  );
  const modelPrices = await readPages((after) =>
    db
      .selectFrom('model_prices')
      .select(['id', 'model', 'price', 'starts_at', 'ended_at'])
      .where('snapshot_version', '>', since)
      .where('id', '>', after)
      .orderBy('id')
      .limit(pageRows)
      .execute(),
  );
  // Its body is large: only the one in force, and only when it is another.
  const feeds = await db
    .selectFrom('price_feeds')
    .select(['id', 'body', 'created_at'])
    .where('snapshot_version', '>', since)
    .where('ended_at', 'is', null)
    .orderBy('id', 'desc')
    .limit(1)
    .execute();
  return { models, modelPrices, feeds };
}
