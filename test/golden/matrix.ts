/** The whole matrix, run and written as a page: one table for each caller, a row for each feature. */
import { type Rig, startRig } from '../cases/rig.ts';
import { corpus } from './corpus.ts';
import { type Feature, features } from './features.ts';
import type { Verdict } from './judge.ts';
import { runCell } from './run.ts';

export interface Cell {
  readonly caller: string;
  readonly provider: string;
  readonly feature: Feature;
  readonly stream: boolean;
  readonly verdicts: readonly Verdict[];
}

/** Knows the fixtures' models as ones that think in their dialect's way. */
export function startMatrixRig(): Promise<Rig> {
  return startRig({
    models: {
      'effort-m': { thinking: 'effort', outputTokensMax: 64_000 },
      'budget-m': { thinking: 'budget', outputTokensMax: 64_000 },
    },
  });
}

export async function runMatrix(): Promise<readonly Cell[]> {
  const rig = await startMatrixRig();
  const cells: Cell[] = [];
  try {
    for (const caller of corpus)
      for (const feature of features)
        for (const provider of corpus)
          for (const stream of [false, true]) {
            const verdicts = await runCell(rig, { caller, provider }, feature, stream);
            cells.push({ caller: caller.id, provider: provider.id, feature, stream, verdicts });
          }
  } finally {
    await rig.close();
  }
  return cells;
}

export function failuresOf(cells: readonly Cell[]): string[] {
  return cells.flatMap(({ caller, provider, feature, stream, verdicts }) =>
    verdicts.flatMap((verdict) =>
      verdict.type === 'fail'
        ? [`${caller} > ${provider}, ${feature}, ${stream ? 'stream' : 'whole'}: ${verdict.why}`]
        : [],
    ),
  );
}

export function renderMatrix(cells: readonly Cell[]): string {
  const notes: string[] = [];
  const tables = corpus.map(({ id }) => tableOf(id, cells, notes));
  const list = notes.map((note, i) => `${i + 1}. ${note}`);
  return [head, ...tables, '## What the numbers say', '', ...list, ''].join('\n');
}

const head = `# The matrix

Every client dialect with every provider dialect, through the real gateway. This page is written by the run of
\`test/golden/matrix.test.ts\`, which fails when a cell is lossy in silence or when the page says something else; write it
anew with \`UPDATE_MATRIX=1 npx vitest run test/golden\`.

A cell holds for a whole answer and for a stream; where the two differ, the second word is the stream's.

- **pass**: what was said arrived, in the other dialect's own words.
- **mapped**: said in another way, because the other dialect has none of its own; the number says how.
- **reported**: something could not be said; \`x-tollgate-dropped\` and the request log name it.
- **refused**: answered with 400 and the field, because the answer would have meant something else; nobody was asked.
- **–**: one of the two dialects has no such thing.
`;

function tableOf(caller: string, cells: readonly Cell[], notes: string[]): string {
  const mine = cells.filter((cell) => cell.caller === caller);
  const rows = features.map((feature) => {
    const columns = corpus.map(({ id }) => {
      const [whole, stream] = mine.filter((cell) => cell.feature === feature && cell.provider === id);
      const words = [wordOf(whole?.verdicts ?? [], notes), wordOf(stream?.verdicts ?? [], notes)];
      return words[0] === words[1] ? words[0] : words.join(' / ');
    });
    return `| ${feature} | ${columns.join(' | ')} |`;
  });
  return [
    `## A ${caller} client`,
    '',
    `| | ${corpus.map(({ id }) => id).join(' | ')} |`,
    `| --- |${corpus.map(() => ' --- |').join('')}`,
    ...rows,
    '',
  ].join('\n');
}

/** The worst of a cell's verdicts, with the numbers of all its notes. */
function wordOf(verdicts: readonly Verdict[], notes: string[]): string {
  const order = ['fail', 'refused', 'absent', 'reported', 'mapped', 'pass'] as const;
  const worst = order.find((type) => verdicts.some((verdict) => verdict.type === type)) ?? 'fail';
  if (worst === 'absent') return '–';
  const numbers = [...new Set(verdicts.flatMap(textsOf))].map((text) => numberOf(text, notes));
  return [worst, ...(numbers.length > 0 ? [`(${numbers.toSorted((a, b) => a - b).join(', ')})`] : [])].join(' ');
}

function textsOf(verdict: Verdict): string[] {
  if (verdict.type === 'mapped') return verdict.how.map((how) => `Mapped: ${how}.`);
  if (verdict.type === 'reported') return verdict.fields.map((field) => `Reported: \`${field}\`.`);
  return verdict.type === 'refused' || verdict.type === 'fail' ? [`${verdict.type}: ${verdict.why}`] : [];
}

function numberOf(text: string, notes: string[]): number {
  if (!notes.includes(text)) notes.push(text);
  return notes.indexOf(text) + 1;
}
