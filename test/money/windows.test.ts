/**
 * F17 for money: days, weeks and months of budgets turn by the database's clock and the organization's time zone, also
 * when clocks change, and never twice. The moment is an argument of the SQL, so nobody waits for midnight.
 */
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBudget } from '../../src/control/budgets/budgets.ts';
import { updateBilling } from '../../src/control/organizations/billing.ts';
import { postUsage } from '../../src/ledger/post-usage.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { BudgetWindow } from '../../src/store/schema/ledger.ts';
import type { Store } from '../../src/store/store.ts';
import { type TestDatabase, testDatabase } from '../postgres.ts';
import { prepaid, settlement } from './books.ts';

let database: TestDatabase;
let store: Store;

beforeAll(async () => {
  database = await testDatabase();
  store = await database.open();
});
afterAll(() => database.close());

type Turning = Exclude<BudgetWindow, 'total'>;

interface Asked {
  readonly window: Turning;
  readonly zone: string;
  readonly at: string;
}

interface Span {
  readonly starts: Date;
  readonly ends: Date;
}

/** The windows that hold these moments, in one round trip. */
async function spans(asked: readonly Asked[]): Promise<readonly Span[]> {
  const { rows } = await sql<Span>`
    SELECT starts, window_end(w, zone, starts) AS ends FROM (
      SELECT n, w, zone, window_start(w, zone, at) AS starts
      FROM unnest(${asked.map(({ window }) => window)}::text[], ${asked.map(({ zone }) => zone)}::text[],
        ${asked.map(({ at }) => at)}::timestamptz[]) WITH ORDINALITY AS asked(w, zone, at, n)
    ) AS found ORDER BY n`.execute(store.db);
  return rows;
}

const shown = ({ starts, ends }: Span) => [starts, ends].map((time) => time.toISOString().replace(':00.000Z', 'Z'));
const hour = 3_600_000;

describe('a window', () => {
  it.each([
    // Clocks go forward and back: days of 23 and 25 hours.
    ['day', 'Europe/Berlin', '2026-03-29T10:00Z', '2026-03-28T23:00Z', '2026-03-29T22:00Z'],
    ['day', 'Europe/Berlin', '2026-10-25T10:00Z', '2026-10-24T22:00Z', '2026-10-25T23:00Z'],
    ['day', 'America/New_York', '2026-03-08T12:00Z', '2026-03-08T05:00Z', '2026-03-09T04:00Z'],
    ['day', 'America/New_York', '2026-11-01T12:00Z', '2026-11-01T04:00Z', '2026-11-02T05:00Z'],
    // The hour that comes twice belongs to one day.
    ['day', 'Europe/Berlin', '2026-10-25T00:30Z', '2026-10-24T22:00Z', '2026-10-25T23:00Z'],
    ['day', 'Europe/Berlin', '2026-10-25T01:30Z', '2026-10-24T22:00Z', '2026-10-25T23:00Z'],
    // Weeks begin on Monday: Sunday evening in New York is Monday in Berlin.
    ['week', 'Europe/Berlin', '2026-11-22T23:30Z', '2026-11-22T23:00Z', '2026-11-29T23:00Z'],
    ['week', 'America/New_York', '2026-11-22T23:30Z', '2026-11-16T05:00Z', '2026-11-23T05:00Z'],
    ['week', 'UTC', '2026-11-22T23:59Z', '2026-11-16T00:00Z', '2026-11-23T00:00Z'],
    // Months: short ones, leap years, and the year's end; a month that begins in winter and ends in summer.
    ['month', 'UTC', '2027-02-28T23:59Z', '2027-02-01T00:00Z', '2027-03-01T00:00Z'],
    ['month', 'UTC', '2028-02-29T12:00Z', '2028-02-01T00:00Z', '2028-03-01T00:00Z'],
    ['month', 'Europe/Berlin', '2026-12-31T23:30Z', '2026-12-31T23:00Z', '2027-01-31T23:00Z'],
    ['month', 'Europe/Berlin', '2026-03-31T21:59Z', '2026-02-28T23:00Z', '2026-03-31T22:00Z'],
    ['month', 'America/New_York', '2026-11-01T03:59Z', '2026-10-01T04:00Z', '2026-11-01T04:00Z'],
    // A zone whose clocks change at midnight: the day begins when there is a day.
    ['day', 'Africa/Cairo', '2026-04-24T12:00Z', '2026-04-23T22:00Z', '2026-04-24T21:00Z'],
  ] as const)('%s in %s that holds %s', async (window, zone, at, starts, ends) => {
    const [span] = await spans([{ window, zone, at }]);
    expect(span && shown(span)).toEqual([starts, ends]);
  });

  it('holds its moment, begins at local midnight on the right day, and the next one begins where it ends', async () => {
    const zones = [
      'UTC',
      'Europe/Berlin',
      'America/New_York',
      'Asia/Kolkata',
      'Australia/Lord_Howe',
      'Pacific/Auckland',
    ];
    const one = fc.record({
      window: fc.constantFrom<Turning>('day', 'week', 'month'),
      zone: fc.constantFrom(...zones),
      at: fc.integer({ min: Date.UTC(2016, 0), max: Date.UTC(2030, 0) }).map((ms) => new Date(ms).toISOString()),
    });
    const property = fc.asyncProperty(fc.array(one, { minLength: 500, maxLength: 500 }), async (asked) => {
      const found = await spans(asked);
      const ending = await spans(asked.map((each, i) => ({ ...each, at: at(found[i]?.ends, -1) })));
      const next = await spans(asked.map((each, i) => ({ ...each, at: at(found[i]?.ends, 0) })));
      asked.forEach(({ window, zone, at: moment }, i) => {
        const span = found[i];
        if (span === undefined) throw new Error('a window is missing');
        expect(span.starts.getTime()).toBeLessThanOrEqual(Date.parse(moment));
        expect(span.ends.getTime()).toBeGreaterThan(Date.parse(moment));
        expect(ending[i]).toEqual(span);
        expect(next[i]?.starts).toEqual(span.ends);
        const local = wallClock(span.starts, zone);
        expect(local.time).toBe('00:00:00');
        if (window === 'week') expect(local.weekday).toBe('Mon');
        if (window === 'month') expect(local.day).toBe('01');
        if (window === 'day') expect(span.ends.getTime() - span.starts.getTime()).toBeGreaterThanOrEqual(23 * hour);
      });
    });
    await fc.assert(property, { numRuns: 4 });
  });
});

