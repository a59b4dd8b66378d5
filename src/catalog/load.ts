/** Puts the catalogue together: the operator's rows, then the price data; looks models up by any of their names. */
import type { TargetModel } from '../llm/model.ts';
import { capabilitiesOf, type InputKind } from './capabilities.ts';
import type { CatalogModel, PriceVersion } from './catalog.ts';
import { isChatName, modelFacts } from './facts.ts';
import { bundledPrices, findRow, type PriceData, type PricedRow } from './genai-prices.ts';
import { freePrice, type PriceOverride, priceFromOverride, priceVersion } from './price.ts';

export interface CatalogProvider {
  /** The configured provider's name: `openai`, or an operator's own `local`. */
  readonly id: string;
  /** Its id in the price data (`Provider.catalogId`); absent: no prices are known. */
  readonly catalogId?: string | undefined;
  /** Other ids in the price data whose models it sells at the same prices; looked up, not listed. */
  readonly alsoPricedAs?: readonly string[] | undefined;
  /** Names that exist in any case, besides those of the price data and of overrides. */
  readonly models?: readonly string[] | undefined;
  /** Models run here under names that the operator chose: the wire name of each. Only these and `models` are listed. */
  readonly deployments?: Readonly<Record<string, string>> | undefined;
  /** Whether the vendor can be asked for a model of this wire name; absent: for all that are known. */
  readonly takes?: ((wireName: string) => boolean) | undefined;
  /** Takes every model name, at price 0 (`Provider.selfHosted`). */
  readonly selfHosted?: boolean | undefined;
  /** What a name costs that only the vendor knows; absent: such a name is refused. */
  readonly ceiling?: PriceOverride | undefined;
}

/** An operator's own or corrected row. What it leaves out stays as the price data and the facts have it. */
export interface ModelOverride {
  readonly price?: PriceOverride;
  /** Prices with their times, the earliest first. Before the first one it costs what it costs without them. */
  readonly datedPrices?: readonly DatedPrice[];
  readonly contextTokens?: number;
  readonly outputTokensMax?: number;
  /** For a reasoning model that the facts do not know: without it nobody asks it to think in words it may refuse. */
  readonly thinking?: TargetModel['thinking'];
  /** Other names under which it is called; on the wire it has its own. */
  readonly aliases?: readonly string[];
  readonly inputs?: readonly InputKind[];
  readonly tools?: boolean;
}

/** In force from a time on, until the next one. */
export interface DatedPrice {
  readonly startsAtMs: number;
  readonly version: PriceVersion;
}

