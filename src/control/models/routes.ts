/** `/api/v1/models`: what can be called, what it costs, and what the operator says of it. */
import { z } from 'zod';
import type { StoredFacts } from '../../store/schema/models.ts';
import { conflict } from '../api/failure.ts';
import { queryFlag, time } from '../api/fields.ts';
import { pageOf, pageQuery, toPage } from '../api/page.ts';
import { type ApiRoute, route } from '../api/route.ts';
import { aliasName, factFields, inputKind, model, modelChange, modelId, modelParams, priceBody } from './fields.ts';
import { listed, visibleModel, visibleModels } from './list.ts';
import { changeBy, dropPrices, dropRow, findRow, listChanges, lockModels, setPrice, setRow } from './records.ts';
import {
  knownModel,
  modelTools,
  refuseDeclared,
  refuseNamed,
  refuseShadowing,
  refuseUnknownProvider,
  startOf,
  versionOf,
} from './rules.ts';

const tag = 'models';
const optionalFacts = {
  contextTokens: factFields.contextTokens.optional(),
  outputTokensMax: factFields.outputTokensMax.optional(),
  thinking: factFields.thinking.optional(),
  inputs: factFields.inputs.optional(),
  tools: factFields.tools.optional(),
};
const effectiveAt = time
  .optional()
  .describe('From when on the price holds; absent: now. Requests that run keep the price they began with.');

