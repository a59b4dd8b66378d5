/** `tollgate models`: what can be called with this configuration, and what it costs. Asks nobody. */
import type { Command } from 'commander';
import type { CatalogModel, Rate } from '../catalog/catalog.ts';
import { nameParts } from '../config/names.ts';
import { systemClock } from '../lib/clock.ts';
import { nearest } from '../lib/nearest.ts';
import { providers } from '../providers/index.ts';
import { addCommonOptions, type CommonOptions, type Context, readConfig } from './context.ts';
import { CommandFailure, exitCodes } from './outcome.ts';
import { renderJson, renderTable } from './table.ts';

export function addModels(program: Command, context: Context): void {
  addCommonOptions(program.command('models').description('list the models that can be called, with their prices'))
    .argument('[provider]', 'only models of this provider')
    .action((provider: string | undefined, options: CommonOptions) => {
      const config = readConfig(context, options);
      const nowMs = systemClock.nowMs();
      const { catalog, credentials } = nameParts(config, providers, nowMs);
      if (provider !== undefined)
        requireActive(
          provider,
          credentials.map(({ id }) => id),
        );
      const rows = catalog.models
        .filter((model) => provider === undefined || model.provider === provider)
        .map((model) => toRow(model, nowMs));
      const routes = Object.entries(provider === undefined ? config.routes : {}).map(([name, { targets }]) => ({
        name,
        targets: targets.map((target) => (typeof target === 'string' ? target : target.model)),
      }));
      context.out(options.json ? renderJson({ models: rows, routes }) : renderText(rows, routes));
    });
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
  ]);
  const named = routes.map(({ name, targets }) => `${name} -> ${targets.join(', ')}\n`).join('');
  return `${named}${renderTable(['MODEL', 'INPUT /M', 'OUTPUT /M', 'CONTEXT'], cells)}`;
}
