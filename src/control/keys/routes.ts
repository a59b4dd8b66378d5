/** `/api/v1/keys`. */
import { z } from 'zod';
import { checkOwner, visibleOrganization } from '../api/access.ts';
import type { Caller } from '../api/caller.ts';
import { ApiFailure, conflict, notFound } from '../api/failure.ts';
import { cacheRule, id, limits, queryFlag, time } from '../api/fields.ts';
import { pageOf, pageQuery, toPage } from '../api/page.ts';
import { mayGrant, type Role, roleOfScope, roleOfScopes, type Scope, scopes } from '../api/roles.ts';
import { type ApiRoute, route } from '../api/route.ts';
import { nameLengthMax } from '../names.ts';
import { findOrganization } from '../organizations/records.ts';
import { readActivity } from './activity.ts';
import { overlapSecondsMax, pauseKey, rotateKey, updateKey } from './changes.ts';
import { holderOf } from './holders.ts';
import { createKeyOf, findKey, type KeyInfo, keySorts, keyStates, listKeys, revokeKey } from './keys.ts';
import { keyTagsMax, tagLengthMax } from './tags.ts';

const name = z.string().min(1).max(nameLengthMax);
const models = z.array(z.string()).describe('Patterns of models and routes: openai/*, main.');
const scope = z
  .enum(scopes)
  .describe('The role of whoever has the key; operator: in every organization, organization: an older word for owner.');
const tags = z.array(z.string().max(tagLengthMax)).max(keyTagsMax);
const params = z.strictObject({ keyId: id('key') });

const fields = {
  id: z.string(),
  name,
  kind: z.enum(['call', 'management']),
  scopes: z.array(z.string()).nullable().describe('Of a management key; null: a key for calling.'),
  organizationId: z.string(),
  project: z.string().nullable().describe('The name of the project that it belongs to, with its budgets.'),
  member: z.string().nullable().describe('The person or program that it belongs to.'),
  prefix: z.string().describe('The first characters of the key.'),
  source: z.enum(['created', 'file']).describe('file: the configuration file declares it, and alone may change it.'),
  models: models.nullable().describe('What it may call; null: everything.'),
  limits: limits.nullable(),
  cache: cacheRule.nullable().describe('null: as its routes say.'),
  tags: tags.describe('What its requests are tagged with, beside what each says itself.'),
  createdAt: time,
  expiresAt: time.nullable(),
  revokedAt: time.nullable(),
  pausedAt: time.nullable().describe('Since when it is refused until it is resumed; null: it works.'),
  lastUsedAt: time
    .nullable()
    .describe('When its last request that has ended began; null: never, as far as the log goes back.'),
  previousUntil: time.nullable().describe('Until when the text before its last rotation is valid too.'),
};

const key = z.object(fields).meta({ id: 'Key' });
const createdKey = z
  .object({ ...fields, key: z.string().describe('The whole key. It is shown only now.') })
  .meta({ id: 'CreatedKey' });

const tag = 'keys';

