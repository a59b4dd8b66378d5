/**
 * Prices refreshed from their source, for every instance: fetched, checked as a whole, compared, and kept where nothing
 * speaks against it. Whatever goes wrong, the last good prices stay in force, and nothing becomes free by it.
 */
import { hash } from 'node:crypto';
import type { Clock } from '../../lib/clock.ts';
import { newId } from '../../lib/id.ts';
import type { Log } from '../../lib/log.ts';
import type { MadeBy, PriceSyncRow } from '../../store/schema/models.ts';
import type { Store } from '../../store/store.ts';
import type { PriceChange, PriceComparison, PriceSource } from './tools.ts';

export interface SyncWanted {
  readonly dryRun: boolean;
  /** Beyond it a change needs to be confirmed. */
  readonly jumpFactor: number;
  /** Models whose jumps are meant; `all`: every one. */
  readonly confirmed: readonly string[] | 'all';
}

export interface SyncReport {
  readonly vendors: number;
  readonly models: number;
  readonly changes: readonly PriceChange[];
  /** Of `changes`, those that need to be confirmed and were not. */
  readonly unconfirmed: readonly string[];
  readonly applied: boolean;
}

export interface SyncParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly source: PriceSource;
}

/** What runs here, so that it can be stopped at once. */
const running = new Map<string, AbortController>();

/** Begins it; it goes on by itself. Resolves to its row. */
export async function beginSync(parts: SyncParts, wanted: SyncWanted, madeBy: MadeBy): Promise<PriceSyncRow> {
  const { store, clock, log } = parts;
  const id = newId('psy', clock.nowMs());
  const { kind, id: actor, name } = madeBy;
  const row = await store.db
    .insertInto('price_syncs')
    .values({
      id,
      state: 'running',
      dry_run: wanted.dryRun,
      phase: 'fetching',
      total: null,
      error: null,
      made_by: JSON.stringify({ kind, id: actor, name }),
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  const stop = new AbortController();
  running.set(id, stop);
  run(parts, id, wanted, stop.signal)
    .catch(async (error: unknown) => {
      if (stop.signal.aborted) return;
      const why = error instanceof Error ? error.message : String(error);
      log.warn({ sync: id, why }, 'prices were not refreshed; those in force stay');
      await endSync(store.db, id, { state: 'failed', error: why.slice(0, 1_000) }, clock.nowMs());
    })
    .catch((error: unknown) => log.error({ error, sync: id }, 'the end of a refresh of prices could not be kept'))
    .finally(() => running.delete(id));
  return row;
}

async function run(parts: SyncParts, id: string, wanted: SyncWanted, signal: AbortSignal): Promise<void> {
  const { store, clock, source } = parts;
  let told = clock.nowMs();
  const body = await source.fetch(signal, (bytes) => {
    if (clock.nowMs() - told < tellEveryMs) return;
    told = clock.nowMs();
    progress(store.db, id, { phase: 'fetching', done: bytes }, told).catch(() => {});
  });
  await progress(store.db, id, { phase: 'comparing', done: body.length }, clock.nowMs());
  const compared = source.compare(body);
  const unconfirmed = jumpsIn(compared, wanted);
  const applied = !wanted.dryRun && unconfirmed.length === 0;
  const report: SyncReport = { ...compared, unconfirmed, applied };
  signal.throwIfAborted();
  await store.db.transaction().execute(async (db) => {
    const held = `${unconfirmed.length} prices change more than ${wanted.jumpFactor} times or to nothing: confirm them`;
    const ended = await endSync(
      db,
      id,
      wanted.dryRun || applied ? { state: 'done', report } : { state: 'failed', report, error: held },
      clock.nowMs(),
    );
    if (ended && applied) await keep(db, id, body, compared, clock.nowMs());
  });
}

const tellEveryMs = 500;

/** What is much dearer or cheaper, or free at once, is more often a mistake of the data than a price. */
function jumpsIn({ changes }: PriceComparison, { jumpFactor, confirmed }: SyncWanted): readonly string[] {
  if (confirmed === 'all') return [];
  return changes
    .filter(({ from, to, factor }) => from !== null && to !== null && (factor === null || factor > jumpFactor))
    .map(({ model }) => model)
    .filter((model) => !confirmed.includes(model));
}

/** Every instance follows within a second. */
async function keep(db: Store['db'], sync: string, body: string, compared: PriceComparison, nowMs: number) {
  const { made_by } = await db
    .selectFrom('price_syncs')
    .select('made_by')
    .where('id', '=', sync)
    .executeTakeFirstOrThrow();
  await db
    .updateTable('price_feeds')
    .set({ ended_at: new Date(nowMs) })
    .where('ended_at', 'is', null)
    .execute();
  const feed = {
    id: newId('pfd', nowMs),
    digest: hash('sha256', body),
    body,
    created_at: new Date(nowMs),
    ended_at: null,
  };
  await db.insertInto('price_feeds').values(feed).execute();
  for (let i = 0; i < compared.changes.length; i += batchRows) {
    const rows = compared.changes.slice(i, i + batchRows).map(({ model, from, to }) => ({
      id: newId('mch', nowMs),
      model,
      what: 'price' as const,
      source: 'sync' as const,
      before: from === null ? null : JSON.stringify({ input: from.input, output: from.output }),
      after: to === null ? null : JSON.stringify({ input: to.input, output: to.output }),
      price_version: to?.version ?? null,
      effective_at: new Date(nowMs),
      made_by: JSON.stringify(made_by),
      created_at: new Date(nowMs),
    }));
    await db.insertInto('model_changes').values(rows).execute();
  }
}

const batchRows = 500;

async function progress(
  db: Store['db'],
  id: string,
  values: { readonly phase: string; readonly done: number },
  nowMs: number,
): Promise<void> {
  await db
    .updateTable('price_syncs')
    .set({ ...values, updated_at: new Date(nowMs) })
    .where('id', '=', id)
    .where('state', '=', 'running')
    .execute();
}

/** False: it has ended already, by somebody who cancelled it. */
async function endSync(
  db: Store['db'],
  id: string,
  {
    state,
    report,
    error,
  }: { readonly state: PriceSyncRow['state']; readonly report?: SyncReport; readonly error?: string },
  nowMs: number,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('price_syncs')
    .set({
      state,
      phase: state,
      report: report === undefined ? null : JSON.stringify(report),
      error: error ?? null,
      updated_at: new Date(nowMs),
    })
    .where('id', '=', id)
    .where('state', '=', 'running')
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** False: it is not running any more. */
export async function cancelSync(db: Store['db'], id: string, nowMs: number): Promise<boolean> {
  const cancelled = await endSync(db, id, { state: 'cancelled' }, nowMs);
  running.get(id)?.abort();
  return cancelled;
}

export async function findSync(db: Store['db'], id: string): Promise<PriceSyncRow | undefined> {
  return db.selectFrom('price_syncs').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Newest first. */
export async function listSyncs(db: Store['db'], limit: number, after?: string): Promise<readonly PriceSyncRow[]> {
  const query = db.selectFrom('price_syncs').selectAll().orderBy('id', 'desc').limit(limit);
  return (after === undefined ? query : query.where('id', '<', after)).execute();
}
