/** Keys as people manage them. The key itself is shown once, when it is made; only its hash is kept. */
import type { Clock } from '../../lib/clock.ts';
import { newId } from '../../lib/id.ts';
import type { CacheRule, Limits } from '../../snapshot/snapshot.ts';
import type { KeyRow } from '../../store/schema.ts';
import type { Store } from '../../store/store.ts';
import type { Scope } from '../api/roles.ts';
import { checkCache } from '../cache-rule.ts';
import { checkLimits } from '../limits.ts';
import { checkName } from '../names.ts';
import { defaultOrganization, ensureOrganization } from '../organizations.ts';
import { ensureOwner, type OwnerTableName } from '../owners.ts';
import { Refusal } from '../refusal.ts';
import { hashKey, type KeyKind, newKey, shownPrefix } from './format.ts';
import { checkTags } from './tags.ts';

export interface KeyInfo {
  readonly id: string;
  readonly name: string;
  readonly kind: KeyKind;
  /** What a management key may do. */
  readonly scopes?: readonly string[];
  readonly organizationId: string;
  /** The organization's name. */
  readonly organization: string;
  /** The first characters of the key. */
  readonly prefix: string;
  /** `file`: declared in the configuration file. */
  readonly source: 'created' | 'file';
  /** The names of the project and the member that it belongs to: their budgets are its budgets too. */
  readonly project?: string;
  readonly member?: string;
  /** Patterns of names it may call; undefined: all. */
  readonly models?: readonly string[];
  readonly limits?: Limits;
  /** How long its answers are kept; absent: as its routes say. */
  readonly cache?: CacheRule;
  readonly createdAtMs: number;
  readonly expiresAtMs?: number;
  readonly revokedAtMs?: number;
  /** It is refused until it is resumed. */
  readonly pausedAtMs?: number;
  /** What its requests are tagged with. */
  readonly tags?: readonly string[];
  /** When its last request that has ended began. */
  readonly lastUsedAtMs?: number;
  /** Until when the text that it had before its last rotation is valid too. */
  readonly previousUntilMs?: number;
}

export interface KeyRequest {
  readonly name: string;
  /** Default `call`. */
  readonly kind?: KeyKind;
  /** Of a management key. Default `operator` in the organization `default`, else `organization`. */
  readonly scope?: Scope;
  /** Made if it is not there. Default `default`. */
  readonly organization?: string;
  /** Of the organization; made if they are not there. */
  readonly project?: string;
  readonly member?: string;
  /** `openai/*`, a route's name ...; undefined: all. */
  readonly models?: readonly string[];
  readonly limits?: Limits;
  readonly cache?: CacheRule;
  readonly expiresAtMs?: number;
  readonly tags?: readonly string[];
  /** The id of the user that sees its text. */
  readonly shownTo?: string | undefined;
}

export interface CreatedKey extends KeyInfo {
  /** The whole key. It cannot be shown again. */
  readonly key: string;
}

const patternsMax = 200;
const patternLengthMax = 256;

/** Throws Refusal (bad name, list, limit or expiry) and StoreError. Works at every gateway within a second. */
export async function createKey(store: Store, request: KeyRequest, clock: Clock): Promise<CreatedKey> {
  const organization = request.organization ?? defaultOrganization;
  const checked = checkKey({ ...request, scope: scopeOf(request, organization) }, clock);
  return store.db.transaction().execute(async (db) => {
    const organizationId = await ensureOrganization(db, organization, clock);
    return insertKey(
      db,
      { ...checked, ...(await ownersOf(db, organizationId, request, clock)) },
      organizationId,
      clock,
    );
  });
}

/** The same within a transaction, for an organization that is there. */
export async function createKeyOf(
  db: Store['db'],
  organizationId: string,
  request: Omit<KeyRequest, 'organization'>,
  clock: Clock,
): Promise<CreatedKey> {
  const checked = checkKey({ ...request, scope: scopeOf(request, '') }, clock);
  return insertKey(db, { ...checked, ...(await ownersOf(db, organizationId, request, clock)) }, organizationId, clock);
}

async function ownersOf(db: Store['db'], organizationId: string, { project, member }: KeyRequest, clock: Clock) {
  const make = (table: OwnerTableName, name: string | undefined) =>
    name === undefined ? null : ensureOwner(db, table, organizationId, name, clock);
  return { project_id: await make('projects', project), member_id: await make('members', member) };
}

/** What of a request goes into the row as it is. Throws Refusal. */
function checkKey(request: KeyRequest, clock: Clock) {
  return {
    name: checkName('a key', request.name),
    kind: request.kind ?? 'call',
    scopes: request.scope === undefined ? null : [request.scope],
    models: checkModels(request.models),
    limits: checkLimits(request.limits),
    cache_ttl_ms: checkCache(request.cache),
    expires_at: checkExpiry(request.expiresAtMs, clock.nowMs()),
    tags: checkTags(request.tags),
    shown_to: request.shownTo ?? null,
  };
}

