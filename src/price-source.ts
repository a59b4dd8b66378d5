/** Newer price data for the management API: where it is fetched from, and what it would change. */
import type { Rate } from './catalog/catalog.ts';
import { type PriceFeed, readFeed } from './catalog/feed.ts';
import { type Catalog, loadCatalog } from './catalog/load.ts';
import { dollars } from './control/models/shown.ts';
import type { ListedPrice, PriceChange, PriceSource } from './control/models/tools.ts';
import type { ModelToolsOptions } from './model-tools.ts';
import { fetchPrices } from './price-file.ts';

export function priceSource(options: ModelToolsOptions): PriceSource {
  const { url } = options.config.catalog;
  return {
    url,
    fetch: (signal, onBytes) => fetchPrices(url, { signal, onBytes }),
    compare(body) {
      const feed = readFeed(body);
      const before = catalogOf(options, options.inForce()?.feed);
      const after = catalogOf(options, feed);
      return { vendors: feed.vendors, models: feed.models, changes: changesOf(before, after, options.nowMs()) };
    },
  };
}

/** Of every vendor that there is, without what operators say: what the price data alone says. */
function catalogOf({ registry, nowMs }: ModelToolsOptions, feed: PriceFeed | undefined): Catalog {
  return loadCatalog({
    providers: [...registry.values()]
      .filter(({ catalogId, selfHosted }) => catalogId !== undefined && catalogId !== 'mock' && selfHosted !== true)
      .map(({ id, catalogId, alsoPricedAs }) => ({ id, catalogId, alsoPricedAs })),
    overrides: {},
    nowMs: nowMs(),
    ...(feed && { prices: feed.prices }),
  });
}

function changesOf(before: Catalog, after: Catalog, nowMs: number): readonly PriceChange[] {
  const ids = [...new Set([...before.models, ...after.models].map(({ id }) => id))].sort();
  return ids.flatMap((model) => {
    const from = priceIn(before, model, nowMs);
    const to = priceIn(after, model, nowMs);
    if (from?.version === to?.version) return [];
    return [{ model, from: shown(from), to: shown(to), factor: from && to ? factorOf(from, to) : null }];
  });
}

interface Found {
  readonly version: string;
  readonly rates: readonly (Rate | undefined)[];
  readonly input: Rate;
  readonly output: Rate;
}

function priceIn(catalog: Catalog, id: string, nowMs: number): Found | undefined {
  const slash = id.indexOf('/');
  const price = catalog.find(id.slice(0, slash), id.slice(slash + 1))?.priceAt(nowMs);
  if (price === undefined) return undefined;
  const { input, output, cacheRead, cacheWrite5m, cacheWrite1h } = price;
  return { version: price.id, input, output, rates: [input, output, cacheRead, cacheWrite5m, cacheWrite1h] };
}

/** Null: a rate became nothing, or came out of it. */
function factorOf(from: Found, to: Found): number | null {
  let most = 1;
  for (const [i, rate] of from.rates.entries()) {
    const other = to.rates[i];
    if (rate === undefined || other === undefined) continue;
    if (rate.base === 0n && other.base === 0n) continue;
    if (rate.base === 0n || other.base === 0n) return null;
    const ratio = Number(other.base) / Number(rate.base);
    most = Math.max(most, ratio, 1 / ratio);
  }
  return Math.round(most * 1_000) / 1_000;
}

function shown(found: Found | undefined): ListedPrice | null {
  if (found === undefined) return null;
  return { version: found.version, input: dollars(found.input.base), output: dollars(found.output.base) };
}
