import { describe, expect, it } from 'vitest';
import type { Cell } from '../../bench/rig/conduct.ts';
import { barPlot } from '../../bench/rig/plot.ts';
import { ratiosOf } from '../../bench/rig/ratios.ts';
import { ratioOf, spreadOf } from '../../bench/rig/spread.ts';
import { targetTable } from '../../bench/rig/targets.ts';
import { worse } from '../../bench/rig/worse.ts';

describe('spreads', () => {
  it('are the median with the least and the greatest, of odd and even numbers of rounds', () => {
    expect(spreadOf([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 });
    expect(spreadOf([4, 1, 2, 3])).toEqual({ median: 2.5, min: 1, max: 4 });
    expect(() => spreadOf([])).toThrow('no figure');
  });

  it('of ratios are taken within rounds: what slows both changes nothing', () => {
    const of = new Map([
      [1, 20],
      [2, 200],
      [3, 999],
    ]);
    const to = new Map([
      [1, 10],
      [2, 100],
    ]);
    expect(ratioOf(of, to)).toEqual({ median: 2, min: 2, max: 2 });
    expect(ratioOf(of, new Map())).toBeUndefined();
  });
});

function cell(contender: string, round: number, cpu: number): Cell {
  return { scenario: 'S1', contender, round, figures: { cpu }, loads: [] };
}

const cells = [
  cell('bare-relay', 1, 100),
  cell('tollgate-l2', 1, 140),
  cell('bare-relay', 2, 50),
  cell('tollgate-l2', 2, 80),
];

describe('a report', () => {
  it('compares with the bare relay of the same round', () => {
    expect(ratiosOf(cells).S1?.['tollgate-l2']?.cpu).toEqual({ median: 1.5, min: 1.4, max: 1.6 });
  });

  it('says of each target whether it was met, missed or not measured', () => {
    const table = targetTable(cells);
    expect(table).toContain('| S1, against the bare relay | **1.5** (1.4 to 1.6) | ≤ 1.5 | ≤ 1 | met |');
    expect(table).toContain('| S1, against LiteLLM | not measured |');
  });

  it('plots every bar with its figure, and no text as markup', () => {
    const plot = barPlot('a < b', [{ title: 'Tollgate & more', length: { median: 2, min: 1, max: 4 } }]);
    expect(plot).toContain('a &lt; b');
    expect(plot).toContain('Tollgate &amp; more');
    expect(plot).toContain('>2</text>');
  });
});

describe('the check', () => {
  const committed = { S1: { 'tollgate-l2': { cpu: { median: 1.4, min: 1.3, max: 1.5 } } } };
  const now = (median: number) => ({ S1: { 'tollgate-l2': { cpu: { median, min: median, max: median } } } });
  const own = (id: string) => id.startsWith('tollgate');

  it('fails beyond the committed spread and not within', () => {
    expect(worse(committed, now(1.5), own).map(({ beyond }) => beyond)).toEqual([false]);
    expect(worse(committed, now(1.51), own).map(({ beyond }) => beyond)).toEqual([true]);
  });

  it('judges nobody but those asked for, and nothing that was not committed', () => {
    expect(worse(committed, now(9), () => false)).toEqual([]);
    expect(worse({}, now(9), own)).toEqual([]);
  });
});
