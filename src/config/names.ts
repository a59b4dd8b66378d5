/** From the configuration to what can be called: providers that are on, their models and prices, and routes. */

import type { PriceData } from '../catalog/genai-prices.ts';
import { type Catalog, loadCatalog, type ModelOverride } from '../catalog/load.ts';
import type { Config } from '../config.ts';
import { defined } from '../lib/defined.ts';
import { nearest } from '../lib/nearest.ts';
import type { DialectId } from '../llm/chat.ts';
import { mockModels } from '../mock/models.ts';
import { baseUrlOf, endpointFor, type Provider, type SettingName, type Settings } from '../providers/provider.ts';
import { type CompileTools, compileRoute, type Mistake } from '../routing/compile.ts';
import type { RouteDefinition } from '../routing/definition.ts';
import { type NameParts, type OwnCredential, providerNameOf } from '../snapshot/names.ts';
import type { CacheRule, Credential, Limits } from '../snapshot/snapshot.ts';
import type { StoredRoute } from '../snapshot/stored-names.ts';
import type { ActiveProvider } from './active-provider.ts';
import { fileCredentials, ownFees } from './own-credentials.ts';
import { type PooledKey, pooledProviders } from './pooled-providers.ts';
import { ConfigError, type Problem } from './problem.ts';

/** As the file has them, and those of the database in the same form. */
export type ProviderEntries = Readonly<Record<string, Config['providers'][string] & { readonly isStored?: true }>>;

/** Where the built-in provider listens; absent: it is not running, and its models are listed all the same. */
export interface MockAddress {
  readonly baseUrl: string;
  readonly secret: string;
}

/** `config` was checked against the same registry, so every entry that is on is a vendor, or an account of one by its type. */
export function activeProviders(
  config: { readonly providers: ProviderEntries },
  registry: ReadonlyMap<string, Provider>,
): ActiveProvider[] {
  return Object.entries(config.providers).flatMap(([id, entry]) => {
    const provider = registry.get(entry.type ?? id);
    if (!entry.enabled || !provider || id === mockId || provider.id === mockId) return [];
    const settings = settingsOf(provider, entry);
    return [
      {
        id,
        provider,
        baseUrl: entry.baseUrl ?? baseUrlOf(provider, settings),
        secret: entry.apiKey,
        settings,
        ...(entry.headers && { headers: entry.headers }),
        ...(entry.timeouts && { timeouts: defined(entry.timeouts) }),
        ...(entry.capacity && { capacity: entry.capacity }),
        ...(entry.dataCollection === 'deny' && { dataCollection: entry.dataCollection }),
        ...regionOf(entry.inRegion, settings),
        ...(entry.deployments && { deployments: entry.deployments }),
        ...(entry.type !== undefined && { typed: true as const }),
        ...(entry.isStored && { isStored: entry.isStored }),
        models: entry.models ?? [],
      },
    ];
  });
}

