/** Rows of the database as the snapshot's keys. Nothing is changed in place: a request may be reading the old ones. */
import type { KeyRow, OrganizationRow } from '../store/schema.ts';
import type { Key, Organization } from './snapshot.ts';

export type SnapshotKeyRow = Pick<
  KeyRow,
  | 'id'
  | 'hash'
  | 'name'
  | 'kind'
  | 'organization_id'
  | 'models'
  | 'limits'
  | 'expires_at'
  | 'revoked_at'
  | 'scopes'
  | 'previous_hash'
  | 'previous_expires_at'
>;
export type SnapshotOrganizationRow = Pick<OrganizationRow, 'id' | 'name' | 'disabled' | 'limits'>;

/** What of a snapshot comes from the database. */
export interface Access {
  /** By hex SHA-256 of the whole key. */
  readonly keys: ReadonlyMap<string, Key>;
  readonly organizations: ReadonlyMap<string, Organization>;
}

export const noAccess: Access = { keys: new Map(), organizations: new Map() };

/** `before` with the changed rows in it; with `noAccess` and all rows, everything. */
export function applyRows(
  before: Access,
  organizationRows: readonly SnapshotOrganizationRow[],
  keyRows: readonly SnapshotKeyRow[],
): Access {
  const changed = new Map(organizationRows.map((row) => [row.id, toOrganization(row)]));
  const organizations = new Map([...before.organizations, ...changed]);
  const keys = changed.size === 0 ? new Map(before.keys) : repoint(before.keys, changed);
  for (const row of keyRows) {
    const organization = organizations.get(row.organization_id);
    const key = row.revoked_at === null && organization !== undefined ? toKey(row, organization) : undefined;
    setKey(keys, row.hash, key);
    if (row.previous_hash !== null) setKey(keys, row.previous_hash, key && endingAt(key, row.previous_expires_at));
  }
  return { keys, organizations };
}

function setKey(keys: Map<string, Key>, hash: string, key: Key | undefined): void {
  if (key === undefined) keys.delete(hash);
  else keys.set(hash, key);
}

/** The same key by the text it had before a rotation: it ends with the overlap, or before with the key itself. */
function endingAt(key: Key, at: Date | null): Key {
  return { ...key, expiresAtMs: Math.min(at?.getTime() ?? 0, key.expiresAtMs ?? Number.POSITIVE_INFINITY) };
}

/** Keys point up to their organization: those of a changed one get a new pointer. */
function repoint(keys: ReadonlyMap<string, Key>, changed: ReadonlyMap<string, Organization>): Map<string, Key> {
  const result = new Map<string, Key>();
  for (const [hash, key] of keys) {
    const organization = changed.get(key.organization.id);
    result.set(hash, organization === undefined ? key : { ...key, organization });
  }
  return result;
}

function toOrganization({ id, name, disabled, limits }: SnapshotOrganizationRow): Organization {
  return { id, name, disabled, ...(limits === null ? {} : { limits }) };
}

function toKey(row: SnapshotKeyRow, organization: Organization): Key {
  return {
    id: row.id,
    name: row.name,
    kind: row.kind,
    organization,
    ...(row.scopes === null ? {} : { scopes: row.scopes }),
    ...(row.models === null ? {} : { models: row.models }),
    ...(row.limits === null ? {} : { limits: row.limits }),
    ...(row.expires_at === null ? {} : { expiresAtMs: row.expires_at.getTime() }),
  };
}
