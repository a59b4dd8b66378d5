/** What is kept of prompts and answers: the rules for it, reading it, and erasing it. */
import { z } from 'zod';
import { SecretRefused } from '../../lib/secret-box.ts';
import { addJob } from '../../store/jobs.ts';
import type { StoredContentRule } from '../../store/schema/content.ts';
import { checkOwner, visibleOrganization } from '../api/access.ts';
import { ApiFailure, notFound } from '../api/failure.ts';
import { id, organizationParams, time } from '../api/fields.ts';
import { type ApiRoute, route } from '../api/route.ts';
import { readRequest } from '../logs/detail.ts';
import { boxOf } from '../secrets/box.ts';
import { auditRead } from './audit-read.ts';
import { eraseContentKey, readContent } from './content.ts';
import { readKept } from './kept.ts';
import { belongsTo, checkMayRead } from './may-read.ts';
import { readContentRule, writeContentRule } from './rule.ts';
import { shownContent, storedContent } from './shapes.ts';

const tag = 'content';

const redact = { secrets: z.boolean(), patterns: z.array(z.string().min(1).max(100)).max(20) };
const fields = {
  keep: z
    .enum(['none', 'asked', 'all'])
    .describe('none: nothing is kept. asked: where a key or a request asks for it. all: what nobody forbids.'),
  days: z.number().int().min(1).max(3_650),
  bytesMax: z.number().int().min(1_024).max(4_194_304).describe('Of a request, and of an answer; the rest is cut.'),
};
const operatorsMayRead = z
  .boolean()
  .describe('Whether operators of the installation may read it who are no members of the organization.');
const rule = z.object({ ...fields, redact: z.object(redact), operatorsMayRead }).meta({ id: 'ContentRule' });

