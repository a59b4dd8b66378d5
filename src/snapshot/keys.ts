/** Rows of the database as the snapshot's keys. Nothing is changed in place: a request may be reading the old ones. */
import { nearerLimits } from '../llm/limits.ts';
import type { StoredPlanTerms } from '../store/schema/selling.ts';
import type { KeyRow, OrganizationRow } from '../store/schema.ts';
import { applyBudgets, BudgetIndex, type Budgets, noBudgets, type SnapshotBudgetRow } from './budgets.ts';
import { applySales, noSales, SaleIndex, type Sales, type SnapshotSaleRow, tiers } from './sales.ts';
import type { ContentRule, Key, Limits, Organization } from './snapshot.ts';

export type SnapshotKeyRow = Pick<
  KeyRow,
  | 'id'
  | 'hash'
  | 'name'
  | 'kind'
  | 'organization_id'
  | 'models'
  | 'limits'
  | 'cache_ttl_ms'
  | 'expires_at'
  | 'revoked_at'
  | 'scopes'
  | 'previous_hash'
  | 'previous_expires_at'
  | 'project_id'
  | 'member_id'
> & {
  readonly content?: 'keep' | 'none' | null;
  readonly paused_at?: Date | null;
  readonly tags?: readonly string[] | null;
  /** Null or absent: there is none, or it has none. */
  readonly project_name?: string | null;
  readonly project_limits?: Limits | null;
};
export type SnapshotOrganizationRow = Pick<
  OrganizationRow,
  'id' | 'name' | 'disabled' | 'limits' | 'billing' | 'spends' | 'blocked_reason' | 'plan'
> & { readonly content?: ContentRule | null };

export interface ChangedRows {
  readonly organizations: readonly SnapshotOrganizationRow[];
  readonly keys: readonly SnapshotKeyRow[];
  readonly budgets: readonly SnapshotBudgetRow[];
  readonly sales: readonly SnapshotSaleRow[];
}

/** What of a snapshot comes from the database. */
export interface Access {
  /** By hex SHA-256 of the whole key. */
  readonly keys: ReadonlyMap<string, Key>;
  readonly organizations: ReadonlyMap<string, Organization>;
  readonly budgets: Budgets;
  readonly sales: Sales;
  readonly index: Index;
}

/** What organizations and keys get by their ids. */
interface Index {
  readonly budgets: BudgetIndex;
  readonly sales: SaleIndex;
}

export const noAccess: Access = {
  keys: new Map(),
  organizations: new Map(),
  budgets: noBudgets,
  sales: noSales,
  index: { budgets: new BudgetIndex(noBudgets), sales: new SaleIndex(noSales) },
};

/** `before` with the changed rows in it; with `noAccess` and all rows, everything. */
export function applyRows(before: Access, rows: ChangedRows): Access {
  const budgets = applyBudgets(before.budgets, rows.budgets);
  const sales = applySales(before.sales, rows.sales);
  const index = indexOf(before, budgets, sales);
  const changed = new Map(rows.organizations.map((row) => [row.id, toOrganization(row, index)]));
  if (index !== before.index) regroup(before.organizations, changed, index);
  const organizations = new Map([...before.organizations, ...changed]);
  const keys = changed.size === 0 ? new Map(before.keys) : repoint(before.keys, changed, index);
  for (const row of rows.keys) {
    const organization = organizations.get(row.organization_id);
    const isValid = row.revoked_at === null && (row.paused_at ?? null) === null;
    const found = isValid && organization !== undefined ? toKey(row, organization) : undefined;
    const key = found && withChain(found, index);
    setKey(keys, row.hash, key);
    if (row.previous_hash !== null) setKey(keys, row.previous_hash, key && endingAt(key, row.previous_expires_at));
  }
  return { keys, organizations, budgets, sales, index };
}

function indexOf(before: Access, budgets: Budgets, sales: Sales): Index {
  if (budgets === before.budgets && sales === before.sales) return before.index;
  return {
    budgets: budgets === before.budgets ? before.index.budgets : new BudgetIndex(budgets),
    sales: sales === before.sales ? before.index.sales : new SaleIndex(sales),
  };
}

/** Budgets or prices changed: every organization and key gets its own anew. That is rare, and a loop in memory. */
function regroup(
  organizations: ReadonlyMap<string, Organization>,
  changed: Map<string, Organization>,
  index: Index,
): void {
  for (const [id, organization] of organizations) {
    if (!changed.has(id)) changed.set(id, withIndexed(organization, index));
  }
}

function withIndexed({ tagBudgets: _, sales: __, ...organization }: Organization, index: Index): Organization {
  const tagBudgets = index.budgets.tagsOf(organization.id);
  const sales = index.sales.of(organization);
  return { ...organization, ...(tagBudgets && { tagBudgets }), ...(sales && { sales }) };
}

function withChain({ budgets, ...key }: Key, index: Index): Key {
  const chain = index.budgets.chainOf(key, key.organization);
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
  index: Index,
): Map<string, Key> {
  const result = new Map<string, Key>();
  for (const [hash, key] of keys) {
    const organization = changed.get(key.organization.id);
    result.set(hash, organization === undefined ? key : withChain({ ...key, organization }, index));
  }
  return result;
}

function toOrganization(row: SnapshotOrganizationRow, index: Index): Organization {
  const { id, name, disabled, billing, spends, blocked_reason, plan, content } = row;
  const limits = nearerLimits(row.limits, plan?.limits);
  const organization: Organization = {
    id,
    name,
    disabled,
    billing,
    spends,
    ...(limits === undefined ? {} : { limits }),
    ...(blocked_reason === null ? {} : { blockedReason: blocked_reason }),
    ...(plan === null ? {} : ofPlan(plan)),
    ...(content && { content }),
  };
  return withIndexed(organization, index);
}

function ofPlan({ id, name, models, markupBasisPoints }: StoredPlanTerms): Pick<Organization, 'plan' | 'models'> {
  const sale = markupBasisPoints === undefined ? undefined : Object.freeze({ id, markupBasisPoints, tier: tiers.plan });
  return { plan: { id, name, ...(sale && { sale }) }, ...(models && { models }) };
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
    ...(row.cache_ttl_ms === null ? {} : { cache: { ttlMs: row.cache_ttl_ms } }),
    ...(row.content && { content: row.content }),
    ...(row.tags && { tags: row.tags }),
    ...(row.expires_at === null ? {} : { expiresAtMs: row.expires_at.getTime() }),
    ...(row.project_id === null ? {} : { projectId: row.project_id, ...projectOf(row, row.project_id) }),
    ...(row.member_id === null ? {} : { memberId: row.member_id }),
  };
}

function projectOf(row: SnapshotKeyRow, id: string): Pick<Key, 'project'> {
  if (!row.project_limits) return {};
  return { project: { id, name: row.project_name ?? id, limits: row.project_limits } };
}
