/** What the database says of models, as the catalogue takes it. What cannot be read is told and left out: nothing becomes free. */
import { type PriceFeed, readFeed } from './catalog/feed.ts';
import type { DatedPrice, ModelOverride } from './catalog/load.ts';
import { priceFromOverride } from './catalog/price.ts';
import type { Log } from './lib/log.ts';
import type { StoredFeed, StoredModels, StoredPrice } from './snapshot/stored-models.ts';

/** By `provider/name`. */
export function storedOverrides(stored: StoredModels, log: Log): Readonly<Record<string, ModelOverride>> {
  const dated = datedPrices(stored, log);
  const overrides = [...stored.models.values()].map(({ name, facts, aliases }): [string, ModelOverride] => {
    const datedPrices = dated.get(name);
    return [name, { ...facts, aliases, ...(datedPrices && { datedPrices }) }];
  });
  return Object.fromEntries(overrides);
}

/** As usage rows name it: another price has another name. */
export function apiPrice(model: string, price: StoredPrice['price']) {
  return priceFromOverride(model, price, `api:${model}`);
}

function datedPrices({ modelPrices }: StoredModels, log: Log): ReadonlyMap<string, readonly DatedPrice[]> {
  const found = new Map<string, DatedPrice[]>();
  // Of two with the same time the later one holds: ids sort by the time at which they were made.
  const sorted = [...modelPrices].toSorted(([a, one], [b, other]) =>
    one.startsAtMs === other.startsAtMs ? (a < b ? -1 : 1) : one.startsAtMs - other.startsAtMs,
  );
  for (const [id, { model, price, startsAtMs }] of sorted) {
    try {
      const dated = { startsAtMs, version: apiPrice(model, price) };
      found.set(model, [...(found.get(model) ?? []), dated]);
    } catch (error) {
      log.error({ model, price: id, why: (error as Error).message }, 'a price in the database cannot be read');
    }
  }
  return found;
}

/** Newer price data of the database, read once for each. */
export class StoredFeedReader {
  readonly #log: Log;
  #last: { readonly id: string; readonly feed: PriceFeed | undefined } | undefined;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Undefined: there is none, or it cannot be read here. */
  read(stored: StoredFeed | undefined): PriceFeed | undefined {
    if (stored === undefined) return undefined;
    if (this.#last?.id !== stored.id) this.#last = { id: stored.id, feed: this.#parse(stored) };
    return this.#last.feed;
  }

  #parse({ id, body }: StoredFeed): PriceFeed | undefined {
    try {
      return readFeed(body);
    } catch (error) {
      this.#log.error({ feed: id, why: (error as Error).message }, 'the price data in the database cannot be used');
      return undefined;
    }
  }
}
