/** Changes of providers and credentials, each in its caller's transaction. All throw ApiFailure. */
import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../../lib/clock.ts';
import { defined } from '../../lib/defined.ts';
import type { StoredProviderOptions } from '../../store/schema/providers.ts';
import type { Store } from '../../store/store.ts';
import { ApiFailure, conflict, notFound } from '../api/failure.ts';
import { whyNoAddress } from './address.ts';
import {
  type CredentialRow,
  type CredentialValues,
  credentialRowsOf,
  endCredential,
  endProvider,
  findCredentialRow,
  findProviderRow,
  insertCredential,
  insertProvider,
  type ProviderRow,
  type ProviderValues,
  updateCredential,
  updateProvider,
} from './records.ts';
import type { ProviderAccount, ProviderTools } from './tools.ts';

type Db = Store['db'];

export interface ChangeTools {
  readonly tools: ProviderTools;
  readonly clock: Clock;
}

/** What may be said of a provider; what is absent stays as it is. */
export interface ProviderWish {
  readonly vendor?: string | undefined;
  readonly enabled?: boolean | undefined;
  readonly baseUrl?: string | null | undefined;
  readonly settings?: Readonly<Record<string, string | undefined>> | undefined;
  readonly models?: readonly string[] | undefined;
  readonly inRegion?: string | null | undefined;
  readonly dataCollection?: 'allow' | 'deny' | undefined;
  readonly capacity?: StoredProviderOptions['capacity'] | null | undefined;
}

const credentialsMax = 50;
const providersMax = 500;

export async function createProvider(
  db: Db,
  name: string,
  { apiKey, ...wish }: ProviderWish & { readonly apiKey?: string | undefined },
  parts: ChangeTools,
): Promise<void> {
  refuseDeclared(name, parts.tools);
  if ((await findProviderRow(db, name)) !== undefined)
    throw conflict(`There is a provider ${name} already.`, 'Change it with PATCH, or choose another name.');
  const { count } = await db
    .selectFrom('providers')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('ended_at', 'is', null)
    .executeTakeFirstOrThrow();
  if (count >= providersMax) throw conflict(`There are ${providersMax} providers already.`, 'Delete one first.');
  const values = wishedValues({ ...nothing, vendor: wish.vendor ?? name }, wish);
  check(name, values, parts.tools);
  await insertProvider(db, name, values, parts.clock);
  if (apiKey !== undefined) await addCredential(db, name, { apiKey }, parts);
}

const nothing: Omit<ProviderValues, 'vendor'> = { enabled: true, baseUrl: null, settings: {}, models: [], options: {} };

export async function changeProvider(db: Db, name: string, wish: ProviderWish, parts: ChangeTools): Promise<void> {
  const row = await existing(db, name, parts.tools);
  const before = valuesOf(row);
  const values = wishedValues(before, wish);
  check(name, values, parts.tools);
  await refuseOtherHost(db, row, values, parts.tools);
  await updateProvider(db, row.id, values, parts.clock);
}

/** A key is for whom it was given: nobody who may not read it can send it elsewhere. */
async function refuseOtherHost(db: Db, row: ProviderRow, values: ProviderValues, tools: ProviderTools): Promise<void> {
  if (originOf(tools, valuesOf(row)) === originOf(tools, values)) return;
  const keys = await credentialRowsOf(db, row.name);
  if (keys.every(({ sealed, base_url }) => sealed === '' || base_url !== null)) return;
  throw conflict(
    `The credentials of ${row.name} were given for another host.`,
    'Delete them, change the address, and give them anew; or make another provider.',
  );
}

function originOf(tools: ProviderTools, { vendor, baseUrl, settings }: ProviderValues): string {
  const address = tools.addressOf({ vendor, baseUrl: baseUrl ?? undefined, settings });
  return URL.canParse(address) ? new URL(address).origin : address;
}

