/** What the database has of the things that a file could declare, as a file would write them. */
import { sql } from 'kysely';
import type { StoredFacts, StoredModelPrice } from '../../store/schema/models.ts';
import type { Store } from '../../store/store.ts';
import { type Budgets, readBudgets, readProjects } from './owned.ts';
import type { DeclaredThing } from './tools.ts';

type OwnedBudgets = ReadonlyMap<string, Budgets>;

const rowsMax = 5_000;

/** Keys that are revoked and organizations that are disabled are told as such. */
export async function storedThings(db: Store['db']): Promise<readonly DeclaredThing[]> {
  const budgets = await readBudgets(db);
  return [
    ...(await organizations(db, budgets)),
    ...(await keys(db, budgets)),
    ...(await providers(db)),
    ...(await models(db)),
    ...(await routes(db)),
  ];
}

async function organizations(db: Store['db'], budgets: OwnedBudgets): Promise<DeclaredThing[]> {
  const projects = await readProjects(db);
  const rows = await db
    .selectFrom('organizations')
    .leftJoin('sale_prices', (join) =>
      join
        .onRef('sale_prices.organization_id', '=', 'organizations.id')
        .on('sale_prices.model', 'is', null)
        .on('sale_prices.ended_at', 'is', null),
    )
    .select([
      'organizations.id',
      'organizations.name',
      'billing',
      'limits',
      'markup_basis_points',
      'disabled',
      'time_zone',
    ])
    .orderBy('organizations.name')
    .limit(rowsMax)
    .execute();
  return rows.map(({ id, name, billing, limits, markup_basis_points, disabled }) => ({
    kind: 'organization',
    name,
    value: {
      billing,
      ...(limits && { limits }),
      ...(markup_basis_points !== null && { markupPercent: markup_basis_points / 100 }),
      ...(disabled && { disabled }),
      ...(projects.has(id) && { projects: projects.get(id) }),
      ...(budgets.has(`organization ${id}`) && { budgets: budgets.get(`organization ${id}`) }),
    },
  }));
}

async function keys(db: Store['db'], budgets: OwnedBudgets): Promise<DeclaredThing[]> {
  const rows = await db
    .selectFrom('keys')
    .innerJoin('organizations', 'organizations.id', 'keys.organization_id')
    .leftJoin('projects', 'projects.id', 'keys.project_id')
    .select(['keys.id', 'keys.name', 'organizations.name as organization', 'projects.name as project'])
    .select(['models', 'keys.limits', 'expires_at', 'revoked_at'])
    .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', sql<Date>`now()`)]))
    .where(sql<boolean>`keys.id = (SELECT max(other.id) FROM keys other
      WHERE other.organization_id = keys.organization_id AND other.name = keys.name AND other.kind = keys.kind)`)
    .orderBy('organizations.name')
    .orderBy('keys.name')
    .limit(rowsMax)
    .execute();
  return rows.map(({ id, name, organization, project, models: list, limits, expires_at, revoked_at }) => ({
    kind: 'key',
    name: `${organization}/${name}`,
    value: {
      ...(list && { models: list }),
      ...(limits && { limits }),
      ...(expires_at && { expiresAt: expires_at.toISOString() }),
      ...(revoked_at && { revoked: true }),
      ...(project && { project }),
      ...(budgets.has(`key ${id}`) && { budgets: budgets.get(`key ${id}`) }),
    },
  }));
}

async function providers(db: Store['db']): Promise<DeclaredThing[]> {
  const rows = await db
    .selectFrom('providers')
    .select(['name', 'vendor', 'base_url', 'enabled'])
    .where('ended_at', 'is', null)
    .orderBy('name')
    .limit(rowsMax)
    .execute();
  return rows.map(({ name, vendor, base_url, enabled }) => ({
    kind: 'provider',
    name,
    value: { type: vendor, ...(base_url !== null && { baseUrl: base_url }), ...(!enabled && { enabled }) },
  }));
}

/** The price is the one in force. */
async function models(db: Store['db']): Promise<DeclaredThing[]> {
  const rows = await db
    .selectFrom('models')
    .select(['name', 'facts', 'aliases'])
    .where('ended_at', 'is', null)
    .orderBy('name')
    .limit(rowsMax)
    .execute();
  const prices = await db
    .selectFrom('model_prices')
    .select(['model', 'price'])
    .where('ended_at', 'is', null)
    .where('starts_at', '<=', sql<Date>`now()`)
    .orderBy('starts_at')
    .orderBy('id')
    .execute();
  const priceOf = new Map<string, StoredModelPrice>(prices.map(({ model, price }) => [model, price]));
  return rows.map(({ name, facts, aliases }) => ({
    kind: 'model',
    name,
    value: {
      ...(priceOf.has(name) && { price: priceOf.get(name) }),
      ...(facts satisfies StoredFacts),
      ...(aliases.length > 0 && { aliases }),
    },
  }));
}

async function routes(db: Store['db']): Promise<DeclaredThing[]> {
  const rows = await db
    .selectFrom('routes')
    .select(['name', 'definition'])
    .where('ended_at', 'is', null)
    .orderBy('name')
    .limit(rowsMax)
    .execute();
  return rows.map(({ name, definition }) => ({
    kind: 'route',
    name,
    value: definition as Readonly<Record<string, unknown>>,
  }));
}