async function insertKey(
  db: Store['db'],
  checked: ReturnType<typeof checkKey> & Awaited<ReturnType<typeof ownersOf>>,
  organizationId: string,
  clock: Clock,
): Promise<CreatedKey> {
  const key = newKey(checked.kind);
  const id = newId('key', clock.nowMs());
  await db
    .insertInto('keys')
    .values({ id, organization_id: organizationId, hash: hashKey(key), prefix: shownPrefix(key), ...checked })
    .execute();
  return { ...toInfo(await findKeys(db).where('keys.id', '=', id).executeTakeFirstOrThrow()), key };
}

function scopeOf({ kind, scope }: KeyRequest, organization: string): Scope | undefined {
  if (kind === 'management') return scope ?? defaultScope(organization);
  if (scope !== undefined) throw scopeless();
  return undefined;
}

export async function findKey(db: Store['db'], id: string): Promise<KeyInfo | undefined> {
  const row = await findKeys(db).where('keys.id', '=', id).executeTakeFirst();
  return row && toInfo(row);
}

/** What became of a key. One that is revoked is nothing else. */
export const keyStates = ['active', 'paused', 'expired', 'revoked'] as const;
export type KeyState = (typeof keyStates)[number];

export const keySorts = ['-createdAt', 'createdAt', 'name', '-name'] as const;
export type KeySort = (typeof keySorts)[number];

const orders = {
  createdAt: ['keys.id', 'asc'],
  '-createdAt': ['keys.id', 'desc'],
  name: ['keys.name', 'asc'],
  '-name': ['keys.name', 'desc'],
} as const satisfies Record<KeySort, readonly [string, 'asc' | 'desc']>;

type Term = readonly ['keys.revoked_at' | 'keys.paused_at' | 'keys.expires_at', 'is' | 'is not' | '<=', Date | null];

function termsOf({ is, nowMs }: { readonly is: KeyState; readonly nowMs: number }): readonly Term[] {
  if (is === 'revoked') return [['keys.revoked_at', 'is not', null]];
  const valid: Term = ['keys.revoked_at', 'is', null];
  if (is === 'paused') return [valid, ['keys.paused_at', 'is not', null]];
  if (is === 'expired') return [valid, ['keys.expires_at', '<=', new Date(nowMs)]];
  return [valid, ['keys.paused_at', 'is', null]];
}

export interface KeyFilter {
  /** Name or id. */
  readonly organization?: string;
  readonly organizationId?: string;
  /** Default false. */
  readonly includeRevoked?: boolean;
  readonly kind?: KeyKind;
  /** The id of a project. */
  readonly projectId?: string;
  /** Part of its name, or the beginning of the key or its id. */
  readonly search?: string;
  /** What it is at `nowMs`. */
  readonly state?: { readonly is: KeyState; readonly nowMs: number };
  /** Default `-createdAt`: the newest first. */
  readonly sort?: KeySort;
  /** Default 1000. */
  readonly limit?: number;
  /** The last id of the page before; with `sort` by name, its name and id. */
  readonly after?: string | { readonly name: string; readonly id: string };
}

