/**
 * `npm run bench`: Tollgate as a user gets it beside a bare relay, in one run. How it measures: bench/README.md.
 *
 * --self-check       the bare relay against itself: the ratio must be 1 within the noise of this machine
 * --rounds N         default 4
 * --rows a,b         only these: chat, chat-full, stream, chat-translated, stream-translated
 * --profile DIR      Tollgate writes a .cpuprofile into DIR when it ends
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Contender, startBareRelay, startTollgate } from './contender.ts';
import { type Pair, type Summary, summarize, toMarkdown } from './report.ts';
import { type Cell, measure, measureDirect, type Rig, type Row, rows, warmUp } from './rounds.ts';
import { Worker } from './worker.ts';

/** No new round begins after this; the rest of the two minutes is for the round that runs. */
const roundsMsMax = 95_000;
const connections = 32;
/** What the same program may differ from itself: above this the machine is too noisy to judge anything. */
const noiseMax = 0.1;

const { values: options } = parseArgs({
  options: {
    'self-check': { type: 'boolean', default: false },
    rounds: { type: 'string', default: '4' },
    rows: { type: 'string' },
    profile: { type: 'string' },
  },
});

if (process.platform !== 'linux') {
  console.error('The bench reads processor time from /proc, so it runs on Linux only.');
  process.exit(1);
}
const selfCheck = options['self-check'];
const startedAt = performance.now();
const stops: (() => Promise<void> | void)[] = [];
try {
  const rig = await startRig();
  const [base, other] = await startContenders(rig);
  const pair: Pair = { base: base.name, other: other.name };
  const asked = chooseRows(other);
  const shapes = asked.filter((row) => row.id !== 'chat-full');
  for (const row of shapes) for (const each of [base, other]) if (answers(each, row)) await warmUp(rig, row, each);
  const cells: Cell[] = [];
  for (let round = 1; round <= Number(options.rounds); round++) {
    if (performance.now() - startedAt > roundsMsMax) break;
    cells.push(...(await runRound(rig, asked, round % 2 === 1 ? [base, other] : [other, base], round)));
  }
  const summaries = summarize(cells, pair);
  console.log(`${toMarkdown(summaries, pair)}\n\n${closingLine(cells)}`);
  save(cells, summaries, pair);
  if (selfCheck) judgeNoise(summaries);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  for (const stop of stops.toReversed()) await stop();
}

async function startRig(): Promise<Rig> {
  const [provider, load] = await Promise.all([Worker.start('fake-provider'), Worker.start('load')]);
  stops.push(
    () => provider.stop(),
    () => load.stop(),
  );
  return { provider, load, connections };
}

async function startContenders({ provider }: Rig): Promise<readonly [Contender, Contender]> {
  const base = await startBareRelay(selfCheck ? 'relay A' : 'bare relay', provider.port);
  stops.push(() => base.stop());
  const other = selfCheck
    ? await startBareRelay('relay B', provider.port)
    : await startTollgate(provider.port, { profileDir: options.profile });
  stops.push(() => other.stop());
  return [base, other];
}

/** What the translated rows are compared with runs along. */
function chooseRows(other: Contender): readonly Row[] {
  const possible = rows.filter((row) => answers(other, row));
  const wanted = options.rows?.split(',') ?? possible.map((row) => row.id);
  const needed = new Set(possible.filter((row) => wanted.includes(row.id)).flatMap((row) => [row.id, row.base]));
  return possible.filter((row) => needed.has(row.id));
}

function answers(contender: Contender, row: Row): boolean {
  return contender.translates || !row.translated;
}

async function runRound(rig: Rig, asked: readonly Row[], order: readonly Contender[], round: number): Promise<Cell[]> {
  const cells: Cell[] = [];
  for (const row of asked) {
    if (!row.translated) cells.push(await measureDirect(rig, row, round));
    for (const each of order) if (answers(each, row)) cells.push(await measure(rig, row, each, round));
  }
  return cells;
}

function closingLine(cells: readonly Cell[]): string {
  const rounds = new Set(cells.map((cell) => cell.round)).size;
  const requests = cells.reduce((sum, cell) => sum + cell.requests, 0);
  const seconds = (performance.now() - startedAt) / 1000;
  return `${rounds} rounds, ${connections} connections, ${requests} requests, ${seconds.toFixed(0)} s.`;
}

function save(cells: readonly Cell[], summaries: readonly Summary[], pair: Pair): void {
  const directory = join(import.meta.dirname, 'results');
  mkdirSync(directory, { recursive: true });
  const machine = {
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    memoryBytes: totalmem(),
    kernel: release(),
    node: process.version,
    loadAverage: loadavg(),
  };
  const file = { at: new Date().toISOString(), pair, connections, machine, summaries, cells };
  writeFileSync(join(directory, 'latest.json'), `${JSON.stringify(file, undefined, 2)}\n`);
}

function judgeNoise(summaries: readonly Summary[]): void {
  const off = summaries.filter(({ ratio }) => Math.abs(ratio.median - 1) > noiseMax);
  if (off.length === 0) return console.log(`Self-check passed: every ratio is 1 within ${noiseMax}.`);
  console.error(`Self-check failed: ${off.map((each) => each.row).join(', ')} differ from 1 by more than ${noiseMax}.`);
  process.exitCode = 1;
}
