import { describe, expect, it } from 'vitest';
import { parseTime } from './time.ts';

const nowMs = Date.UTC(2026, 10, 21, 12);
const parse = (text: string) => new Date(parseTime('--expires', text, 'future', nowMs)).toISOString();

describe('points in time', () => {
  it.each([
    ['30d', '2026-12-21T12:00:00.000Z'],
    ['12h', '2026-11-22T00:00:00.000Z'],
    ['45m', '2026-11-21T12:45:00.000Z'],
    ['2027-01-31', '2027-01-31T00:00:00.000Z'],
    ['2027-01-31T12:30', '2027-01-31T12:30:00.000Z'],
    ['2027-01-31T12:30:15', '2027-01-31T12:30:15.000Z'],
    ['2027-01-31T12:30:15.250Z', '2027-01-31T12:30:15.250Z'],
    ['2027-01-31T00:30:00+02:00', '2027-01-30T22:30:00.000Z'],
    ['2028-02-29', '2028-02-29T00:00:00.000Z'],
  ])('%s is %s, in every time zone', (text, due) => {
    const zone = process.env.TZ;
    try {
      for (const place of ['UTC', 'Asia/Tokyo', 'America/Los_Angeles']) {
        process.env.TZ = place;
        expect(parse(text)).toBe(due);
      }
    } finally {
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
    }
  });

  it.each([
    ...[
      '2027-02-29',
      '2027-02-30',
      '2027-04-31',
      '2027-13-01',
      '2027-00-10',
      '2027-01-31T24:01',
      '2027-01-31T25:00:00Z',
    ],
    ...['', '0', '1w', '-1d', '1.5d', ' 1d', 'now', '2027-01-31 10:00', '10000-01-01', '99999999d', '2027-01-31T'],
  ])('%j is none', (text) => {
    expect(() => parse(text)).toThrow(/^--expires .* is not a point in time\. *$|is not a point in time/);
  });
});
