/** What an organization knows of one of its end users: given out whole, or erased. */
import { Readable } from 'node:stream';
import { z } from 'zod';
import type { SecretBox } from '../../lib/secret-box.ts';
import { SecretRefused } from '../../lib/secret-box.ts';
import { addJob } from '../../store/jobs.ts';
import type { Store } from '../../store/store.ts';
import { checkOwner, visibleOrganization } from '../api/access.ts';
import type { Caller } from '../api/caller.ts';
import { notFound } from '../api/failure.ts';
import { id, time } from '../api/fields.ts';
import { pageOf, pageQuery, toPage } from '../api/page.ts';
import { type ApiRoute, downloadRoute, route } from '../api/route.ts';
import { shownEndUser } from '../audit/subject.ts';
import { exportLogs } from '../logs/export.ts';
import { listLogs } from '../logs/list.ts';
import { auditRead } from './audit-read.ts';
import { readContent } from './content.ts';
import { beginErasure, cancelErasure, type EndUserErasure, findErasure, listErasures } from './end-users.ts';
import { checkMayRead } from './may-read.ts';

const tag = 'end users';
const endUserParams = z.strictObject({
  endUserId: z.string().min(1).max(256).describe("As the caller names it: the request's `user`."),
});
const erasureParams = z.strictObject({ erasureId: id('eue') });
const whose = { organizationId: id('org').optional().describe("The caller's own when absent.") };

const erasureFields = z.object({
  id: z.string(),
  organizationId: z.string(),
  state: z.enum(['running', 'done', 'cancelled']),
  requestsTotal: z.number(),
  requestsDone: z.number(),
  contentsErased: z.number(),
  pseudonym: z.string().describe('What stands for that person in the rows that money needs.'),
  createdAt: time,
  endedAt: time.nullable(),
});
const erasure = erasureFields.meta({ id: 'EndUserErasure' });
const listedErasure = erasureFields
  .extend({ endUser: z.string().nullable().describe('null: it has ended, and nothing names that person any more.') })
  .meta({ id: 'ListedErasure' });

export const endUserRoutes: readonly ApiRoute[] = [
  route({
    method: 'POST',
    path: '/end-users/{endUserId}/erase',
    tag,
    summary: 'Erase an end user',
    description:
      "Prompts, answers, sessions and the person's name go; what was used and paid stays, under a name that says nothing. It runs on by itself; ask for it by its id to see how far it is.",
    status: 202,
    params: endUserParams,
    body: z.strictObject(whose).optional(),
    answer: erasure,
    async handle({ caller, params: { endUserId }, body, write }, { store, clock }) {
      const organizationId = ownerOf(caller, body?.organizationId);
      return write(async (db) => {
        await checkKnown(db, organizationId, endUserId);
        const begun = await beginErasure(db, organizationId, endUserId, clock);
        await addJob(store, db, { task: 'end-users-erase', payload: {}, key: 'end-users-erase' });
        return shown(begun);
      });
    },
  }),
  route({
    method: 'GET',
    path: '/end-user-erasures',
    tag,
    summary: 'List erasures of end users, newest first',
    query: z.strictObject({ ...pageQuery, organizationId: id('org').optional() }),
    answer: pageOf(listedErasure),
    async handle({ caller, query: { limit, after, organizationId } }, { store }) {
      if (organizationId !== undefined) checkOwner(caller, organizationId, 'organization', organizationId);
      const only = organizationId ?? visibleOrganization(caller);
      const rows = await listErasures(store.db, { organizationId: only, after, limit: limit + 1 });
      const listed = rows.map((row) => ({ ...shown(row), endUser: row.end_user }));
      return toPage(listed, limit, (row) => row.id);
    },
  }),
  route({
    method: 'GET',
    path: '/end-user-erasures/{erasureId}',
    tag,
    summary: 'How far an erasure is',
    params: erasureParams,
    answer: erasure,
    async handle({ caller, params: { erasureId } }, { store }) {
      return shown(await own(store.db, caller, erasureId));
    },
  }),
  route({
    method: 'POST',
    path: '/end-user-erasures/{erasureId}/cancel',
    tag,
    summary: 'Stop an erasure',
    description: 'What is erased already stays so.',
    params: erasureParams,
    answer: erasure,
    async handle({ caller, params: { erasureId }, write }, { clock }) {
      return write(async (db) => {
        await own(db, caller, erasureId);
        await cancelErasure(db, erasureId, clock);
        return shown(await own(db, caller, erasureId));
      });
    },
  }),
  downloadRoute({
    method: 'GET',
    path: '/end-users/{endUserId}/export',
    tag,
    summary: 'All that is kept of an end user',
    description: 'JSON lines, streamed: each request, with its prompt and answer where they are kept.',
    produces: 'application/x-ndjson',
    params: endUserParams,
    query: z.strictObject(whose),
    async handle(request, { store, clock, secrets }) {
      const { endUserId } = request.params;
      const organizationId = ownerOf(request.caller, request.query.organizationId);
      await checkKnown(store.db, organizationId, endUserId);
      await checkMayRead(store.db, request.caller, organizationId);
      const id = shownEndUser(endUserId);
      const read = { action: 'GET /end-users/{endUserId}/export', organizationId, resource: { kind: 'end-users', id } };
      await auditRead(store.db, request, read, clock.nowMs());
      const body = Readable.from(
        exportEndUser(store.db, { organizationId, endUserId, nowMs: clock.nowMs() }, secrets),
        { highWaterMark: 1 },
      );
      return { body, filename: `end-user-${new Date(clock.nowMs()).toISOString().slice(0, 10)}.jsonl` };
    },
  }),
];