/** Newest first; without those of the playground. */
export async function listKeys(store: Store, filter: KeyFilter = {}): Promise<readonly KeyInfo[]> {
  const { organization, organizationId, includeRevoked = false, limit = 1_000, after } = filter;
  let query = findKeys(store.db)
    .leftJoin('playground_keys', 'playground_keys.key_id', 'keys.id')
    .where('playground_keys.key_id', 'is', null)
    .orderBy('keys.id', 'desc')
    .limit(limit);
  if (!includeRevoked) query = query.where('keys.revoked_at', 'is', null);
  if (organizationId !== undefined) query = query.where('keys.organization_id', '=', organizationId);
  if (organization !== undefined) {
    query = query.where((where) =>
      where.or([where('organizations.name', '=', organization), where('organizations.id', '=', organization)]),
    );
  }
  const { kind, projectId, search, state, sort = '-createdAt' } = filter;
  if (kind !== undefined) query = query.where('keys.kind', '=', kind);
  if (projectId !== undefined) query = query.where('keys.project_id', '=', projectId);
  if (search !== undefined) {
    const part = search.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`);
    query = query.where((where) =>
      where.or([
        where('keys.name', 'ilike', `%${part}%`),
        where('keys.prefix', 'like', `${part}%`),
        where('keys.id', '=', search),
      ]),
    );
  }
  if (state !== undefined) query = query.where((where) => where.and(termsOf(state).map((term) => where(...term))));
  if (state?.is === 'active') {
    const now = new Date(state.nowMs);
    query = query.where((where) =>
      where.or([where('keys.expires_at', 'is', null), where('keys.expires_at', '>', now)]),
    );
  }
  const [column, direction] = orders[sort];
  const beyond = direction === 'asc' ? '>' : '<';
  query = query.clearOrderBy().orderBy(column, direction).orderBy('keys.id', direction);
  if (typeof after === 'string') query = query.where('keys.id', beyond, after);
  else if (after !== undefined) {
    query = query.where((where) =>
      where.or([
        where('keys.name', beyond, after.name),
        where.and([where('keys.name', '=', after.name), where('keys.id', beyond, after.id)]),
      ]),
    );
  }
  return (await query.execute()).map(toInfo);
}

/** `revoked`: it is now, or was before (`revokedAtMs` says when). */
export type Revocation =
  | { readonly revoked: KeyInfo }
  | { readonly missing: true }
  | { readonly ambiguous: readonly KeyInfo[] };

/**
 * By id, by the whole key, or by name when one valid key has it. Every gateway refuses the key within a second. A key
 * that the configuration file declares stays revoked until its literal in the file changes.
 */
export async function revokeKey(store: Pick<Store, 'db'>, which: string, clock: Clock): Promise<Revocation> {
  const hash = hashKey(which);
  const exact = await findKeys(store.db)
    .where((where) =>
      where.or([where('keys.id', '=', which), where('keys.hash', '=', hash), where('keys.previous_hash', '=', hash)]),
    )
    .executeTakeFirst();
  if (exact?.revoked_at) return { revoked: toInfo(exact) };
  const named = exact ? [exact] : await findValidByName(store, which);
  const [only, ...others] = named;
  if (only === undefined) return { missing: true };
  if (others.length > 0) return { ambiguous: named.map(toInfo) };
  const revokedAt = new Date(clock.nowMs());
  await store.db
    .updateTable('keys')
    .set({ revoked_at: revokedAt })
    .where('id', '=', only.id)
    .where('revoked_at', 'is', null)
    .execute();
  return { revoked: { ...toInfo(only), revokedAtMs: revokedAt.getTime() } };
}

function findValidByName(store: Pick<Store, 'db'>, name: string) {
  return findKeys(store.db).where('keys.name', '=', name).where('keys.revoked_at', 'is', null).limit(20).execute();
}

function findKeys(db: Store['db']) {
  return db
    .selectFrom('keys')
    .innerJoin('organizations', 'organizations.id', 'keys.organization_id')
    .leftJoin('projects', 'projects.id', 'keys.project_id')
    .leftJoin('members', 'members.id', 'keys.member_id')
    .selectAll('keys')
    .select(['organizations.name as organization', 'projects.name as project', 'members.name as member'])
    .select((of) =>
      of
        .selectFrom('usage')
        .select('usage.started_at')
        .whereRef('usage.key_id', '=', 'keys.id')
        .orderBy('usage.started_at', 'desc')
        .limit(1)
        .as('last_used_at'),
    );
}

interface NamedRow extends KeyRow {
  readonly organization: string;
  readonly project: string | null;
  readonly member: string | null;
  readonly last_used_at: Date | null;
}

function toInfo(row: NamedRow): KeyInfo {
  return {
    id: row.id,
    name: row.name,
    kind: row.kind,
    organizationId: row.organization_id,
    organization: row.organization,
    prefix: row.prefix,
    source: row.source,
    createdAtMs: row.created_at.getTime(),
    ...(row.scopes && { scopes: row.scopes }),
    ...(row.project !== null && { project: row.project }),
    ...(row.member !== null && { member: row.member }),
    ...(row.models && { models: row.models }),
    ...(row.limits && { limits: row.limits }),
    ...(row.cache_ttl_ms !== null && { cache: { ttlMs: row.cache_ttl_ms } }),
    ...(row.expires_at && { expiresAtMs: row.expires_at.getTime() }),
    ...(row.revoked_at && { revokedAtMs: row.revoked_at.getTime() }),
    ...(row.paused_at && { pausedAtMs: row.paused_at.getTime() }),
    ...(row.tags && { tags: row.tags }),
    ...(row.last_used_at && { lastUsedAtMs: row.last_used_at.getTime() }),
    ...(row.previous_expires_at && { previousUntilMs: row.previous_expires_at.getTime() }),
  };
}

/** Throws Refusal. */
export function checkModels(models: readonly string[] | undefined): string[] | null {
  if (models === undefined) return null;
  const bad = models.find((pattern) => !/^[^\s\p{Cc}]+$/u.test(pattern) || pattern.length > patternLengthMax);
  if (bad !== undefined || models.length > patternsMax) {
    throw new Refusal(
      bad === undefined
        ? `The list has ${models.length} model patterns, and ${patternsMax} is the most.`
        : `${JSON.stringify(bad.slice(0, patternLengthMax))} is not a pattern of model names.`,
      `Name models or routes, such as openai/gpt-5, openai/* or main, each at most ${patternLengthMax} characters.`,
    );
  }
  return [...models];
}

/** Whoever starts an installation makes keys of the organization that is there from the start. */
export function defaultScope(organization: string): Scope {
  return organization.trim() === defaultOrganization ? 'operator' : 'organization';
}

const scopeless = (): Refusal =>
  new Refusal('A key for calling has no scope.', 'Leave the scope out, or make a management key.');

/** Throws Refusal. */
export function checkExpiry(expiresAtMs: number | undefined, nowMs: number): Date | null {
  if (expiresAtMs === undefined) return null;
  const date = new Date(expiresAtMs);
  if (Number.isNaN(date.getTime()) || expiresAtMs <= nowMs || date.getUTCFullYear() > 9999) {
    throw new Refusal('The key would expire in the past, or at no date at all.', 'Give a time in the future.');
  }
  return date;
}