export const keyRoutes: readonly ApiRoute[] = [
  route({
    method: 'GET',
    path: '/keys',
    tag,
    summary: 'List keys, newest first',
    query: z.strictObject({
      ...pageQuery,
      organizationId: id('org').optional(),
      includeRevoked: queryFlag.optional(),
      state: z.enum(keyStates).optional().describe('revoked shows revoked ones alone.'),
      kind: z.enum(['call', 'management']).optional(),
      projectId: id('prj').optional(),
      search: z.string().min(1).max(nameLengthMax).optional().describe('A part of the name, or how the key begins.'),
      sort: z.enum(keySorts).optional().describe('-createdAt (newest first) when absent.'),
    }),
    answer: pageOf(key),
    async handle(
      { caller, query: { limit, after, organizationId, includeRevoked, state, ...same } },
      { store, clock },
    ) {
      if (organizationId !== undefined) checkOwner(caller, organizationId, 'organization', organizationId);
      const only = organizationId ?? visibleOrganization(caller);
      const isByName = same.sort === 'name' || same.sort === '-name';
      const rows = await listKeys(store, {
        ...(same.kind !== undefined && { kind: same.kind }),
        ...(same.projectId !== undefined && { projectId: same.projectId }),
        ...(same.search !== undefined && { search: same.search }),
        ...(same.sort !== undefined && { sort: same.sort }),
        limit: limit + 1,
        includeRevoked: includeRevoked === true || state === 'revoked',
        ...(state !== undefined && { state: { is: state, nowMs: clock.nowMs() } }),
        ...(only !== undefined && { organizationId: only }),
        ...(after !== undefined && { after: isByName ? readNameCursor(after) : after }),
      });
      return toPage(rows.map(shown), limit, (row) => (isByName ? nameCursor(row) : row.id));
    },
  }),
  route({
    method: 'POST',
    path: '/keys',
    tag,
    summary: 'Create a key; it is shown once',
    description: 'It belongs to the organization of the management key unless `organizationId` names another.',
    status: 201,
    body: z.strictObject({
      name,
      organizationId: id('org').optional(),
      kind: z.enum(['call', 'management']).optional().describe('call when absent.'),
      scope: scope
        .optional()
        .describe('Of a management key, at most the own role; when absent: organization, or the own role.'),
      models: models.optional(),
      limits: limits.optional(),
      cache: cacheRule.optional(),
      expiresAt: time.optional(),
      tags: tags.optional(),
      project: name.optional().describe('Made if it is not there.'),
      member: name.optional().describe('Made if it is not there.'),
    }),
    answer: createdKey,
    async handle({ caller, body, write }, { clock }) {
      const { organizationId = caller.organizationId, expiresAt, ...rest } = body;
      checkOwner(caller, organizationId, 'organization', organizationId);
      const scope = body.scope ?? (body.kind === 'management' ? widestFor(caller) : undefined);
      if (scope !== undefined) checkGrant(caller, roleOfScope(scope));
      return write(async (db) => {
        const owner = await findOrganization(db, organizationId);
        if (owner === undefined) throw notFound('organization', organizationId);
        const request = {
          ...rest,
          shownTo: await holderOf(db, caller, organizationId),
          ...(scope !== undefined && { scope }),
          ...(expiresAt !== undefined && { expiresAtMs: expiresAt }),
        };
        const made = await createKeyOf(db, organizationId, request, clock);
        return { ...shown(made), key: made.key };
      });
    },
  }),
  route({
    method: 'GET',
    path: '/keys/{keyId}',
    tag,
    summary: 'Get a key',
    params,
    answer: key,
    async handle({ caller, params: { keyId } }, { store }) {
      return shown(owned(caller, await findKey(store.db, keyId), keyId));
    },
  }),
  route({
    method: 'PATCH',
    path: '/keys/{keyId}',
    tag,
    summary: 'Change a key: what is left out stays',
    params,
    body: z.strictObject({
      name: name.optional(),
      models: models.nullable().optional().describe('null: it may call everything.'),
      limits: limits.nullable().optional(),
      cache: cacheRule.nullable().optional(),
      expiresAt: time.nullable().optional().describe('null: never.'),
      tags: tags.nullable().optional(),
    }),
    answer: key,
    async handle({ caller, params: { keyId }, body, write }, { clock }) {
      return write(async (db) => {
        checkChangeable(controlled(caller, await findKey(db, keyId), keyId));
        const { expiresAt, ...rest } = body;
        const change = { ...rest, ...(expiresAt !== undefined && { expiresAtMs: expiresAt }) };
        return shown(owned(caller, await updateKey(db, keyId, change, clock), keyId));
      });
    },
  }),
  route({
    method: 'POST',
    path: '/keys/{keyId}/rotate',
    tag,
    summary: 'Give a key a new text; it is shown once',
    description:
      'Id, limits, budgets and usage stay. The text before is valid for `overlapSeconds` more, so that callers can follow.',
    params,
    body: z.strictObject({ overlapSeconds: z.number().int().min(0).max(overlapSecondsMax) }),
    answer: createdKey,
    async handle({ caller, params: { keyId }, body: { overlapSeconds }, write }, { clock }) {
      return write(async (db) => {
        const found = controlled(caller, await findKey(db, keyId), keyId);
        checkChangeable(found);
        const shownTo = await holderOf(db, caller, found.organizationId);
        const rotated = await rotateKey(db, keyId, { overlapSeconds, shownTo }, clock);
        if (rotated === undefined) throw notFound('key', keyId);
        return { ...shown(rotated), key: rotated.key };
      });
    },
  }),
  ...[
    pauseRoute('pause', 'Pause a key: it is refused until it is resumed'),
    pauseRoute('resume', 'Let a paused key work again'),
  ],
  route({
    method: 'GET',
    path: '/keys/{keyId}/activity',
    tag,
    summary: 'How much a key is used now',
    description: 'What would stop working with it.',
    params,
    answer: z
      .object({
        lastUsedAt: time.nullable(),
        requests: z.number().int().describe('That began in the last ten minutes and have ended.'),
        requestsPerMinute: z.number().describe('Of the last ten minutes, on average.'),
      })
      .meta({ id: 'KeyActivity' }),
    async handle({ caller, params: { keyId } }, { store, clock }) {
      owned(caller, await findKey(store.db, keyId), keyId);
      const { lastUsedAtMs, ...rest } = await readActivity(store.db, keyId, clock.nowMs());
      return { ...rest, lastUsedAt: lastUsedAtMs ?? null };
    },
  }),
  route({
    method: 'POST',
    path: '/keys/{keyId}/revoke',
    tag,
    summary: 'Revoke a key, everywhere, within a second',
    description: 'Revoking it again changes nothing.',
    params,
    answer: key,
    async handle({ caller, params: { keyId }, write }, { clock }) {
      return write(async (db) => {
        const found = controlled(caller, await findKey(db, keyId), keyId);
        const result = await revokeKey({ db }, found.id, clock);
        return shown(owned(caller, 'revoked' in result ? result.revoked : undefined, keyId));
      });
    },
  }),
];

