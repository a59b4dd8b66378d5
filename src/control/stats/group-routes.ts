/** `/api/v1/stats/by-…`: usage added up by one thing. */
import { z } from 'zod';
import { type ApiRoute, route } from '../api/route.ts';
import { askedOf, isOperator, query, shownPeriod, tag } from './asked.ts';
import { groupLimit, groupSums, period, statsQuery } from './schemas.ts';
import { share, shownSums } from './shown.ts';
import { readGroups, readLabels, readTotal, type StatsGroup } from './sums.ts';

const groups: readonly (readonly [path: string, by: StatsGroup, what: string])[] = [
  ['by-key', 'key', 'key'],
  ['by-model', 'model', 'model, as served'],
  ['by-model-asked', 'model-asked', 'model, as asked for'],
  ['by-provider', 'provider', 'provider'],
  ['by-organization', 'organization', 'organization'],
  ['by-project', 'project', 'project of the key'],
  ['by-member', 'member', 'member whose key it is'],
  ['by-tag', 'tag', 'tag; a request counts for each of its tags'],
  ['by-end-user', 'end-user', 'end user'],
];

const byRoutes = groups.map(([path, by, what]) =>
  route({
    method: 'GET',
    path: `/stats/${path}`,
    tag,
    summary: `Add usage up by ${what.split(/[;,]/)[0]}`,
    description: `By ${what}. What cost most comes first.`,
    query: z.strictObject({ ...statsQuery, limit: groupLimit }),
    answer: z.object({
      period,
      data: z.array(groupSums),
      total: groupSums.describe('Of all groups, also those that are not shown.'),
    }),
    async handle({ caller, query: { limit, ...wanted } }, parts) {
      const asked = askedOf(caller, wanted, wanted, parts.clock.nowMs());
      const { db } = parts.store;
      const [rows, total] = await Promise.all([readGroups(db, asked, by, limit), readTotal(db, asked)]);
      const labels = await readLabels(
        db,
        by,
        rows.map(({ group }) => group),
      );
      const operator = isOperator(caller);
      return {
        period: shownPeriod(asked),
        data: rows.map((row) => ({
          group: row.group,
          label: labels.get(row.group) ?? row.group,
          ...shownSums(row, operator),
        })),
        total: { group: '', label: 'total', ...shownSums(total, operator) },
      };
    },
  }),
);

export const groupRoutes: readonly ApiRoute[] = [
  ...byRoutes,
  route({
    method: 'GET',
    path: '/stats/errors',
    tag,
    summary: 'Show why requests fail',
    description: 'By kind of error, with the models that had it most.',
    query,
    answer: z.object({
      period,
      requests: z.number().describe('All of them, also those that did not fail.'),
      data: z.array(
        z
          .object({
            errorKind: z.string(),
            requests: z.number(),
            share: z.number().nullable().describe('Of all requests, 0 to 1.'),
            models: z.array(z.object({ model: z.string(), requests: z.number() })),
          })
          .meta({ id: 'ErrorCount' }),
      ),
    }),
    async handle({ caller, query: wanted }, parts) {
      const asked = askedOf(caller, wanted, wanted, parts.clock.nowMs());
      const { db } = parts.store;
      const [total, kinds] = await Promise.all([readTotal(db, asked), readGroups(db, asked, 'error', 50)]);
      const failed = kinds.filter(({ group }) => group !== '').toSorted((a, b) => b.requests - a.requests);
      const models = await Promise.all(
        failed
          .slice(0, 10)
          .map(({ group }) => readGroups(db, { ...asked, filter: { ...asked.filter, errorKind: group } }, 'model', 20)),
      );
      const busiest = (i: number) =>
        (models[i] ?? [])
          .toSorted((a, b) => b.requests - a.requests)
          .slice(0, 5)
          .map(({ group: model, requests }) => ({ model, requests }));
      return {
        period: shownPeriod(asked),
        requests: total.requests,
        data: failed.map(({ group, requests }, i) => ({
          errorKind: group,
          requests,
          share: share(requests, total.requests),
          models: busiest(i),
        })),
      };
    },
  }),
  route({
    method: 'GET',
    path: '/stats/cache',
    tag,
    summary: 'Show what caches save',
    description: "What providers' caches had of the input, by model; and what was answered from Tollgate's own cache.",
    query: z.strictObject({ ...statsQuery, limit: groupLimit }),
    answer: z.object({ period, total: groupSums, data: z.array(groupSums) }),
    async handle({ caller, query: { limit, ...wanted } }, parts) {
      const asked = askedOf(caller, wanted, wanted, parts.clock.nowMs());
      const { db } = parts.store;
      const [total, rows] = await Promise.all([readTotal(db, asked), readGroups(db, asked, 'model', limit)]);
      const operator = isOperator(caller);
      return {
        period: shownPeriod(asked),
        total: { group: '', label: 'total', ...shownSums(total, operator) },
        data: rows.map((row) => ({ group: row.group, label: row.group, ...shownSums(row, operator) })),
      };
    },
  }),
];
