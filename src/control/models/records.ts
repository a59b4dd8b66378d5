/**
 * What the API says of models: rows that every gateway follows within a second. Each change is written down beside it, in
 * the same transaction: what it was, what it is, who did it and from when on it holds.
 */
import type { Clock } from '../../lib/clock.ts';
import { newId } from '../../lib/id.ts';
import type { MadeBy, StoredFacts, StoredModelPrice } from '../../store/schema/models.ts';
import type { Store } from '../../store/store.ts';

export interface StoredRow {
  readonly id: string;
  readonly name: string;
  readonly facts: StoredFacts;
  readonly aliases: readonly string[];
}

export interface Change {
  readonly model: string;
  readonly source: 'api' | 'import' | 'sync';
  readonly madeBy: MadeBy;
  readonly nowMs: number;
}

/** One writer at a time: two names that are given at once could hide each other. */
export async function lockModels(db: Store['db']): Promise<void> {
  await db.selectFrom('settings').select('id').forUpdate().execute();
}

export async function findRow(db: Store['db'], name: string): Promise<StoredRow | undefined> {
  return db
    .selectFrom('models')
    .select(['id', 'name', 'facts', 'aliases'])
    .where('name', '=', name)
    .where('ended_at', 'is', null)
    .executeTakeFirst();
}

export async function listRows(db: Store['db']): Promise<readonly StoredRow[]> {
  return db
    .selectFrom('models')
    .select(['id', 'name', 'facts', 'aliases'])
    .where('ended_at', 'is', null)
    .orderBy('name')
    .execute();
}

/** Makes the row where there is none, or says something else of the model. Nothing is written where nothing changes. */
export async function setRow(
  db: Store['db'],
  change: Change,
  wanted: { readonly facts?: StoredFacts; readonly aliases?: readonly string[] },
): Promise<boolean> {
  const { model, nowMs } = change;
  const known = await findRow(db, model);
  const facts = wanted.facts ?? known?.facts ?? {};
  const aliases = [...(wanted.aliases ?? known?.aliases ?? [])].sort();
  const newFacts = !same(known?.facts ?? {}, facts);
  const newAliases = !same(known?.aliases ?? [], aliases);
  if (known !== undefined && !newFacts && !newAliases) return false;
  if (known === undefined) {
    const row = { id: newId('mdl', nowMs), name: model, facts: JSON.stringify(facts), aliases, ended_at: null };
    await db.insertInto('models').values(row).execute();
  } else {
    const values = { facts: JSON.stringify(facts), aliases, updated_at: new Date(nowMs) };
    await db.updateTable('models').set(values).where('id', '=', known.id).execute();
  }
  if (newFacts) await note(db, change, 'facts', { before: known?.facts ?? null, after: facts });
  if (newAliases) await note(db, change, 'aliases', { before: known?.aliases ?? [], after: aliases });
  return newFacts || newAliases;
}

export interface PriceWanted {
  readonly price: StoredModelPrice;
  /** As usage rows will name it. */
  readonly version: string;
  readonly startsAtMs: number;
}

/** What the API says that a model costs, the earliest first. Empty: nothing, so the price data's price holds. */
export async function listPrices(db: Store['db'], model: string) {
  return db
    .selectFrom('model_prices')
    .selectAll()
    .where('model', '=', model)
    .where('ended_at', 'is', null)
    .orderBy('starts_at')
    .orderBy('id')
    .execute();
}

/**
 * From its time on. A price that holds now, or at the same time, ends; one that begins later stays. False: it is the
 * same as before.
 */
