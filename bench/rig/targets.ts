/** What Tollgate has set itself, and what this run says of it. */
import type { Cell } from './conduct.ts';
import { valuesOf } from './ratios.ts';
import { ratioOf, type Spread, spreadOf } from './spread.ts';

interface Side {
  readonly scenario: string;
  readonly contender: string;
  readonly figure: string;
}

interface Target {
  readonly title: string;
  readonly of: Side;
  /** Absent: the figure itself counts. */
  readonly to?: Side;
  readonly most: number;
  readonly moonshot: number;
}

const side = (scenario: string, contender: string, figure: string): Side => ({ scenario, contender, figure });
const own = 'tollgate-l2';

function against(other: string, title: string, most: number, moonshot: number): Target {
  return { title: `S1, against ${title}`, of: side('S1', own, 'cpu'), to: side('S1', other, 'cpu'), most, moonshot };
}

const targets: readonly Target[] = [
  against('bare-relay', 'the bare relay', 1.5, 1),
  against('go-relay', "Go's ReverseProxy", 1, 0.7),
  against('litellm', 'LiteLLM', 0.05, 0.025),
  against('portkey', 'Portkey', 0.2, 0.1),
  against('bifrost', 'Bifrost', 0.7, 0.35),
  {
    title: 'S2, a piece, against the bare relay',
    of: side('S2', own, 'cpuPerChunk'),
    to: side('S2', 'bare-relay', 'cpuPerChunk'),
    most: 1.3,
    moonshot: 1,
  },
  {
    title: 'added first-token time at half load, p50, ms',
    of: side('S2h', own, 'addedP50'),
    most: 0.3,
    moonshot: 0.15,
  },
  { title: 'added first-token time at half load, p99, ms', of: side('S2h', own, 'addedP99'), most: 2, moonshot: 1 },
  {
    title: 'Messages to Chat Completions, against passing on',
    of: side('S4a', own, 'cpu'),
    to: side('S3', own, 'cpu'),
    most: 2.5,
    moonshot: 1.5,
  },
  {
    title: 'Chat Completions to Messages, against passing on',
    of: side('S4b', own, 'cpu'),
    to: side('S3', own, 'cpu'),
    most: 2.5,
    moonshot: 1.5,
  },
  { title: 'memory per held stream, kB', of: side('S5', own, 'perStream'), most: 32, moonshot: 16 },
  { title: 'p99 beside a picture, against alone', of: side('S6', own, 'p99Ratio'), most: 1.5, moonshot: 1.1 },
  { title: 'cold start with data, ms', of: side('S9', own, 'start'), most: 2000, moonshot: 700 },
  { title: 'memory at rest without the database, MB', of: side('S9', own, 'rest'), most: 150, moonshot: 90 },
];

export function targetTable(cells: readonly Cell[]): string {
  const lines = ['## Targets', '', '| | this run | target | moonshot | |', '| --- | ---: | ---: | ---: | --- |'];
  for (const target of targets) {
    const { title, most, moonshot } = target;
    const result = resultOf(target, cells);
    lines.push(`| ${title} | ${told(result)} | ≤ ${most} | ≤ ${moonshot} | ${verdict(result, most, moonshot)} |`);
  }
  return lines.join('\n');
}

function resultOf({ of, to }: Target, cells: readonly Cell[]): Spread | undefined {
  const read = ({ scenario, contender, figure }: Side) => valuesOf(cells, scenario, contender, figure);
  const values = read(of);
  if (values.size === 0) return undefined;
  return to === undefined ? spreadOf([...values.values()]) : ratioOf(values, read(to));
}

function told(result: Spread | undefined): string {
  if (result === undefined) return 'not measured';
  const [median, min, max] = [result.median, result.min, result.max].map((value) => Number(value.toPrecision(3)));
  return `**${median}** (${min} to ${max})`;
}

function verdict(result: Spread | undefined, most: number, moonshot: number): string {
  if (result === undefined) return '';
  if (result.median <= moonshot) return 'moonshot';
  return result.median <= most ? 'met' : 'missed';
}
