/** Credentials of organizations: what the file or the API says of them, and the platform's entry for the rest. */
import type { Config } from '../config.ts';
import { baseUrlOf, type Provider, type SettingName, type Settings, settingNames } from '../providers/provider.ts';
import type { OwnCredential } from '../snapshot/names.ts';
import type { Credential } from '../snapshot/snapshot.ts';

/** What is known of an organization's account at a provider. */
export interface OwnAccount {
  readonly secret: string | undefined;
  readonly fallback: boolean;
  readonly baseUrl?: string | undefined;
  readonly settings?: Settings;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly dataCollection?: 'allow' | 'deny';
}

/** The vendor that a provider's name stands for; undefined: none that an organization may have an account at. */
export function vendorNamed(
  name: string,
  config: Pick<Config, 'providers'>,
  registry: ReadonlyMap<string, Provider>,
): Provider | undefined {
  const vendor = registry.get(config.providers[name]?.type ?? name);
  return vendor?.id === 'mock' ? undefined : vendor;
}

export function fileCredentials(config: Config, registry: ReadonlyMap<string, Provider>): OwnCredential[] {
  return Object.entries(config.organizations).flatMap(([name, { providers = {} }]) =>
    Object.entries(providers).flatMap(([provider, entry]) => {
      const account = { ...entry, secret: entry.apiKey, settings: settingsSaid(entry) };
      const credential = ownCredential(name, provider, account, config, registry);
      return credential === undefined ? [] : [{ organization: { name }, credential, fallback: entry.fallback }];
    }),
  );
}

/** What each organization pays for what its own keys answer, in hundredths of a percent of the usual. */
export function ownFees({ organizations }: Config): ReadonlyMap<string, number> {
  return new Map(
    Object.entries(organizations).flatMap(([name, { byokFeePercent }]) =>
      byokFeePercent === 0 ? [] : [[name, Math.round(byokFeePercent * 100)]],
    ),
  );
}

/**
 * `owner` makes its id a credential's of its own: pools, health and seals go by it. Of the platform's entry it has the
 * address and the settings, and neither its key nor its headers, which are of another account.
 */
export function ownCredential(
  owner: string,
  name: string,
  account: OwnAccount,
  config: Pick<Config, 'providers'>,
  registry: ReadonlyMap<string, Provider>,
): Credential | undefined {
  const provider = vendorNamed(name, config, registry);
  if (provider === undefined) return undefined;
  const entry = config.providers[name];
  const settings = { ...defaultsOf(provider), ...(entry && settingsSaid(entry)), ...account.settings };
  const region = settings.region ?? settings.location;
  return {
    id: `${owner}:${name}`,
    provider,
    baseUrl: account.baseUrl ?? addressOf(provider, settings, entry?.baseUrl, account.settings),
    secret: account.secret,
    settings,
    ...(account.headers && { headers: account.headers }),
    ...(account.dataCollection === 'deny' && { dataCollection: 'deny' as const }),
    ...(region !== undefined && { region }),
  };
}

/** Settings of its own (another resource, another region) make an address of its own. */
function addressOf(provider: Provider, settings: Settings, platforms: string | undefined, said: Settings = {}): string {
  const isOther = Object.keys(said).length > 0 && provider.baseUrl !== '';
  return isOther ? baseUrlOf(provider, settings) : (platforms ?? baseUrlOf(provider, settings));
}

export function settingsSaid(entry: Partial<Record<SettingName, string | undefined>>): Settings {
  return Object.fromEntries(
    settingNames.flatMap((name) => {
      const value = entry[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function defaultsOf({ settings = [] }: Provider): Settings {
  return Object.fromEntries(
    settings.flatMap(({ name, default: fallback }) => (fallback === undefined ? [] : [[name, fallback]])),
  );
}
