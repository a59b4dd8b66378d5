/** Rows of the database as the snapshot's keys. Nothing is changed in place: a request may be reading the old ones. */
import type { KeyRow, OrganizationRow } from '../store/schema.ts';
import { applyBudgets, BudgetIndex, type Budgets, noBudgets, type SnapshotBudgetRow } from './budgets.ts';
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
  | 'project_id'
  | 'member_id'
>;
export type SnapshotOrganizationRow = Pick<
  OrganizationRow,
  'id' | 'name' | 'disabled' | 'limits' | 'billing' | 'spends' | 'blocked_reason'
>;

export interface ChangedRows {
  readonly organizations: readonly SnapshotOrganizationRow[];
  readonly keys: readonly SnapshotKeyRow[];
  readonly budgets: readonly SnapshotBudgetRow[];
}

/** What of a snapshot comes from the database. */
export interface Access {
  /** By hex SHA-256 of the whole key. */
  readonly keys: ReadonlyMap<string, Key>;
  readonly organizations: ReadonlyMap<string, Organization>;
  readonly budgets: Budgets;
  readonly index: BudgetIndex;
}

export const noAccess: Access = {
  keys: new Map(),
  organizations: new Map(),
  budgets: noBudgets,
  index: new BudgetIndex(noBudgets),
};

/** `before` with the changed rows in it; with `noAccess` and all rows, everything. */
export function applyRows(before: Access, rows: ChangedRows): Access {
  const budgets = applyBudgets(before.budgets, rows.budgets);
  const index = budgets === before.budgets ? before.index : new BudgetIndex(budgets);
  const changed = new Map(rows.organizations.map((row) => [row.id, toOrganization(row, index)]));
  if (index !== before.index) regroup(before.organizations, changed, index);
  const organizations = new Map([...before.organizations, ...changed]);
  const keys = changed.size === 0 ? new Map(before.keys) : repoint(before.keys, changed, index);
  for (const row of rows.keys) {
    const organization = organizations.get(row.organization_id);
    const found = row.revoked_at === null && organization !== undefined ? toKey(row, organization) : undefined;
    const key = found && withChain(found, index);
    setKey(keys, row.hash, key);
    if (row.previous_hash !== null) setKey(keys, row.previous_hash, key && endingAt(key, row.previous_expires_at));
  }
  return { keys, organizations, budgets, index };
}

/** Budgets changed: every organization and key gets its own anew. That is rare, and a loop in memory. */
function regroup(
  organizations: ReadonlyMap<string, Organization>,
  changed: Map<string, Organization>,
  index: BudgetIndex,
): void {
  for (const [id, organization] of organizations) {
    if (!changed.has(id)) changed.set(id, withTags(organization, index));
  }
}

function withTags({ tagBudgets, ...organization }: Organization, index: BudgetIndex): Organization {
  const tags = index.tagsOf(organization.id);
  return tags === undefined ? organization : { ...organization, tagBudgets: tags };
}

function withChain({ budgets, ...key }: Key, index: BudgetIndex): Key {
  const chain = index.chainOf(key, key.organization);
  return chain === undefined ? key : { ...key, budgets: chain };
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
function repoint(
  keys: ReadonlyMap<string, Key>,
  changed: ReadonlyMap<string, Organization>,
  index: BudgetIndex,
): Map<string, Key> {
  const result = new Map<string, Key>();
  for (const [hash, key] of keys) {
    const organization = changed.get(key.organization.id);
    result.set(hash, organization === undefined ? key : withChain({ ...key, organization }, index));
  }
  return result;
}

function toOrganization(row: SnapshotOrganizationRow, index: BudgetIndex): Organization {
  const { id, name, disabled, limits, billing, spends, blocked_reason } = row;
  const organization: Organization = {
    id,
    name,
    disabled,
    billing,
    spends,
    ...(limits === null ? {} : { limits }),
    ...(blocked_reason === null ? {} : { blockedReason: blocked_reason }),
  };
  return withTags(organization, index);
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
    ...(row.project_id === null ? {} : { projectId: row.project_id }),
    ...(row.member_id === null ? {} : { memberId: row.member_id }),
  };
}