export const contentRoutes: readonly ApiRoute[] = [
  route({
    method: 'GET',
    path: '/organizations/{organizationId}/content-settings',
    tag,
    summary: 'What is kept of prompts and answers',
    params: organizationParams,
    answer: rule,
    async handle({ params: { organizationId } }, { store }) {
      const found = await readContentRule(store.db, organizationId);
      if (found === undefined) throw notFound('organization', organizationId);
      return shown(found);
    },
  }),
  route({
    method: 'PATCH',
    path: '/organizations/{organizationId}/content-settings',
    tag,
    summary: 'Change what is kept of prompts and answers',
    description:
      'Effective for requests from then on. The organization says how much may be kept at all; keys and requests choose within that.',
    params: organizationParams,
    body: z.strictObject({
      keep: fields.keep.optional(),
      days: fields.days.optional(),
      bytesMax: fields.bytesMax.optional(),
      redact: z.strictObject({ secrets: redact.secrets.optional(), patterns: redact.patterns.optional() }).optional(),
      operatorsMayRead: operatorsMayRead.optional(),
    }),
    answer: rule,
    async handle({ caller, params: { organizationId }, body, write }, { store }) {
      if (body.operatorsMayRead === true && !(await belongsTo(store.db, caller, organizationId))) {
        throw new ApiFailure('forbidden', 'Only the organization itself can let operators read its content.', {
          remedy: 'Ask one of its owners or administrators.',
          path: 'operatorsMayRead',
        });
      }
      return write(async (db) => shown(await writeContentRule(db, organizationId, body)));
    },
  }),
  route({
    method: 'GET',
    path: '/organizations/{organizationId}/content',
    tag,
    summary: 'How much of prompts and answers is kept now',
    description: 'Counted without opening any of it, up to ten thousand requests.',
    params: organizationParams,
    answer: z
      .object({
        requests: z.int(),
        isMore: z.boolean().describe('There are more than were counted.'),
        oldestAt: time.nullable().describe('When the oldest of these requests began.'),
        keyMadeAt: time
          .nullable()
          .describe('Of the key that they lie under; null: nothing was kept since it was erased.'),
        keys: z
          .array(z.object({ id: z.string(), name: z.string(), content: z.enum(['keep', 'none']) }))
          .describe('Keys that say something of their own, at most 200.'),
      })
      .meta({ id: 'ContentKept' }),
    async handle({ params: { organizationId } }, { store, clock }) {
      if ((await readContentRule(store.db, organizationId)) === undefined)
        throw notFound('organization', organizationId);
      const { oldestMs, keyMadeMs, keys, ...counted } = await readKept(store.db, organizationId, clock.nowMs());
      return { ...counted, oldestAt: oldestMs ?? null, keyMadeAt: keyMadeMs ?? null, keys: [...keys] };
    },
  }),
  route({
    method: 'PUT',
    path: '/keys/{keyId}/content',
    tag,
    summary: 'Say whether prompts and answers of a key are kept',
    description: 'Within what its organization allows. A request may still say no.',
    params: z.strictObject({ keyId: id('key') }),
    body: z.strictObject({ content: z.enum(['keep', 'none']).nullable().describe('null: as the organization says.') }),
    answer: z.object({ keyId: z.string(), content: z.enum(['keep', 'none']).nullable() }),
    async handle({ caller, params: { keyId }, body: { content }, write }) {
      return write(async (db) => {
        const key = await db.selectFrom('keys').select('organization_id').where('id', '=', keyId).executeTakeFirst();
        if (key === undefined) throw notFound('key', keyId);
        checkOwner(caller, key.organization_id, 'key', keyId);
        await db.updateTable('keys').set({ content }).where('id', '=', keyId).execute();
        return { keyId, content };
      });
    },
  }),
  route({
    method: 'GET',
    path: '/keys/{keyId}/content',
    tag,
    summary: 'Whether prompts and answers of a key are kept',
    params: z.strictObject({ keyId: id('key') }),
    answer: z.object({ keyId: z.string(), content: z.enum(['keep', 'none']).nullable() }),
    async handle({ caller, params: { keyId } }, { store }) {
      const key = await store.db
        .selectFrom('keys')
        .select(['organization_id', 'content'])
        .where('id', '=', keyId)
        .executeTakeFirst();
      if (key === undefined) throw notFound('key', keyId);
      checkOwner(caller, key.organization_id, 'key', keyId);
      return { keyId, content: key.content };
    },
  }),
  route({
    method: 'DELETE',
    path: '/organizations/{organizationId}/content',
    tag,
    summary: 'Erase all kept prompts and answers of an organization',
    description:
      'At once and for ever: the key that they lie under is erased, and without it nobody can read them. What is kept from then on gets a new key.',
    params: organizationParams,
    async handle({ params: { organizationId }, write }, { store }) {
      await write(async (db) => {
        await eraseContentKey(db, organizationId);
        await addJob(store, db, { task: 'content-remove', payload: {}, key: 'content-remove' });
      });
    },
  }),
  route({
    method: 'GET',
    path: '/logs/{requestId}/content',
    tag,
    summary: 'Prompt and answer of a request, where they are kept',
    description: 'Each reading is in the audit log.',
    params: z.strictObject({ requestId: z.string().max(100) }),
    answer: storedContent,
    async handle(request, parts) {
      const { caller, params } = request;
      const { requestId } = params;
      const { store, clock, snapshot, conversation } = parts;
      const found = await readRequest(store.db, requestId, visibleOrganization(caller), snapshot?.current);
      if (found === undefined) throw notFound('request', requestId);
      const organizationId = found.row.organization_id;
      await checkMayRead(store.db, caller, organizationId);
      try {
        const content = await readContent(store.db, { organizationId, requestId }, boxOf(parts), clock.nowMs());
        if (content === undefined) throw notKept(requestId);
        const read = {
          action: 'GET /logs/{requestId}/content',
          organizationId,
          resource: { kind: 'content', id: requestId },
        };
        await auditRead(store.db, request, read, clock.nowMs());
        return shownContent(content, conversation);
      } catch (error) {
        if (!(error instanceof SecretRefused)) throw error;
        parts.log.error(
          { requestId, organizationId, why: error.message },
          'kept content was refused: its row was changed, or its key',
        );
        throw new ApiFailure('conflict', `What is kept of ${requestId} cannot be opened: ${error.message}.`, {
          remedy: 'Look at the log of the gateway; the row in the database is not as it was written.',
        });
      }
    },
  }),
];

function notKept(requestId: string): ApiFailure {
  return new ApiFailure('not_found', `Nothing is kept of what ${JSON.stringify(requestId)} said.`, {
    remedy: 'Send `x-tollgate-content: keep` with a request, or turn keeping on for its key or organization.',
  });
}

function shown({
  keep,
  days,
  bytesMax,
  redact: { secrets, patterns },
  operatorsMayRead: may = false,
}: StoredContentRule) {
  return { keep, days, bytesMax, redact: { secrets, patterns: [...patterns] }, operatorsMayRead: may };
}
