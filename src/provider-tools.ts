/** What the management API asks of providers: the file's own, whether an account can be, and how those in use do. */
import { settingsSaid } from './config/own-credentials.ts';
import { checkSettings, vendorOf } from './config/provider-checks.ts';
import type { Config } from './config.ts';
import { testConnection } from './connection-test.ts';
import type { NamingProblem } from './control/naming/tools.ts';
import type { CredentialHealth, DeclaredProvider, ProviderAccount, ProviderTools } from './control/providers/tools.ts';
import { providerCredentialPlace } from './control/secrets/places.ts';
import type { Clock } from './lib/clock.ts';
import type { SecretBox } from './lib/secret-box.ts';
import { baseUrlOf, type Provider, type Settings } from './providers/provider.ts';
import { type NameParts, providerNameOf } from './snapshot/names.ts';
import type { Credential } from './snapshot/snapshot.ts';
import type { StoredNames } from './snapshot/stored-names.ts';

export interface ProviderToolsOptions {
  /** The file's, without what the database has. */
  readonly config: Config;
  readonly registry: ReadonlyMap<string, Provider>;
  readonly secrets: SecretBox;
  readonly clock: Clock;
  /** Undefined: not known yet. */
  readonly inForce: () => { readonly parts: NameParts; readonly stored: StoredNames } | undefined;
  /** As this instance sees it. */
  readonly health: (credential: Credential) => CredentialHealth | undefined;
}

export function providerTools(options: ProviderToolsOptions): ProviderTools {
  const { registry, secrets, clock } = options;
  const vendorNamed = (id: string) => (id === 'mock' ? undefined : registry.get(id));
  const known = (id: string) => knownCredential(id, options.inForce());
  return {
    declared: () => declaredProviders(options),
    addressOf: ({ vendor, baseUrl, settings }) => addressOf(vendorNamed(vendor), baseUrl, settings),
    problems: (account) => problemsOf(account, registry),
    seal: (secret, owner) => secrets.seal(secret, providerCredentialPlace(owner)),
    async test({ vendor, apiKey, baseUrl, settings = {}, name }) {
      const provider = vendorNamed(vendor);
      if (provider === undefined) throw new Error('an account is checked before it is tried');
      const all = { ...defaultsOf(provider), ...settings };
      const address = addressOf(provider, baseUrl, settings);
      return testConnection({ id: name, provider, baseUrl: address, secret: apiKey, settings: all }, clock);
    },
    async testKnown(id) {
      const credential = known(id);
      return credential && testConnection(credential, clock);
    },
    health(id) {
      const credential = known(id);
      return credential && options.health(credential);
    },
  };
}

function declaredProviders({ config, registry }: ProviderToolsOptions): readonly DeclaredProvider[] {
  return Object.entries(config.providers).flatMap(([name, entry]): DeclaredProvider[] => {
    const vendor = registry.get(entry.type ?? name);
    if (vendor === undefined || vendor.id === 'mock') return [];
    const { enabled, apiKey, baseUrl, models = [], inRegion, dataCollection, capacity } = entry;
    return [
      {
        name,
        vendor: vendor.id,
        enabled,
        hasSecret: apiKey !== undefined,
        settings: { ...defaultsOf(vendor), ...settingsSaid(entry) },
        models,
        options: {
          ...(inRegion !== undefined && { inRegion }),
          ...(dataCollection === 'deny' && { dataCollection }),
          ...(capacity !== undefined && { capacity: capacity as NonNullable<DeclaredProvider['options']['capacity']> }),
        },
        ...(baseUrl !== undefined && { baseUrl }),
      },
    ];
  });
}

function problemsOf(account: ProviderAccount, registry: ReadonlyMap<string, Provider>): readonly NamingProblem[] {
  const found: NamingProblem[] = [];
  const report = (path: readonly string[], expected: string, remedy: string) => {
    found.push({ path: path.join('.'), expected, remedy });
  };
  const { name, vendor: type, baseUrl, settings } = account;
  const entry = { type, ...(baseUrl !== undefined && { baseUrl }), ...settings };
  const vendor = vendorOf(name, entry, [...registry.values()], report);
  if (vendor === undefined) return found;
  if (vendor.baseUrl === '' && baseUrl === undefined)
    report(['providers', name, 'baseUrl'], 'is missing', 'Give the address that the paths are appended to.');
  checkSettings(name, entry, vendor, report);
  return found;
}

function addressOf(vendor: Provider | undefined, baseUrl: string | undefined, settings: Settings = {}): string {
  if (baseUrl !== undefined) return baseUrl.replace(/\/+$/, '');
  return vendor === undefined ? '' : baseUrlOf(vendor, { ...defaultsOf(vendor), ...settings });
}

function defaultsOf({ settings = [] }: Provider): Settings {
  return Object.fromEntries(
    settings.flatMap(({ name, default: usual }) => (usual === undefined ? [] : [[name, usual]])),
  );
}

/** By the row's id, or a provider's name for what the file has. */
function knownCredential(
  id: string,
  inForce: { readonly parts: NameParts; readonly stored: StoredNames } | undefined,
): Credential | undefined {
  if (inForce === undefined) return undefined;
  const { parts, stored } = inForce;
  const owned = stored.credentials.get(id);
  if (owned !== undefined)
    return parts.own?.find(({ organization, credential }) => {
      const isIts = 'id' in organization && organization.id === owned.organizationId;
      return isIts && providerNameOf(credential.id) === owned.provider;
    })?.credential;
  const pooled = [...(parts.pools?.values() ?? [])].flat().map(({ credential }) => credential);
  const found = pooled.find((each) => each.id === id || each.id.startsWith(`${id}:`));
  return found ?? parts.credentials.find((each) => each.id === id && parts.pools?.has(id) !== true);
}