/** What the operator says, and the vendor's own defaults for the rest. */
function settingsOf({ settings = [] }: Provider, entry: Partial<Record<SettingName, string>>): Settings {
  return Object.fromEntries(
    settings.flatMap(({ name, default: fallback }) => {
      const value = entry[name] ?? fallback;
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** Where it computes, under whatever name its vendor gives that. */
function regionOf(said: string | undefined, settings: Settings): Pick<Credential, 'region'> {
  const region = said ?? settings.region ?? settings.location;
  return region === undefined ? {} : { region };
}

const mockId = 'mock';
const dialectIds: readonly DialectId[] = ['openai-chat', 'openai-responses', 'anthropic', 'gemini', 'bedrock-converse'];

export function mockIsOn(config: Config): boolean {
  return config.providers[mockId]?.enabled !== false;
}

/** What is known beside the configuration. */
export interface MoreNames {
  readonly routes: readonly StoredRoute[];
  /** By `provider/name`; what the configuration says of a model wins. */
  readonly models?: Readonly<Record<string, ModelOverride>>;
  /** Their secrets are open. */
  readonly credentials: readonly OwnCredential[];
  /** Credentials of the installation for its providers. */
  readonly keys?: readonly PooledKey[];
  /** A route that cannot be what it was: a model is gone. It is left out. */
  readonly onMistake?: (route: string, problem: Problem) => void;
}

const nothingMore: MoreNames = { routes: [], credentials: [] };

/** Throws ConfigError for routes of the configuration to models that nobody knows. */
export function nameParts(
  config: Config,
  registry: ReadonlyMap<string, Provider>,
  nowMs: number,
  mock?: MockAddress,
  prices?: PriceData,
  more = nothingMore,
): NameParts {
  const played = registry.get(mockId);
  const pooled = pooledProviders(activeProviders(config, registry), more.keys ?? []);
  const active = mockIsOn(config) && played ? [...pooled.active, playedBy(played, mock)] : pooled.active;
  const owned = [...fileCredentials(config, registry), ...more.credentials];
  const catalog = loadCatalog({
    providers: [...active, ...addedBy(owned, active)].map(({ id, provider, models, deployments }) => ({
      id,
      catalogId: provider.catalogId,
      selfHosted: provider.selfHosted,
      models,
      alsoPricedAs: provider.alsoPricedAs,
      deployments: provider.deployments ? (deployments ?? {}) : undefined,
      takes: (name) => dialectIds.some((dialect) => endpointFor(provider, dialect, name) !== undefined),
      ceiling: config.catalog.unknownModels === 'allow' && id !== mockId ? config.catalog.ceilingPrice : undefined,
    })),
    overrides: { ...more.models, ...config.models },
    nowMs,
    ...(prices && { prices }),
  });
  const credentials = active.map(({ models, deployments, typed, isStored, ...credential }) => credential);
  const tools = compileTools(config, credentials, catalog, more.routes);
  const routes = [...toRoutes(config, tools, catalog), ...storedRoutes(config, more, tools, catalog)];
  const ofOwners = owned.length === 0 ? {} : { own: owned, ownFees: ownFees(config) };
  const { timeouts } = config;
  const pools = pooled.pools.size === 0 ? {} : { pools: pooled.pools };
  return { credentials, catalog, routes, modelLimits: modelLimits(config), timeouts, ...pools, ...ofOwners };
}

/** Providers that organizations have keys for and the platform has not: the catalogue knows their models too. */
function addedBy(owned: readonly OwnCredential[], active: readonly ActiveProvider[]): ActiveProvider[] {
  const known = new Set(active.map(({ id }) => id));
  const added = owned.filter(({ credential }) => !known.has(providerNameOf(credential.id)));
  return [...new Map(added.map(({ credential }) => [providerNameOf(credential.id), credential])).entries()].map(
    ([id, { provider, baseUrl }]) => ({ id, provider, baseUrl, secret: undefined, models: [] }),
  );
}

function playedBy(provider: Provider, mock: MockAddress | undefined): ActiveProvider {
  const models = mockModels.map(({ name }) => name);
  return { id: mockId, provider, baseUrl: mock?.baseUrl ?? provider.baseUrl, secret: mock?.secret, models };
}

function modelLimits(config: Config): ReadonlyMap<string, Limits> {
  return new Map(Object.entries(config.models).flatMap(([id, { limits }]) => (limits ? [[id, limits]] : [])));
}

function compileTools(
  config: Config,
  credentials: readonly Credential[],
  catalog: Catalog,
  stored: readonly StoredRoute[],
  /** Whose definition here wins over what the configuration says. */
  tried?: string,
): CompileTools {
  const find = (id: string) => {
    const slash = id.indexOf('/');
    const credential = credentials.find((each) => each.id === id.slice(0, slash));
    const model = credential && catalog.find(credential.id, id.slice(slash + 1));
    return credential && model && { credential, model };
  };
  const others = new Map(stored.map(({ name, definition }) => [name, definition as RouteDefinition]));
  const route = (name: string) =>
    name === tried ? others.get(name) : ((config.routes[name] as RouteDefinition | undefined) ?? others.get(name));
  return { find, route, timeouts: config.timeouts };
}

function toRoutes(config: Config, tools: CompileTools, catalog: Catalog): NameParts['routes'] {
  const problems: Problem[] = [];
  const routes = Object.entries(config.routes).flatMap(([name, { limits, cache, ...definition }]) => {
    const { route, mistakes } = compileRoute(name, definition as RouteDefinition, tools);
    problems.push(...mistakes.map((mistake) => asProblem(name, mistake, config, catalog)));
    return route === undefined ? [] : [{ ...route, ...(limits && { limits }), ...(cache && { cache }) }];
  });
  if (problems.length > 0) throw new ConfigError(problems);
  return routes;
}

/** What the file says of a name wins over what the API says. */
function storedRoutes(config: Config, more: MoreNames, tools: CompileTools, catalog: Catalog): NameParts['routes'] {
  return more.routes.flatMap(({ name, definition }) => {
    if (Object.hasOwn(config.routes, name)) return [];
    const { limits, cache, ...own } = definition as StoredDefinition;
    const { route, mistakes } = compileRoute(name, own as RouteDefinition, tools);
    for (const mistake of mistakes) more.onMistake?.(name, asProblem(name, mistake, config, catalog));
    return route === undefined ? [] : [{ ...route, ...(limits && { limits }), ...(cache && { cache }) }];
  });
}

type StoredDefinition = RouteDefinition & { readonly limits?: Limits; readonly cache?: CacheRule };

/** A route as a request would have it, without storing it. `problems` instead of one: what is wrong with it. */
export function compiledRoute(
  { name, definition }: StoredRoute,
  others: readonly StoredRoute[],
  config: Config,
  { credentials, catalog }: Pick<NameParts, 'credentials'> & { readonly catalog: Catalog },
) {
  const tools = compileTools(config, credentials, catalog, [...others, { name, definition }], name);
  const { limits: _, cache: __, ...own } = definition as StoredDefinition;
  const { route, mistakes } = compileRoute(name, own as RouteDefinition, tools);
  return { route, problems: mistakes.map((mistake) => asProblem(name, mistake, config, catalog)) };
}

/** What is wrong with a route that is to be stored beside `others`; empty: nothing. */
export function checkRoute(
  { name, definition }: StoredRoute,
  others: readonly StoredRoute[],
  config: Config,
  { credentials, catalog }: Pick<NameParts, 'credentials'> & { readonly catalog: Catalog },
): readonly Problem[] {
  const tools = compileTools(config, credentials, catalog, [...others, { name, definition }]);
  const { limits: _, cache: __, ...own } = definition as StoredDefinition;
  return compileRoute(name, own as RouteDefinition, tools).mistakes.map((mistake) =>
    asProblem(name, mistake, config, catalog),
  );
}

function asProblem(route: string, { path, fault, name }: Mistake, config: Config, catalog: Catalog): Problem {
  const at = ['routes', route, ...path].join('.');
  if (fault === 'unknown-model') return unknownModel(at, name, catalog);
  if (fault === 'thresholds')
    return {
      path: at,
      expected: `must be ${name} numbers in ascending order`,
      remedy: 'One fewer than there are targets.',
    };
  if (fault === 'circle')
    return {
      path: at,
      expected: `names the route ${name}, which leads back to itself`,
      remedy: 'Name its targets here.',
    };
  const guess = nearest(name, Object.keys(config.routes));
  const remedy = guess ? `Did you mean ${guess}?` : `Add routes.${name}.`;
  return { path: at, expected: `names the route ${name}, which does not exist`, remedy };
}

function unknownModel(path: string, id: string, catalog: Catalog): Problem {
  const guess = nearest(
    id,
    catalog.models.map((model) => model.id),
  );
  const hint = guess ? `Did you mean ${guess}? Otherwise add` : 'Add';
  return {
    path,
    expected: `names ${id}, which is not in the catalogue`,
    remedy: `${hint} its price under models."${id}".`,
  };
}
