import { expect, it } from 'vitest';
import { filterQuery, hasFilter } from './filters.ts';

it('asks for what the address says, as the API takes it', () => {
  expect(filterQuery({ status: 'failed', httpStatus: '502', stream: 'true', costMin: '0.01' })).toEqual({
    status: 'failed',
    httpStatus: 502,
    stream: true,
    costMin: '0.01',
  });
});

it('leaves out what no API would take, so that an old link shows a list and not an error', () => {
  expect(filterQuery({ httpStatus: 'x', totalMinMs: '-1', costMin: '1,5' })).toEqual({});
  expect(hasFilter({})).toBe(false);
});
