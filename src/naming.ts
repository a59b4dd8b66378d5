/**
 * Which names this instance knows: of its configuration, of its catalogue and of the database; and what the management API
 * asks of them before it writes.
 */
import type { PriceFeed } from './catalog/feed.ts';
import { checkRoute, type MockAddress, nameParts } from './config/names.ts';
import { checkOwnProvider } from './config/own-provider-checks.ts';
import type { Config } from './config.ts';
import type { NamingProblem, ProviderKeyTools, RouteTools } from './control/naming/tools.ts';
import { organizationCredentialPlace } from './control/secrets/places.ts';
import type { Clock } from './lib/clock.ts';
import type { Log } from './lib/log.ts';
import type { SecretBox } from './lib/secret-box.ts';
import { OpenedSecrets } from './opened-secrets.ts';
import type { Provider } from './providers/provider.ts';
import type { NamesSource } from './snapshot/live.ts';
import type { NameParts } from './snapshot/names.ts';
import { moreNames } from './stored-names.ts';

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
  #inForce: NameParts | undefined;

  constructor(options: NamingOptions) {
    this.#options = options;
    this.#opened = new OpenedSecrets(options.secrets, options.log);
  }

  /** For the snapshot. It throws ConfigError for routes of the configuration to models that these prices do not have. */
  withPrices(feed: PriceFeed | undefined): NamesSource {
    const { config, registry, clock, mock, log } = this.#options;
    return (stored) => {
      const more = moreNames(stored, { config, registry, secrets: this.#opened, log });
      this.#inForce = nameParts(config, registry, clock.nowMs(), mock, feed?.prices, more);
      return this.#inForce;
    };
  }

  get routing(): RouteTools {
    return routeTools(this.#options.config, () => this.#inForce);
  }

  get providerKeys(): ProviderKeyTools {
    const { config, registry, secrets } = this.#options;
    return {
      isDeclared: (organization, provider) =>
        Object.hasOwn(config.organizations[organization]?.providers ?? {}, provider),
      problems(organization, { provider, apiKey, baseUrl, settings }) {
        const found: NamingProblem[] = [];
        const entry = { apiKey, ...(baseUrl !== undefined && { baseUrl }), ...settings };
        const platform = config.providers[provider] as Record<string, unknown> | undefined;
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
    problems: (route, others) => {
      const known = names();
      return known === undefined ? [] : checkRoute(route, others, config, known);
    },
  };
}