/** With its credentials. Refused while a route leads to it. */
export async function deleteProvider(db: Db, name: string, { tools, clock }: ChangeTools): Promise<void> {
  const row = await existing(db, name, tools);
  const routes = await db.selectFrom('routes').select(['name', 'definition']).where('ended_at', 'is', null).execute();
  const leading = routes.filter(({ definition }) => namesProvider(definition, name));
  if (leading.length > 0) {
    const names = leading.map((each) => each.name).join(', ');
    throw conflict(`Targets of ${names} are at ${name}.`, 'Take them out of there first, or turn the provider off.');
  }
  await endProvider(db, row, clock);
}

function namesProvider(definition: unknown, name: string): boolean {
  if (typeof definition === 'string') return definition.startsWith(`${name}/`);
  if (Array.isArray(definition)) return definition.some((each) => namesProvider(each, name));
  if (typeof definition !== 'object' || definition === null) return false;
  const { model, targets } = definition as { readonly model?: unknown; readonly targets?: unknown };
  return namesProvider(model, name) || namesProvider(targets, name);
}

/** What may be said of a credential; what is absent stays as it is. */
export interface CredentialWish {
  readonly name?: string | undefined;
  readonly apiKey?: string | undefined;
  readonly baseUrl?: string | null | undefined;
  readonly weight?: number | undefined;
  readonly priority?: number | undefined;
  readonly enabled?: boolean | undefined;
}

/** Its id. The provider may also be one of the file. */
export async function addCredential(
  db: Db,
  provider: string,
  wish: CredentialWish,
  { tools, clock }: ChangeTools,
): Promise<string> {
  const account = await accountOf(db, provider, tools);
  const others = await credentialRowsOf(db, provider);
  if (others.length >= credentialsMax)
    throw conflict(`${provider} has ${credentialsMax} credentials already.`, 'Delete one first.');
  const names = new Set(others.map(({ name }) => name));
  const { name = freeName(names), apiKey, baseUrl = null, weight = 1, priority = 0, enabled = true } = wish;
  if (names.has(name)) throw conflict(`${provider} has a credential ${name} already.`, 'Choose another name.');
  if (apiKey === undefined && baseUrl === null && account.baseUrl === undefined)
    throw missing('apiKey', 'is missing', 'Give the key, or the address of a server that takes none.');
  checkAccount({ ...account, apiKey, baseUrl: baseUrl ?? account.baseUrl }, tools);
  return insertCredential(
    db,
    provider,
    { name, apiKey, baseUrl, weight, priority, enabled },
    { seal: tools.seal, clock },
  );
}

function freeName(names: ReadonlySet<string>): string {
  for (let i = 1; ; i++) {
    const name = i === 1 ? 'key' : `key ${i}`;
    if (!names.has(name)) return name;
  }
}

export async function changeCredential(
  db: Db,
  id: string,
  wish: CredentialWish,
  { tools, clock }: ChangeTools,
): Promise<CredentialRow> {
  const row = await existingCredential(db, id);
  const { name, base_url, weight, priority, enabled } = row;
  const before: CredentialValues = { name, baseUrl: base_url, weight, priority, enabled };
  const values = { ...before, ...defined(wish) };
  if (isDeepStrictEqual(values, before)) return row;
  const account = await accountOf(db, row.provider, tools);
  if (values.name !== name && (await credentialRowsOf(db, row.provider)).some((each) => each.name === values.name))
    throw conflict(`${row.provider} has a credential ${values.name} already.`, 'Choose another name.');
  const isElsewhere = hostOf(values.baseUrl, account, tools) !== hostOf(base_url, account, tools);
  if (isElsewhere && row.sealed !== '' && values.apiKey === undefined)
    throw missing('apiKey', 'is missing', 'The key was given for another host: give it again with the new address.');
  checkAccount({ ...account, baseUrl: values.baseUrl ?? account.baseUrl, apiKey: values.apiKey }, tools);
  await updateCredential(db, row, values, { seal: tools.seal, clock });
  return row;
}

