/** What of models only the composition root knows: the configuration, the catalogue, the providers that can be asked. */
import type { CatalogModel } from '../../catalog/catalog.ts';
import type { PriceOverride } from '../../catalog/price.ts';

/** Who says what it costs: the configuration file, this API, the price data, or nobody but its provider's kind. */
export type ModelSource = 'file' | 'api' | 'catalogue' | 'provider';

export interface KnownModel {
  readonly model: CatalogModel;
  readonly source: ModelSource;
  /** Names under which it can be asked for too, without the provider. */
  readonly aliases: readonly string[];
  /** Why nobody can call it; absent: it can be called. */
  readonly whyNot?: string;
}

export interface ModelTools {
  /** Every model of every provider that is known, whether or not it is turned on; by id. */
  list(): readonly KnownModel[];
  /** Also one that no list has, such as a dated name. */
  find(id: string): KnownModel | undefined;
  /** The configuration file has a row of this id, which wins. */
  isDeclared(id: string): boolean;
  /** `own`: takes every name, so that none of them means anything in particular. Undefined: nobody knows it. */
  providerKind(provider: string): 'vendor' | 'own' | undefined;
  /** What a name means already, as the end of a sentence: `the route fast`. Undefined: nothing. */
  meaningOf(name: string): string | undefined;
  /** The name that usage rows will have of it. Throws RangeError for what is no exact price. */
  priceVersion(id: string, price: PriceOverride): string;
}

/** Names that a provider says it has. */
export interface ModelDiscovery {
  /** Throws ApiFailure: what it answered, or that it did not. */
  discover(provider: string): Promise<readonly string[]>;
}

/** One model's price in two sets of price data. */
export interface PriceChange {
  readonly model: string;
  readonly from: ListedPrice | null;
  readonly to: ListedPrice | null;
  /** The most that one rate was multiplied or divided by; null: one of them was or becomes nothing. */
  readonly factor: number | null;
}

export interface ListedPrice {
  readonly version: string;
  /** Dollars for a million tokens, exact. */
  readonly input: string;
  readonly output: string;
}

export interface PriceComparison {
  readonly vendors: number;
  readonly models: number;
  readonly changes: readonly PriceChange[];
}

/** Where newer price data comes from. */
export interface PriceSource {
  readonly url: string;
  /** The text as it was published. Throws an error that says why not. `onBytes`: how many have come so far. */
  fetch(signal: AbortSignal, onBytes: (bytes: number) => void): Promise<string>;
  /** With what is in force here. Throws an error for what is not whole and plausible. */
  compare(body: string): PriceComparison;
}
