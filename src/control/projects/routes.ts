/** `/api/v1/projects`. */
import { z } from 'zod';
import { checkOwner, visibleOrganization } from '../api/access.ts';
import type { Caller } from '../api/caller.ts';
import { notFound } from '../api/failure.ts';
import { id, limits, time } from '../api/fields.ts';
import { pageOf, pageQuery, toPage } from '../api/page.ts';
import { type ApiRoute, route } from '../api/route.ts';
import { nameLengthMax } from '../names.ts';
import { findOrganization } from '../organizations/records.ts';
import { createProject, findProject, limitProject, listProjects, type ProjectInfo, renameProject } from './projects.ts';

const project = z
  .object({
    id: z.string(),
    organizationId: z.string(),
    name: z.string(),
    limits: limits.nullable().describe('Rate limits of all its keys together; null: none.'),
    createdAt: time,
  })
  .meta({ id: 'Project' });

const tag = 'projects';
const name = z.string().min(1).max(nameLengthMax);
const params = z.strictObject({ projectId: id('prj') });

export const projectRoutes: readonly ApiRoute[] = [
  route({
    method: 'GET',
    path: '/projects',
    tag,
    summary: 'List projects, newest first',
    description: 'A project is made by itself too, with the first key or budget that names it.',
    query: z.strictObject({ ...pageQuery, organizationId: id('org').optional() }),
    answer: pageOf(project),
    async handle({ caller, query: { limit, after, organizationId } }, { store }) {
      if (organizationId !== undefined) checkOwner(caller, organizationId, 'organization', organizationId);
      const only = organizationId ?? visibleOrganization(caller);
      const rows = await listProjects(store.db, {
        limit: limit + 1,
        ...(only !== undefined && { organizationId: only }),
        ...(after !== undefined && { after }),
      });
      return toPage(rows.map(shown), limit, (row) => row.id);
    },
  }),
  route({
    method: 'POST',
    path: '/projects',
    tag,
    summary: 'Make a project',
    description: 'It belongs to the organization of whoever asks unless `organizationId` names another.',
    status: 201,
    body: z.strictObject({ name, organizationId: id('org').optional(), limits: limits.optional() }),
    answer: project,
    async handle({ caller, body, write }, { clock }) {
      const { organizationId = caller.organizationId } = body;
      checkOwner(caller, organizationId, 'organization', organizationId);
      return write(async (db) => {
        if ((await findOrganization(db, organizationId)) === undefined) throw notFound('organization', organizationId);
        const projectId = await createProject(db, organizationId, body.name, clock);
        if (body.limits !== undefined) await limitProject(db, projectId, body.limits);
        return shown(owned(caller, await findProject(db, projectId), projectId));
      });
    },
  }),
  route({
    method: 'GET',
    path: '/projects/{projectId}',
    tag,
    summary: 'Get a project',
    params,
    answer: project,
    async handle({ caller, params: { projectId } }, { store }) {
      return shown(owned(caller, await findProject(store.db, projectId), projectId));
    },
  }),
  route({
    method: 'PATCH',
    path: '/projects/{projectId}',
    tag,
    summary: 'Change a project: what is left out stays',
    params,
    body: z.strictObject({
      name: name.optional(),
      limits: limits.nullable().optional().describe('null takes all limits away.'),
    }),
    answer: project,
    async handle({ caller, params: { projectId }, body, write }) {
      return write(async (db) => {
        owned(caller, await findProject(db, projectId), projectId);
        if (body.name !== undefined) await renameProject(db, projectId, body.name);
        if (body.limits !== undefined) await limitProject(db, projectId, body.limits);
        return shown(owned(caller, await findProject(db, projectId), projectId));
      });
    },
  }),
];

function owned(caller: Caller, found: ProjectInfo | undefined, projectId: string): ProjectInfo {
  if (found === undefined) throw notFound('project', projectId);
  checkOwner(caller, found.organizationId, 'project', projectId);
  return found;
}

function shown({ createdAtMs, limits: of, ...rest }: ProjectInfo) {
  return { ...rest, limits: of ?? null, createdAt: createdAtMs };
}
