/** What somebody fills in of an account at a vendor, and what the API is told of it. */
import type { Vendor } from '@tollgate/client';

export interface Account {
  readonly vendor: Vendor;
  /** What it is called here. */
  readonly name: string;
  readonly apiKey: string;
  readonly baseUrl: string;
  readonly settings: Readonly<Record<string, string>>;
  /** Models of a server that no catalogue knows, by name. */
  readonly models: string;
}

/** `taken`: names that are there already. */
export function accountAt(vendor: Vendor, taken: readonly string[] = []): Account {
  return { vendor, name: freeName(vendor.id, taken), apiKey: '', baseUrl: '', settings: {}, models: '' };
}

function freeName(id: string, taken: readonly string[]): string {
  const name = id.replace(/-compatible$/, '-server');
  for (let i = 1; ; i++) {
    const tried = i === 1 ? name : `${name}-${i}`;
    if (!taken.includes(tried)) return tried;
  }
}

/** The address is asked for where only the operator knows it, and can be given elsewhere. */
export function needsAddress({ baseUrl }: Vendor): boolean {
  return baseUrl === null;
}

type SettingName = Vendor['settings'][number]['name'];
type Settings = Partial<Record<SettingName, string>>;

/** For `POST /providers/test`. */
export function testBody({ vendor, apiKey, baseUrl, settings }: Account) {
  return { vendor: vendor.id, ...accessOf({ apiKey, baseUrl, settings }) };
}

/** For `POST /providers`. */
export function providerBody({ vendor, name, apiKey, baseUrl, settings, models }: Account) {
  const names = models.split(/[\s,]+/).filter((each) => each !== '');
  return {
    name,
    vendor: vendor.id,
    ...accessOf({ apiKey, baseUrl, settings }),
    ...(names.length > 0 && { models: names }),
  };
}

function accessOf({ apiKey, baseUrl, settings }: Pick<Account, 'apiKey' | 'baseUrl' | 'settings'>) {
  const said = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== '')) as Settings;
  return {
    ...(apiKey !== '' && { apiKey: apiKey.trim() }),
    ...(baseUrl !== '' && { baseUrl: baseUrl.trim() }),
    ...(Object.keys(said).length > 0 && { settings: said }),
  };
}

/** As a command is shown: nobody copies a secret into a terminal's history. */
export function withoutSecret<T extends { readonly apiKey?: string }>(body: T): T {
  return body.apiKey === undefined ? body : { ...body, apiKey: '$PROVIDER_KEY' };
}
