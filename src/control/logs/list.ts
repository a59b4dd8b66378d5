/** Requests one by one, as a list shows them: newest or oldest first, which the indexes hold ready. */
import type { Selectable, SelectQueryBuilder } from 'kysely';
import { sql } from 'kysely';
import type { Schema, UsageTable } from '../../store/schema.ts';
import type { Store } from '../../store/store.ts';
import { Refusal } from '../refusal.ts';
import { filterLogs, type LogFilter } from './filter.ts';

export const logOrders = ['-startedAt', 'startedAt'] as const;
export type LogOrder = (typeof logOrders)[number];

const columns = [
  'request_id',
  'started_at',
  'settled_at',
  'organization_id',
  'key_id',
  'operation',
  'requested_model',
  'served_model',
  'provider',
  'credential',
  'client_dialect',
  'status',
  'http_status',
  'error_kind',
  'stream',
  'charge_nano_usd',
  'cost_nano_usd',
  'input_tokens',
  'output_tokens',
  'cache_read_tokens',
  'cache_write_5m_tokens',
  'cache_write_1h_tokens',
  'thinking_tokens',
  'first_token_ms',
  'total_ms',
  'overhead_ms',
  'estimated',
  'recovered',
  'flags',
  'client_request_id',
  'session_id',
  'end_user',
  'tags',
  'paid_by',
] as const satisfies readonly (keyof UsageTable)[];

export interface LogRow extends Pick<Selectable<UsageTable>, (typeof columns)[number]> {
  readonly key_name: string | null;
  readonly organization_name: string | null;
  readonly attempt_count: number;
}

export interface LogListOptions extends LogFilter {
  readonly order: LogOrder;
  readonly limit: number;
  /** `next` of the page before. Rows that came in meanwhile shift nothing. */
  readonly after?: string | undefined;
}

export interface LogPage {
  readonly rows: readonly LogRow[];
  /** Undefined on the last page. */
  readonly next: string | undefined;
}

/** Throws Refusal (a cursor of another list) and StoreError. */
export async function listLogs(db: Store['db'], options: LogListOptions): Promise<LogPage> {
  const { order, limit, after } = options;
  const down = order === '-startedAt';
  let query = selectLogs(await filterLogs(db, options))
    .orderBy('usage.started_at', down ? 'desc' : 'asc')
    .orderBy('usage.request_id', down ? 'desc' : 'asc')
    .limit(limit + 1);
  if (after !== undefined) {
    const { startedAt, requestId } = readCursor(after, order);
    query = query.where((where) =>
      where(
        where.refTuple('usage.started_at', 'usage.request_id'),
        down ? '<' : '>',
        where.tuple(startedAt, requestId),
      ),
    );
  }
  const rows = await query.execute();
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { rows: page, next: rows.length > limit && last !== undefined ? toCursor(last, order) : undefined };
}

/** Attempts and decisions are long: a list only counts them. */
function selectLogs(rows: SelectQueryBuilder<Schema, 'usage', object>) {
  return rows
    .leftJoin('keys', 'keys.id', 'usage.key_id')
    .leftJoin('organizations', 'organizations.id', 'usage.organization_id')
    .select(columns.map((column) => `usage.${column}` as const))
    .select(['keys.name as key_name', 'organizations.name as organization_name'])
    .select(sql<number>`jsonb_array_length(usage.attempts)`.as('attempt_count'));
}

/** Exact: rows are written with whole milliseconds. */
function toCursor({ started_at, request_id }: LogRow, order: LogOrder): string {
  return Buffer.from(`${order} ${started_at.getTime()} ${request_id}`).toString('base64url');
}

function readCursor(cursor: string, order: LogOrder): { startedAt: Date; requestId: string } {
  const match = /^(-?startedAt) (\d{1,15}) (\S{1,200})$/.exec(Buffer.from(cursor, 'base64url').toString('utf8'));
  if (match === null || match[1] !== order || cursor.includes('\0') || (match[3] ?? '').includes('\0')) {
    throw new Refusal(
      'The cursor is not one of this list.',
      'Use the `next` of the page before as it is, with the same sort.',
    );
  }
  return { startedAt: new Date(Number(match[2])), requestId: match[3] ?? '' };
}
