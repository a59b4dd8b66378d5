/** What the database has, as a configuration file would say it. Secrets are not in it: they cannot be read. Pure. */
import { type Budgets, budgetList } from './owned.ts';
import type { DeclaredThing } from './tools.ts';

/** A tree for YAML. Keys read their literals from the environment, where whoever has them puts them. */
export function asFile(stored: readonly DeclaredThing[]): Readonly<Record<string, unknown>> {
  const of = (kind: DeclaredThing['kind']) => stored.filter((thing) => thing.kind === kind);
  const organizations = of('organization').map(({ name, value: { disabled: _, ...value } }) => [
    name,
    withBudgets(value),
  ]);
  const keys = of('key')
    .filter(({ value }) => value.revoked !== true)
    .map(({ name, value }) => {
      const [organization = '', key = ''] = [name.slice(0, name.indexOf('/')), name.slice(name.indexOf('/') + 1)];
      return [key, { key: `\${${variableOf(key)}}`, organization, ...withBudgets(value) }];
    });
  const providers = of('provider').map(({ name, value }) => [
    name,
    { ...value, apiKey: `\${${variableOf(name).replace('KEY', 'PROVIDER_KEY')}}` },
  ]);
  const tree = {
    providers: Object.fromEntries(providers),
    models: Object.fromEntries(of('model').map(({ name, value }) => [name, value])),
    routes: Object.fromEntries(of('route').map(({ name, value }) => [name, value])),
    organizations: Object.fromEntries(organizations),
    keys: Object.fromEntries(keys),
  };
  return Object.fromEntries(Object.entries(tree).filter(([, entries]) => Object.keys(entries).length > 0));
}

function withBudgets(value: DeclaredThing['value']): DeclaredThing['value'] {
  const { budgets, ...rest } = value;
  return budgets === undefined ? value : { ...rest, budgets: budgetList(budgets as Budgets) };
}

function variableOf(name: string): string {
  return `KEY_${name.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_')}`;
}
