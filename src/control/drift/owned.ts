/** Projects and budgets of organizations and keys, as a file would write them. */
import { formatUsd } from '../../lib/money.ts';
import type { Store } from '../../store/store.ts';

const rowsMax = 20_000;

/** By window and unit: `usd month`. A file has one budget for each. */
export type Budgets = Readonly<Record<string, Readonly<Record<string, string | number>>>>;

/** Those in force, by `organization org_…` or `key key_…`. Others than a file can declare are not in it. */
export async function readBudgets(db: Store['db']): Promise<ReadonlyMap<string, Budgets>> {
  const rows = await db
    .selectFrom('budgets')
    .select(['owner_kind', 'owner_id', 'unit', 'time_window', 'limit_units', 'action', 'switch_to'])
    .where('disabled', '=', false)
    .where('owner_kind', 'in', ['organization', 'key'])
    // Where there are several, the file's own is the last.
    .orderBy('source')
    .limit(rowsMax)
    .execute();
  const byOwner = new Map<string, Record<string, Budgets[string]>>();
  for (const { owner_kind, owner_id, unit, time_window, limit_units, action, switch_to } of rows) {
    const owner = `${owner_kind} ${owner_id}`;
    // A file has dollars as a number; up to a million of them it says every nano-dollar.
    const limit = unit === 'usd' ? Number(formatUsd(BigInt(limit_units)).replace('$', '')) : limit_units;
    const said = { [unit]: limit, action, ...(switch_to !== null && { switchTo: switch_to }) };
    byOwner.set(owner, { ...byOwner.get(owner), [`${unit} ${time_window}`]: said });
  }
  return byOwner;
}

export type Projects = Readonly<Record<string, { readonly limits?: unknown }>>;

/** By organization. */
export async function readProjects(db: Store['db']): Promise<ReadonlyMap<string, Projects>> {
  const rows = await db
    .selectFrom('projects')
    .select(['organization_id', 'name', 'limits'])
    .orderBy('name')
    .limit(rowsMax)
    .execute();
  const byOwner = new Map<string, Record<string, Projects[string]>>();
  for (const { organization_id, name, limits } of rows)
    byOwner.set(organization_id, { ...byOwner.get(organization_id), [name]: limits === null ? {} : { limits } });
  return byOwner;
}

export interface DeclaredBudget {
  readonly usd?: string | number | undefined;
  readonly tokens?: number | undefined;
  readonly requests?: number | undefined;
  readonly window: string;
  readonly action: string;
  readonly switchTo?: string | undefined;
}

/** A list as a file has it, by unit and window. */
export function budgetsByName(list: readonly DeclaredBudget[] | undefined): Budgets | undefined {
  if (list === undefined) return undefined;
  return Object.fromEntries(
    list.map(({ window, ...said }) => {
      const unit = said.usd === undefined ? (said.tokens === undefined ? 'requests' : 'tokens') : 'usd';
      return [`${unit} ${window}`, JSON.parse(JSON.stringify(said)) as Budgets[string]];
    }),
  );
}

/** And back. */
export function budgetList(budgets: Budgets): readonly Readonly<Record<string, string | number>>[] {
  return Object.entries(budgets).map(([name, { action = 'refuse', ...said }]) => ({
    ...said,
    window: name.slice(name.indexOf(' ') + 1),
    ...(action !== 'refuse' && { action }),
  }));
}
