/** Providers of the file and of the database as one list, each with its credentials and how they do. */
import type { z } from 'zod';
import { providers as vendors } from '../../providers/index.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';
import type { CredentialRow, ProviderRow } from './records.ts';
import type { credential, health, provider } from './shapes.ts';
import type { CredentialHealth, DeclaredProvider, ProviderTools } from './tools.ts';

export type ProviderView = z.output<typeof provider>;
export type CredentialView = z.output<typeof credential>;

export interface ViewParts {
  readonly tools: ProviderTools;
  readonly snapshot: Snapshot | undefined;
}

/** What the file says of a name wins; its credentials are those of both. */
export function viewsOf(
  rows: readonly ProviderRow[],
  keys: readonly CredentialRow[],
  parts: ViewParts,
): readonly ProviderView[] {
  const declared = parts.tools.declared();
  const names = new Set(declared.map(({ name }) => name));
  const all = [
    ...declared.map((each) => declaredView(each, keys, parts)),
    ...rows.filter(({ name }) => !names.has(name)).map((each) => storedView(each, keys, parts)),
  ];
  return all.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function declaredView(declared: DeclaredProvider, keys: readonly CredentialRow[], parts: ViewParts): ProviderView {
  const { name, enabled, hasSecret, baseUrl, options, models } = declared;
  const ofFile: CredentialView = {
    id: name,
    provider: name,
    name: 'configuration file',
    source: 'file',
    hasKey: hasSecret,
    hint: null,
    baseUrl: null,
    weight: 1,
    priority: 0,
    enabled,
    health: shownHealth(parts.tools.health(name)),
    version: null,
    createdAt: null,
    updatedAt: null,
  };
  const own = keys.filter((key) => key.provider === name).map((key) => credentialView(key, parts));
  // Beside others, a provider without a key is not asked without one.
  const credentials = hasSecret || own.length === 0 ? [ofFile, ...own] : own;
  return {
    ...common(declared, parts),
    id: null,
    source: 'file',
    enabled,
    isOn: enabled,
    baseUrl: baseUrl ?? null,
    models: [...models],
    inRegion: options.inRegion ?? null,
    dataCollection: options.dataCollection ?? 'allow',
    capacity: options.capacity ?? null,
    credentials,
    version: null,
    createdAt: null,
    updatedAt: null,
  };
}

function storedView(row: ProviderRow, keys: readonly CredentialRow[], parts: ViewParts): ProviderView {
  const { options, base_url } = row;
  const credentials = keys.filter(({ provider: name }) => name === row.name).map((key) => credentialView(key, parts));
  const needsNone = base_url !== null || vendors.get(row.vendor)?.keyless === true;
  return {
    ...common({ ...row, ...(row.base_url !== null && { baseUrl: row.base_url }) }, parts),
    id: row.id,
    source: 'api',
    enabled: row.enabled,
    isOn: row.enabled && (credentials.length === 0 ? needsNone : credentials.some(({ enabled }) => enabled)),
    baseUrl: base_url,
    models: [...row.models],
    inRegion: options.inRegion ?? null,
    dataCollection: options.dataCollection ?? 'allow',
    capacity: options.capacity ?? null,
    credentials,
    version: row.snapshot_version,
    createdAt: row.created_at.getTime(),
    updatedAt: row.updated_at.getTime(),
  };
}

interface Named {
  readonly name: string;
  readonly vendor: string;
  readonly baseUrl?: string;
  readonly settings: Readonly<Record<string, string>>;
}

function common({ name, vendor, baseUrl, settings }: Named, { tools, snapshot }: ViewParts) {
  return {
    name,
    vendor,
    vendorName: vendors.get(vendor)?.name ?? vendor,
    address: tools.addressOf({ vendor, baseUrl, settings }),
    settings: { ...settings } as ProviderView['settings'],
    modelCount: snapshot?.listModels().filter((model) => model.provider === name).length ?? 0,
  };
}

export function credentialView(row: CredentialRow, { tools }: Pick<ViewParts, 'tools'>): CredentialView {
  return {
    id: row.id,
    provider: row.provider,
    name: row.name,
    source: 'api',
    hasKey: row.sealed !== '',
    hint: row.hint,
    baseUrl: row.base_url,
    weight: row.weight,
    priority: row.priority,
    enabled: row.enabled,
    health: shownHealth(tools.health(row.id)),
    version: row.snapshot_version,
    createdAt: row.created_at.getTime(),
    updatedAt: row.updated_at.getTime(),
  };
}

function shownHealth(found: CredentialHealth | undefined): z.output<typeof health> | null {
  if (found === undefined) return null;
  const { state, untilMs, minutes, firstTokenP50Ms, lastError } = found;
  const failures = minutes.reduce((sum, { failed }) => sum + failed, 0);
  return {
    state,
    until: untilMs ?? null,
    requests: minutes.reduce((sum, { ok }) => sum + ok, failures),
    failures,
    minutes: minutes.map(({ ok, failed }) => ({ ok, failed })),
    firstTokenP50Ms: firstTokenP50Ms ?? null,
    lastError: lastError === undefined ? null : errorView(lastError),
  };
}

function errorView({ atMs, kind, status, message }: NonNullable<CredentialHealth['lastError']>) {
  return { at: atMs, kind, status: status ?? null, message };
}
