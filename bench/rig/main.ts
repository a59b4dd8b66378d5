/**
 * `npm run bench:fast`: every scenario with every contender. How it measures: bench/README.md.
 *
 * --only S1,S2          scenarios (default: all)
 * --contenders a,b      by id (default: all that can be had)
 * --rounds N            default 5
 * --seconds N           of each load, default 10
 * --streams N           held at once in S5, default 9,900
 * --report              writes bench/REPORT.md, its plots and bench/ratios.json
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './binary.ts';
import { Cast, type Cell, conduct } from './conduct.ts';
import { contenders } from './contenders/index.ts';
import { describeMachine } from './machine.ts';
import { type Results, tablesOf, writeReport } from './report.ts';
import { scenarios } from './scenarios/index.ts';
import { openStage } from './stage.ts';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    contenders: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '10' },
    streams: { type: 'string', default: '9900' },
    report: { type: 'boolean', default: false },
  },
});

if (process.platform !== 'linux')
  throw new Error('The bench reads processor time from /proc, so it runs on Linux only.');
const wantedScenarios = chosen(scenarios, options.only);
const wantedContenders = chosen(contenders, options.contenders);
const amount = {
  rounds: Number(options.rounds),
  seconds: Number(options.seconds),
  streams: Number(options.streams),
};
const machine = describeMachine();
const stage = await openStage();
const cast = new Cast(stage);
try {
  const cells: Cell[] = [];
  const told = (line: string): void => console.error(line);
  for (const scenario of wantedScenarios) {
    cells.push(...(await conduct(scenario, wantedContenders, { stage, cast, amount, told })));
  }
  const command = `npm run bench:fast -- ${process.argv.slice(2).join(' ')}`.trim();
  const results: Results = {
    at: new Date().toISOString(),
    command,
    machine,
    amount,
    versions: cast.versions(),
    absent: Object.fromEntries(cast.absent),
    cells,
  };
  console.log(tablesOf(results));
  console.log(`\nAll figures: ${save(results)}`);
  if (options.report) writeReport(results);
} finally {
  await cast.leave();
  await stage.close();
}

function chosen<T extends { readonly id: string }>(all: readonly T[], names: string | undefined): readonly T[] {
  const wanted = names?.split(',');
  const unknown = wanted?.find((name) => !all.some(({ id }) => id === name));
  if (unknown !== undefined) throw new Error(`"${unknown}" is none of ${all.map(({ id }) => id).join(', ')}.`);
  return wanted === undefined ? all : all.filter(({ id }) => wanted.includes(id));
}

function save(results: Results): string {
  const directory = join(root, 'bench/results');
  mkdirSync(directory, { recursive: true });
  const file = join(directory, `rig-${results.at.replaceAll(/[:.]/g, '-')}.json`);
  writeFileSync(file, `${JSON.stringify(results)}\n`);
  return file;
}
