/** `/api/v1/logs`: requests one by one, each in full, and as a file. */
import { Readable } from 'node:stream';
import { z } from 'zod';
import { visibleOrganization } from '../api/access.ts';
import { notFound } from '../api/failure.ts';
import { pageOf, pageQuery } from '../api/page.ts';
import { type ApiRoute, downloadRoute, route } from '../api/route.ts';
import { isContentKept } from '../content/content.ts';
import { readRequest } from './detail.ts';
import { exportFormats, exportLogs } from './export.ts';
import { listLogs, logOrders } from './list.ts';
import { logFilterQuery, toLogFilter } from './query.ts';
import { logDetail, logEntry, shownDetail, shownEntry } from './shapes.ts';

const tag = 'logs';
const requestParams = z.strictObject({ requestId: z.string().max(100).describe('An id that begins with req_.') });

export const logRoutes: readonly ApiRoute[] = [
  route({
    method: 'GET',
    path: '/logs',
    tag,
    summary: 'List requests',
    description:
      'Newest first, of the last 30 days where no period is said. Pages are stable: what comes in meanwhile shifts nothing. Requests appear when they have ended.',
    query: z.strictObject({
      ...pageQuery,
      sort: z.enum(logOrders).optional().describe('-startedAt (newest first) when absent.'),
      ...logFilterQuery,
    }),
    answer: pageOf(logEntry),
    async handle({ caller, query: { limit, after, sort, ...wanted } }, { store, clock }) {
      const filter = toLogFilter(caller, wanted, clock.nowMs());
      const page = await listLogs(store.db, { ...filter, order: sort ?? '-startedAt', limit, after });
      return { data: page.rows.map((row) => shownEntry(caller, row)), next: page.next ?? null };
    },
  }),
  downloadRoute({
    method: 'GET',
    path: '/logs/export',
    tag,
    summary: 'Requests as a file',
    description:
      'All that the filters say, oldest first, as CSV or as JSON lines; streamed, so it may be of any length. Texts that a table program would take for a formula begin with an apostrophe.',
    produces: 'text/csv; charset=utf-8',
    producesAlso: 'application/x-ndjson',
    query: z.strictObject({ format: z.enum(exportFormats).optional().describe('csv when absent.'), ...logFilterQuery }),
    async handle({ caller, query: { format = 'csv', ...wanted } }, { store, clock }) {
      const nowMs = clock.nowMs();
      const filter = toLogFilter(caller, wanted, nowMs);
      // What comes in while it is written would make it endless.
      const bounded = { ...filter, untilMs: Math.min(filter.untilMs ?? nowMs, nowMs) };
      const withHouse = caller.role === 'operator';
      const body = Readable.from(exportLogs(store.db, { ...bounded, format, withHouse }), { highWaterMark: 1 });
      const day = new Date(nowMs).toISOString().slice(0, 10);
      const type = format === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson';
      return { body, filename: `tollgate-logs-${day}.${format}`, type };
    },
  }),
  route({
    method: 'GET',
    path: '/logs/{requestId}',
    tag,
    summary: 'One request in full',
    description:
      'Its attempts with their times, why it went where it went, what it cost line by line, what was lost in translation, and the transfer that paid for it.',
    params: requestParams,
    answer: logDetail,
    async handle({ caller, params: { requestId } }, { store, snapshot, clock }) {
      const found = await readRequest(store.db, requestId, visibleOrganization(caller), snapshot?.current);
      if (found === undefined) throw notFound('request', requestId);
      const kept = await isContentKept(store.db, found.row.organization_id, requestId, clock.nowMs());
      return shownDetail(caller, found, kept);
    },
  }),
];
