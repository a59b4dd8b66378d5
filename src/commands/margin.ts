/** `tollgate margin`: what customers paid against what providers took. */
import { type Command, Option } from 'commander';
import { type Margin, type MarginGroup, marginGroups, marginReport } from '../control/selling/margin.ts';
import { systemClock } from '../lib/clock.ts';
import { formatUsd } from '../lib/money.ts';
import { usdText } from './amount.ts';
import { addCommonOptions, type CommonOptions, type Context, withStore } from './context.ts';
import { organizationId } from './organization.ts';
import { renderJson, renderTable } from './table.ts';
import { parseTime } from './time.ts';

export function addMargin(program: Command, context: Context): void {
  addCommonOptions(program.command('margin').description('show what customers paid and what providers took'))
    .addOption(new Option('--by <what>', 'one line for each').choices([...marginGroups]).default('day'))
    .option('--since <when>', 'from then on: 30d or 2027-01-31')
    .option('--until <when>', 'before: 30d or 2027-01-31')
    .option('--organization <name>', 'only this one, by name or id')
    .option('--time-zone <name>', 'by which days begin: Europe/Berlin', 'UTC')
    .action((options: MarginCommandOptions) => show(context, options));
}

interface MarginCommandOptions extends CommonOptions {
  readonly by: MarginGroup;
  readonly since?: string;
  readonly until?: string;
  readonly organization?: string;
  readonly timeZone: string;
}

async function show(context: Context, options: MarginCommandOptions): Promise<void> {
  const { by, since, until, organization, timeZone } = options;
  const nowMs = systemClock.nowMs();
  const window = {
    ...(since !== undefined && { sinceMs: parseTime('--since', since, 'past', nowMs) }),
    ...(until !== undefined && { untilMs: parseTime('--until', until, 'past', nowMs) }),
  };
  const margin = await withStore(context, options, async (store) => {
    const whose = organization === undefined ? {} : { organizationId: await organizationId(store.db, organization) };
    return marginReport(store.db, { by, timeZone, ...window, ...whose });
  });
  if (options.json) return context.out(renderJson(toJson(margin)));
  const rows = [...margin.rows.map((row) => [row.label, ...cells(row)]), ['total', ...cells(margin.total)]];
  context.out(renderTable([by.toUpperCase(), 'REQUESTS', 'REVENUE', 'COST', 'HOUSE', 'MARGIN', ''], rows));
  const { paidByCreditNanoUsd: credit, planFeesNanoUsd: fees, creditNotesNanoUsd: notes } = margin.total;
  context.out(`Of the revenue ${formatUsd(credit)} was paid with credit; plans brought ${formatUsd(fees)} in fees.\n`);
  if (notes !== 0n) context.out(`Credit notes took ${formatUsd(notes)} back, which is not subtracted.\n`);
}

type Sums = Margin['rows'][number] | Margin['total'];

function cells(sums: Sums): string[] {
  const { revenueNanoUsd: revenue, marginNanoUsd: margin } = sums;
  // For people; the amounts beside it are exact.
  const share = revenue === 0n ? '' : `${(Number((margin * 1_000n) / revenue) / 10).toFixed(1)} %`;
  const amounts = [revenue, sums.costNanoUsd, sums.houseCostNanoUsd, margin].map(formatUsd);
  return [String(sums.requests), ...amounts, share];
}

function toJson({ rows, total }: Margin): object {
  return {
    rows: rows.map((row) => ({ group: row.group, label: row.label, ...sumsJson(row) })),
    total: {
      ...sumsJson(total),
      paidByCreditUsd: usdText(total.paidByCreditNanoUsd),
      planFeesUsd: usdText(total.planFeesNanoUsd),
      creditNotesUsd: usdText(total.creditNotesNanoUsd),
    },
  };
}

function sumsJson(sums: Sums): object {
  return {
    requests: sums.requests,
    revenueUsd: usdText(sums.revenueNanoUsd),
    costUsd: usdText(sums.costNanoUsd),
    houseCostUsd: usdText(sums.houseCostNanoUsd),
    marginUsd: usdText(sums.marginNanoUsd),
  };
}
