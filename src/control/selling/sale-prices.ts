/**
 * What customers pay for models: a markup on what the provider charges, or prices of their own; for everybody or for one
 * organization. A row never changes: a new price ends the old one, so that the id on a usage row explains its charge.
 */
import { type PriceOverride, priceFromOverride } from '../../catalog/price.ts';
import type { Clock } from '../../lib/clock.ts';
import { newId } from '../../lib/id.ts';
import type { SalePriceRow, StoredPrice } from '../../store/schema/selling.ts';
import type { Store } from '../../store/store.ts';
import { Refusal } from '../refusal.ts';

export interface SalePrice {
  /** `sp_…`; on each usage row that it priced. */
  readonly id: string;
  /** Absent: everybody. */
  readonly organizationId?: string;
  /** `provider/name` (with its dated names), or a pattern with `*` at its end; absent: every model. */
  readonly model?: string;
  /** Hundredths of a percent on top of the cost. */
  readonly markupBasisPoints?: number;
  /** Instead of a markup: decimal dollars, as `models.<name>.price` of the configuration. */
  readonly price?: StoredPrice;
  readonly source: 'created' | 'file';
  readonly createdAtMs: number;
  readonly endedAtMs?: number;
}

export type SaleTerms = Pick<SalePrice, 'organizationId' | 'model' | 'markupBasisPoints' | 'price'>;

/** 1,000 %. */
export const markupBasisPointsMax = 100_000;

/**
 * In the caller's transaction; every gateway charges by it within a second, for requests that begin then. The same again
 * changes nothing. Throws Refusal.
 */
export async function setSalePrice(
  db: Store['db'],
  terms: SaleTerms,
  clock: Clock,
  source: SalePrice['source'] = 'created',
): Promise<SalePrice> {
  const values = checkTerms(terms);
  const known = await inForce(db, values);
  if (known !== undefined && isSame(known, values)) return toSalePrice(known);
  if (known !== undefined) await end(db, known.id, clock);
  const row = await db
    .insertInto('sale_prices')
    .values({ id: newId('sp', clock.nowMs()), ...values, source })
    .returningAll()
    .executeTakeFirstOrThrow();
  return toSalePrice(row);
}

/** Requests from now on pay by the next rule that fits. Undefined: no such price. One that has ended stays as it is. */
export async function endSalePrice(db: Store['db'], id: string, clock: Clock): Promise<SalePrice | undefined> {
  const row = await db.selectFrom('sale_prices').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined || row.ended_at !== null) return row && toSalePrice(row);
  return toSalePrice(await end(db, id, clock));
}

export interface SalePriceFilter {
  readonly organizationId?: string;
  /** Default false. */
  readonly includeEnded?: boolean;
  /** Default 1000. */
  readonly limit?: number;
  /** The last id of the page before. */
  readonly after?: string;
}

/** Newest first. */
export async function listSalePrices(db: Store['db'], filter: SalePriceFilter = {}): Promise<readonly SalePrice[]> {
  const { organizationId, includeEnded = false, limit = 1_000, after } = filter;
  let query = db.selectFrom('sale_prices').selectAll().orderBy('id', 'desc').limit(limit);
  if (organizationId !== undefined) query = query.where('organization_id', '=', organizationId);
  if (!includeEnded) query = query.where('ended_at', 'is', null);
  if (after !== undefined) query = query.where('id', '<', after);
  return (await query.execute()).map(toSalePrice);
}

type Values = Pick<SalePriceRow, 'organization_id' | 'model' | 'markup_basis_points' | 'price'>;

function inForce(db: Store['db'], { organization_id, model }: Values): Promise<SalePriceRow | undefined> {
  return db
    .selectFrom('sale_prices')
    .selectAll()
    .where('organization_id', 'is not distinct from', organization_id)
    .where('model', 'is not distinct from', model)
    .where('ended_at', 'is', null)
    .executeTakeFirst();
}

function end(db: Store['db'], id: string, clock: Clock): Promise<SalePriceRow> {
  return db
    .updateTable('sale_prices')
    .set({ ended_at: new Date(clock.nowMs()) })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

function isSame(row: SalePriceRow, values: Values): boolean {
  return row.markup_basis_points === values.markup_basis_points && sameRates(row.price, values.price);
}

function sameRates(one: StoredPrice | null, other: StoredPrice | null): boolean {
  const text = (price: StoredPrice | null) => JSON.stringify(Object.entries(price ?? {}).sort());
  return text(one) === text(other);
}

function checkTerms({ organizationId, model, markupBasisPoints, price }: SaleTerms): Values {
  if ((markupBasisPoints === undefined) === (price === undefined)) {
    throw new Refusal('A sale price is either a markup or fixed prices.', 'Give one of the two.');
  }
  return {
    organization_id: organizationId ?? null,
    model: model === undefined || model === '*' ? null : checkModel(model),
    markup_basis_points: markupBasisPoints === undefined ? null : checkMarkup(markupBasisPoints),
    price: price === undefined ? null : checkPrice(price),
  };
}

/** Throws Refusal. */
export function checkMarkup(basisPoints: number): number {
  if (Number.isInteger(basisPoints) && basisPoints >= 0 && basisPoints <= markupBasisPointsMax) return basisPoints;
  throw new Refusal(
    `A markup of ${basisPoints / 100} % cannot be.`,
    'Use 0 to 1000 percent with at most two decimals.',
  );
}

const modelPattern = /^[a-z0-9][a-z0-9-]{0,63}\/(?:\*|[^\s*\p{Cc}]{1,256}\*?)$/u;

function checkModel(model: string): string {
  if (modelPattern.test(model)) return model;
  throw new Refusal(
    `${JSON.stringify(model.slice(0, 100))} is no name or pattern of models.`,
    'Use provider/name, a beginning of it with * at its end (openai/*, openai/gpt-5*), or leave it out for all.',
  );
}

function checkPrice(price: StoredPrice): StoredPrice {
  try {
    priceFromOverride('*', price satisfies PriceOverride);
    return price;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const message = `The price cannot be: ${error.message.replace(/^models\.\*\.price\.?/, '')}.`;
    throw new Refusal(message, 'Write decimal dollars for a million tokens, at least input and output.');
  }
}

function toSalePrice(row: SalePriceRow): SalePrice {
  return {
    id: row.id,
    source: row.source,
    createdAtMs: row.created_at.getTime(),
    ...(row.organization_id !== null && { organizationId: row.organization_id }),
    ...(row.model !== null && { model: row.model }),
    ...(row.markup_basis_points !== null && { markupBasisPoints: row.markup_basis_points }),
    ...(row.price !== null && { price: row.price }),
    ...(row.ended_at !== null && { endedAtMs: row.ended_at.getTime() }),
  };
}