function hostOf(baseUrl: string | null, account: ProviderAccount, tools: ProviderTools): string {
  return new URL(tools.addressOf({ ...account, baseUrl: baseUrl ?? account.baseUrl })).origin;
}

export async function deleteCredential(db: Db, id: string, { clock }: Pick<ChangeTools, 'clock'>): Promise<void> {
  await endCredential(db, (await existingCredential(db, id)).id, clock);
}

export async function existingCredential(db: Db, id: string): Promise<CredentialRow> {
  const row = await findCredentialRow(db, id);
  if (row === undefined) throw notFound('credential', id);
  return row;
}

/** Where a credential of this provider is used. */
export async function accountOf(db: Db, name: string, tools: ProviderTools): Promise<ProviderAccount> {
  const declared = tools.declared().find((each) => each.name === name);
  if (declared !== undefined) return accountWith(name, declared.vendor, declared.baseUrl, declared.settings);
  const row = await findProviderRow(db, name);
  if (row === undefined) throw notFound('provider', name);
  return accountWith(name, row.vendor, row.base_url ?? undefined, row.settings);
}

function accountWith(
  name: string,
  vendor: string,
  baseUrl: string | undefined,
  settings: Readonly<Record<string, string>>,
): ProviderAccount {
  return { name, vendor, settings, ...(baseUrl !== undefined && { baseUrl }) };
}

async function existing(db: Db, name: string, tools: ProviderTools): Promise<ProviderRow> {
  refuseDeclared(name, tools);
  const row = await findProviderRow(db, name);
  if (row === undefined) throw notFound('provider', name);
  return row;
}

function refuseDeclared(name: string, tools: ProviderTools): void {
  if (name === 'mock') throw conflict('mock is the built-in provider.', 'Choose another name.');
  if (tools.declared().some((each) => each.name === name))
    throw conflict(
      `The configuration file (or the environment) has the provider ${name}, which wins.`,
      'Change it there; credentials may be added to it here.',
    );
}

function valuesOf({ vendor, enabled, base_url, settings, models, options }: ProviderRow): ProviderValues {
  return { vendor, enabled, baseUrl: base_url, settings, models, options };
}

function wishedValues(before: ProviderValues, wish: ProviderWish): ProviderValues {
  const { vendor, enabled, baseUrl, settings, models, inRegion, dataCollection, capacity } = wish;
  const options = {
    ...before.options,
    ...(inRegion !== undefined && { inRegion: inRegion ?? undefined }),
    ...(dataCollection !== undefined && { dataCollection: dataCollection === 'deny' ? dataCollection : undefined }),
    ...(capacity !== undefined && { capacity: capacity ?? undefined }),
  };
  return {
    ...before,
    ...defined({ vendor, enabled, baseUrl, models }),
    ...(settings !== undefined && { settings: defined(settings) as Readonly<Record<string, string>> }),
    options: defined(options) as StoredProviderOptions,
  };
}

function check(name: string, { vendor, baseUrl, settings }: ProviderValues, tools: ProviderTools): void {
  checkAccount({ name, vendor, settings, ...(baseUrl !== null && { baseUrl }) }, tools);
}

/** Also for an account that is only tried. */
export function checkAccount(account: ProviderAccount, tools: ProviderTools): void {
  const [problem] = tools.problems(account);
  if (problem !== undefined) {
    const [, , field, ...rest] = problem.path.split('.');
    const path =
      field === undefined || field === 'type'
        ? 'vendor'
        : ['baseUrl', 'apiKey'].includes(field)
          ? field
          : ['settings', field, ...rest].join('.');
    throw missing(path, problem.expected, problem.remedy);
  }
  const why = whyNoAddress(tools.addressOf(account));
  if (why !== undefined) throw missing('baseUrl', why, 'Give the address of its API.');
}

function missing(path: string, expected: string, remedy: string): ApiFailure {
  return new ApiFailure('invalid_request', `${path} ${expected}.`, { remedy, path });
}
