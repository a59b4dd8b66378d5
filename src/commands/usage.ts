/** `tollgate usage`: what was used and what it cost, added up or request by request. */
import { type Command, Option } from 'commander';
import type { UsageFilter } from '../control/usage/filter.ts';
import { listUsage, type UsageEntry, type UsagePage } from '../control/usage/list.ts';
import { summarizeUsage, type UsageGroup, type UsageSummary } from '../control/usage/summary.ts';
import { systemClock } from '../lib/clock.ts';
import { formatUsd } from '../lib/money.ts';
import type { Store } from '../store/store.ts';
import { addCommonOptions, type CommonOptions, type Context, withStore } from './context.ts';
import { CommandFailure, exitCodes } from './outcome.ts';
import { renderJson, renderTable } from './table.ts';
import { parseTime } from './time.ts';
import { addUsageRebuild } from './usage-rebuild.ts';

export function addUsage(program: Command, context: Context): void {
  const usage = addCommonOptions(program.command('usage').description('show what was used and what it cost'))
    .addOption(
      new Option('--by <group>', 'add up by')
        .choices(['model', 'key', 'organization', 'operation', 'day', 'arm'])
        .default('model'),
    )
    .option('--requests [count]', 'single requests instead, newest first (default: 50)')
    .option('--since <when>', 'only requests from then on: 30d, 12h or 2027-01-31')
    .option('--until <when>', 'only requests before')
    .option('--key <key>', "only this key's, by name or id")
    .option('--organization <name>', "only this organization's, by name or id")
    .option('--model <name>', 'only of this model, as asked for or as served')
    .option('--status <status>', 'only completed, failed, cancelled or interrupted ones')
    .option('--operation <name>', 'only chat, embeddings, images, speech, rerank … ones')
    .addHelpText('after', '\nA request is shown about a second after its end. Costs in JSON are integer nano-dollars.')
    .action((options: UsageOptions) =>
      options.requests ? showRequests(context, options) : showSums(context, options),
    );
  addUsageRebuild(usage, context);
}

interface UsageOptions extends CommonOptions {
  readonly by: UsageGroup;
  readonly requests?: string | true;
  readonly since?: string;
  readonly until?: string;
  readonly key?: string;
  readonly organization?: string;
  readonly model?: string;
  readonly status?: string;
  readonly operation?: string;
}

async function showSums(context: Context, options: UsageOptions): Promise<void> {
  const query = { ...filterOf(options), groupBy: options.by };
  const sums = await withStore(context, options, (store) => summarizeUsage(store, query));
  if (options.json) return context.out(renderJson({ by: options.by, groups: sums, ...totalOf(sums) }));
  if (sums.length === 0) return context.out(nothing);
  if (options.by === 'arm') return context.out(renderTable(armHead, sums.map(armCells)));
  const rows = sums.map((sum) => [sum.label, ...cellsOf(sum)]);
  rows.push(['total', ...cellsOf(totalOf(sums))]);
  context.out(renderTable([options.by.toUpperCase(), 'REQUESTS', 'FAILED', 'INPUT', 'CACHED', 'OUTPUT', 'COST'], rows));
}

async function showRequests(context: Context, options: UsageOptions): Promise<void> {
  const count = options.requests === true ? 50 : parseCount(options.requests ?? '');
  const page = await withStore(context, options, (store) => listMany(store, filterOf(options), count));
  if (options.json) return context.out(renderJson(page));
  if (page.entries.length === 0) return context.out(nothing);
  const head = ['STARTED (UTC)', 'KEY', 'MODEL', 'STATUS', 'INPUT', 'OUTPUT', 'COST', 'FIRST', 'TOTAL', 'REQUEST'];
  context.out(renderTable(head, page.entries.map(requestCells)));
}

const pageRowsMax = 1_000;
const countMax = 1_000_000;

async function listMany(store: Store, filter: UsageFilter, count: number): Promise<UsagePage> {
  const entries: UsageEntry[] = [];
  let cursor: string | undefined;
  do {
    const limit = Math.min(pageRowsMax, count - entries.length);
    const page = await listUsage(store, { ...filter, limit, ...(cursor !== undefined && { cursor }) });
    entries.push(...page.entries);
    cursor = page.nextCursor;
  } while (cursor !== undefined && entries.length < count);
  return cursor === undefined ? { entries } : { entries, nextCursor: cursor };
}

