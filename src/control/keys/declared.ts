/** Keys and organizations that the configuration file declares, brought into the database at each start. */
import type { Clock } from '../../lib/clock.ts';
import { newId } from '../../lib/id.ts';
import type { Log } from '../../lib/log.ts';
import type { CacheRule, Limits } from '../../snapshot/snapshot.ts';
import type { KeyRow } from '../../store/schema.ts';
import type { Store } from '../../store/store.ts';
import { type DeclaredBudget, importBudgets } from '../budgets/declared.ts';
import { checkCache } from '../cache-rule.ts';
import { type ContentRuleChange, writeContentRule } from '../content/rule.ts';
import { checkLimits, sameLimits } from '../limits.ts';
import type { Billing } from '../organizations/info.ts';
import { defaultOrganization, ensureOrganization } from '../organizations.ts';
import { ensureOwner } from '../owners.ts';
import { setSalePrice } from '../selling/sale-prices.ts';
import { hashKey, keyKind, shownPrefix } from './format.ts';
import { checkModels, defaultScope } from './keys.ts';

export interface Declared {
  readonly organizations: readonly DeclaredOrganization[];
  readonly keys: readonly DeclaredKey[];
}

export interface DeclaredOrganization {
  readonly name: string;
  /** Absent: as it is. */
  readonly billing?: Billing;
  /** Hundredths of a percent on the cost of every model. Absent: as it is. */
  readonly markupBasisPoints?: number;
  readonly limits?: Limits;
  readonly budgets?: readonly DeclaredBudget[];
  readonly projects?: readonly DeclaredProject[];
  /** Field by field; what is absent stays as it is. */
  readonly content?: ContentRuleChange;
}

export interface DeclaredProject {
  readonly name: string;
  readonly limits?: Limits;
}

export interface DeclaredKey {
  readonly name: string;
  /** The whole key as callers send it. */
  readonly key: string;
  readonly organization?: string;
  /** Absent: as it is. */
  readonly project?: string;
  readonly models?: readonly string[];
  readonly limits?: Limits;
  readonly cache?: CacheRule;
  readonly expiresAtMs?: number;
  readonly budgets?: readonly DeclaredBudget[];
}

/**
 * The file owns what it declares: a new literal replaces the old one under the same name, and the old one stops working.
 * What is no longer in the file is left alone. A key that was revoked stays revoked while its literal is the same.
 * Writes only what differs, so that a start changes no version. Throws Refusal and StoreError.
 */
export async function importDeclared(store: Store, declared: Declared, clock: Clock, log: Log): Promise<void> {
  await store.db.transaction().execute(async (db) => {
    // Replicas start together: one after the other, or two would insert the same name.
    await db.selectFrom('settings').select('id').forUpdate().execute();
    for (const organization of declared.organizations) await importOrganization(db, organization, clock, log);
    const wanted: Wanted[] = [];
    for (const key of declared.keys) wanted.push(await toWanted(db, key, clock));
    if (wanted.length === 0) return;
    const known = await readKnown(db, wanted);
    const matches = matchRows(wanted, known);
    await releaseNames(db, matches, known, clock);
    for (const match of matches) await importKey(db, match, clock, log);
    await importKeyBudgets(db, declared.keys, clock);
  });
}

async function importKeyBudgets(db: Store['db'], keys: readonly DeclaredKey[], clock: Clock): Promise<void> {
  for (const { key, budgets = [] } of keys) {
    const row = await db
      .selectFrom('keys')
      .select(['id', 'organization_id'])
      .where('hash', '=', hashKey(key))
      .executeTakeFirstOrThrow();
    await importBudgets(db, { organizationId: row.organization_id, kind: 'key', id: row.id }, budgets, clock);
  }
}

async function importOrganization(
  db: Store['db'],
  { name, billing, markupBasisPoints, limits: declared, budgets = [], projects = [], content }: DeclaredOrganization,
  clock: Clock,
  log: Log,
): Promise<void> {
  const limits = checkLimits(declared);
  const organizationId = await ensureOrganization(db, name, clock);
  const known = await db
    .selectFrom('organizations')
    .select(['limits', 'billing'])
    .where('id', '=', organizationId)
    .executeTakeFirstOrThrow();
  if (!sameLimits(known.limits, limits)) {
    await db.updateTable('organizations').set({ limits }).where('id', '=', organizationId).execute();
  }
  await importBudgets(db, { organizationId, kind: 'organization', id: organizationId }, budgets, clock);
  if (content !== undefined) await writeContentRule(db, organizationId, content);
  for (const project of projects) await importProject(db, organizationId, project, clock);
  if (billing !== undefined && billing !== known.billing) await importBilling(db, organizationId, billing, log);
  if (markupBasisPoints !== undefined) {
    await setSalePrice(db, { organizationId, markupBasisPoints }, clock, 'file');
  }
}

async function importProject(
  db: Store['db'],
  organizationId: string,
  { name, limits: declared }: DeclaredProject,
  clock: Clock,
): Promise<void> {
  const limits = checkLimits(declared);
  const id = await ensureOwner(db, 'projects', organizationId, name, clock);
  const known = await db.selectFrom('projects').select('limits').where('id', '=', id).executeTakeFirstOrThrow();
  if (sameLimits(known.limits, limits)) return;
  await db.updateTable('projects').set({ limits }).where('id', '=', id).execute();
}

