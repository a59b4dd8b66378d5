/** Between which models a replay chooses: those of a configured route, or named ones. No key is needed for a price. */
import type { CatalogModel } from '../../catalog/catalog.ts';
import { loadCatalog } from '../../catalog/load.ts';
import type { Config } from '../../config.ts';
import { systemClock } from '../../lib/clock.ts';
import { silentLog } from '../../lib/log.ts';
import { nearest } from '../../lib/nearest.ts';
import { priceFileOrBundled } from '../../price-file.ts';
import { providers } from '../../providers/index.ts';
import type { SmartRule } from '../../snapshot/strategy.ts';
import { type Context, dataDirOf } from '../context.ts';
import { CommandFailure, exitCodes } from '../outcome.ts';

export interface SmartTargets {
  /** From the cheapest; each has a price now. */
  readonly models: readonly CatalogModel[];
  readonly rules: readonly SmartRule[];
}

/** Throws CommandFailure. */
export function replayTargets(
  context: Context,
  config: Config,
  { route, models }: { readonly route?: string; readonly models?: string },
): SmartTargets {
  if ((route === undefined) === (models === undefined)) {
    throw new CommandFailure(exitCodes.usage, 'Between which models?', 'Give either --route or --models.');
  }
  const { names, rules } = route === undefined ? named(models ?? '') : configured(config, route);
  if (names.length < 2) {
    throw new CommandFailure(exitCodes.usage, 'There is nothing to choose between.', 'Name at least two models.');
  }
  const find = finder(context, config);
  return { models: names.map(find), rules };
}

interface Named {
  readonly names: readonly string[];
  readonly rules: readonly SmartRule[];
}

function named(models: string): Named {
  const names = models
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
  return { names, rules: [] };
}

function configured(config: Config, name: string): Named {
  const route = config.routes[name];
  if (route === undefined) {
    const guess = nearest(name, Object.keys(config.routes));
    const remedy = guess ? `Did you mean ${guess}?` : 'Routes stand under "routes" in the file.';
    throw new CommandFailure(exitCodes.usage, `There is no route ${JSON.stringify(name.slice(0, 80))}.`, remedy);
  }
  const names = route.targets.map((target) => {
    if (typeof target === 'string') return target;
    if ('model' in target) return target.model;
    const remedy = 'Name the models with --models instead.';
    throw new CommandFailure(exitCodes.usage, `A target of the route ${name} is a route itself.`, remedy);
  });
  return { names, rules: (route.smart?.rules ?? []) as readonly SmartRule[] };
}

/** Over every vendor that there is, whether or not it is turned on here. */
function finder(context: Context, config: Config): (id: string) => CatalogModel {
  const nowMs = systemClock.nowMs();
  const feed = priceFileOrBundled(dataDirOf(context, config), silentLog);
  const catalog = loadCatalog({
    providers: [...providers.values()].map(({ id, catalogId, selfHosted, alsoPricedAs }) => ({
      id,
      catalogId,
      selfHosted,
      alsoPricedAs,
    })),
    overrides: config.models,
    nowMs,
    ...(feed && { prices: feed.prices }),
  });
  return (id) => {
    const slash = id.indexOf('/');
    const model = slash < 0 ? undefined : catalog.find(id.slice(0, slash), id.slice(slash + 1));
    if (model?.priceAt(nowMs)) return model;
    const remedy = 'Write provider/name, as "tollgate models" does, or give the model a price in the file.';
    throw new CommandFailure(exitCodes.usage, `Nobody knows the price of ${JSON.stringify(id.slice(0, 120))}.`, remedy);
  };
}