export interface CatalogOptions {
  readonly providers: readonly CatalogProvider[];
  /** By `provider/name`. Rows of providers that are not configured are left alone. */
  readonly overrides: Readonly<Record<string, ModelOverride>>;
  readonly nowMs: number;
  /** Absent: what came with the package. */
  readonly prices?: PriceData;
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
export function loadCatalog({ providers, overrides, nowMs, prices = bundledPrices }: CatalogOptions): Catalog {
  const shelves = new Map(providers.map((provider) => [provider.id, new Shelf(provider, overrides, prices)]));
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
  readonly #foreign: readonly (readonly PricedRow[])[];
  readonly #own = new Map<string, { row: ModelOverride; price: PriceVersion | undefined }>();
  readonly #anyName: PriceVersion | undefined;
  readonly #aliases = new Map<string, string>();
  readonly #found = new Map<string, CatalogModel | undefined>();

  constructor(provider: CatalogProvider, overrides: CatalogOptions['overrides'], prices: PriceData) {
    this.#provider = provider;
    this.#rows = provider.catalogId === undefined ? [] : prices(provider.catalogId);
    this.#foreign = (provider.alsoPricedAs ?? []).map((catalogId) => prices(catalogId));
    this.#anyName = anyNamePrice(provider);
    const prefix = `${provider.id}/`;
    for (const [id, row] of Object.entries(overrides)) {
      if (!id.startsWith(prefix)) continue;
      const name = id.slice(prefix.length);
      this.#own.set(name, { row, price: row.price && priceFromOverride(id, row.price) });
      for (const alias of row.aliases ?? []) this.#aliases.set(alias, name);
    }
  }

  find(name: string): CatalogModel | undefined {
    if (name === '' || name.length > nameLengthMax) return undefined;
    if (this.#found.has(name)) return this.#found.get(name);
    if (this.#found.size >= namesMax) this.#found.clear();
    const model = this.#resolve(this.#aliases.get(name) ?? name);
    this.#found.set(name, model);
    return model;
  }

  list(nowMs: number): CatalogModel[] {
    const rows = this.#rows.filter((row) => !row.deprecated && row.priceAt(nowMs) !== undefined);
    const priced = rows.map((row) => row.name ?? '').filter(isChatName);
    const { models = [], deployments } = this.#provider;
    const deployed = deployments && Object.keys(deployments);
    const names = [...models, ...this.#own.keys(), ...(deployed ?? priced)];
    return [...new Set(names)].map((name) => this.find(name)).filter((model) => model !== undefined);
  }

  #resolve(name: string): CatalogModel | undefined {
    const row = findRow(this.#rows, name) ?? this.#foreignRow(name);
    // A correction of the row holds for all of its names, one of the name itself first.
    const ownName = [name, row?.name].find((candidate) => candidate !== undefined && this.#own.has(candidate));
    const own = ownName === undefined ? undefined : this.#own.get(ownName);
    const wireName = this.#wireName(name);
    const told = own !== undefined || this.#provider.models?.includes(name) || wireName !== name;
    if (!told && row === undefined && this.#anyName === undefined) return undefined;
    // The price data of a vendor may have models that are sold by another door of the same house.
    if (!told && this.#provider.takes?.(wireName) === false) return undefined;
    const facts = modelFacts(name);
    const more = capabilitiesOf(name);
    // Only what is sure is asked for or clamped to; a list may show what others say.
    const outputTokensMax = own?.row.outputTokensMax ?? facts.outputTokensMax;
    const thinking = own?.row.thinking ?? facts.thinking;
    const fixed = own?.price ?? (row === undefined ? this.#anyName : undefined);
    const dated = own?.row.datedPrices ?? [];
    const datedAt = (nowMs: number) => dated.findLast(({ startsAtMs }) => startsAtMs <= nowMs)?.version;
    const usualAt = (nowMs: number) => fixed ?? row?.priceAt(nowMs);
    const usualOperationAt = (nowMs: number) => fixed ?? row?.operationPriceAt(nowMs);
    return Object.freeze({
      id: `${this.#provider.id}/${name}`,
      provider: this.#provider.id,
      name,
      target: Object.freeze({ ...facts, name: wireName, outputTokensMax, thinking }),
      contextTokens: own?.row.contextTokens ?? row?.contextTokens ?? more?.contextTokens,
      outputTokensMax: outputTokensMax ?? more?.outputTokensMax,
      inputs: own?.row.inputs ?? more?.inputs ?? noInputs,
      tools: own?.row.tools ?? more?.tools,
      thinks: thinking === undefined ? more?.thinking : thinking !== 'none',
      ownRow: ownName && `${this.#provider.id}/${ownName}`,
      priceAt: dated.length === 0 ? usualAt : (nowMs: number) => datedAt(nowMs) ?? usualAt(nowMs),
      operationPriceAt:
        dated.length === 0 ? usualOperationAt : (nowMs: number) => datedAt(nowMs) ?? usualOperationAt(nowMs),
    });
  }

  /** A house that sells other vendors' models at their prices. */
  #foreignRow(name: string): PricedRow | undefined {
    for (const rows of this.#foreign) {
      const found = findRow(rows, name);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #wireName(name: string): string {
    const { deployments } = this.#provider;
    return deployments !== undefined && Object.hasOwn(deployments, name) ? (deployments[name] ?? name) : name;
  }
}

const noInputs: readonly InputKind[] = [];

function anyNamePrice({ id, catalogId, selfHosted: own, ceiling }: CatalogProvider): PriceVersion | undefined {
  if (own) return selfHosted;
  if (catalogId === 'mock') return playPrice;
  return ceiling === undefined ? undefined : priceFromOverride(`${id}/*`, ceiling);
}

const selfHosted = freePrice('self-hosted');

/** Pretend models cost pretend money, $1 and $2 for a million tokens, so that metering can be seen at work. */
const playPrice = priceVersion('mock:play', { input: { base: 1_000_000n }, output: { base: 2_000_000n } });
