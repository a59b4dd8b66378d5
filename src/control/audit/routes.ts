/** `/api/v1/audit`. */
import { Readable } from 'node:stream';
import { z } from 'zod';
import { checkOwner, visibleOrganization } from '../api/access.ts';
import type { Caller } from '../api/caller.ts';
import { notFound } from '../api/failure.ts';
import { id, time } from '../api/fields.ts';
import { pageOf, pageQuery, toPage } from '../api/page.ts';
import { type ApiRoute, downloadRoute, route } from '../api/route.ts';
import { auditFormats, exportAudit } from './export.ts';
import { type AuditFilter, findAudit, listAudit } from './list.ts';
import { auditEntry, shownAudit } from './shape.ts';

const tag = 'audit';
const text = z.string().min(1).max(200);

const filterQuery = {
  organizationId: id('org').optional(),
  actorId: text.optional().describe('The id of a key or a user.'),
  action: text.optional().describe('`PATCH /keys/{keyId}`, `sign-in`.'),
  resourceKind: text.optional().describe('`keys`, `budgets`, `organizations`.'),
  resourceId: text.optional(),
  requestId: text.optional(),
  since: time.optional(),
  until: time.optional().describe('Not itself.'),
};

const filterSchema = z.strictObject(filterQuery);

export const auditRoutes: readonly ApiRoute[] = [
  route({
    method: 'GET',
    path: '/audit',
    tag,
    summary: 'Who changed what',
    description:
      'Newest first: each request that changed something, with what was there before and after, and each sign-in. Nothing here is ever changed or removed. An organization sees what was done to its things, by operators too, but not which operator.',
    query: z.strictObject({ ...pageQuery, ...filterQuery }),
    answer: pageOf(auditEntry),
    async handle({ caller, query: { limit, after, ...wanted } }, { store }) {
      const rows = await listAudit(store.db, { ...toFilter(caller, wanted), limit: limit + 1, after });
      const page = toPage(rows, limit, (row) => row.id);
      return { ...page, data: page.data.map((row) => shownAudit(row, caller.role === 'operator')) };
    },
  }),
  downloadRoute({
    method: 'GET',
    path: '/audit/export',
    tag,
    summary: 'The audit log as a file',
    description:
      'All that the filters say, newest first, as CSV or as JSON lines; streamed, so it may be of any length.',
    produces: 'text/csv; charset=utf-8',
    producesAlso: 'application/x-ndjson',
    query: z.strictObject({ format: z.enum(auditFormats).optional().describe('csv when absent.'), ...filterQuery }),
    async handle({ caller, query: { format = 'csv', ...wanted } }, { store, clock }) {
      const show = (row: Parameters<typeof shownAudit>[0]) => shownAudit(row, caller.role === 'operator');
      const body = Readable.from(exportAudit(store.db, toFilter(caller, wanted), format, show), { highWaterMark: 1 });
      const day = new Date(clock.nowMs()).toISOString().slice(0, 10);
      const type = format === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson';
      return { body, filename: `tollgate-audit-${day}.${format}`, type };
    },
  }),
  route({
    method: 'GET',
    path: '/audit/{auditId}',
    tag,
    summary: 'One entry of the audit log',
    params: z.strictObject({ auditId: id('aud') }),
    answer: auditEntry,
    async handle({ caller, params: { auditId } }, { store }) {
      const row = await findAudit(store.db, auditId);
      if (row === undefined) throw notFound('audit entry', auditId);
      if (row.organization_id === null && caller.role !== 'operator') throw notFound('audit entry', auditId);
      if (row.organization_id !== null) checkOwner(caller, row.organization_id, 'audit entry', auditId);
      return shownAudit(row, caller.role === 'operator');
    },
  }),
];

function toFilter(
  caller: Caller,
  { since, until, organizationId, ...same }: z.output<typeof filterSchema>,
): AuditFilter {
  if (organizationId !== undefined) checkOwner(caller, organizationId, 'organization', organizationId);
  return { ...same, organizationId: organizationId ?? visibleOrganization(caller), sinceMs: since, untilMs: until };
}