const pageRows = 50;

async function* exportEndUser(
  db: Store['db'],
  { organizationId, endUserId, nowMs }: { organizationId: string; endUserId: string; nowMs: number },
  secrets: SecretBox | undefined,
): AsyncGenerator<string> {
  const filter = { sinceMs: 0, untilMs: nowMs, organizationId, endUser: endUserId };
  yield* exportLogs(db, { ...filter, format: 'jsonl', withHouse: false });
  if (secrets === undefined) return;
  let after: string | undefined;
  do {
    const page = await listLogs(db, { ...filter, order: 'startedAt', limit: pageRows, after });
    for (const { request_id: requestId } of page.rows) {
      const content = await readContent(db, { organizationId, requestId }, secrets, nowMs).catch(refusedOnly);
      if (content !== undefined) yield `${JSON.stringify({ request_id: requestId, content })}\n`;
    }
    after = page.next;
  } while (after !== undefined);
}

/** A row that was tampered with must not keep the rest back. */
function refusedOnly(error: unknown): undefined {
  if (!(error instanceof SecretRefused)) throw error;
  return undefined;
}

function ownerOf(caller: Caller, organizationId: string | undefined): string {
  if (organizationId === undefined) return caller.organizationId;
  checkOwner(caller, organizationId, 'organization', organizationId);
  return organizationId;
}

/** Throws ApiFailure (not_found): nothing was ever asked for such a person, or everything is erased. */
async function checkKnown(db: Store['db'], organizationId: string, endUser: string): Promise<void> {
  const found = await db
    .selectFrom('usage')
    .select('request_id')
    .where('organization_id', '=', organizationId)
    .where('end_user', '=', endUser)
    .limit(1)
    .executeTakeFirst();
  if (found === undefined) throw notFound('end user', endUser);
}

async function own(db: Store['db'], caller: Caller, erasureId: string): Promise<EndUserErasure> {
  const found = await findErasure(db, erasureId);
  if (found === undefined) throw notFound('erasure', erasureId);
  checkOwner(caller, found.organization_id, 'erasure', erasureId);
  return found;
}

function shown(row: EndUserErasure): z.output<typeof erasure> {
  return {
    id: row.id,
    organizationId: row.organization_id,
    state: row.state,
    requestsTotal: row.requests_total,
    requestsDone: row.requests_done,
    contentsErased: row.contents_erased,
    pseudonym: row.pseudonym,
    createdAt: row.created_at.getTime(),
    endedAt: row.ended_at?.getTime() ?? null,
  };
}
