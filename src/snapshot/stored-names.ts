/** What the database has that changes which names there are: routes, models, providers, credentials. As stored. */
import {
  applyStoredModels,
  hasModelRows,
  noStoredModels,
  type StoredModelRows,
  type StoredModels,
} from './stored-models.ts';
import {
  applyStoredProviders,
  hasProviderRows,
  noStoredProviders,
  type StoredProviderRows,
  type StoredProviders,
} from './stored-providers.ts';

export interface StoredRoute {
  readonly name: string;
  /** As `src/routing/definition.ts` reads it. */
  readonly definition: unknown;
}

/** The secret is sealed. */
export interface StoredCredential {
  readonly id: string;
  readonly organizationId: string;
  readonly provider: string;
  readonly sealed: string;
  readonly baseUrl?: string;
  readonly settings?: Readonly<Record<string, string>>;
  readonly fallback: boolean;
}

export interface StoredNames extends StoredModels, StoredProviders {
  readonly routes: ReadonlyMap<string, StoredRoute>;
  readonly credentials: ReadonlyMap<string, StoredCredential>;
}

export const noStoredNames: StoredNames = Object.freeze({
  routes: new Map(),
  credentials: new Map(),
  ...noStoredModels,
  ...noStoredProviders,
});

export interface StoredRouteRow {
  readonly id: string;
  readonly name: string;
  readonly definition: unknown;
  readonly ended_at: Date | null;
}

export interface StoredCredentialRow {
  readonly id: string;
  readonly organization_id: string;
  readonly provider: string;
  readonly sealed: string;
  readonly base_url: string | null;
  readonly settings: Readonly<Record<string, string>> | null;
  readonly fallback: boolean;
  readonly ended_at: Date | null;
}

export interface StoredNameRows extends StoredModelRows, StoredProviderRows {
  readonly routes: readonly StoredRouteRow[];
  readonly credentials: readonly StoredCredentialRow[];
}

/** `before` with the changed rows in it; the same object where there are none. */
export function applyStoredNames(before: StoredNames, rows: StoredNameRows): StoredNames {
  const { routes, credentials } = rows;
  const hasOwn = routes.length + credentials.length > 0;
  if (!hasOwn && !hasModelRows(rows) && !hasProviderRows(rows)) return before;
  return {
    routes: withRoutes(before.routes, routes),
    credentials: withCredentials(before.credentials, credentials),
    ...applyStoredModels(before, rows),
    ...applyStoredProviders(before, rows),
  };
}

function withRoutes(before: StoredNames['routes'], rows: readonly StoredRouteRow[]): StoredNames['routes'] {
  const routes = new Map(before);
  for (const { id, name, definition, ended_at } of rows) {
    if (ended_at === null) routes.set(id, { name, definition });
    else routes.delete(id);
  }
  return routes;
}

function withCredentials(
  before: StoredNames['credentials'],
  rows: readonly StoredCredentialRow[],
): StoredNames['credentials'] {
  const credentials = new Map(before);
  for (const row of rows) {
    if (row.ended_at === null) credentials.set(row.id, toCredential(row));
    else credentials.delete(row.id);
  }
  return credentials;
}

function toCredential(row: StoredCredentialRow): StoredCredential {
  const { id, organization_id: organizationId, provider, sealed, base_url: baseUrl, settings, fallback } = row;
  return {
    id,
    organizationId,
    provider,
    sealed,
    fallback,
    ...(baseUrl !== null && { baseUrl }),
    ...(settings !== null && { settings }),
  };
}
