/** Puts the catalogue together: the operator's rows, then the price data; looks models up by any of their names. */
import type { TargetModel } from '../llm/model.ts';
import type { CatalogModel, PriceVersion } from './catalog.ts';
import { isChatName, modelFacts } from './facts.ts';
import { findRow, type PricedRow, pricedRows } from './genai-prices.ts';
import { freePrice, type PriceOverride, priceFromOverride, priceVersion } from './price.ts';

export interface CatalogProvider {
  /** The configured provider's name: `openai`, or an operator's own `local`. */
  readonly id: string;
  /** Its id in the price data (`Provider.catalogId`); absent: no prices are known. */
  readonly catalogId?: string | undefined;
  /** Names that exist in any case, besides those of the price data and of overrides. */
  readonly models?: readonly string[] | undefined;
  /** Takes every model name, at price 0 (`Provider.selfHosted`). */
  readonly selfHosted?: boolean | undefined;
}

/** An operator's own or corrected row. What it leaves out stays as the price data and the facts have it. */
export interface ModelOverride {
  readonly price?: PriceOverride;
  readonly contextTokens?: number;
  readonly outputTokensMax?: number;
  /** For a reasoning model that the facts do not know: without it nobody asks it to think in words it may refuse. */
  readonly thinking?: TargetModel['thinking'];
}

export interface CatalogOptions {
  readonly providers: readonly CatalogProvider[];
  /** By `provider/name`. Rows of providers that are not configured are left alone. */
  readonly overrides: Readonly<Record<string, ModelOverride>>;
  readonly nowMs: number;
}

export interface Catalog {
  /** What can be listed: named models with a price now, and the operator's own. Patterns and any-name vendors are not. */
  readonly models: readonly CatalogModel[];
  /**
   * The model a name means. A dated or `-latest` name gets the price of its row and keeps its own name on the wire; a
   * self-hosted vendor takes any name. Undefined: this provider has no such model, or nobody knows its price.
   */
  find(providerId: string, name: string): CatalogModel | undefined;
}

/** Throws RangeError, with the path in the configuration, for a price that is not exact. */
export function loadCatalog({ providers, overrides, nowMs }: CatalogOptions): Catalog {
  const shelves = new Map(providers.map((provider) => [provider.id, new Shelf(provider, overrides)]));
  const models = [...shelves.values()].flatMap((shelf) => shelf.list(nowMs));
  return { models, find: (providerId, name) => shelves.get(providerId)?.find(name) };
}

/** Callers choose names, so what is remembered of them is bounded. */
const namesMax = 10_000;
const nameLengthMax = 256;

/** The models of one configured provider. */
class Shelf {
  readonly #provider: CatalogProvider;
  readonly #rows: readonly PricedRow[];
  readonly #own = new Map<string, { row: ModelOverride; price: PriceVersion | undefined }>();
  readonly #anyName: PriceVersion | undefined;
  readonly #found = new Map<string, CatalogModel | undefined>();

  constructor(provider: CatalogProvider, overrides: CatalogOptions['overrides']) {
    this.#provider = provider;
    this.#rows = provider.catalogId === undefined ? [] : pricedRows(provider.catalogId);
    this.#anyName = provider.selfHosted ? selfHosted : provider.catalogId === 'mock' ? playPrice : undefined;
    const prefix = `${provider.id}/`;
    for (const [id, row] of Object.entries(overrides)) {
      if (!id.startsWith(prefix)) continue;
      this.#own.set(id.slice(prefix.length), { row, price: row.price && priceFromOverride(id, row.price) });
    }
  }

  find(name: string): CatalogModel | undefined {
    if (name === '' || name.length > nameLengthMax) return undefined;
    if (this.#found.has(name)) return this.#found.get(name);
    if (this.#found.size >= namesMax) this.#found.clear();
    const model = this.#resolve(name);
    this.#found.set(name, model);
    return model;
  }

  list(nowMs: number): CatalogModel[] {
    const rows = this.#rows.filter((row) => !row.deprecated && row.priceAt(nowMs) !== undefined);
    const priced = rows.map((row) => row.name ?? '').filter(isChatName);
    const names = [...(this.#provider.models ?? []), ...this.#own.keys(), ...priced];
    return [...new Set(names)].map((name) => this.find(name)).filter((model) => model !== undefined);
  }

  #resolve(name: string): CatalogModel | undefined {
    const row = findRow(this.#rows, name);
    // A correction of the row holds for all of its names, one of the name itself first.
    const ownName = [name, row?.name].find((candidate) => candidate !== undefined && this.#own.has(candidate));
    const own = ownName === undefined ? undefined : this.#own.get(ownName);
    const known = own !== undefined || row !== undefined || this.#provider.models?.includes(name);
    if (!known && this.#anyName === undefined) return undefined;
    const facts = modelFacts(name);
    const outputTokensMax = own?.row.outputTokensMax ?? facts.outputTokensMax;
    const thinking = own?.row.thinking ?? facts.thinking;
    const fixed = own?.price ?? (row === undefined ? this.#anyName : undefined);
    return Object.freeze({
      id: `${this.#provider.id}/${name}`,
      provider: this.#provider.id,
      name,
      target: Object.freeze({ ...facts, name, outputTokensMax, thinking }),
      contextTokens: own?.row.contextTokens ?? row?.contextTokens,
      outputTokensMax,
      ownRow: ownName && `${this.#provider.id}/${ownName}`,
      priceAt: fixed === undefined ? (nowMs: number) => row?.priceAt(nowMs) : () => fixed,
      operationPriceAt: fixed === undefined ? (nowMs: number) => row?.operationPriceAt(nowMs) : () => fixed,
    });
  }
}

const selfHosted = freePrice('self-hosted');

/** Pretend models cost pretend money, $1 and $2 for a million tokens, so that metering can be seen at work. */
const playPrice = priceVersion('mock:play', { input: { base: 1_000_000n }, output: { base: 2_000_000n } });
