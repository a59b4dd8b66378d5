/** `tollgate route replay`: recorded requests against thresholds of a smart route. Asks nobody. */
import type { Command } from 'commander';
import {
  bestThreshold,
  type ReplayedRequest,
  type ReplayOutcome,
  replayAt,
  shareInterval,
} from '../../routing/smart/replay.ts';
import { defaultThresholds } from '../../routing/smart/tier.ts';
import { addCommonOptions, type CommonOptions, type Context, readConfig } from '../context.ts';
import { CommandFailure, exitCodes } from '../outcome.ts';
import { renderJson, renderTable } from '../table.ts';
import { replayTargets, type SmartTargets } from './replay-targets.ts';

const usualOutputTokens = 300;
const help = `
The file holds one request per line: a chat body as it was sent, or {"body": …, "label": "complex" or "routine",
"outputTokens": …, "dialect": "openai-chat", "anthropic", "gemini", …}. "-" reads from standard input. Nothing is sent anywhere.
Costs come from the catalogue, with every target writing as many output tokens; models that think more cost more.

  tollgate route replay requests.jsonl --models openai/gpt-5-mini,openai/gpt-5 --misrouted-max 5%`;

export function addReplay(route: Command, context: Context): void {
  addCommonOptions(route.command('replay').description('choose the threshold of a smart route by your own requests'))
    .argument('<file>', 'requests, one JSON object per line; - for standard input')
    .option('--route <name>', 'a smart route of the configuration: its targets and its rules')
    .option('--models <names>', 'instead of a route: models from cheap to strong, with commas')
    .option('--misrouted-max <share>', 'most of the complex requests that may go to the cheapest target', '5%')
    .option('--output-tokens <count>', 'output tokens of a request that does not say', String(usualOutputTokens))
    .addHelpText('after', help)
    .action((file: string, options: ReplayOptions) => replay(context, file, options));
}

interface ReplayOptions extends CommonOptions {
  readonly route?: string;
  readonly models?: string;
  readonly misroutedMax: string;
  readonly outputTokens: string;
}

async function replay(context: Context, file: string, options: ReplayOptions): Promise<void> {
  const misroutedMax = parseShare(options.misroutedMax);
  const outputTokens = parseCount(options.outputTokens);
  const targets = replayTargets(context, readConfig(context, options), options);
  // All dialects: other commands need not wait until they are read.
  const { readRequests } = await import('./replayed-requests.ts');
  const requests = await readRequests(context, file, { targets, outputTokens });
  const count = targets.models.length;
  const labelled = requests.filter(({ complex }) => complex !== undefined).length;
  const usual = defaultThresholds(count)[0] ?? 0.5;
  const best = labelled === 0 ? undefined : bestThreshold(requests, count, misroutedMax);
  const shown = [...new Set([...steps, usual, ...(best ? [best.threshold] : [])])].toSorted((a, b) => a - b);
  const outcomes = shown.map((threshold) => replayAt(requests, threshold, count));
  const facts: Facts = { requests, labelled, targets, usual, misroutedMax, outcomes, best };
  context.out(options.json ? renderJson(toJson(facts)) : renderText(facts));
}

const steps = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8];

interface Facts {
  readonly requests: readonly ReplayedRequest[];
  readonly labelled: number;
  readonly targets: SmartTargets;
  readonly usual: number;
  readonly misroutedMax: number;
  readonly outcomes: readonly ReplayOutcome[];
  readonly best: ReplayOutcome | undefined;
}

function toJson({ requests, labelled, targets, usual, misroutedMax, outcomes, best }: Facts): object {
  return {
    requests: requests.length,
    labelled,
    complex: outcomes[0]?.complex ?? 0,
    targets: targets.models.map(({ id }) => id),
    rules: targets.rules.length,
    misroutedMax,
    defaultThreshold: usual,
    outcomes: outcomes.map(outcomeJson),
    recommended: best === undefined ? null : outcomeJson(best),
  };
}

function outcomeJson(outcome: ReplayOutcome): object {
  const { misrouted, complex, nanoUsd, ...shares } = outcome;
  const [from, to] = shareInterval(misrouted, complex);
  return {
    ...shares,
    costUsd: nanoUsd / 1e9,
    ...(complex > 0 && { misrouted, misroutedShare: misrouted / complex, misroutedInterval: [from, to] }),
  };
}

function renderText({ requests, labelled, targets, usual, misroutedMax, outcomes, best }: Facts): string {
  const complex = outcomes[0]?.complex ?? 0;
  const head = `${requests.length} requests, ${labelled} with a label, ${complex} of them complex; from ${targets.models.map(({ id }) => id).join(' to ')}\n\n`;
  const rows = outcomes.map((outcome) => [
    outcome.threshold.toFixed(2),
    percent(outcome.cheapShare),
    `$${(outcome.nanoUsd / 1e9).toFixed(4)}`,
    percent(outcome.savedShare),
    misroutedCell(outcome),
    [outcome.threshold === usual ? 'default' : '', outcome.threshold === best?.threshold ? 'recommended' : '']
      .filter(Boolean)
      .join(', '),
  ]);
  const table = renderTable(['THRESHOLD', 'TO CHEAPEST', 'COST', 'SAVED', 'COMPLEX MISROUTED', ''], rows);
  return `${head}${table}\n${advice(labelled, misroutedMax, best)}\n`;
}

function misroutedCell({ misrouted, complex }: ReplayOutcome): string {
  if (complex === 0) return 'unknown';
  const [from, to] = shareInterval(misrouted, complex);
  return `${percent(misrouted / complex)} (${percent(from)} to ${percent(to)})`;
}

function advice(labelled: number, misroutedMax: number, best: ReplayOutcome | undefined): string {
  if (labelled === 0) {
    return 'Nothing is labelled, so no threshold can be recommended. Add "label": "complex" or "routine" to some requests.';
  }
  if (best === undefined) return `No threshold keeps misrouted complex requests at ${percent(misroutedMax)}.`;
  return `Recommended: smart: { thresholds: [${best.threshold}] }. It saves ${percent(best.savedShare)} with at most ${percent(misroutedMax)} of the complex requests misrouted; the range is the 95 % interval.`;
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** `5%`, `5 %` or `0.05`, from 0 to 1. Throws CommandFailure. */
function parseShare(text: string): number {
  const match = /^(\d{1,3}(?:\.\d{1,4})?)\s*(%?)$/.exec(text.trim());
  const share = Number(match?.[1] ?? Number.NaN) / (match?.[2] === '%' ? 100 : 1);
  if (share >= 0 && share <= 1) return share;
  const given = JSON.stringify(text.slice(0, 40));
  throw new CommandFailure(exitCodes.usage, `--misrouted-max ${given} is no share.`, 'Write 5% or 0.05.');
}

const outputTokensMax = 1_000_000;

function parseCount(text: string): number {
  const count = /^\d{1,7}$/.test(text) ? Number(text) : Number.NaN;
  if (count <= outputTokensMax) return count;
  const given = JSON.stringify(text.slice(0, 40));
  throw new CommandFailure(exitCodes.usage, `--output-tokens ${given} is no count.`, `Write 0 to ${outputTokensMax}.`);
}
