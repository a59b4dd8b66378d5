/**
 * Which names this instance knows: of its configuration, of its catalogue and of the database; and what the management API
 * asks of them before it writes.
 */
import type { PriceFeed } from './catalog/feed.ts';
import { checkRoute, compiledRoute, type MockAddress, nameParts } from './config/names.ts';
import { checkOwnProvider } from './config/own-provider-checks.ts';
import type { Config } from './config.ts';
import type { ModelDiscovery, ModelTools, PriceSource } from './control/models/tools.ts';
import type { NamingProblem, ProviderKeyTools, RouteTools } from './control/naming/tools.ts';
import type { ProviderTools } from './control/providers/tools.ts';
import { organizationCredentialPlace } from './control/secrets/places.ts';
import type { Clock } from './lib/clock.ts';
import type { Log } from './lib/log.ts';
import type { SecretBox } from './lib/secret-box.ts';
import { modelDiscovery } from './model-discovery.ts';
import { modelTools, type NamesInForce } from './model-tools.ts';
import { OpenedSecrets } from './opened-secrets.ts';
import { priceSource } from './price-source.ts';
import { type ProviderToolsOptions, providerTools } from './provider-tools.ts';
import type { Provider } from './providers/provider.ts';
import type { NamesSource } from './snapshot/live.ts';
import type { NameParts } from './snapshot/names.ts';
import type { StoredNames } from './snapshot/stored-names.ts';
import { StoredFeedReader } from './stored-models.ts';
import { moreNames } from './stored-names.ts';
import { withStoredProviders } from './stored-providers.ts';

export interface NamingOptions {
  readonly config: Config;
  readonly registry: ReadonlyMap<string, Provider>;
  readonly secrets: SecretBox;
  readonly clock: Clock;
  /** Absent: the built-in provider is not running. */
  readonly mock: MockAddress | undefined;
  readonly log: Log;
}

export class Naming {
  readonly #options: NamingOptions;
  readonly #opened: OpenedSecrets;
  readonly #feeds: StoredFeedReader;
  #inForce: NamesInForce | undefined;
  /** With what the database has beside the file. */
  #config: Config;
  #stored: StoredNames | undefined;

  constructor(options: NamingOptions) {
    this.#options = options;
    this.#config = options.config;
    this.#opened = new OpenedSecrets(options.secrets, options.log);
    this.#feeds = new StoredFeedReader(options.log);
  }

  /**
   * For the snapshot. It throws ConfigError for routes of the configuration to models that these prices do not have.
   * `feed`: this instance's own price data, of `atMs`; newer data in the database wins.
   */
  withPrices(own: PriceFeed | undefined, atMs = 0): NamesSource {
    const { registry, clock, mock, log } = this.#options;
    return (stored) => {
      const config = withStoredProviders(this.#options.config, stored);
      this.#config = config;
      this.#stored = stored;
      const more = moreNames(stored, { config, registry, secrets: this.#opened, log });
      const newer = (stored.feed?.createdAtMs ?? 0) > atMs ? this.#feeds.read(stored.feed) : undefined;
      const feed = newer ?? own;
      const parts = nameParts(config, registry, clock.nowMs(), mock, feed?.prices, more);
      this.#inForce = { parts, overrides: { ...more.models, ...config.models }, feed };
      return parts;
    };
  }

  get routing(): RouteTools {
    return routeTools(this.#options.config, () => this.#inForce?.parts);
  }

  get models(): ModelTools {
    return modelTools(this.#modelOptions);
  }

  get modelParts(): { models: ModelTools; discovery: ModelDiscovery; priceSource: PriceSource } {
    const discovery = modelDiscovery(() => this.#inForce?.parts.credentials ?? []);
    return { models: this.models, discovery, priceSource: priceSource(this.#modelOptions) };
  }

  get #modelOptions() {
    const { config, registry, clock } = this.#options;
    return { config, registry, nowMs: () => clock.nowMs(), inForce: () => this.#inForce };
  }

  /** `health`: as this instance sees it. */
  providers(health: ProviderToolsOptions['health']): ProviderTools {
    const { config, registry, secrets, clock } = this.#options;
    const inForce = () => {
      const [parts, stored] = [this.#inForce?.parts, this.#stored];
      return parts && stored && { parts, stored };
    };
    return providerTools({ config, registry, secrets, clock, inForce, health });
  }

  get providerKeys(): ProviderKeyTools {
    const { config, registry, secrets } = this.#options;
    const platformOf = (provider: string) => this.#config.providers[provider];
    return {
      isDeclared: (organization, provider) =>
        Object.hasOwn(config.organizations[organization]?.providers ?? {}, provider),
      problems(organization, { provider, apiKey, baseUrl, settings }) {
        const found: NamingProblem[] = [];
        const entry = { apiKey, ...(baseUrl !== undefined && { baseUrl }), ...settings };
        const platform = platformOf(provider) as Record<string, unknown> | undefined;
        checkOwnProvider(organization, provider, entry, platform, [...registry.values()], (path, expected, remedy) => {
          found.push({ path: path.join('.'), expected, remedy });
        });
        return found;
      },
      seal: (secret, owner) => secrets.seal(secret, organizationCredentialPlace(owner)),
    };
  }
}

/** `names`: those in force; undefined: not known yet. */
export function routeTools(config: Config, names: () => NameParts | undefined): RouteTools {
  return {
    isDeclared: (name) => Object.hasOwn(config.routes, name),
    declared: () => Object.entries(config.routes).map(([name, definition]) => ({ name, definition })),
    compile(route, others) {
      const known = names();
      return known === undefined ? { route: undefined, problems: [] } : compiledRoute(route, others, config, known);
    },
    problems: (route, others) => {
      const known = names();
      return known === undefined ? [] : checkRoute(route, others, config, known);
    },
  };
}