function parseCount(text: string): number {
  if (/^[1-9]\d{0,6}$/.test(text) && Number(text) <= countMax) return Number(text);
  const remedy = `Write a whole number from 1 to ${countMax}, or leave it out for 50.`;
  throw new CommandFailure(exitCodes.usage, `--requests ${JSON.stringify(text)} is not a number of requests.`, remedy);
}

const nothing = 'No usage that matches. A request is shown about a second after its end.\n';

function filterOf({ since, until, key, organization, model, status, operation }: UsageOptions): UsageFilter {
  const known = ['completed', 'failed', 'cancelled', 'interrupted'];
  if (status !== undefined && !known.includes(status)) {
    throw new CommandFailure(
      exitCodes.usage,
      `--status ${JSON.stringify(status)} does not exist.`,
      `Use ${known.join(', ')}.`,
    );
  }
  const nowMs = systemClock.nowMs();
  return {
    ...(since !== undefined && { sinceMs: parseTime('--since', since, 'past', nowMs) }),
    ...(until !== undefined && { untilMs: parseTime('--until', until, 'past', nowMs) }),
    ...(key !== undefined && { key }),
    ...(organization !== undefined && { organization }),
    ...(model !== undefined && { model }),
    ...(status !== undefined && { status }),
    ...(operation !== undefined && { operation }),
  };
}

const armHead = [
  ...['ROUTE', 'ARM', 'REQUESTS', 'FAILED', 'COST', 'CHARGE', 'FIRST p50', 'FIRST p95', 'TOTAL p50', 'TOTAL p95'],
  ...['FEEDBACK', 'OF'],
];

/** An arm's share of failures counts no request that its caller gave up. */
function armCells({ requests, costNanoUsd, chargeNanoUsd, label, arm }: UsageSummary): string[] {
  const ms = (duration: number | undefined) => (duration === undefined ? '' : `${Math.round(duration)} ms`);
  return [
    ...[arm?.route ?? label, arm?.arm ?? '', String(requests), `${((arm?.errorShare ?? 0) * 100).toFixed(1)} %`],
    ...[formatUsd(costNanoUsd), formatUsd(chargeNanoUsd)],
    ...[arm?.firstTokenP50Ms, arm?.firstTokenP95Ms, arm?.totalP50Ms, arm?.totalP95Ms].map(ms),
    ...[arm?.feedbackMean?.toFixed(2) ?? '', String(arm?.feedbackCount ?? 0)],
  ];
}

type Sums = Pick<
  UsageSummary,
  'requests' | 'failed' | 'inputTokens' | 'cacheReadTokens' | 'outputTokens' | 'costNanoUsd'
>;

function totalOf(sums: readonly Sums[]): Sums {
  const add = (field: Exclude<keyof Sums, 'costNanoUsd'>) => sums.reduce((total, sum) => total + sum[field], 0);
  return {
    requests: add('requests'),
    failed: add('failed'),
    inputTokens: add('inputTokens'),
    cacheReadTokens: add('cacheReadTokens'),
    outputTokens: add('outputTokens'),
    costNanoUsd: sums.reduce((total, sum) => total + sum.costNanoUsd, 0n),
  };
}

function cellsOf({ requests, failed, inputTokens, cacheReadTokens, outputTokens, costNanoUsd }: Sums): string[] {
  return [requests, failed, inputTokens, cacheReadTokens, outputTokens].map(String).concat(formatUsd(costNanoUsd));
}

function requestCells(entry: UsageEntry): string[] {
  const marks = [entry.estimated && 'estimated', entry.recovered && 'recovered'].filter(Boolean).join(', ');
  return [
    new Date(entry.startedAtMs).toISOString().slice(0, 19).replace('T', ' '),
    entry.keyName ?? entry.keyId,
    entry.servedModel ?? entry.requestedModel,
    `${entry.status}${entry.errorKind ? ` (${entry.errorKind})` : ''}${marks && ` [${marks}]`}`,
    String(entry.inputTokens + entry.cacheReadTokens + entry.cacheWrite5mTokens + entry.cacheWrite1hTokens),
    String(entry.outputTokens),
    formatUsd(entry.costNanoUsd),
    entry.firstTokenMs === undefined ? '' : `${Math.round(entry.firstTokenMs)} ms`,
    `${Math.round(entry.totalMs)} ms`,
    entry.requestId,
  ];
}
