/** Keys of organizations for providers. The secret goes in, sealed, and never comes out here. */
import type { Clock } from '../../lib/clock.ts';
import { newId } from '../../lib/id.ts';
import type { Store } from '../../store/store.ts';
import { ApiFailure, conflict } from '../api/failure.ts';
import type { Account, ProviderKeyTools } from './tools.ts';

export interface ProviderKey {
  readonly id: string;
  readonly organizationId: string;
  readonly provider: string;
  /** Its last characters; undefined: it is too short to show any. */
  readonly hint?: string;
  readonly baseUrl?: string;
  readonly settings?: Readonly<Record<string, string>>;
  readonly fallback: boolean;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** By provider. */
export async function listProviderKeys(db: Store['db'], organizationId: string): Promise<readonly ProviderKey[]> {
  const rows = await inForce(db, organizationId).orderBy('provider').execute();
  return rows.map(toKey);
}

export interface KeyWanted extends Account {
  readonly organizationId: string;
  readonly fallback: boolean;
}

/** In the caller's transaction: makes it, or takes the place of the one for this provider. Throws ApiFailure. */
export async function setProviderKey(
  db: Store['db'],
  wanted: KeyWanted,
  tools: ProviderKeyTools,
  clock: Clock,
): Promise<ProviderKey> {
  const { organizationId, provider, apiKey, baseUrl, settings, fallback } = wanted;
  await check(db, wanted, tools);
  const known = await inForce(db, organizationId).where('provider', '=', provider).forUpdate().executeTakeFirst();
  const id = known?.id ?? newId('pky', clock.nowMs());
  const values = {
    sealed: tools.seal(apiKey, { id, organizationId, provider }),
    hint: hintOf(apiKey),
    base_url: baseUrl ?? null,
    settings: settings === undefined ? null : JSON.stringify(settings),
    fallback,
    updated_at: new Date(clock.nowMs()),
  };
  const row =
    known === undefined
      ? await db
          .insertInto('organization_credentials')
          .values({ id, organization_id: organizationId, provider, ended_at: null, ...values })
          .returningAll()
          .executeTakeFirstOrThrow()
      : await db
          .updateTable('organization_credentials')
          .set(values)
          .where('id', '=', id)
          .returningAll()
          .executeTakeFirstOrThrow();
  return toKey(row);
}

/** In the caller's transaction. The sealed secret is gone with it. False: there is none. */
export async function deleteProviderKey(
  db: Store['db'],
  organizationId: string,
  provider: string,
  clock: Clock,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('organization_credentials')
    .set({ sealed: '', hint: null, ended_at: new Date(clock.nowMs()) })
    .where('organization_id', '=', organizationId)
    .where('provider', '=', provider)
    .where('ended_at', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

async function check(db: Store['db'], wanted: KeyWanted, tools: ProviderKeyTools): Promise<void> {
  const { organizationId, provider } = wanted;
  const { name } = await db
    .selectFrom('organizations')
    .select('name')
    .where('id', '=', organizationId)
    .executeTakeFirstOrThrow();
  if (tools.isDeclared(name, provider))
    throw conflict(
      `The configuration file has a key of ${name} for ${provider}, which wins.`,
      'The operator changes it there.',
    );
  const [problem] = tools.problems(name, wanted);
  if (problem === undefined) return;
  const path = problem.path.split('.').slice(4).join('.') || 'provider';
  throw new ApiFailure('invalid_request', `${path} ${problem.expected}.`, { remedy: problem.remedy, path });
}

const hintLength = 4;
/** Of a shorter secret even its end would tell too much. */
const hintedLengthMin = 24;

/** Its last characters; null: they would tell too much. */
export function hintOf(secret: string): string | null {
  return secret.length < hintedLengthMin || secret.trimStart().startsWith('{') ? null : secret.slice(-hintLength);
}

function inForce(db: Store['db'], organizationId: string) {
  return db
    .selectFrom('organization_credentials')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('ended_at', 'is', null);
}

interface Row {
  readonly id: string;
  readonly organization_id: string;
  readonly provider: string;
  readonly hint: string | null;
  readonly base_url: string | null;
  readonly settings: Readonly<Record<string, string>> | null;
  readonly fallback: boolean;
  readonly created_at: Date;
  readonly updated_at: Date;
}

function toKey({ id, organization_id, provider, hint, base_url, settings, fallback, created_at, updated_at }: Row) {
  return {
    id,
    organizationId: organization_id,
    provider,
    fallback,
    ...(hint !== null && { hint }),
    ...(base_url !== null && { baseUrl: base_url }),
    ...(settings !== null && { settings }),
    createdAtMs: created_at.getTime(),
    updatedAtMs: updated_at.getTime(),
  } satisfies ProviderKey;
}
