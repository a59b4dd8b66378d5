/** `tollgate routes list|show|set|delete`: works beside running gateways, which follow within a second. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { parse as parseYaml } from 'yaml';
import { nameParts } from '../config/names.ts';
import type { Config } from '../config.ts';
import { ApiFailure, invalid } from '../control/api/failure.ts';
import { routeDefinitionBody } from '../control/naming/route-routes.ts';
import {
  createRoute,
  deleteRoute,
  findRoute,
  listRoutes,
  replaceRoute,
  type StoredRoute,
} from '../control/naming/routes-table.ts';
import { systemClock } from '../lib/clock.ts';
import { silentLog } from '../lib/log.ts';
import { routeTools } from '../naming.ts';
import { priceFileOrBundled } from '../price-file.ts';
import { providers } from '../providers/index.ts';
import type { Store } from '../store/store.ts';
import { addCommonOptions, type CommonOptions, type Context, dataDirOf, readConfig, withStore } from './context.ts';
import { CommandFailure, exitCodes } from './outcome.ts';
import { renderJson, renderTable } from './table.ts';

export function addRoutes(program: Command, context: Context): void {
  const routes = program.command('routes').description('list, set and delete routes beside those of the file');
  addCommonOptions(routes.command('list').description('list routes, those of the file too')).action(
    (options: CommonOptions) => list(context, options),
  );
  addCommonOptions(routes.command('show').description('show what a route is'))
    .argument('<name>', 'what callers write as model')
    .action((name: string, options: CommonOptions) => show(context, name, options));
  addCommonOptions(routes.command('set').description('make a route, or replace it'))
    .argument('<name>', 'what callers write as model')
    .argument('<file>', 'YAML or JSON with what stands under routes.<name> in the configuration; - reads it from stdin')
    .action((name: string, file: string, options: CommonOptions) => set(context, name, file, options));
  addCommonOptions(routes.command('delete').description('delete a route'))
    .argument('<name>', 'what callers write as model')
    .action((name: string, options: CommonOptions) => remove(context, name, options));
}

interface Shown {
  readonly name: string;
  readonly source: 'file' | 'api';
  readonly definition: object;
}

async function list(context: Context, options: CommonOptions): Promise<void> {
  const config = readConfig(context, options);
  const stored = await withStore(context, options, (store) => allStored(store.db));
  const routes = [...declared(config), ...stored.map(toShown)].sort((a, b) => (a.name < b.name ? -1 : 1));
  if (options.json) return context.out(renderJson(routes));
  if (routes.length === 0) return context.out('There are no routes. Make one with "tollgate routes set".\n');
  context.out(renderTable(head, routes.map(cells)));
}

const pageRows = 200;

async function allStored(db: Store['db']): Promise<readonly StoredRoute[]> {
  const all: StoredRoute[] = [];
  for (;;) {
    const page = await listRoutes(db, { limit: pageRows, after: all.at(-1)?.name });
    all.push(...page);
    if (page.length < pageRows) return all;
  }
}

async function show(context: Context, name: string, options: CommonOptions): Promise<void> {
  const ofFile = declared(readConfig(context, options)).find((each) => each.name === name);
  const stored = ofFile === undefined ? await withStore(context, options, ({ db }) => findRoute(db, name)) : undefined;
  const found = ofFile ?? (stored && toShown(stored));
  if (found === undefined) throw missing(name);
  context.out(renderJson(options.json ? found : found.definition));
}

async function set(context: Context, name: string, file: string, options: CommonOptions): Promise<void> {
  checkName(name);
  const config = readConfig(context, options);
  const feed = priceFileOrBundled(dataDirOf(context, config), silentLog);
  const names = nameParts(config, providers, systemClock.nowMs(), undefined, feed?.prices);
  const tools = routeTools(config, () => names);
  const wanted = { name, definition: readDefinition(context, file) };
  const stored = await withStore(context, options, (store) =>
    told(() =>
      store.db.transaction().execute(async (db) => {
        const replaced = await replaceRoute(db, wanted, tools, systemClock);
        return replaced ?? createRoute(db, wanted, tools, systemClock);
      }),
    ),
  );
  const shown = toShown(stored);
  context.out(options.json ? renderJson(shown) : renderTable(head, [cells(shown)]));
}

async function remove(context: Context, name: string, options: CommonOptions): Promise<void> {
  if (declared(readConfig(context, options)).some((each) => each.name === name))
    throw new CommandFailure(
      exitCodes.usage,
      `The route ${name} is one of the configuration file.`,
      'Remove it there.',
    );
  const isDone = await withStore(context, options, (store) =>
    told(() => store.db.transaction().execute((db) => deleteRoute(db, name, systemClock))),
  );
  if (!isDone) throw missing(name);
  context.out(options.json ? renderJson({ name, deleted: true }) : `The route ${name} is deleted.\n`);
}

/** What the API would answer, at the terminal. */
async function told<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
    throw new CommandFailure(exitCodes.usage, error.message, error.detail.remedy);
  }
}

const routeName = /^[a-z0-9][a-z0-9._-]{0,63}$/;

function checkName(name: string): void {
  if (routeName.test(name)) return;
  const remedy = 'Use lower-case letters, digits, "-", "_" and ".", at most 64.';
  throw new CommandFailure(exitCodes.usage, `${JSON.stringify(name.slice(0, 80))} is no name of a route.`, remedy);
}

function readDefinition(context: Context, file: string): object {
  const from = file === '-' ? 0 : path.resolve(context.cwd, file);
  let parsed: unknown;
  try {
    parsed = parseYaml(readFileSync(from, 'utf8'));
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
    throw new CommandFailure(exitCodes.usage, `${file} cannot be read: ${why}`, 'Give a file of YAML or JSON.');
  }
  const result = routeDefinitionBody.safeParse(parsed);
  if (result.success) return result.data;
  const { message } = invalid('body', result.error);
  throw new CommandFailure(exitCodes.usage, message, 'docs/reference/configuration.md says what a route takes.');
}

function declared({ routes }: Config): readonly Shown[] {
  return Object.entries(routes).map(([name, definition]) => ({ name, source: 'file', definition }));
}

function toShown({ name, definition }: StoredRoute): Shown {
  return { name, source: 'api', definition };
}

const head = ['NAME', 'STRATEGY', 'TARGETS', 'FROM'];

function cells({ name, source, definition }: Shown): string[] {
  const { strategy = 'fallback', targets = [] } = definition as { strategy?: string; targets?: readonly unknown[] };
  return [name, strategy, targets.map(targetText).join(', '), source === 'file' ? 'configuration' : 'API'];
}

function targetText(target: unknown): string {
  if (typeof target === 'string') return target;
  const { model, route, strategy } = target as { model?: string; route?: string; strategy?: string };
  return model ?? (route === undefined ? `(${strategy ?? 'fallback'} of several)` : `route ${route}`);
}

function missing(name: string): CommandFailure {
  return new CommandFailure(
    exitCodes.failure,
    `There is no route ${JSON.stringify(name)}.`,
    'See "tollgate routes list".',
  );
}
