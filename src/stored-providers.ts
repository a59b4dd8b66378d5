/** Providers of the database beside those of the file, in the same form: from there on nobody can tell them apart. */
import type { ProviderEntries } from './config/names.ts';
import type { PooledKey } from './config/pooled-providers.ts';
import type { Config } from './config.ts';
import { providerCredentialPlace } from './control/secrets/places.ts';
import type { OpenedSecrets } from './opened-secrets.ts';
import type { StoredProvider, StoredProviders } from './snapshot/stored-providers.ts';

/** What the file says of a name wins. */
export function withStoredProviders(config: Config, { providers }: StoredProviders): Config {
  if (providers.size === 0) return config;
  const stored = [...providers.values()].map((each): [string, ProviderEntries[string]] => [each.name, entryOf(each)]);
  return { ...config, providers: { ...Object.fromEntries(stored), ...config.providers } };
}

function entryOf({ vendor, enabled, baseUrl, settings, models, options }: StoredProvider): ProviderEntries[string] {
  const { inRegion, dataCollection = 'allow', capacity } = options;
  return {
    ...settings,
    type: vendor,
    enabled,
    models: [...models],
    dataCollection,
    isStored: true,
    ...(baseUrl !== undefined && { baseUrl }),
    ...(inRegion !== undefined && { inRegion }),
    ...(capacity !== undefined && { capacity }),
  };
}

/** One whose secret does not open, of which is told, is as one that is turned off. */
export function storedKeys({ providerCredentials }: StoredProviders, secrets: OpenedSecrets): readonly PooledKey[] {
  return [...providerCredentials.values()].map(({ id, provider, sealed, baseUrl, weight, priority, enabled }) => {
    const place = providerCredentialPlace({ id, provider });
    const secret = sealed === '' ? undefined : secrets.open(sealed, place, { provider });
    const isUsed = enabled && (secret !== undefined || sealed === '');
    return { id, provider, secret, weight, priority, isUsed, ...(baseUrl !== undefined && { baseUrl }) };
  });
}
