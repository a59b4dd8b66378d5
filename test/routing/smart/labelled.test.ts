/** What is told of the scorer in docs/smart-routing.md, on requests that nothing of it has seen. */
import { describe, expect, it } from 'vitest';
import { scoreComplexity } from '../../../src/routing/smart/score.ts';
import { thresholdByMisrouted } from '../../../src/routing/smart/weights.ts';
import { inputOf, labelled, outcome, scored, textOf } from './labelled.ts';

const parts = ['train', 'calibration', 'test'] as const;

describe('the labelled requests', () => {
  it('are in one part each', () => {
    const texts = parts.flatMap((part) => labelled(part).map(textOf));
    expect(new Set(texts).size).toBe(texts.length);
    expect(texts.length).toBeGreaterThan(900);
  });

  it('share no template between the parts', () => {
    const openings = (part: (typeof parts)[number]) =>
      new Set(
        labelled(part)
          .map((row) => textOf(row).replaceAll(/\d+/g, '0').split(' ').slice(0, 10))
          .filter((words) => words.length === 10)
          .map((words) => words.join(' ')),
      );
    const train = openings('train');
    expect([...openings('test'), ...openings('calibration')].filter((opening) => train.has(opening))).toEqual([]);
  });
});

describe('the scorer on requests that it has not seen', () => {
  const rows = labelled('test');

  it.each([
    ['0.02', 0.05, 0.5],
    ['0.05', 0.08, 0.55],
    ['0.1', 0.18, 0.8],
  ])('misroutes about as many complex ones as calibrated: %s', (share, misroutedMost, routineLeast) => {
    const { misrouted, routineToCheap } = outcome(scored(rows), thresholdByMisrouted[share] ?? 1);
    expect(misrouted).toBeLessThanOrEqual(misroutedMost);
    expect(routineToCheap).toBeGreaterThanOrEqual(routineLeast);
  });

  it('takes no politeness for routine', () => {
    const polite = rows.map((row): (typeof rows)[number] => ({
      ...row,
      body: {
        messages: [{ role: 'user', content: `Good morning, dear team. ${textOf(row)} Many thanks in advance!` }],
      },
    }));
    const { misrouted } = outcome(scored(polite), thresholdByMisrouted['0.05'] ?? 1);
    expect(misrouted).toBeLessThanOrEqual(0.08);
  });

  it('spares far more routine requests the strong target than length alone, at the same share misrouted', () => {
    const smart = outcome(scored(rows), thresholdByMisrouted['0.1'] ?? 1);
    const byLength = rows.map((row) => ({ complex: row.label === 'complex', score: textOf(row).length }));
    const length = byLength
      .map(({ score }) => outcome(byLength, score))
      .filter(({ misrouted }) => misrouted <= smart.misrouted)
      .reduce((most, { routineToCheap }) => Math.max(most, routineToCheap), 0);
    expect(smart.routineToCheap).toBeGreaterThan(length + 0.15);
  });

  it('tells complex from routine in languages other than English too', () => {
    const others = rows.filter(({ language }) => language !== 'en');
    expect(outcome(scored(others), 0.35).accuracy).toBeGreaterThan(0.8);
  });

  it('guesses the language that it was written in', () => {
    const known = rows.filter(({ language }) => !['pl'].includes(language) && language !== 'en');
    const right = known.filter((row) => scoreComplexity(inputOf(textOf(row))).language === row.language);
    expect(right.length / known.length).toBeGreaterThan(0.9);
  });
});
