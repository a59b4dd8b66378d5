/** Routes that are made through the API or the command line: every gateway has them within a second. */
import type { Clock } from '../../lib/clock.ts';
import { newId } from '../../lib/id.ts';
import type { MadeBy } from '../../store/schema/models.ts';
import type { Store } from '../../store/store.ts';
import { ApiFailure, conflict } from '../api/failure.ts';
import { addVersion, byCommand, latestVersion } from './route-versions.ts';
import type { RouteTools } from './tools.ts';

export interface StoredRoute {
  readonly id: string;
  readonly name: string;
  readonly definition: object;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

export interface RoutePage {
  readonly limit: number;
  /** The last name of the page before. */
  readonly after?: string | undefined;
}

/** By name. */
export async function listRoutes(db: Store['db'], { limit, after = '' }: RoutePage): Promise<readonly StoredRoute[]> {
  const rows = await inForce(db).where('name', '>', after).orderBy('name').limit(limit).execute();
  return rows.map(toRoute);
}

export async function findRoute(db: Store['db'], name: string): Promise<StoredRoute | undefined> {
  const row = await inForce(db).where('name', '=', name).executeTakeFirst();
  return row && toRoute(row);
}

type Wanted = Pick<StoredRoute, 'name' | 'definition'>;

/** In the caller's transaction. Throws ApiFailure: conflict, invalid_request. */
export async function createRoute(
  db: Store['db'],
  wanted: Wanted,
  tools: RouteTools,
  clock: Clock,
  madeBy: MadeBy = byCommand,
): Promise<StoredRoute> {
  const others = await check(db, wanted, tools);
  if (others.some(({ name }) => name === wanted.name))
    throw conflict(`There is a route ${wanted.name} already.`, 'Replace it with PUT, or choose another name.');
  const row = await db
    .insertInto('routes')
    .values({
      id: newId('rte', clock.nowMs()),
      name: wanted.name,
      definition: JSON.stringify(wanted.definition),
      ended_at: null,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  await addVersion(db, { ...wanted, madeBy }, clock);
  return toRoute(row);
}

/** Who replaces it, and which version they have seen: another one is a conflict. */
export interface Replacing {
  readonly madeBy?: MadeBy;
  readonly ifVersion?: number | undefined;
}

/** In the caller's transaction. Undefined: there is none. Throws ApiFailure: conflict, invalid_request. */
export async function replaceRoute(
  db: Store['db'],
  wanted: Wanted,
  tools: RouteTools,
  clock: Clock,
  { madeBy = byCommand, ifVersion }: Replacing = {},
): Promise<StoredRoute | undefined> {
  const others = await check(db, wanted, tools);
  const known = others.find(({ name }) => name === wanted.name);
  if (known === undefined) return undefined;
  if (ifVersion !== undefined) await refuseStale(db, wanted.name, ifVersion);
  const row = await db
    .updateTable('routes')
    .set({ definition: JSON.stringify(wanted.definition), updated_at: new Date(clock.nowMs()) })
    .where('id', '=', known.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  await addVersion(db, { ...wanted, madeBy }, clock);
  return toRoute(row);
}

async function refuseStale(db: Store['db'], name: string, ifVersion: number): Promise<void> {
  const latest = await latestVersion(db, name);
  if (latest !== ifVersion)
    throw conflict(
      `The route ${name} was changed meanwhile: it is at version ${latest}, and version ${ifVersion} was meant.`,
      'Look at what it is now, and change that.',
    );
}

/** In the caller's transaction. False: there is none. Throws ApiFailure (conflict) while something leads to it. */
export async function deleteRoute(
  db: Store['db'],
  name: string,
  clock: Clock,
  madeBy: MadeBy = byCommand,
): Promise<boolean> {
  const all = await locked(db);
  const known = all.find((each) => each.name === name);
  if (known === undefined) return false;
  const leading = all.filter((each) => each.name !== name && namesRoute(each.definition, name));
  if (leading.length > 0) {
    const names = leading.map((each) => each.name).join(', ');
    throw conflict(`The route ${name} is a target of ${names}.`, 'Take it out of there first.');
  }
  const budget = await db
    .selectFrom('budgets')
    .select('id')
    .where('switch_to', '=', name)
    .where('disabled', '=', false)
    .executeTakeFirst();
  if (budget !== undefined)
    throw conflict(`The budget ${budget.id} switches to the route ${name}.`, 'Change or delete that budget first.');
  await db
    .updateTable('routes')
    .set({ ended_at: new Date(clock.nowMs()) })
    .where('id', '=', known.id)
    .execute();
  await addVersion(db, { name, definition: null, madeBy }, clock);
  return true;
}

async function check(db: Store['db'], wanted: Wanted, tools: RouteTools): Promise<readonly StoredRoute[]> {
  if (tools.isDeclared(wanted.name))
    throw conflict(
      `The configuration file has a route ${wanted.name}, which wins.`,
      'Change it there, or choose another name.',
    );
  const all = await locked(db);
  const others = all.filter(({ name }) => name !== wanted.name);
  const [problem] = tools.problems(wanted, others);
  if (problem === undefined) return all;
  const path = definitionPath(problem.path, wanted.name);
  throw new ApiFailure('invalid_request', `${path} ${problem.expected}.`, { remedy: problem.remedy, path });
}

/** `routes.best.targets.0.route` is `definition.targets[0].route` here. */
function definitionPath(path: string, name: string): string {
  const below = path.startsWith(`routes.${name}.`) ? path.slice(`routes.${name}.`.length) : '';
  return ['definition', ...below.split('.').filter((step) => step !== '')]
    .join('.')
    .replaceAll(/\.(\d+)(?=\.|$)/g, '[$1]');
}

/** Two that are made at once could lead to each other in a circle. */
async function locked(db: Store['db']): Promise<readonly StoredRoute[]> {
  await db.selectFrom('settings').select('id').forUpdate().execute();
  return (await inForce(db).execute()).map(toRoute);
}

function inForce(db: Store['db']) {
  return db.selectFrom('routes').selectAll().where('ended_at', 'is', null);
}

function namesRoute(definition: unknown, name: string): boolean {
  if (typeof definition !== 'object' || definition === null) return false;
  if ('route' in definition && definition.route === name) return true;
  return 'targets' in definition && Array.isArray(definition.targets)
    ? definition.targets.some((target) => namesRoute(target, name))
    : false;
}

interface Row {
  readonly id: string;
  readonly name: string;
  readonly definition: unknown;
  readonly created_at: Date;
  readonly updated_at: Date;
}

function toRoute({ id, name, definition, created_at, updated_at }: Row): StoredRoute {
  const times = { createdAtMs: created_at.getTime(), updatedAtMs: updated_at.getTime() };
  return { id, name, definition: definition as object, ...times };
}