const at = (time: Date | undefined, more: number) => new Date((time?.getTime() ?? 0) + more).toISOString();

/** As a person in that zone would read the time, by the runtime's own data base of zones. */
function wallClock(time: Date, zone: string) {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    weekday: 'short',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  const part = (type: string) => format.formatToParts(time).find((each) => each.type === type)?.value ?? '';
  return { weekday: part('weekday'), day: part('day'), time: ['hour', 'minute', 'second'].map(part).join(':') };
}

describe('a budget', () => {
  let org: string;
  let budget: string;

  const potAt = async (moment: string): Promise<string> => {
    const { rows } = await sql<{ pot: string }>`
      SELECT current_pot(${budget}, ${moment}::timestamptz) AS pot`.execute(store.db);
    return rows[0]?.pot ?? '';
  };

  const make = async (name: string, zone: string, window: BudgetWindow) => {
    org = await prepaid(store, name);
    await updateBilling(store.db, org, { timeZone: zone });
    const request = { organizationId: org, owner: 'organization', unit: 'requests', window } as const;
    budget = (await createBudget(store.db, { ...request, limitUnits: 10n }, systemClock)).id;
  };

  it('has its whole limit anew with each window, once: also over the hour that comes twice', async () => {
    await make('berlin', 'Europe/Berlin', 'day');
    // Every minute of the 49 hours around the change of clocks, in order.
    const minutes = Array.from({ length: 49 * 60 }, (_, i) => new Date(Date.UTC(2026, 9, 24, 22) + i * 60_000));
    const { rows } = await sql<{ pot: string }>`
      SELECT current_pot(${budget}, at) AS pot
      FROM unnest(${minutes.map((time) => time.toISOString())}::timestamptz[]) WITH ORDINALITY AS m(at, n)
      ORDER BY n`.execute(store.db);
    const turns = rows.map(({ pot }) => pot).filter((pot, i, all) => pot !== all[i - 1]);
    expect(turns).toEqual([`${budget}@2026-10-24T22:00Z`, `${budget}@2026-10-25T23:00Z`]);
    const pots = await store.db.selectFrom('pots').selectAll().where('budget_id', '=', budget).orderBy('id').execute();
    expect(pots.map((pot) => [pot.granted_units, pot.spent_units, pot.ends_at?.toISOString()])).toEqual([
      [10, 0, '2026-10-25T23:00:00.000Z'],
      [10, 0, '2026-10-26T23:00:00.000Z'],
    ]);
  });

  it('of a month ends with the month of its zone, to the second', async () => {
    await make('york', 'America/New_York', 'month');
    expect(await potAt('2026-12-01T04:59:59Z')).toBe(`${budget}@2026-11-01T04:00Z`);
    expect(await potAt('2026-12-01T05:00:00Z')).toBe(`${budget}@2026-12-01T05:00Z`);
  });

  it('without a window has one pot for ever', async () => {
    await make('total', 'Europe/Berlin', 'total');
    expect(new Set([await potAt('2026-01-01T00:00Z'), await potAt('2036-01-01T00:00Z')])).toEqual(
      new Set([`${budget}@total`]),
    );
  });

  it('counts by the database’s clock, whatever a gateway’s says', async () => {
    await make('odd clocks', 'UTC', 'day');
    const day = 86_400_000;
    const settle = (settledAtMs: number) =>
      postUsage(store.db, [settlement({ organizationId: org, chargeNanoUsd: 1n, settledAtMs })]);
    for (const offMs of [-day, -hour, 0, hour, day, 400 * day]) await settle(systemClock.nowMs() + offMs);
    const pots = await store.db.selectFrom('pots').selectAll().where('budget_id', '=', budget).execute();
    expect(pots.reduce((sum, { spent_units }) => sum + spent_units, 0)).toBe(6);
    // Two if this test runs over midnight.
    expect(pots.length).toBeLessThanOrEqual(2);
  });

  it('that was held before midnight and used after it counts where it was held', async () => {
    await make('midnight', 'UTC', 'day');
    const pot = await potAt('2026-05-01T23:59Z');
    const { rows } = await sql<{ lease: number }>`
      SELECT lease FROM lend(${budget}, ${pot}, 'i', 'b', 1, '1 minute')`.execute(store.db);
    const leases = [rows[0]?.lease ?? 0];
    await postUsage(store.db, [settlement({ organizationId: org, chargeNanoUsd: 1n, leases })]);
    const pots = await store.db.selectFrom('pots').selectAll().where('budget_id', '=', budget).execute();
    expect(pots.map(({ id, spent_units, held_units }) => [id, spent_units, held_units])).toEqual([[pot, 1, 9]]);
  });
});
