/** Providers and credentials of the installation that were made through the API. As stored: secrets are sealed. */
import type { StoredProviderOptions } from '../store/schema/providers.ts';
import type { Store } from '../store/store.ts';

export interface StoredProvider {
  readonly name: string;
  readonly vendor: string;
  readonly enabled: boolean;
  readonly baseUrl?: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly models: readonly string[];
  readonly options: StoredProviderOptions;
}

export interface StoredProviderCredential {
  readonly id: string;
  readonly provider: string;
  /** '' for none. */
  readonly sealed: string;
  readonly baseUrl?: string;
  readonly weight: number;
  readonly priority: number;
  readonly enabled: boolean;
}

export interface StoredProviders {
  /** By the rows' ids, as the credentials. */
  readonly providers: ReadonlyMap<string, StoredProvider>;
  readonly providerCredentials: ReadonlyMap<string, StoredProviderCredential>;
}

export const noStoredProviders: StoredProviders = Object.freeze({
  providers: new Map(),
  providerCredentials: new Map(),
});

type ReadPages = <Row extends { readonly id: string }>(
  readAfter: (id: string) => Promise<readonly Row[]>,
) => Promise<readonly Row[]>;

export type StoredProviderRows = Awaited<ReturnType<typeof readProviders>>;

const pageRows = 2_000;

/** What an instance does not know yet of them. */
export async function readProviders(db: Store['db'], since: number, readPages: ReadPages) {
  const providers = await readPages((after) =>
    db
      .selectFrom('providers')
      .select(['id', 'name', 'vendor', 'enabled', 'base_url', 'settings', 'models', 'options', 'ended_at'])
      .where('snapshot_version', '>', since)
      .where('id', '>', after)
      .orderBy('id')
      .limit(pageRows)
      .execute(),
  );
  const providerCredentials = await readPages((after) =>
    db
      .selectFrom('provider_credentials')
      .select(['id', 'provider', 'sealed', 'base_url', 'weight', 'priority', 'enabled', 'ended_at'])
      .where('snapshot_version', '>', since)
      .where('id', '>', after)
      .orderBy('id')
      .limit(pageRows)
      .execute(),
  );
  return { providers, providerCredentials };
}

export function hasProviderRows({ providers, providerCredentials }: StoredProviderRows): boolean {
  return providers.length + providerCredentials.length > 0;
}

/** `before` with the changed rows in it. */
export function applyStoredProviders(before: StoredProviders, rows: StoredProviderRows): StoredProviders {
  const providers = new Map(before.providers);
  for (const { id, base_url, ended_at, ...row } of rows.providers) {
    if (ended_at === null) providers.set(id, { ...row, ...(base_url !== null && { baseUrl: base_url }) });
    else providers.delete(id);
  }
  const providerCredentials = new Map(before.providerCredentials);
  for (const { base_url, ended_at, ...row } of rows.providerCredentials) {
    if (ended_at === null) providerCredentials.set(row.id, { ...row, ...(base_url !== null && { baseUrl: base_url }) });
    else providerCredentials.delete(row.id);
  }
  return { providers, providerCredentials };
}
