/** What the management API asks of models: the names in force, and those of vendors that are not turned on. */
import type { CatalogModel } from './catalog/catalog.ts';
import type { PriceFeed } from './catalog/feed.ts';
import { type Catalog, type CatalogProvider, loadCatalog, type ModelOverride } from './catalog/load.ts';
import type { Config } from './config.ts';
import type { KnownModel, ModelSource, ModelTools } from './control/models/tools.ts';
import type { Provider } from './providers/provider.ts';
import type { NameParts } from './snapshot/names.ts';
import { apiPrice } from './stored-models.ts';

/** What is in force at this instance. */
export interface NamesInForce {
  readonly parts: NameParts;
  readonly overrides: Readonly<Record<string, ModelOverride>>;
  readonly feed: PriceFeed | undefined;
}

export interface ModelToolsOptions {
  readonly config: Config;
  readonly registry: ReadonlyMap<string, Provider>;
  readonly nowMs: () => number;
  /** Undefined: not known yet. */
  readonly inForce: () => NamesInForce | undefined;
}

export function modelTools(options: ModelToolsOptions): ModelTools {
  const { config, registry, inForce } = options;
  const shelves = new Shelves(options);
  return {
    list: () => shelves.list(),
    find: (id) => shelves.find(id),
    isDeclared: (id) => Object.hasOwn(config.models, id),
    providerKind(id) {
      const known = inForce()?.parts.credentials.find((each) => each.id === id)?.provider ?? registry.get(id);
      if (known === undefined && !Object.hasOwn(config.providers, id)) return undefined;
      return known?.selfHosted === true ? 'own' : 'vendor';
    },
    meaningOf: (name) => shelves.meaningOf(name),
    priceVersion: (id, price) => apiPrice(id, { ...price }).id,
  };
}

/** No model has it: a provider that knows this takes every name. */
const nobodysName = '\u0000';

class Shelves {
  readonly #options: ModelToolsOptions;
  /** Of one state of the names: made again when they change. */
  #made: { readonly of: NamesInForce; readonly off: Catalog; readonly list: readonly KnownModel[] } | undefined;

  constructor(options: ModelToolsOptions) {
    this.#options = options;
  }

  list(): readonly KnownModel[] {
    return this.#current()?.list ?? [];
  }

  find(id: string): KnownModel | undefined {
    const current = this.#current();
    const slash = id.indexOf('/');
    if (current === undefined || slash < 1) return undefined;
    const [provider, name] = [id.slice(0, slash), id.slice(slash + 1)];
    const model = current.of.parts.catalog.find(provider, name) ?? current.off.find(provider, name);
    return model && this.#known(model, current.of);
  }

  meaningOf(name: string): string | undefined {
    const current = this.#current();
    if (current === undefined) return undefined;
    const { parts } = current.of;
    if (parts.routes.some((route) => route.name === name)) return `the route ${name}`;
    const listed = current.list.find(({ model }) => model.id === name || model.name === name);
    if (listed !== undefined) return `the model ${listed.model.id}`;
    const slash = name.indexOf('/');
    const places =
      slash < 1 ? parts.credentials.map(({ id }) => [id, name]) : [[name.slice(0, slash), name.slice(slash + 1)]];
    for (const [provider = '', bare = ''] of places) {
      // Where every name is taken, none of them means anything in particular.
      if (parts.catalog.find(provider, nobodysName) !== undefined) continue;
      const found = parts.catalog.find(provider, bare) ?? current.off.find(provider, bare);
      if (found !== undefined) return `the model ${found.id}`;
    }
    return undefined;
  }

  #current() {
    const of = this.#options.inForce();
    if (of === undefined) return undefined;
    if (this.#made?.of !== of) {
      const off = this.#offCatalog(of);
      const all = [...of.parts.catalog.models, ...off.models].map((model) => this.#known(model, of));
      const list = [...new Map(all.map((known) => [known.model.id, known])).values()];
      this.#made = { of, off, list: list.toSorted((a, b) => (a.model.id < b.model.id ? -1 : 1)) };
    }
    return this.#made;
  }

  /** Of vendors that nobody has turned on: what could be called with a key for them. */
  #offCatalog({ parts, overrides, feed }: NamesInForce): Catalog {
    const { registry, nowMs } = this.#options;
    const on = new Set([
      ...parts.credentials.map(({ id }) => id),
      ...parts.catalog.models.map(({ provider }) => provider),
    ]);
    const off = [...registry.values()].filter(({ id, selfHosted }) => !on.has(id) && selfHosted !== true);
    return loadCatalog({
      providers: off.map(asShelf),
      overrides,
      nowMs: nowMs(),
      ...(feed && { prices: feed.prices }),
    });
  }

  #known(model: CatalogModel, { parts, overrides }: NamesInForce): KnownModel {
    const row = overrides[model.ownRow ?? ''];
    const isOwn = model.ownRow === model.id;
    const why = this.#whyNot(model, parts);
    return {
      model,
      source: this.#sourceOf(model, row),
      aliases: isOwn ? (row?.aliases ?? []) : [],
      ...(why !== undefined && { whyNot: why }),
    };
  }

  #sourceOf({ ownRow, priceAt }: CatalogModel, row: ModelOverride | undefined): ModelSource {
    const { config, nowMs } = this.#options;
    if (ownRow !== undefined && Object.hasOwn(config.models, ownRow)) return 'file';
    if (row !== undefined && saysSomething(row)) return 'api';
    return priceAt(nowMs())?.id.startsWith('genai-prices:') === true ? 'catalogue' : 'provider';
  }

  #whyNot(model: CatalogModel, { credentials }: NameParts): string | undefined {
    const { provider } = model;
    if (!credentials.some(({ id }) => id === provider)) {
      const variable = this.#options.registry.get(provider)?.keyEnv[0];
      const ways = [variable && `set ${variable}`, 'add its key under Providers'].filter(Boolean).join(', or ');
      return `The provider ${provider} is not turned on: ${ways}.`;
    }
    if (model.priceAt(this.#options.nowMs()) !== undefined) return undefined;
    return 'Nobody knows its price, so it is refused: give it one.';
  }
}

/** Names alone say nothing of what it is. */
function saysSomething({ aliases: _, ...said }: ModelOverride): boolean {
  return Object.keys(said).length > 0;
}

function asShelf({ id, catalogId, alsoPricedAs }: Provider): CatalogProvider {
  return { id, catalogId, alsoPricedAs };
}
