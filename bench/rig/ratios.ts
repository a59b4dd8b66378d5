/** What each costs as a multiple of the base, round by round. */
import type { Cell } from './conduct.ts';
import { baseId, contenders } from './contenders/index.ts';
import { scenarios } from './scenarios/index.ts';
import { ratioOf, type Spread } from './spread.ts';

/** By scenario, contender and figure. */
export type Ratios = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, Spread>>>>>>;

/** By round; rounds that failed are missing. */
export function valuesOf(cells: readonly Cell[], scenario: string, contender: string, figure: string) {
  const values = new Map<number, number>();
  for (const cell of cells) {
    const value = cell.figures[figure];
    if (cell.scenario === scenario && cell.contender === contender && value !== undefined)
      values.set(cell.round, value);
  }
  return values;
}

export function ratiosOf(cells: readonly Cell[]): Ratios {
  const ratios: Record<string, Record<string, Record<string, Spread>>> = {};
  for (const scenario of scenarios) {
    for (const { id } of contenders) {
      for (const figure of scenario.figures.filter((each) => each.compared)) {
        const base = valuesOf(cells, scenario.id, baseId, figure.id);
        const ratio = ratioOf(valuesOf(cells, scenario.id, id, figure.id), base);
        if (ratio === undefined || id === baseId) continue;
        ratios[scenario.id] ??= {};
        const row = ratios[scenario.id] ?? {};
        row[id] = { ...row[id], [figure.id]: ratio };
      }
    }
  }
  return ratios;
}
