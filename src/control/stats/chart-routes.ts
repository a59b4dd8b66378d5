/** `/api/v1/stats/…` over time. */
import { z } from 'zod';
import { ApiFailure } from '../api/failure.ts';
import { queryInteger, time } from '../api/fields.ts';
import { type ApiParts, type ApiRoute, route } from '../api/route.ts';
import { checkTimeZone } from '../organizations/billing.ts';
import { askedOf, costsOnly, isOperator, operatorsOnly, shownPeriod, tag } from './asked.ts';
import { readHealth } from './health.ts';
import { period, statsQuery, timeseries } from './schemas.ts';
import { type Interval, partsMax, partsOf, type SeriesAsked } from './series.ts';
import { type Asked, readLabels, type StatsGroup } from './sums.ts';
import { type Metric, readLines, recipes } from './timeseries.ts';

const intervals = [
  'minute',
  '5-minutes',
  '15-minutes',
  'hour',
  '6-hours',
  'day',
  'week',
  'month',
] as const satisfies readonly Interval[];
const metrics = Object.keys(recipes) as [Metric, ...Metric[]];
const bySeries = [
  'key',
  'model',
  'model-asked',
  'provider',
  'credential',
  'organization',
  'project',
  'member',
  'tag',
  'end-user',
  'status',
  'error',
  'operation',
] as const satisfies readonly StatsGroup[];

const intervalField = z.enum(intervals).optional().describe('Absent: what suits the period.');
const zoneField = z
  .string()
  .max(64)
  .default('UTC')
  .describe('Of the IANA data base; days, weeks and months begin by it.');

/** The widest that still shows a shape. */
function suitable({ sinceMs, untilMs }: Asked): Interval {
  const hours = (untilMs - sinceMs) / 3_600_000;
  if (hours <= 3) return 'minute';
  if (hours <= 12) return '5-minutes';
  if (hours <= 26) return '15-minutes';
  if (hours <= 24 * 8) return 'hour';
  return hours <= 24 * 120 ? 'day' : hours <= 24 * 400 ? 'week' : 'month';
}

async function seriesAsked(
  { store: { db } }: ApiParts,
  asked: Asked,
  interval: Interval,
  timeZone: string,
): Promise<SeriesAsked> {
  await checkTimeZone(db, timeZone);
  const parts = await partsOf(db, asked, interval, timeZone);
  if (parts !== undefined) return { ...asked, parts };
  throw new ApiFailure('invalid_request', `The period has more than ${partsMax} parts of this interval.`, {
    path: 'interval',
    remedy: 'Ask for a longer interval or a shorter period.',
  });
}

export const chartRoutes: readonly ApiRoute[] = [
  route({
    method: 'GET',
    path: '/stats/timeseries',
    tag,
    summary: 'Show a metric over time',
    description:
      'One value for each part of the period. With `by`, a line for each of the `top` groups, and one for all others where they can be added up. Tags and end users by the hour at the finest where they are many.',
    query: z.strictObject({
      ...statsQuery,
      metric: z.enum(metrics).default('charge').describe('`cost` is for operators alone.'),
      by: z.enum(bySeries).optional(),
      interval: intervalField,
      timeZone: zoneField,
      top: queryInteger(1, 20).default(7).describe('Lines beside that of all others; 7 when absent.'),
    }),
    answer: timeseries,
    async handle({ caller, query: { metric, by, interval, timeZone, top, ...wanted } }, parts) {
      if (!isOperator(caller) && (metric === 'cost' || by === 'credential'))
        throw metric === 'cost' ? costsOnly() : operatorsOnly('by');
      const asked = askedOf(caller, wanted, wanted, parts.clock.nowMs());
      const chosen = interval ?? suitable(asked);
      const series = await seriesAsked(parts, asked, chosen, timeZone);
      const lines = await readLines(parts.store.db, series, metric, by, top);
      const labels =
        by === undefined
          ? new Map<string, string>()
          : await readLabels(
              parts.store.db,
              by,
              lines.map(({ group }) => group),
            );
      const last = series.parts.at(-1);
      return {
        period: shownPeriod(asked),
        interval: chosen,
        timeZone,
        times: [...series.parts],
        partialFrom: asked.untilMs >= asked.nowMs && last !== undefined ? last : null,
        unit: recipes[metric].unit,
        series: lines.map(({ group, other, amounts, values }) => ({
          group,
          label: other ? 'other' : (labels.get(group) ?? group),
          other,
          amountsUsd: amounts === undefined ? null : [...amounts],
          values: values === undefined ? null : [...values],
        })),
      };
    },
  }),
  route({
    method: 'GET',
    path: '/stats/provider-health',
    tag,
    summary: 'Show how providers do over time',
    description:
      'By tries: one that failed counts although another provider answered. By credential for operators alone.',
    query: z.strictObject({
      ...statsQuery,
      by: z.enum(['provider', 'credential']).default('provider'),
      interval: intervalField,
      timeZone: zoneField,
    }),
    answer: z.object({
      period,
      interval: z.string(),
      data: z.array(
        z
          .object({
            group: z.string(),
            tries: z.number(),
            failed: z.number(),
            cells: z.array(z.object({ at: time, tries: z.number(), failed: z.number(), p95Ms: z.number().nullable() })),
          })
          .meta({ id: 'ProviderHealth' }),
      ),
    }),
    async handle({ caller, query: { by, interval, timeZone, ...wanted } }, parts) {
      if (by === 'credential' && !isOperator(caller)) throw operatorsOnly('by');
      const asked = askedOf(caller, wanted, wanted, parts.clock.nowMs());
      const chosen = interval ?? suitable(asked);
      const rows = await readHealth(parts.store.db, await seriesAsked(parts, asked, chosen, timeZone), by);
      return {
        period: shownPeriod(asked),
        interval: chosen,
        data: rows.map(({ group, cells }) => ({
          group,
          tries: cells.reduce((sum, cell) => sum + cell.tries, 0),
          failed: cells.reduce((sum, cell) => sum + cell.failed, 0),
          cells: cells.map(({ atMs, tries, failed, p95Ms = null }) => ({ at: atMs, tries, failed, p95Ms })),
        })),
      };
    },
  }),
];
