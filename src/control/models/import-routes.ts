/** `/api/v1/models/import`: many models with their prices, all or none. */
import { z } from 'zod';
import type { StoredFacts } from '../../store/schema/models.ts';
import type { Store } from '../../store/store.ts';
import { ApiFailure, invalid } from '../api/failure.ts';
import { type ApiParts, type ApiRoute, route } from '../api/route.ts';
import { rowsOfCsv } from './csv.ts';
import { aliasName, factFields, modelId, priceBody } from './fields.ts';
import { type Change, changeBy, findRow, listPrices, lockModels, setPrice, setRow } from './records.ts';
import { modelTools, refuseDeclared, refuseShadowing, refuseUnknownProvider, versionOf } from './rules.ts';
import type { ModelTools } from './tools.ts';

const rowsMax = 5_000;

const item = z
  .strictObject({
    id: modelId,
    price: priceBody.optional().describe('Absent: as it costs now. A model that nobody knows needs one.'),
    contextTokens: factFields.contextTokens.optional(),
    outputTokensMax: factFields.outputTokensMax.optional(),
    thinking: factFields.thinking.optional(),
    inputs: factFields.inputs.optional(),
    tools: factFields.tools.optional(),
    aliases: z.array(aliasName).max(20).optional(),
  })
  .meta({ id: 'ImportedModel' });
type Item = z.output<typeof item>;

const problem = z.object({ row: z.int(), model: z.string(), path: z.string().nullable(), message: z.string() });
const report = z
  .object({
    dryRun: z.boolean(),
    rows: z.int(),
    created: z.array(z.string()),
    changed: z.array(z.string()),
    unchanged: z.array(z.string()),
    problems: z
      .array(problem)
      .describe('With one of them nothing is imported. `row`: of the list, from 1; of a table, the line.'),
  })
  .meta({ id: 'ModelImport' });
type Report = z.output<typeof report>;

export const importRoutes: readonly ApiRoute[] = [
  route({
    method: 'POST',
    path: '/models/import',
    tag: 'models',
    summary: 'Import models with their prices',
    description:
      'A list, or a table whose first line names the columns. All of it or nothing: with a problem in any row the answer is 400 and nothing has changed. `dryRun` tells what would become of each row.',
    body: z
      .strictObject({
        dryRun: z.boolean().default(false),
        models: z.array(z.unknown()).max(rowsMax).optional().describe('Each as ImportedModel.'),
        csv: z.string().max(900_000).optional(),
      })
      .refine(({ models, csv }) => (models === undefined) !== (csv === undefined), {
        error: 'either models or csv',
      }),
    answer: report,
    async handle({ caller, body, write }, parts) {
      const rows = rowsOf(body);
      return write(async (db) => {
        await lockModels(db);
        const made = await importRows(
          db,
          rows,
          parts,
          (id) => changeBy(caller, parts.clock, id, 'import'),
          body.dryRun,
        );
        const [first] = made.problems;
        if (first === undefined || body.dryRun) return made;
        const others = made.problems.length === 1 ? '' : ` ${made.problems.length - 1} more rows are wrong.`;
        throw new ApiFailure('invalid_request', `Row ${first.row} (${first.model}): ${first.message}${others}`, {
          remedy: 'Nothing was imported. A dry run tells what is wrong with each row.',
          path: first.path ?? 'models',
        });
      });
    },
  }),
];

interface Row {
  readonly row: number;
  readonly values: unknown;
}

function rowsOf({ models, csv }: { readonly models?: unknown[] | undefined; readonly csv?: string | undefined }) {
  const rows: readonly Row[] =
    csv === undefined
      ? (models ?? []).map((values, i) => ({ row: i + 1, values }))
      : rowsOfCsv(csv).map(({ line, values }) => ({ row: line, values }));
  if (rows.length <= rowsMax) return rows;
  throw new ApiFailure('invalid_request', `It has ${rows.length} rows, and at most ${rowsMax} are taken at once.`, {
    remedy: 'Import it in parts.',
    path: csv === undefined ? 'models' : 'csv',
  });
}

async function importRows(
  db: Store['db'],
  rows: readonly Row[],
  parts: ApiParts,
  changeOf: (id: string) => Change,
  dryRun: boolean,
): Promise<Report> {
  const tools = modelTools(parts);
  const made: Report = { dryRun, rows: rows.length, created: [], changed: [], unchanged: [], problems: [] };
  const seen = new Set<string>();
  for (const { row, values } of rows) {
    try {
      const wanted = parse(values);
      if (seen.has(wanted.id))
        throw new ApiFailure('invalid_request', 'It is named twice.', { remedy: '', path: 'id' });
      seen.add(wanted.id);
      const outcome = await importOne(db, wanted, tools, changeOf(wanted.id), dryRun);
      made[outcome].push(wanted.id);
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      made.problems.push({ row, model: nameOf(values), path: error.detail.path ?? null, message: error.message });
    }
  }
  return made;
}

function parse(values: unknown): Item {
  const result = item.safeParse(values);
  if (result.success) return result.data;
  throw invalid('body', result.error);
}

async function importOne(
  db: Store['db'],
  wanted: Item,
  tools: ModelTools,
  change: Change,
  dryRun: boolean,
): Promise<'created' | 'changed' | 'unchanged'> {
  const { id, price, aliases, ...said } = wanted;
  refuseDeclared(tools, id);
  refuseUnknownProvider(tools, id);
  for (const alias of aliases ?? []) await refuseShadowing(db, tools, { alias, model: id, path: 'aliases' });
  const version = price && versionOf(tools, id, price);
  const known = tools.find(id);
  if (price === undefined && known?.model.priceAt(change.nowMs) === undefined)
    throw new ApiFailure('invalid_request', 'Nobody knows what it costs.', {
      remedy: 'Give it a price.',
      path: 'price',
    });
  const row = await findRow(db, id);
  const facts = { ...row?.facts, ...said } as StoredFacts;
  const outcome = known === undefined || known.source === 'provider' ? 'created' : 'changed';
  if (dryRun) return (await isAsWanted(db, { row, facts, aliases, version }, change)) ? 'unchanged' : outcome;
  const told = row === undefined && Object.keys(said).length === 0 && price === undefined && aliases === undefined;
  const changed = told ? false : await setRow(db, change, { facts, ...(aliases && { aliases }) });
  const priced = price && version ? await setPrice(db, change, { price, version, startsAtMs: change.nowMs }) : false;
  return changed || priced ? outcome : 'unchanged';
}

interface Wanted {
  readonly row: Awaited<ReturnType<typeof findRow>>;
  readonly facts: StoredFacts;
  readonly aliases: readonly string[] | undefined;
  readonly version: string | undefined;
}

async function isAsWanted(db: Store['db'], { row, facts, aliases, version }: Wanted, change: Change): Promise<boolean> {
  const sorted = (value: object) => JSON.stringify(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  if (sorted(row?.facts ?? {}) !== sorted(facts)) return false;
  if (aliases !== undefined && sorted([...(row?.aliases ?? [])].sort()) !== sorted([...aliases].sort())) return false;
  if (version === undefined) return true;
  const prices = await listPrices(db, change.model);
  return prices.findLast(({ starts_at }) => starts_at.getTime() <= change.nowMs)?.version === version;
}

function nameOf(values: unknown): string {
  const id = typeof values === 'object' && values !== null && 'id' in values ? values.id : undefined;
  return typeof id === 'string' ? id.slice(0, 256) : '';
}