/** A plan that runs says itself how it is paid; without one, `plan` spends nothing but credit. */
async function importBilling(db: Store['db'], id: string, billing: Billing, log: Log): Promise<void> {
  const spends = { metered: 'metered', prepaid: 'wallet', plan: 'credit' } as const;
  const changed = await db
    .updateTable('organizations')
    .set({ billing, spends: spends[billing] })
    .where('id', '=', id)
    .where('plan', 'is', null)
    .returning('id')
    .executeTakeFirst();
  if (changed === undefined) {
    log.warn({ organization: id, billing }, 'the organization has a plan, which says how it pays; the file does not');
  }
}

interface Wanted {
  readonly name: string;
  readonly kind: KeyRow['kind'];
  readonly organization_id: string;
  readonly hash: string;
  readonly prefix: string;
  readonly scopes: string[] | null;
  readonly models: string[] | null;
  readonly limits: Limits | null;
  readonly cache_ttl_ms: number | null;
  readonly expires_at: Date | null;
  readonly project_id?: string;
}

async function toWanted(db: Store['db'], declared: DeclaredKey, clock: Clock): Promise<Wanted> {
  const organization = declared.organization ?? defaultOrganization;
  const kind = keyKind(declared.key);
  const organizationId = await ensureOrganization(db, organization, clock);
  const { project } = declared;
  return {
    name: declared.name,
    kind,
    scopes: kind === 'management' ? [defaultScope(organization)] : null,
    organization_id: organizationId,
    hash: hashKey(declared.key),
    prefix: shownPrefix(declared.key),
    models: checkModels(declared.models),
    limits: checkLimits(declared.limits),
    cache_ttl_ms: checkCache(declared.cache),
    expires_at: declared.expiresAtMs === undefined ? null : new Date(declared.expiresAtMs),
    ...(project !== undefined && { project_id: await ensureOwner(db, 'projects', organizationId, project, clock) }),
  };
}

/** Rows that hold a declared literal, or that the file owned before under a declared name. */
async function readKnown(db: Store['db'], wanted: readonly Wanted[]): Promise<readonly KeyRow[]> {
  const names = wanted.map(({ name }) => name);
  const hashes = wanted.map(({ hash }) => hash);
  return db
    .selectFrom('keys')
    .selectAll()
    .where((where) =>
      where.or([where('hash', 'in', hashes), where.and([where('source', '=', 'file'), where('name', 'in', names)])]),
    )
    .execute();
}

/** A declared key and the row that becomes it: the one that has its literal, else the one that had its name. */
interface Match {
  readonly wanted: Wanted;
  readonly row?: KeyRow;
}

function matchRows(wanted: readonly Wanted[], known: readonly KeyRow[]): readonly Match[] {
  const literals = new Set(wanted.map(({ hash }) => hash));
  const free = known.filter((row) => row.source === 'file' && !literals.has(row.hash));
  return wanted.map((key) => {
    const row = known.find(({ hash }) => hash === key.hash) ?? free.find(({ name }) => name === key.name);
    return row === undefined ? { wanted: key } : { wanted: key, row };
  });
}

/** Rows that had a declared name and do not keep it: revoked, unless the file declares their literal under another name. */
async function releaseNames(db: Store['db'], matches: readonly Match[], known: readonly KeyRow[], clock: Clock) {
  for (const row of known) {
    const match = matches.find((candidate) => candidate.row === row);
    if (row.source !== 'file' || match?.wanted.name === row.name) continue;
    const revoked_at = match ? row.revoked_at : (row.revoked_at ?? new Date(clock.nowMs()));
    await db.updateTable('keys').set({ source: 'created', revoked_at }).where('id', '=', row.id).execute();
  }
}

async function importKey(db: Store['db'], { wanted, row }: Match, clock: Clock, log: Log): Promise<void> {
  if (row === undefined) {
    const id = newId('key', clock.nowMs());
    await db
      .insertInto('keys')
      .values({ id, source: 'file', ...wanted })
      .execute();
    return;
  }
  const sameLiteral = row.hash === wanted.hash;
  if (sameLiteral && row.revoked_at) {
    log.warn({ key: wanted.name }, 'the configuration file declares a key that was revoked; it stays revoked');
  }
  if (isSame(row, wanted)) return;
  const { hash, ...rest } = wanted;
  // Named only when it changes: a replaced hash makes every instance read all keys again.
  const replaced = sameLiteral ? {} : { hash, revoked_at: null };
  await db
    .updateTable('keys')
    .set({ source: 'file', ...rest, ...replaced })
    .where('id', '=', row.id)
    .execute();
}

function isSame(row: KeyRow, wanted: Wanted): boolean {
  return (
    row.source === 'file' &&
    row.name === wanted.name &&
    row.kind === wanted.kind &&
    JSON.stringify(row.scopes) === JSON.stringify(wanted.scopes) &&
    row.hash === wanted.hash &&
    row.organization_id === wanted.organization_id &&
    row.expires_at?.getTime() === wanted.expires_at?.getTime() &&
    sameLimits(row.limits, wanted.limits) &&
    row.cache_ttl_ms === wanted.cache_ttl_ms &&
    row.project_id === (wanted.project_id ?? row.project_id) &&
    JSON.stringify(row.models) === JSON.stringify(wanted.models)
  );
}
