/** `/api/v1/drift`: what the configuration file says beside what the database has; import and export between the two. */
import { z } from 'zod';
import { priceFromOverride } from '../../catalog/price.ts';
import type { StoredFacts, StoredModelPrice } from '../../store/schema/models.ts';
import type { Store } from '../../store/store.ts';
import { ApiFailure, notFound } from '../api/failure.ts';
import { type ApiParts, type ApiRoute, downloadRoute, route } from '../api/route.ts';
import { changeBy, lockModels, setPrice, setRow } from '../models/records.ts';
import { routeDefinitionBody, toolsOf } from '../naming/route-fields.ts';
import { createRoute, findRoute, replaceRoute } from '../naming/routes-table.ts';
import { compare } from './compare.ts';
import { asFile } from './export.ts';
import { storedThings } from './stored.ts';
import { type DeclaredThing, type DriftTools, driftKinds } from './tools.ts';

const tag = 'drift';
const kind = z.enum(driftKinds);

const drift = z
  .object({
    kind,
    name: z.string().describe('Of a key: organization/name.'),
    state: z
      .enum(['same', 'different', 'file', 'database'])
      .describe('file: the database does not have it; database: the file does not.'),
    inForce: z.enum(['file', 'database']).describe('Which of the two requests go by now.'),
    differences: z.array(z.object({ path: z.string(), file: z.unknown(), database: z.unknown() })),
    remedy: z.string().nullable(),
  })
  .meta({ id: 'Drift' });

const names = z.array(z.string().min(1).max(400)).max(1_000).default([]);

export const driftRoutes: readonly ApiRoute[] = [
  route({
    method: 'GET',
    path: '/drift',
    tag,
    summary: 'Compare the configuration file with the database',
    description:
      'Field by field: organizations with their projects and budgets, keys with theirs, providers, models and routes. Providers, models and routes of the file win over those of the database; organizations and keys of the file are brought into the database at each start, and changes made since then hold until the next.',
    query: z.strictObject({ kind: kind.optional(), all: z.enum(['true', 'false']).optional() }),
    answer: z.object({
      data: z.array(drift),
      counts: z.array(z.object({ kind, file: z.int(), database: z.int(), both: z.int(), different: z.int() })),
    }),
    async handle({ query }, parts) {
      const found = compare(driftTools(parts).declared(), await storedThings(parts.store.db));
      const wanted = found.filter((each) => query.kind === undefined || each.kind === query.kind);
      const shown = query.all === 'true' ? wanted : wanted.filter(({ state }) => state !== 'same');
      const counts = driftKinds.map((each) => {
        const of = found.filter((one) => one.kind === each);
        const count = (...states: readonly string[]) => of.filter(({ state }) => states.includes(state)).length;
        return {
          kind: each,
          file: count('file'),
          database: count('database'),
          both: count('same', 'different'),
          different: count('different'),
        };
      });
      return { data: shown.map((each) => ({ ...each, differences: [...each.differences] })), counts };
    },
  }),
  route({
    method: 'POST',
    path: '/drift/import',
    tag,
    summary: "Bring the file's part into the database",
    description:
      'Organizations and keys as at a start: what the file says of them holds again. Routes and models that are named are copied, so that they stay when the file leaves them out; until then the file wins.',
    body: z.strictObject({
      declared: z.boolean().default(false).describe('Organizations and keys, all of them.'),
      routes: names,
      models: names,
    }),
    answer: z.object({ declared: z.boolean(), routes: z.array(z.string()), models: z.array(z.string()) }),
    async handle({ caller, body }, parts) {
      const tools = driftTools(parts);
      const things = tools.declared();
      const named = (of: 'route' | 'model', wanted: readonly string[]) => wanted.map((name) => find(things, of, name));
      const [routes, models] = [named('route', body.routes), named('model', body.models)];
      if (body.declared) await importDeclared(tools);
      await parts.store.db.transaction().execute(async (db) => {
        for (const thing of routes) await copyRoute(db, thing, parts, caller.actor);
        for (const thing of models) await copyModel(db, thing, parts, caller);
      });
      return { declared: body.declared, routes: body.routes, models: body.models };
    },
  }),
  downloadRoute({
    method: 'GET',
    path: '/drift/export',
    tag,
    summary: 'The database as a configuration file',
    description:
      'Organizations, keys, providers, models and routes as YAML. Secrets are not in it: each stands as a variable of the environment.',
    produces: 'application/yaml; charset=utf-8',
    async handle(_, parts) {
      const tools = driftTools(parts);
      const body = tools.toYaml(asFile(await storedThings(parts.store.db)));
      return { body, filename: 'tollgate.yaml' };
    },
  }),
];

export function driftTools({ drift: tools }: ApiParts): DriftTools {
  if (tools !== undefined) return tools;
  throw new ApiFailure('unavailable', 'This process has no configuration file.', { remedy: 'Ask a gateway.' });
}

function find(things: readonly DeclaredThing[], of: DeclaredThing['kind'], name: string): DeclaredThing {
  const found = things.find((thing) => thing.kind === of && thing.name === name);
  if (found === undefined) throw notFound(`${of} of the configuration file`, name);
  return found;
}

async function importDeclared({ importDeclared: run }: DriftTools): Promise<void> {
  if (run === undefined)
    throw new ApiFailure('unavailable', 'This process cannot read the file again.', { remedy: 'Start it again.' });
  await run();
}

type Actor = Parameters<typeof createRoute>[4];

/** Beside the file's own, which wins as long as it is there. */
async function copyRoute(db: Store['db'], thing: DeclaredThing, parts: ApiParts, madeBy: Actor): Promise<void> {
  const tools = { ...toolsOf(parts), isDeclared: () => false };
  const wanted = { name: thing.name, definition: routeDefinitionBody.parse(plain(thing.value)) };
  if ((await findRoute(db, thing.name)) === undefined) await createRoute(db, wanted, tools, parts.clock, madeBy);
  else await replaceRoute(db, wanted, tools, parts.clock, madeBy === undefined ? {} : { madeBy });
}

async function copyModel(
  db: Store['db'],
  { name, value }: DeclaredThing,
  { clock }: ApiParts,
  caller: Parameters<typeof changeBy>[0],
): Promise<void> {
  await lockModels(db);
  const { price, aliases, limits: _, ...facts } = plain(value);
  const change = changeBy(caller, clock, name, 'import');
  await setRow(db, change, {
    facts: facts as StoredFacts,
    ...(Array.isArray(aliases) && { aliases: aliases as string[] }),
  });
  if (price === undefined) return;
  const said = price as StoredModelPrice;
  const version = priceFromOverride(name, said, `api:${name}`).id;
  await setPrice(db, change, { price: said, version, startsAtMs: change.nowMs });
}

/** Without what was left out. */
function plain(value: unknown): Record<string, unknown> {
  return JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
}
