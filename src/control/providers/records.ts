/** Providers and credentials of the installation, as rows. Secrets go in sealed, and never come out here. */
import type { Selectable } from 'kysely';
import type { Clock } from '../../lib/clock.ts';
import { newId } from '../../lib/id.ts';
import type { ProvidersSchema, StoredProviderOptions } from '../../store/schema/providers.ts';
import type { Store } from '../../store/store.ts';
import { hintOf } from '../naming/provider-keys.ts';

type Db = Store['db'];
export type ProviderRow = Selectable<ProvidersSchema['providers']>;
export type CredentialRow = Selectable<ProvidersSchema['provider_credentials']>;

/** By name. */
export function listProviderRows(db: Db): Promise<ProviderRow[]> {
  return db.selectFrom('providers').selectAll().where('ended_at', 'is', null).orderBy('name').execute();
}

/** By priority, then by age. */
export function listCredentialRows(db: Db): Promise<CredentialRow[]> {
  return inForce(db).orderBy('provider').orderBy('priority').orderBy('id').execute();
}

export function findProviderRow(db: Db, name: string): Promise<ProviderRow | undefined> {
  return db
    .selectFrom('providers')
    .selectAll()
    .where('name', '=', name)
    .where('ended_at', 'is', null)
    .forUpdate()
    .executeTakeFirst();
}

export function findCredentialRow(db: Db, id: string): Promise<CredentialRow | undefined> {
  return inForce(db).where('id', '=', id).forUpdate().executeTakeFirst();
}

export function credentialRowsOf(db: Db, provider: string): Promise<CredentialRow[]> {
  return inForce(db).where('provider', '=', provider).execute();
}

export interface ProviderValues {
  readonly vendor: string;
  readonly enabled: boolean;
  readonly baseUrl: string | null;
  readonly settings: Readonly<Record<string, string>>;
  readonly models: readonly string[];
  readonly options: StoredProviderOptions;
}

function columnsOf({ vendor, enabled, baseUrl, settings, models, options }: ProviderValues) {
  return {
    vendor,
    enabled,
    base_url: baseUrl,
    settings: JSON.stringify(settings),
    models: JSON.stringify(models),
    options: JSON.stringify(options),
  };
}

export async function insertProvider(db: Db, name: string, values: ProviderValues, clock: Clock): Promise<void> {
  const id = newId('prv', clock.nowMs());
  await db
    .insertInto('providers')
    .values({ id, name, ended_at: null, ...columnsOf(values) })
    .execute();
}

export async function updateProvider(db: Db, id: string, values: ProviderValues, clock: Clock): Promise<void> {
  await db
    .updateTable('providers')
    .set({ ...columnsOf(values), updated_at: new Date(clock.nowMs()) })
    .where('id', '=', id)
    .execute();
}

/** With its credentials. */
export async function endProvider(db: Db, { id, name }: ProviderRow, clock: Clock): Promise<void> {
  const ended_at = new Date(clock.nowMs());
  await db.updateTable('providers').set({ ended_at }).where('id', '=', id).execute();
  await db
    .updateTable('provider_credentials')
    .set({ sealed: '', hint: null, ended_at })
    .where('provider', '=', name)
    .where('ended_at', 'is', null)
    .execute();
}

export interface CredentialValues {
  readonly name: string;
  /** Undefined: as it is; none at first. */
  readonly apiKey?: string | undefined;
  readonly baseUrl: string | null;
  readonly weight: number;
  readonly priority: number;
  readonly enabled: boolean;
}

type Seal = (secret: string, owner: { readonly id: string; readonly provider: string }) => string;

export async function insertCredential(
  db: Db,
  provider: string,
  { name, apiKey, baseUrl, ...values }: CredentialValues,
  { seal, clock }: { readonly seal: Seal; readonly clock: Clock },
): Promise<string> {
  const id = newId('crd', clock.nowMs());
  const sealed = apiKey === undefined ? '' : seal(apiKey, { id, provider });
  const hint = apiKey === undefined ? null : hintOf(apiKey);
  await db
    .insertInto('provider_credentials')
    .values({ id, provider, name, sealed, hint, base_url: baseUrl, ended_at: null, ...values })
    .execute();
  return id;
}

export async function updateCredential(
  db: Db,
  { id, provider }: CredentialRow,
  { name, apiKey, baseUrl, ...values }: CredentialValues,
  { seal, clock }: { readonly seal: Seal; readonly clock: Clock },
): Promise<void> {
  const secret = apiKey === undefined ? {} : { sealed: seal(apiKey, { id, provider }), hint: hintOf(apiKey) };
  await db
    .updateTable('provider_credentials')
    .set({ name, base_url: baseUrl, ...values, ...secret, updated_at: new Date(clock.nowMs()) })
    .where('id', '=', id)
    .execute();
}

/** What was secret of it is gone. */
export async function endCredential(db: Db, id: string, clock: Clock): Promise<void> {
  await db
    .updateTable('provider_credentials')
    .set({ sealed: '', hint: null, ended_at: new Date(clock.nowMs()) })
    .where('id', '=', id)
    .execute();
}

function inForce(db: Db) {
  return db.selectFrom('provider_credentials').selectAll().where('ended_at', 'is', null);
}
