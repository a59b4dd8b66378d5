/** `tollgate models`: what can be called with this configuration, and what it costs. Asks nobody. */
import type { Command } from 'commander';
import type { CatalogModel, Rate } from '../catalog/catalog.ts';
import { FeedRefused, type PriceFeed } from '../catalog/feed.ts';
import { nameParts } from '../config/names.ts';
import { systemClock } from '../lib/clock.ts';
import { silentLog } from '../lib/log.ts';
import { nearest } from '../lib/nearest.ts';
import { priceFileOrBundled, priceFilePath, refreshPriceFile } from '../price-file.ts';
import { providers } from '../providers/index.ts';
import {
  addCommonOptions,
  type CommonOptions,
  type Context,
  dataDirOf,
  prepareDirectory,
  readConfig,
} from './context.ts';
import { CommandFailure, exitCodes } from './outcome.ts';
import { renderJson, renderTable } from './table.ts';

export function addModels(program: Command, context: Context): void {
  const models = program.command('models').description('list the models that can be called, with their prices');
  addRefresh(models, context);
  addCommonOptions(models)
    .argument('[provider]', 'only models of this provider')
    .action((provider: string | undefined, options: CommonOptions) => {
      const config = readConfig(context, options);
      const nowMs = systemClock.nowMs();
      const feed = priceFileOrBundled(dataDirOf(context, config), silentLog);
      const { catalog, credentials, routes: compiled } = nameParts(config, providers, nowMs, undefined, feed?.prices);
      if (provider !== undefined)
        requireActive(
          provider,
          credentials.map(({ id }) => id),
        );
      const known = new Set(credentials.map(({ id }) => id));
      // Those that only an organization's own key opens are not everybody's.
      const rows = catalog.models
        .filter((model) => known.has(model.provider) && (provider === undefined || model.provider === provider))
        .map((model) => toRow(model, nowMs));
      const routes = (provider === undefined ? compiled : []).map(({ name, targets }) => ({
        name,
        targets: targets.map(({ model }) => model.id),
      }));
      context.out(options.json ? renderJson({ models: rows, routes }) : renderText(rows, routes));
    });
}

function addRefresh(models: Command, context: Context): void {
  addCommonOptions(models.command('refresh').description('read newer price data, and keep it if it is whole'))
    .option('--url <address>', 'where to read it (default: catalog.url)')
    .action(async (options: CommonOptions & { url?: string }) => {
      const config = readConfig(context, options);
      const dataDir = dataDirOf(context, config);
      prepareDirectory(dataDir);
      const { vendors, models: count } = await refreshed(dataDir, options.url ?? config.catalog.url);
      const file = priceFilePath(dataDir);
      context.out(
        options.json
          ? renderJson({ file, vendors, models: count })
          : `Prices of ${count} models of ${vendors} vendors are in ${file}. A gateway that runs takes them at its next start.\n`,
      );
    });
}

/** Throws CommandFailure: nothing has changed then. */
async function refreshed(dataDir: string, url: string): Promise<PriceFeed> {
  try {
    return await refreshPriceFile(dataDir, url);
  } catch (error) {
    if (!(error instanceof FeedRefused)) throw error;
    throw new CommandFailure(
      exitCodes.failure,
      `The price data was not taken: ${error.message}.`,
      'The prices that were in force stay in force. Another copy can be named with --url.',
    );
  }
}

/** Throws CommandFailure: a misspelt name must not look like a provider without models. */
function requireActive(provider: string, active: readonly string[]): void {
  if (active.includes(provider)) return;
  const guess = nearest(provider, active);
  const hint = guess ? `Did you mean ${guess}? ` : '';
  throw new CommandFailure(
    exitCodes.usage,
    `The provider ${JSON.stringify(provider)} is not turned on.`,
    `${hint}Turned on: ${active.join(', ') || 'none'}. A key such as OPENAI_API_KEY turns its provider on.`,
  );
}

interface Row {
  readonly id: string;
  readonly inputUsdPerMillion?: number;
  readonly outputUsdPerMillion?: number;
  readonly contextTokens?: number;
  readonly outputTokensMax?: number;
  readonly inputs?: readonly string[];
  readonly tools?: boolean;
  readonly thinking?: boolean;
  readonly priceVersion?: string;
}

function toRow(model: CatalogModel, nowMs: number): Row {
  const price = model.priceAt(nowMs);
  return {
    id: model.id,
    ...(price && {
      inputUsdPerMillion: usdPerMillion(price.input),
      outputUsdPerMillion: usdPerMillion(price.output),
      priceVersion: price.id,
    }),
    contextTokens: model.contextTokens,
    outputTokensMax: model.outputTokensMax,
    ...(model.inputs?.length && { inputs: model.inputs }),
    tools: model.tools,
    thinking: model.thinks,
  };
}

/** For reading only: charges are made from the exact integers. */
function usdPerMillion({ base }: Rate): number {
  return Number(base) / 1_000_000;
}

function renderText(rows: readonly Row[], routes: readonly { name: string; targets: readonly string[] }[]): string {
  if (rows.length === 0 && routes.length === 0) {
    return 'There are no models to list. Set a key such as OPENAI_API_KEY, or add a provider under "providers" in the file.\n';
  }
  const dollars = (amount: number | undefined) => (amount === undefined ? 'unknown' : `$${amount}`);
  const cells = rows.map((row) => [
    row.id,
    dollars(row.inputUsdPerMillion),
    dollars(row.outputUsdPerMillion),
    String(row.contextTokens ?? ''),
    String(row.outputTokensMax ?? ''),
    [...(row.inputs ?? []), ...(row.tools ? ['tools'] : []), ...(row.thinking ? ['thinking'] : [])].join(' '),
  ]);
  const named = routes.map(({ name, targets }) => `${name} -> ${targets.join(', ')}\n`).join('');
  return `${named}${renderTable(['MODEL', 'INPUT /M', 'OUTPUT /M', 'CONTEXT', 'MOST OUT', 'TAKES'], cells)}`;
}