export async function setPrice(db: Store['db'], change: Change, wanted: PriceWanted): Promise<boolean> {
  const { model, nowMs } = change;
  const { price, version, startsAtMs } = wanted;
  const known = await listPrices(db, model);
  const inForce = known.findLast(({ starts_at }) => starts_at.getTime() <= Math.max(nowMs, startsAtMs));
  if (inForce?.version === version && inForce.starts_at.getTime() <= startsAtMs) return false;
  const replaced = known.filter(({ starts_at }) => {
    const at = starts_at.getTime();
    return startsAtMs <= nowMs ? at <= nowMs : at === startsAtMs;
  });
  await endPrices(
    db,
    replaced.map(({ id }) => id),
    nowMs,
  );
  const row = { id: newId('mpr', nowMs), model, price: JSON.stringify(price), version, ended_at: null };
  await db
    .insertInto('model_prices')
    .values({ ...row, starts_at: new Date(startsAtMs) })
    .execute();
  const said = { before: inForce?.price ?? null, after: price };
  await note(db, change, 'price', said, { priceVersion: version, effectiveAtMs: Math.max(startsAtMs, nowMs) });
  return true;
}

/** Back to the price data's, with all that was to come. False: there was none. */
export async function dropPrices(db: Store['db'], change: Change): Promise<boolean> {
  const known = await listPrices(db, change.model);
  if (known.length === 0) return false;
  await endPrices(
    db,
    known.map(({ id }) => id),
    change.nowMs,
  );
  const inForce = known.findLast(({ starts_at }) => starts_at.getTime() <= change.nowMs);
  await note(db, change, 'price', { before: (inForce ?? known[0])?.price ?? null, after: null });
  return true;
}

/** Everything that the API says of it. False: it says nothing. */
export async function dropRow(db: Store['db'], change: Change): Promise<boolean> {
  const known = await findRow(db, change.model);
  const priced = await dropPrices(db, change);
  if (known === undefined) return priced;
  await db
    .updateTable('models')
    .set({ ended_at: new Date(change.nowMs) })
    .where('id', '=', known.id)
    .execute();
  await note(db, change, 'facts', { before: known.facts, after: null });
  return true;
}

async function endPrices(db: Store['db'], ids: readonly string[], nowMs: number): Promise<void> {
  if (ids.length === 0) return;
  await db
    .updateTable('model_prices')
    .set({ ended_at: new Date(nowMs) })
    .where('id', 'in', ids)
    .execute();
}

async function note(
  db: Store['db'],
  { model, source, madeBy, nowMs }: Change,
  what: 'price' | 'facts' | 'aliases',
  { before, after }: { readonly before: unknown; readonly after: unknown },
  more: { readonly priceVersion?: string; readonly effectiveAtMs?: number } = {},
): Promise<void> {
  await db
    .insertInto('model_changes')
    .values({
      id: newId('mch', nowMs),
      model,
      what,
      source,
      before: before === null ? null : JSON.stringify(before),
      after: after === null ? null : JSON.stringify(after),
      price_version: more.priceVersion ?? null,
      effective_at: new Date(more.effectiveAtMs ?? nowMs),
      made_by: JSON.stringify(madeBy),
      created_at: new Date(nowMs),
    })
    .execute();
}

export interface HistoryPage {
  readonly model?: string | undefined;
  readonly what?: 'price' | 'facts' | 'aliases' | undefined;
  /** The last id of the page before. */
  readonly after?: string | undefined;
  readonly limit: number;
}

/** Newest first. */
export async function listChanges(db: Store['db'], { model, what, after, limit }: HistoryPage) {
  let query = db.selectFrom('model_changes').selectAll().orderBy('id', 'desc').limit(limit);
  if (model !== undefined) query = query.where('model', '=', model);
  if (what !== undefined) query = query.where('what', '=', what);
  if (after !== undefined) query = query.where('id', '<', after);
  return query.execute();
}

/** What a transaction of one writer says in one go, where another may have said the same in another order. */
function same(one: unknown, other: unknown): boolean {
  return text(one) === text(other);
}

function text(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}

export function actorOf({ kind, id, name }: MadeBy): MadeBy {
  return { kind, id, name };
}

export function changeBy(
  caller: { readonly actor: MadeBy },
  clock: Clock,
  model: string,
  source: Change['source'] = 'api',
) {
  return { model, source, madeBy: actorOf(caller.actor), nowMs: clock.nowMs() };
}
