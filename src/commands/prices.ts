/** `tollgate prices set|list|end`: what customers pay for models. */
import type { Command } from 'commander';
import { nameParts } from '../config/names.ts';
import { costWarnings } from '../control/selling/cost-warning.ts';
import {
  endSalePrice,
  listSalePrices,
  type SalePrice,
  type SaleTerms,
  setSalePrice,
} from '../control/selling/sale-prices.ts';
import { systemClock } from '../lib/clock.ts';
import { silentLog } from '../lib/log.ts';
import { scaleDecimal } from '../lib/money.ts';
import { priceFileOrBundled } from '../price-file.ts';
import { providers } from '../providers/index.ts';
import { addCommonOptions, type CommonOptions, type Context, dataDirOf, readConfig, withStore } from './context.ts';
import { organizationId } from './organization.ts';
import { CommandFailure, exitCodes } from './outcome.ts';
import { renderJson, renderTable } from './table.ts';

const rates = {
  input: 'dollars for a million input tokens',
  output: 'dollars for a million output tokens',
  cacheRead: 'dollars for a million tokens read from a cache (default: as input)',
  cacheWrite: 'dollars for a million tokens written to a cache (default: as input)',
  perRequest: 'dollars for one request',
} as const;

export function addPrices(program: Command, context: Context): void {
  const prices = program.command('prices').description('say what customers pay: a markup on the cost, or fixed prices');
  const set = addCommonOptions(
    prices.command('set').description('set a price; every gateway charges by it in a second'),
  )
    .option('--organization <name>', 'only for this one, by name or id (default: everybody)')
    .option('--model <pattern>', 'provider/name, or a beginning with *: openai/* (default: every model)')
    .option('--markup <percent>', 'on what the provider charges: 20');
  for (const [rate, what] of Object.entries(rates)) {
    set.option(`--${rate.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} <amount>`, what);
  }
  set.action((options: SetOptions) => setPrice(context, options));
  addCommonOptions(prices.command('list').description('list prices, newest first'))
    .option('--organization <name>', "only this organization's, by name or id")
    .option('--all', 'ended ones too')
    .action((options: ListOptions) => list(context, options));
  addCommonOptions(prices.command('end').description('end a price'))
    .argument('<price>', 'its id')
    .action((id: string, options: CommonOptions) => end(context, id, options));
}

interface SetOptions extends CommonOptions, Partial<Record<keyof typeof rates, string>> {
  readonly organization?: string;
  readonly model?: string;
  readonly markup?: string;
}

/** `20`, `12.5`: hundredths of a percent. Throws CommandFailure. */
export function parseBasisPoints(option: string, text: string): number {
  try {
    const basisPoints = Number(scaleDecimal(text.replace(/%$/, ''), 2));
    if (basisPoints >= 0 && basisPoints <= 100_000) return basisPoints;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  const remedy = 'Write 0 to 1000 with at most two digits after the point.';
  throw new CommandFailure(exitCodes.usage, `${option} ${JSON.stringify(text.slice(0, 40))} is no percentage.`, remedy);
}

async function setPrice(context: Context, options: SetOptions): Promise<void> {
  const { organization, model, markup } = options;
  const terms: SaleTerms = {
    ...(model !== undefined && { model }),
    ...(markup !== undefined && { markupBasisPoints: parseBasisPoints('--markup', markup) }),
    ...priceOf(options),
  };
  const made = await withStore(context, options, (store) =>
    store.db.transaction().execute(async (db) => {
      const owner = organization === undefined ? {} : { organizationId: await organizationId(db, organization) };
      return setSalePrice(db, { ...terms, ...owner }, systemClock);
    }),
  );
  context.out(options.json ? renderJson(made) : `${made.id}\n`);
  for (const warning of warningsOf(context, options, terms)) context.err(`${warning}\n`);
}

function priceOf(options: SetOptions): Pick<SaleTerms, 'price'> {
  const names = Object.keys(rates) as (keyof typeof rates)[];
  const given = names.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]] as const]));
  if (given.length === 0) return {};
  const { input, output } = options;
  if (input === undefined || output === undefined) {
    throw new CommandFailure(exitCodes.usage, 'A price needs both --input and --output.', 'Give both.');
  }
  return { price: { ...Object.fromEntries(given), input, output } };
}

/** By the prices that this machine knows. */
function warningsOf(context: Context, options: CommonOptions, terms: SaleTerms): readonly string[] {
  if (terms.price === undefined) return [];
  const config = readConfig(context, options);
  const feed = priceFileOrBundled(dataDirOf(context, config), silentLog);
  const { catalog } = nameParts(config, providers, systemClock.nowMs(), undefined, feed?.prices);
  return costWarnings(catalog.models, terms, systemClock.nowMs());
}

interface ListOptions extends CommonOptions {
  readonly organization?: string;
  readonly all?: boolean;
}

async function list(context: Context, options: ListOptions): Promise<void> {
  const { organization, all } = options;
  const found = await withStore(context, options, async (store) => {
    const owner = organization === undefined ? {} : { organizationId: await organizationId(store.db, organization) };
    return listSalePrices(store.db, { ...owner, includeEnded: all === true });
  });
  if (options.json) return context.out(renderJson(found));
  if (found.length === 0)
    return context.out('Everybody pays what providers charge. See "tollgate prices set --help".\n');
  context.out(renderTable(['ORGANIZATION', 'MODEL', 'PRICE', 'STATE', 'ID'], found.map(cells)));
}

function cells(price: SalePrice): string[] {
  const fixed = Object.entries(price.price ?? {}).map(([name, amount]) => `${name} $${amount}`);
  return [
    price.organizationId ?? 'all',
    price.model ?? 'all',
    price.markupBasisPoints === undefined ? fixed.join(', ') : `cost + ${price.markupBasisPoints / 100} %`,
    price.endedAtMs === undefined ? 'in force' : 'ended',
    price.id,
  ];
}

async function end(context: Context, id: string, options: CommonOptions): Promise<void> {
  const ended = await withStore(context, options, (store) =>
    store.db.transaction().execute((db) => endSalePrice(db, id, systemClock)),
  );
  if (ended === undefined) {
    const remedy = 'See "tollgate prices list".';
    throw new CommandFailure(exitCodes.failure, `There is no price ${JSON.stringify(id.slice(0, 80))}.`, remedy);
  }
  context.out(
    options.json ? renderJson(ended) : 'It has ended: requests from now on pay by the next price that fits.\n',
  );
}
