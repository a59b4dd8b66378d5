import { expect, it } from 'vitest';
import { seriesAt, spanOf } from './stack.ts';

const chart = {
  times: ['2026-11-20T00:00:00Z', '2026-11-21T00:00:00Z'],
  until: '2026-11-21T12:00:00Z',
  partialFrom: null,
  series: [
    { id: 'a', label: 'a', color: 'red', values: [1, 0] },
    { id: 'b', label: 'b', color: 'red', values: [2, null] },
    { id: 'c', label: 'c', color: 'red', values: [0, 5] },
  ],
};

it('finds the part of a bar by its height: what is first lies on top', () => {
  expect(seriesAt(chart, 0, 0.5)).toBe(1);
  expect(seriesAt(chart, 0, 2)).toBe(1);
  expect(seriesAt(chart, 0, 2.5)).toBe(0);
  expect(seriesAt(chart, 0, 3.5)).toBeUndefined();
  expect(seriesAt(chart, 1, 1)).toBe(2);
  expect(seriesAt(chart, 1, -1)).toBeUndefined();
  expect(seriesAt(chart, 7, 1)).toBeUndefined();
});

it('knows from when until when a bar is; the last one ends with the chart', () => {
  expect(spanOf(chart, 0)).toEqual({ from: '2026-11-20T00:00:00Z', to: '2026-11-21T00:00:00Z' });
  expect(spanOf(chart, 1)).toEqual({ from: '2026-11-21T00:00:00Z', to: '2026-11-21T12:00:00Z' });
  expect(spanOf(chart, 2)).toBeUndefined();
});