function pauseRoute(verb: 'pause' | 'resume', summary: string): ApiRoute {
  return route({
    method: 'POST',
    path: `/keys/{keyId}/${verb}`,
    tag,
    summary,
    description: 'Everywhere, within a second. Doing it again changes nothing.',
    params,
    answer: key,
    async handle({ caller, params: { keyId }, write }, { clock }) {
      return write(async (db) => {
        checkChangeable(controlled(caller, await findKey(db, keyId), keyId));
        await pauseKey(db, keyId, verb === 'pause', clock);
        return shown(owned(caller, await findKey(db, keyId), keyId));
      });
    },
  });
}

/** Pages by name go on after a name, and its key's id where several have it. */
function nameCursor({ name: last, id: of }: { readonly name: string; readonly id: string }): string {
  return Buffer.from(JSON.stringify([last, of])).toString('base64url');
}

/** Throws ApiFailure. */
function readNameCursor(after: string): { readonly name: string; readonly id: string } {
  const parsed = cursorShape.safeParse(parseJson(Buffer.from(after, 'base64url').toString()));
  if (parsed.success && !parsed.data[0].includes('\0')) return { name: parsed.data[0], id: parsed.data[1] };
  const remedy = 'Use the `next` of the page before, with the same `sort`.';
  throw new ApiFailure('invalid_request', 'after is no cursor of this list.', { remedy, path: 'after' });
}

const cursorShape = z.tuple([z.string(), z.string().regex(/^\w+$/)]);

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function owned(caller: Caller, info: KeyInfo | undefined, keyId: string): KeyInfo {
  if (info === undefined) throw notFound('key', keyId);
  checkOwner(caller, info.organizationId, 'key', keyId);
  return info;
}

/** A key that may do more than the caller must not come into the caller's hands. */
function controlled(caller: Caller, info: KeyInfo | undefined, keyId: string): KeyInfo {
  const found = owned(caller, info, keyId);
  if (found.kind === 'management') checkGrant(caller, roleOfScopes(found.scopes));
  return found;
}

/** Throws ApiFailure (conflict). */
function checkChangeable({ name, revokedAtMs, source }: KeyInfo): void {
  if (revokedAtMs !== undefined) throw conflict('The key is revoked, and stays so.', 'Create another one.');
  if (source === 'file') {
    throw conflict(
      `The key ${JSON.stringify(name)} belongs to the configuration file, which would undo the change.`,
      'Change it there, and start again.',
    );
  }
}

/** Throws ApiFailure (forbidden): nobody makes or takes over a key that may do more than they may. */
function checkGrant({ role }: Caller, wanted: Role): void {
  if (mayGrant(role, wanted)) return;
  throw new ApiFailure('forbidden', `A key of the role ${wanted} is not for the role ${role} to make or change.`, {
    remedy: `Ask somebody with the role ${wanted}.`,
    path: 'scope',
  });
}

function widestFor({ role }: Caller): Scope {
  return mayGrant(role, 'owner') ? 'organization' : role;
}

function shown(info: KeyInfo) {
  const { createdAtMs, expiresAtMs, revokedAtMs, pausedAtMs, lastUsedAtMs, previousUntilMs } = info;
  const { models, limits, cache, scopes } = info;
  return {
    ...info,
    scopes: scopes === undefined ? null : [...scopes],
    models: models === undefined ? null : [...models],
    limits: limits ?? null,
    cache: cache ?? null,
    project: info.project ?? null,
    member: info.member ?? null,
    createdAt: createdAtMs,
    expiresAt: expiresAtMs ?? null,
    revokedAt: revokedAtMs ?? null,
    previousUntil: previousUntilMs ?? null,
    pausedAt: pausedAtMs ?? null,
    lastUsedAt: lastUsedAtMs ?? null,
    tags: [...(info.tags ?? [])],
  };
}
