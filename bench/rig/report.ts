/** Cells to Markdown, plots and the ratios that `bench:check` compares with. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './binary.ts';
import type { Amount, Cell } from './conduct.ts';
import type { Contender } from './contender.ts';
import { baseId, contenders } from './contenders/index.ts';
import type { Machine } from './machine.ts';
import { barPlot } from './plot.ts';
import { type Ratios, ratiosOf, valuesOf } from './ratios.ts';
import type { Figure, Scenario } from './scenario.ts';
import { scenarios } from './scenarios/index.ts';
import { type Spread, spreadOf } from './spread.ts';
import { targetTable } from './targets.ts';

export interface Results {
  readonly at: string;
  readonly command: string;
  readonly machine: Machine;
  readonly amount: Amount;
  readonly versions: Readonly<Record<string, string>>;
  /** Contenders that were not there, and why. */
  readonly absent: Readonly<Record<string, string>>;
  readonly cells: readonly Cell[];
}

export function tablesOf({ cells }: Results): string {
  const ratios = ratiosOf(cells);
  return scenarios
    .filter(({ id }) => cells.some((cell) => cell.scenario === id))
    .map(
      (scenario) => `## ${scenario.id}: ${scenario.title}\n\n${scenario.what}.\n\n${tableOf(scenario, cells, ratios)}`,
    )
    .join('\n\n');
}

function tableOf(scenario: Scenario, cells: readonly Cell[], ratios: Ratios): string {
  const shown = contenders.filter(({ id }) =>
    cells.some((cell) => cell.scenario === scenario.id && cell.contender === id),
  );
  const head = scenario.figures.flatMap(({ title, unit, compared }) => [
    unit === '' ? title : `${title} (${unit})`,
    ...(compared ? ['ratio'] : []),
  ]);
  const lines = [`| | ${head.join(' | ')} |`, `| --- | ${head.map(() => '---:').join(' | ')} |`];
  for (const contender of shown)
    lines.push(`| ${contender.title} | ${row(scenario, contender, cells, ratios).join(' | ')} |`);
  return lines.join('\n');
}

function row(scenario: Scenario, { id }: Contender, cells: readonly Cell[], ratios: Ratios): string[] {
  return scenario.figures.flatMap((figure) => {
    const values = [...valuesOf(cells, scenario.id, id, figure.id).values()];
    const ratio = ratios[scenario.id]?.[id]?.[figure.id];
    const told = values.length === 0 ? failureOf(cells, scenario.id, id) : number(spreadOf(values).median);
    return [told, ...(figure.compared ? [ratio === undefined ? (id === baseId ? '1' : '') : spread(ratio)] : [])];
  });
}

function failureOf(cells: readonly Cell[], scenario: string, contender: string): string {
  const failed = cells.find((cell) => cell.scenario === scenario && cell.contender === contender && cell.failure);
  return failed === undefined ? '' : `failed: ${failed.failure?.split('\n')[0]?.replaceAll('|', '/')}`;
}

function number(value: number): string {
  return String(Number(value.toPrecision(3)));
}

export function spread({ median, min, max }: Spread): string {
  return `**${number(median)}** (${number(min)} to ${number(max)})`;
}

export function writeReport(results: Results): void {
  const plots = join(root, 'bench/plots');
  mkdirSync(plots, { recursive: true });
  const ratios = ratiosOf(results.cells);
  const pictures: string[] = [];
  for (const scenario of scenarios) {
    const [figure] = scenario.figures;
    const plot = figure === undefined ? undefined : plotOf(scenario, figure, results.cells, ratios);
    if (plot === undefined) continue;
    writeFileSync(join(plots, `${scenario.id}.svg`), plot);
    pictures.push(`![${scenario.id}: ${scenario.title}](plots/${scenario.id}.svg)`);
  }
  const text = [opening(results), targetTable(results.cells), tablesOf(results), pictures.join('\n\n'), setUp(results)];
  writeFileSync(join(root, 'bench/REPORT.md'), `${text.join('\n\n')}\n`);
  const kept = { at: results.at, machine: results.machine, amount: results.amount, ratios };
  writeFileSync(join(root, 'bench/ratios.json'), `${JSON.stringify(kept, undefined, 2)}\n`);
}

/** Ratios where there are some, else the figure itself. */
function plotOf(scenario: Scenario, figure: Figure, cells: readonly Cell[], ratios: Ratios): string | undefined {
  const bars = contenders.flatMap(({ id, title }) => {
    const values = [...valuesOf(cells, scenario.id, id, figure.id).values()];
    if (values.length === 0) return [];
    const ratio = id === baseId ? { median: 1, min: 1, max: 1 } : ratios[scenario.id]?.[id]?.[figure.id];
    const length = figure.compared ? ratio : spreadOf(values);
    return length === undefined ? [] : [{ title, length }];
  });
  const unit = figure.compared ? 'times the bare relay' : figure.unit;
  return bars.length === 0 ? undefined : barPlot(`${scenario.id}: ${figure.title}, ${unit}`, bars);
}

function opening({ at, command, machine, amount }: Results): string {
  return `# What Tollgate costs, beside others

Written by \`${command}\` at ${at}. Ratios within one run count, the figures themselves are those of this machine:
${machine.processor}, ${machine.cores} cores, ${(machine.memoryBytes / 2 ** 30).toFixed(0)} GiB, Linux ${machine.kernel},
Node ${machine.node}, ${machine.go}, commit ${machine.commit}, load average ${machine.loadAverage.toFixed(2)} at the start.

${amount.rounds} interleaved rounds of ${amount.seconds} s. A figure is the median of the rounds; a ratio is taken within
each round, to the bare relay: **median** (least to greatest). How it is measured: [README.md](README.md).`;
}

function setUp({ versions, absent }: Results): string {
  const lines = contenders.map(({ id, title, settings }) => {
    const state = absent[id] === undefined ? (versions[id] ?? 'not asked') : `not there: ${absent[id]?.split('\n')[0]}`;
    return `- **${title}** (${state}): ${settings}`;
  });
  return `## How each is set up\n\n${lines.join('\n')}`;
}
