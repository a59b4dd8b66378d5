/** `/api/v1/stats`: usage added up. Each answer comes from sums that are a second behind the requests. */
import { z } from 'zod';
import { type ApiRoute, route } from '../api/route.ts';
import { askedOf, isOperator, query, shownPeriod, tag } from './asked.ts';
import { chartRoutes } from './chart-routes.ts';
import { groupRoutes } from './group-routes.ts';
import { quantilesOf, readBuckets } from './histograms.ts';
import { readOverview } from './overview.ts';
import { groupLimit, overview, period, quantiles, statsQuery } from './schemas.ts';
import { shownFigures } from './shown.ts';
import { readLabels } from './sums.ts';

export const statsRoutes: readonly ApiRoute[] = [
  route({
    method: 'GET',
    path: '/stats/overview',
    tag,
    summary: 'Show a period at a glance',
    description: 'With the same length of time before it, a line for each figure, and how long the money lasts.',
    query,
    answer: overview,
    async handle({ caller, query: wanted }, { store, clock }) {
      const asked = askedOf(caller, wanted, wanted, clock.nowMs());
      const { now, before, trend, runway } = await readOverview(store.db, asked);
      const operator = isOperator(caller);
      return {
        period: shownPeriod(asked),
        figures: shownFigures(now, operator),
        before: {
          period: { since: asked.sinceMs * 2 - asked.untilMs, until: asked.sinceMs },
          figures: shownFigures(before, operator),
        },
        trend: {
          times: [...trend.parts],
          chargeUsd: [...trend.charge],
          costUsd: operator ? [...trend.cost] : null,
          requests: trend.requests.map(Number),
          failed: trend.failed.map(Number),
          tokens: trend.tokens.map(Number),
        },
        runway:
          runway === undefined
            ? null
            : {
                availableUsd: runway.availableNanoUsd,
                burnPerDayUsd: runway.burnPerDayNanoUsd,
                lastsDays: runway.lastsDays ?? null,
                spends: runway.spends,
              },
      };
    },
  }),
  ...groupRoutes,
  ...chartRoutes,
  route({
    method: 'GET',
    path: '/stats/latency',
    tag,
    summary: 'Show how long requests take',
    description: 'Percentiles of the first token (of streams), of the whole, and of what Tollgate itself took.',
    query: z.strictObject({
      ...statsQuery,
      by: z.enum(['model', 'model-asked', 'provider', 'key', 'operation']).optional(),
      limit: groupLimit,
    }),
    answer: z.object({
      period,
      data: z.array(
        z
          .object({
            group: z.string(),
            label: z.string(),
            requests: z.number(),
            firstToken: quantiles,
            total: quantiles,
            overhead: quantiles,
          })
          .meta({ id: 'Latency' }),
      ),
    }),
    async handle({ caller, query: { by, limit, ...wanted } }, parts) {
      const asked = askedOf(caller, wanted, wanted, parts.clock.nowMs());
      const { db } = parts.store;
      const [firstToken, total, overhead] = await Promise.all([
        readBuckets(db, asked, 'first_token', by),
        readBuckets(db, asked, 'total', by),
        readBuckets(db, asked, 'overhead', by),
      ]);
      const labels = by === undefined ? new Map<string, string>() : await readLabels(db, by, [...total.keys()]);
      const data = [...total.keys()].map((group) => {
        const whole = quantilesOf(total.get(group));
        const times = {
          firstToken: quantilesOf(firstToken.get(group)),
          total: whole,
          overhead: quantilesOf(overhead.get(group)),
        };
        return { group, label: labels.get(group) ?? group, requests: whole.count, ...times };
      });
      return { period: shownPeriod(asked), data: data.toSorted((a, b) => b.requests - a.requests).slice(0, limit) };
    },
  }),
];