export const modelRoutes: readonly ApiRoute[] = [
  route({
    method: 'GET',
    path: '/models',
    tag,
    summary: 'List models, by id',
    description:
      'Operators see every model of every provider that is known, at cost. Members see those that their organization may call, at the prices that it pays.',
    query: z.strictObject({
      ...pageQuery,
      provider: z.string().max(64).optional(),
      search: z.string().max(100).optional().describe('A part of the id or of an alias, whatever the case.'),
      callable: queryFlag.optional(),
      source: z.enum(['file', 'api', 'catalogue', 'provider']).optional(),
      input: inputKind.optional().describe('Those that take this in.'),
      tools: queryFlag.optional(),
      thinks: queryFlag.optional(),
      contextTokensMin: z
        .string()
        .regex(/^\d{1,10}$/, 'it takes a whole number')
        .optional()
        .meta({ type: 'integer' }),
    }),
    answer: pageOf(model),
    async handle({ caller, query }, parts) {
      const all = visibleModels(caller, parts);
      const rows = listed(all, query).slice(0, query.limit + 1);
      const page = toPage(rows, query.limit, (row) => row.id);
      return { ...page, data: page.data.map(visibleModel(caller, parts)) };
    },
  }),
  route({
    method: 'POST',
    path: '/models',
    tag,
    summary: 'Add a model of your own',
    description:
      'For a name that the catalogue does not have. It can be called on every instance within a second. A model that is known is changed with PATCH.',
    status: 201,
    body: z.strictObject({
      id: modelId,
      price: priceBody.describe('A model without a price would be refused.'),
      effectiveAt,
      aliases: z.array(aliasName).max(20).optional(),
      ...optionalFacts,
    }),
    answer: model,
    async handle({ caller, body }, parts) {
      const tools = modelTools(parts);
      const { id, price, effectiveAt: at, aliases = [], ...facts } = body;
      refuseDeclared(tools, id);
      refuseUnknownProvider(tools, id);
      const version = versionOf(tools, id, price);
      const change = changeBy(caller, parts.clock, id);
      await parts.store.db.transaction().execute(async (db) => {
        await lockModels(db);
        const known = tools.find(id);
        if ((await findRow(db, id)) !== undefined || (known !== undefined && known.source !== 'provider'))
          throw conflict(`The model ${id} is known already.`, 'Change what is said of it with PATCH.');
        for (const alias of aliases) await refuseShadowing(db, tools, { alias, model: id, path: 'aliases' });
        await setRow(db, change, { facts: facts as StoredFacts, aliases });
        await setPrice(db, change, { price, version, startsAtMs: startOf(at, change.nowMs) });
      });
      await parts.refresh();
      return visibleModel(caller, parts)(knownModel(tools, id));
    },
  }),
  route({
    method: 'GET',
    path: '/models/{modelId}',
    tag,
    summary: 'Get a model',
    toldBySnapshot: true,
    params: modelParams,
    answer: model,
    async handle({ caller, params }, parts) {
      return visibleModel(caller, parts)(visibleModels(caller, parts, params.modelId));
    },
  }),
  route({
    method: 'PATCH',
    path: '/models/{modelId}',
    tag,
    summary: 'Correct a model: its price, its limits, what it takes',
    description:
      'What is left out stays; null goes back to what the catalogue says. Requests that begin from then on go by it, on every instance within a second; usage rows name the price that they were charged by. What the configuration file says of a model can only be changed there.',
    params: modelParams,
    body: z.strictObject({
      price: priceBody.nullable().optional(),
      effectiveAt,
      contextTokens: factFields.contextTokens.nullable().optional(),
      outputTokensMax: factFields.outputTokensMax.nullable().optional(),
      thinking: factFields.thinking.nullable().optional(),
      inputs: factFields.inputs.nullable().optional(),
      tools: factFields.tools.nullable().optional(),
    }),
    answer: model,
    async handle({ caller, params, body, writeAhead }, parts) {
      const tools = modelTools(parts);
      const { model: found } = knownModel(tools, params.modelId);
      refuseDeclared(tools, found.id);
      const { price, effectiveAt: at, ...said } = body;
      const version = price ? versionOf(tools, found.id, price) : '';
      const change = changeBy(caller, parts.clock, found.id);
      await writeAhead(async (db) => {
        await lockModels(db);
        const row = await findRow(db, found.id);
        await setRow(db, change, { facts: withSaid(row?.facts ?? {}, said) });
        if (price === null) await dropPrices(db, change);
        else if (price) await setPrice(db, change, { price, version, startsAtMs: startOf(at, change.nowMs) });
      });
      await parts.refresh();
      return visibleModel(caller, parts)(knownModel(tools, found.id));
    },
  }),
  route({
    method: 'DELETE',
    path: '/models/{modelId}',
    tag,
    summary: 'Take back what was said of a model',
    description:
      'One that the catalogue knows is again as it says; one of your own is gone. Refused while a route names a model that would be gone.',
    params: modelParams,
    status: 204,
    async handle({ caller, params, write }, parts) {
      const tools = modelTools(parts);
      const { model: found, source } = knownModel(tools, params.modelId);
      refuseDeclared(tools, found.id);
      await write(async (db) => {
        await lockModels(db);
        if (source === 'api') await refuseNamed(db, found.id);
        const dropped = await dropRow(db, changeBy(caller, parts.clock, found.id));
        if (!dropped) throw conflict(`Nothing is said here of ${found.id}.`, 'The catalogue alone says what it is.');
      });
    },
  }),
  ...(['price', undefined] as const).map((what) =>
    route({
      method: 'GET',
      path: what === 'price' ? '/models/price-history' : '/models/changes',
      tag,
      summary: what === 'price' ? 'List changes of prices, newest first' : 'List changes of models, newest first',
      description: 'Made through this API, by an import or a refreshed price list: from what, to what, when, by whom.',
      query: z.strictObject({ ...pageQuery, model: z.string().max(400).optional() }),
      answer: pageOf(modelChange),
      async handle({ query: { limit, after, model: of } }, { store }) {
        const rows = await listChanges(store.db, { model: of, what, after, limit: limit + 1 });
        const page = toPage(rows, limit, (row) => row.id);
        return { ...page, data: page.data.map(shownChange) };
      },
    }),
  ),
];

type Said = { readonly [Name in keyof StoredFacts]: StoredFacts[Name] | null };

function withSaid(before: StoredFacts, said: Said): StoredFacts {
  const all = Object.entries({
    ...before,
    ...Object.fromEntries(Object.entries(said).filter(([, v]) => v !== undefined)),
  });
  return Object.fromEntries(all.filter(([, value]) => value !== null)) as StoredFacts;
}

type ChangeRow = Awaited<ReturnType<typeof listChanges>>[number];

function shownChange(row: ChangeRow) {
  return {
    id: row.id,
    model: row.model,
    what: row.what,
    source: row.source,
    before: row.before,
    after: row.after,
    priceVersion: row.price_version,
    effectiveAt: row.effective_at.getTime(),
    madeBy: { ...row.made_by },
    createdAt: row.created_at.getTime(),
  };
}
