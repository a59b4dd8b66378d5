/** Which requests are meant, as lists, exports and erasures of the log say it. */
import { type SelectQueryBuilder, sql } from 'kysely';
import type { Schema, UsageTable } from '../../store/schema.ts';
import type { Store } from '../../store/store.ts';

export interface LogFilter {
  /** By when the request started: from then on, and before then. Never without a beginning: partitions are chosen by it. */
  readonly sinceMs: number;
  readonly untilMs?: number | undefined;
  readonly organizationId?: string | undefined;
  /** Id or name; a name means every key that has it. */
  readonly key?: string | undefined;
  /** Ids. */
  readonly projectId?: string | undefined;
  readonly memberId?: string | undefined;
  readonly modelAsked?: string | undefined;
  readonly modelServed?: string | undefined;
  /** Either of the two. */
  readonly model?: string | undefined;
  readonly provider?: string | undefined;
  readonly credential?: string | undefined;
  readonly status?: string | undefined;
  readonly errorKind?: string | undefined;
  readonly httpStatus?: number | undefined;
  readonly sessionId?: string | undefined;
  readonly endUser?: string | undefined;
  readonly tag?: string | undefined;
  readonly operation?: string | undefined;
  readonly stream?: boolean | undefined;
  readonly paidBy?: 'platform' | 'organization' | undefined;
  /** What the organization paid, both inclusive. */
  readonly chargeMinNanoUsd?: bigint | undefined;
  readonly chargeMaxNanoUsd?: bigint | undefined;
  readonly totalMinMs?: number | undefined;
  readonly totalMaxMs?: number | undefined;
  /** The beginning of the gateway's id, or all of it. */
  readonly requestId?: string | undefined;
  /** The beginning of the caller's own id (`x-request-id`). */
  readonly clientRequestId?: string | undefined;
}

type Rows = SelectQueryBuilder<Schema, 'usage', object>;

const exact = {
  organizationId: 'organization_id',
  modelAsked: 'requested_model',
  modelServed: 'served_model',
  provider: 'provider',
  credential: 'credential',
  status: 'status',
  errorKind: 'error_kind',
  httpStatus: 'http_status',
  sessionId: 'session_id',
  endUser: 'end_user',
  operation: 'operation',
  stream: 'stream',
  paidBy: 'paid_by',
} as const satisfies Partial<Record<keyof LogFilter, keyof UsageTable>>;

const atLeast = { chargeMinNanoUsd: 'charge_nano_usd', totalMinMs: 'total_ms' } as const;
const atMost = { chargeMaxNanoUsd: 'charge_nano_usd', totalMaxMs: 'total_ms' } as const;

/** The rows that pass, for a select to go on from. Names of keys are looked up first, so that an index serves the ids. */
export async function filterLogs(db: Store['db'], filter: LogFilter): Promise<Rows> {
  let rows: Rows = db.selectFrom('usage').where('usage.started_at', '>=', new Date(filter.sinceMs));
  if (filter.untilMs !== undefined) rows = rows.where('usage.started_at', '<', new Date(filter.untilMs));
  for (const [name, column] of entriesOf(exact)) {
    const value = filter[name];
    if (value !== undefined) rows = rows.where(`usage.${column}`, '=', value);
  }
  for (const [name, column] of entriesOf(atLeast)) {
    const value = filter[name];
    if (value !== undefined) rows = rows.where(`usage.${column}`, '>=', value as number);
  }
  for (const [name, column] of entriesOf(atMost)) {
    const value = filter[name];
    if (value !== undefined) rows = rows.where(`usage.${column}`, '<=', value as number);
  }
  return withKeys(withTexts(rows, filter), await keysOf(db, filter));
}

function withTexts(rows: Rows, { model, tag, requestId, clientRequestId }: LogFilter): Rows {
  let result = rows;
  if (model !== undefined) {
    result = result.where((where) =>
      where.or([where('usage.requested_model', '=', model), where('usage.served_model', '=', model)]),
    );
  }
  if (tag !== undefined) result = result.where(sql<boolean>`usage.tags @> ARRAY[${tag}]::text[]`);
  if (requestId !== undefined) result = result.where('usage.request_id', 'like', beginning(requestId));
  if (clientRequestId !== undefined) {
    result = result.where('usage.client_request_id', 'like', beginning(clientRequestId));
  }
  return result;
}

/** What is typed is text: `%` and `_` mean themselves. */
function beginning(text: string): string {
  return `${text.replaceAll(/[\\%_]/g, '\\$&')}%`;
}

function withKeys(rows: Rows, keys: readonly string[] | undefined): Rows {
  if (keys === undefined) return rows;
  const [first] = keys;
  if (first === undefined) return rows.where(sql<boolean>`false`);
  return keys.length === 1 ? rows.where('usage.key_id', '=', first) : rows.where('usage.key_id', 'in', keys);
}

/** More keys of one name, project or member than this are not looked at. */
const keysMax = 10_000;

/** Undefined: any key. The filter's own text counts as an id too: its key may be gone. */
async function keysOf(db: Store['db'], filter: LogFilter): Promise<readonly string[] | undefined> {
  const { key, projectId, memberId, organizationId } = filter;
  if (key === undefined && projectId === undefined && memberId === undefined) return undefined;
  let query = db.selectFrom('keys').select('id').limit(keysMax);
  if (organizationId !== undefined) query = query.where('organization_id', '=', organizationId);
  if (key !== undefined) query = query.where((where) => where.or([where('id', '=', key), where('name', '=', key)]));
  if (projectId !== undefined) query = query.where('project_id', '=', projectId);
  if (memberId !== undefined) query = query.where('member_id', '=', memberId);
  const found = (await query.execute()).map(({ id }) => id);
  const byIdAlone = key !== undefined && projectId === undefined && memberId === undefined;
  return byIdAlone && found.length === 0 ? [key] : found;
}

function entriesOf<T extends object>(record: T): [keyof T & string, T[keyof T]][] {
  return Object.entries(record) as [keyof T & string, T[keyof T]][];
}
