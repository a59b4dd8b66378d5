/** What the configuration declares, for comparing it with the database; and what is in force of it. Without secrets. */
import { stringify } from 'yaml';
import { listLeaves } from './config/shape.ts';
import { type Config, configShape } from './config.ts';
import { budgetsByName } from './control/drift/owned.ts';
import type { DeclaredThing, DriftTools } from './control/drift/tools.ts';

export function driftTools(config: Config, importDeclared?: () => Promise<void>): DriftTools {
  return {
    declared: () => declaredThings(config),
    importDeclared,
    toYaml: (value) => stringify(value, { lineWidth: 120 }),
    settings: () => settingsInForce(config),
  };
}

function declaredThings({ organizations, keys, providers, models, routes }: Config): readonly DeclaredThing[] {
  return [
    ...Object.entries(organizations).map(([name, { billing, limits, markupPercent, projects, budgets }]) =>
      thing('organization', name, { billing, limits, markupPercent, projects, budgets: budgetsByName(budgets) }),
    ),
    ...Object.entries(keys).map(([name, { organization, models: list, limits, expiresAt, project, budgets }]) => {
      const at = expiresAt && new Date(expiresAt).toISOString();
      const owned = { project, budgets: budgetsByName(budgets) };
      return thing('key', `${organization}/${name}`, { models: list, limits, expiresAt: at, ...owned });
    }),
    ...Object.entries(providers)
      .filter(([, { type, baseUrl, apiKey }]) => type !== undefined || baseUrl !== undefined || apiKey !== undefined)
      .map(([name, { type, baseUrl }]) => thing('provider', name, { type, baseUrl })),
    ...Object.entries(models).map(([name, value]) => thing('model', name, value)),
    ...Object.entries(routes).map(([name, value]) => thing('route', name, value)),
  ];
}

/** Without what the file leaves out. */
function thing(kind: DeclaredThing['kind'], name: string, value: object): DeclaredThing {
  return { kind, name, value: JSON.parse(JSON.stringify(value)) as Record<string, unknown> };
}

/** Sections in which no leaf is a secret; addresses of databases and mail servers may hold one. */
const shownSections = new Set([
  'server',
  'journal',
  'seals',
  'promptCache',
  'cache',
  'budgets',
  'plans',
  'log',
  'timeouts',
  'catalog',
]);

function settingsInForce(config: Config) {
  return listLeaves(configShape)
    .filter(({ path }) => shownSections.has(path[0] ?? '') && !path.includes('<name>'))
    .flatMap(({ path, default: usual, description }) => {
      const value = valueAt(config, path);
      if (value === undefined || typeof value === 'object') return [];
      return [{ path: path.join('.'), value: String(value), isDefault: value === usual, about: description }];
    });
}

function valueAt(tree: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (at, name) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[name] : undefined),
    tree,
  );
}
