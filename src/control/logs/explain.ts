/** Why a request cost what it cost: each kind of use by the price version that its row names, and what was made of it. */
import type { OperationPrice } from '../../catalog/catalog.ts';
import { type ChargeLine, chargeLines } from '../../catalog/charge-lines.ts';
import { priceFromOverride } from '../../catalog/price.ts';
import { nanoFromPicoUsd } from '../../lib/money.ts';
import type { Usage } from '../../llm/usage.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';
import type { UsageRow } from '../../store/schema.ts';
import type { Store } from '../../store/store.ts';
import { findPrice } from '../models/price-versions.ts';

export interface Explained {
  /** What the customer pays, line by line. Empty where it cannot be said any more. */
  readonly lines: readonly ChargeLine[];
  /** What the provider takes. Empty by the organization's own key, and where the price is not known here any more. */
  readonly costLines: readonly ChargeLine[];
  /** The lines, rounded once, are the very charge of the row. */
  readonly exact: boolean;
  readonly sale: SaleTerms | undefined;
}

/** What was made of the provider's price for this customer. */
export interface SaleTerms {
  /** `sp_…`, or a plan's id. Undefined: at cost. */
  readonly id: string | undefined;
  readonly markupBasisPoints: number;
  /** Prices of their own instead. */
  readonly fixed: OperationPrice | undefined;
  /** By the organization's own key: hundredths of a percent of the usual charge. */
  readonly ownKeyBasisPoints: number | undefined;
}

/** Reads the customer's terms, which never change once they are named on a row. Throws StoreError. */
export async function explainCharge(
  db: Store['db'],
  row: UsageRow,
  snapshot: Snapshot | undefined,
): Promise<Explained> {
  const usage = usageOf(row);
  const version = row.price_version?.split(' ')[0];
  const inForce = snapshot && priceOf(row, snapshot);
  const price = inForce ?? (version === undefined ? undefined : await findPrice(db, version));
  const sale = await saleOf(db, row.price_version);
  const cost = price === undefined ? [] : chargeLines(price, usage);
  const usual =
    sale.fixed === undefined
      ? cost.map((line) => scaled(line, 10_000 + sale.markupBasisPoints))
      : chargeLines(sale.fixed, usage);
  const { ownKeyBasisPoints } = sale;
  const lines = ownKeyBasisPoints === undefined ? usual : usual.map((line) => scaled(line, ownKeyBasisPoints));
  const isKnown = price !== undefined || sale.fixed !== undefined;
  const sum = lines.reduce((total, { amountPicoUsd }) => total + amountPicoUsd, 0n);
  return {
    lines: row.charge_nano_usd === 0n ? [] : lines,
    costLines: row.cost_nano_usd === 0n ? [] : cost,
    exact: row.charge_nano_usd === 0n || (isKnown && nanoFromPicoUsd(sum) === row.charge_nano_usd),
    sale: sale.id === undefined && ownKeyBasisPoints === undefined ? undefined : sale,
  };
}

/** The price that the row names, where it is still in force here: rates that have changed since have another name. */
function priceOf(
  { price_version, served_model, started_at }: UsageRow,
  snapshot: Snapshot,
): OperationPrice | undefined {
  const version = price_version?.split(' ')[0];
  if (version === undefined || served_model === null) return undefined;
  const found = snapshot.resolve(served_model);
  const models = 'route' in found ? found.route.targets.map(({ model }) => model) : [];
  const prices = models.flatMap((model) => [
    model.priceAt(started_at.getTime()),
    model.operationPriceAt?.(started_at.getTime()),
  ]);
  return prices.find((price) => price?.id === version);
}

const atCost: SaleTerms = { id: undefined, markupBasisPoints: 0, fixed: undefined, ownKeyBasisPoints: undefined };

/** `genai-prices:openai/gpt-5:3f2a… sp_… own-key 5%`: the price, then what was made of it (gateway/metering/meter.ts). */
async function saleOf(db: Store['db'], priceVersion: string | null): Promise<SaleTerms> {
  const [, ...words] = (priceVersion ?? '').split(' ');
  const ownKey = words.indexOf('own-key');
  const fee = ownKey < 0 ? undefined : Math.round(Number.parseFloat(words[ownKey + 1] ?? '0') * 100);
  const id = words[0] === 'own-key' ? undefined : words[0];
  const terms = id === undefined ? atCost : await termsOf(db, id);
  return { ...terms, id, ownKeyBasisPoints: fee };
}

async function termsOf(db: Store['db'], id: string): Promise<SaleTerms> {
  const sale = await db.selectFrom('sale_prices').selectAll().where('id', '=', id).executeTakeFirst();
  if (sale !== undefined) {
    const fixed = sale.price === null ? undefined : priceFromOverride(sale.model ?? '*', sale.price);
    return { ...atCost, fixed, markupBasisPoints: sale.markup_basis_points ?? 0 };
  }
  const plan = await db.selectFrom('plans').select('markup_basis_points').where('id', '=', id).executeTakeFirst();
  return { ...atCost, markupBasisPoints: plan?.markup_basis_points ?? 0 };
}

function scaled(line: ChargeLine, basisPoints: number): ChargeLine {
  if (basisPoints === 10_000) return line;
  const by = (pico: bigint) => (pico * BigInt(basisPoints) + 5_000n) / 10_000n;
  return { ...line, ratePicoUsd: by(line.ratePicoUsd), amountPicoUsd: by(line.amountPicoUsd) };
}

export function usageOf(row: UsageRow): Usage {
  return {
    input: row.input_tokens,
    output: row.output_tokens,
    cacheRead: row.cache_read_tokens,
    cacheWrite5m: row.cache_write_5m_tokens,
    cacheWrite1h: row.cache_write_1h_tokens,
    thinking: row.thinking_tokens,
    audioInput: row.audio_input_tokens,
    audioOutput: row.audio_output_tokens,
    webSearches: row.web_searches,
    imageInput: row.image_input_tokens,
    imageOutput: row.image_output_tokens,
    images: row.images,
    audioSeconds: row.audio_seconds,
    characters: row.characters,
    searches: row.searches,
  };
}
