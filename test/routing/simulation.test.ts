/** The claims of docs/routing.md on what strategies come to, over the recorded hours of bench/routing. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { withTable } from '../../bench/routing/page.ts';
import type { Score } from '../../bench/routing/play.ts';
import { type Simulation, simulate, tableOf } from '../../bench/routing/table.ts';

// A few seconds of a processor of its own.
const limitMs = 120_000;

describe('every strategy over the recorded hours', () => {
  let simulation: Simulation;
  beforeAll(() => {
    simulation = simulate();
  }, limitMs);
  const own = (name: string): Score => {
    const found = simulation.own.find((score) => score.name === name);
    if (found === undefined) throw new Error(`${name} was not played`);
    return found;
  };

  it('cheapest costs at most 2 % more than an oracle', () => {
    expect(own('`cheapest`').dollars / simulation.oracle.dollars).toBeLessThanOrEqual(1.02);
  });

  it.each(['`weighted`, `sticky: off`', '`weighted`, equal weights'])(
    'balanced is better than %s in everything',
    (name) => {
      const [better, worse] = [own('`balanced`'), own(name)];
      expect(better.dollars).toBeLessThan(worse.dollars);
      expect(better.firstTokenP50Ms).toBeLessThan(worse.firstTokenP50Ms);
      expect(better.firstTokenP99Ms).toBeLessThan(worse.firstTokenP99Ms);
      expect(better.success).toBeGreaterThanOrEqual(worse.success);
    },
  );

  it('no strategy leaves a request unanswered where somebody answers', () => {
    for (const { success } of simulation.own.filter(({ name }) => !name.includes('strong tier')))
      expect(success).toBe(1);
  });

  // After a change of what routing or health do: npm run simulate -- --write.
  it('the page has the table that the script writes', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/routing.md'), 'utf8');
    expect(withTable(page, tableOf(simulation))).toBe(page);
  });
});
