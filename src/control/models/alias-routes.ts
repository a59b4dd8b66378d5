/** `/api/v1/models/aliases`: other names of models. */
import { z } from 'zod';
import { notFound } from '../api/failure.ts';
import { type ApiRoute, route } from '../api/route.ts';
import { aliasName, modelId } from './fields.ts';
import { changeBy, findRow, listRows, lockModels, setRow } from './records.ts';
import { knownModel, modelTools, refuseDeclared, refuseShadowing } from './rules.ts';

const tag = 'models';
const alias = z
  .object({
    id: z.string().describe('provider/alias: with and without the provider it means the model.'),
    alias: z.string(),
    model: z.string(),
  })
  .meta({ id: 'ModelAlias' });

export const aliasRoutes: readonly ApiRoute[] = [
  route({
    method: 'GET',
    path: '/models/aliases',
    tag,
    summary: 'List other names of models',
    description: 'Those that were given here. The configuration file has its own, under `models.<name>.aliases`.',
    answer: z.object({ data: z.array(alias) }),
    async handle(_, { store }) {
      const rows = await listRows(store.db);
      return { data: rows.flatMap(({ name, aliases }) => aliases.map((each) => shown(each, name))) };
    },
  }),
  route({
    method: 'POST',
    path: '/models/aliases',
    tag,
    summary: 'Give a model another name',
    description:
      'Refused where the name means something already, and where the model is an alias itself: no name hides another, and none leads in a circle. Callers use it within a second; the provider is asked for the model by its own name.',
    status: 201,
    body: z.strictObject({ alias: aliasName, model: modelId }),
    answer: alias,
    async handle({ caller, body, write }, parts) {
      const tools = modelTools(parts);
      return write(async (db) => {
        await lockModels(db);
        await refuseShadowing(db, tools, body);
        const { model } = knownModel(tools, body.model);
        refuseDeclared(tools, model.id);
        const row = await findRow(db, model.id);
        const aliases = [...new Set([...(row?.aliases ?? []), body.alias])];
        await setRow(db, changeBy(caller, parts.clock, model.id), { aliases });
        return shown(body.alias, model.id);
      });
    },
  }),
  route({
    method: 'DELETE',
    path: '/models/aliases/{aliasId}',
    tag,
    summary: 'Take a name back',
    description: 'Whoever asks for it from then on is told that there is no such model.',
    params: z.strictObject({
      aliasId: z.string().max(400).describe('provider/alias as one segment: its slashes as %2F.'),
    }),
    status: 204,
    async handle({ caller, params: { aliasId }, write }, { clock }) {
      await write(async (db) => {
        await lockModels(db);
        const rows = await listRows(db);
        const row = rows.find(({ name, aliases }) => aliases.some((each) => shown(each, name).id === aliasId));
        if (row === undefined) throw notFound('alias', aliasId);
        const aliases = row.aliases.filter((each) => shown(each, row.name).id !== aliasId);
        await setRow(db, changeBy(caller, clock, row.name), { aliases });
      });
    },
  }),
];

function shown(alias: string, model: string) {
  return { id: `${model.slice(0, model.indexOf('/'))}/${alias}`, alias, model };
}
