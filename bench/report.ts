/** Cells to a table: ratios within each round, then their median and spread. */
import { type Cell, type Row, rows } from './rounds.ts';

export interface Pair {
  readonly base: string;
  readonly other: string;
}

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export interface Summary {
  readonly row: string;
  readonly baseMicros: Spread;
  readonly otherMicros: Spread;
  readonly otherChildrenMicros: Spread;
  /** The other's own processor time per request over the base's, round by round. */
  readonly ratio: Spread;
  readonly baseAddedP50Ms: Spread;
  readonly otherAddedP50Ms: Spread;
  readonly otherAddedP99Ms: Spread;
}

export function summarize(cells: readonly Cell[], pair: Pair): Summary[] {
  return rows.filter((row) => cells.some((cell) => cell.row === row.id)).map((row) => summarizeRow(row, cells, pair));
}

function summarizeRow(row: Row, cells: readonly Cell[], pair: Pair): Summary {
  const rounds = [...new Set(cells.filter((cell) => cell.row === row.id).map((cell) => cell.round))];
  const per = (read: (base: Cell, other: Cell, direct: Cell) => number): Spread =>
    spread(
      rounds.map((round) =>
        read(
          find(cells, round, row.base, pair.base),
          find(cells, round, row.id, pair.other),
          find(cells, round, row.base, 'direct'),
        ),
      ),
    );
  return {
    row: row.id,
    baseMicros: per((base) => base.ownMicros),
    otherMicros: per((_, other) => other.ownMicros),
    otherChildrenMicros: per((_, other) => other.childrenMicros),
    ratio: per((base, other) => other.ownMicros / base.ownMicros),
    baseAddedP50Ms: per((base, _, direct) => base.firstTokenP50Ms - direct.firstTokenP50Ms),
    otherAddedP50Ms: per((_, other, direct) => other.firstTokenP50Ms - direct.firstTokenP50Ms),
    otherAddedP99Ms: per((_, other, direct) => other.firstTokenP99Ms - direct.firstTokenP99Ms),
  };
}

function find(cells: readonly Cell[], round: number, row: string, contender: string): Cell {
  const cell = cells.find((each) => each.round === round && each.row === row && each.contender === contender);
  if (cell === undefined) throw new Error(`Round ${round} has no ${row} of ${contender}.`);
  return cell;
}

function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const median = ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2;
  return { median, min: sorted[0] ?? 0, max: sorted.at(-1) ?? 0 };
}

export function toMarkdown(summaries: readonly Summary[], pair: Pair): string {
  const lines = [
    `| | CPU per request, ${pair.base} | ${pair.other} | **ratio** (rounds) | its children | added first token p50, ${pair.base} | ${pair.other} | p99 |`,
    '|---|--:|--:|--:|--:|--:|--:|--:|',
  ];
  for (const each of summaries) {
    const title = rows.find((row) => row.id === each.row)?.title ?? each.row;
    const { median, min, max } = each.ratio;
    lines.push(
      `| ${[
        title,
        micros(each.baseMicros),
        micros(each.otherMicros),
        `**${median.toFixed(2)}** (${min.toFixed(2)} to ${max.toFixed(2)})`,
        micros(each.otherChildrenMicros),
        millis(each.baseAddedP50Ms),
        millis(each.otherAddedP50Ms),
        millis(each.otherAddedP99Ms),
      ].join(' | ')} |`,
    );
  }
  return lines.join('\n');
}

function micros({ median }: Spread): string {
  return `${median.toFixed(0)} µs`;
}

function millis({ median }: Spread): string {
  return `${median.toFixed(2)} ms`;
}
