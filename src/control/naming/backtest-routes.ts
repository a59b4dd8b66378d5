/** `/api/v1/routes/backtest`: requests that were made, decided anew by a route as it would be. */
import { z } from 'zod';
import { checkOwner } from '../api/access.ts';
import { id, time, usd } from '../api/fields.ts';
import { type ApiRoute, route } from '../api/route.ts';
import { type Outcome, type PastRequest, replay } from './backtest.ts';
import { countPast, readMeasures, readPast } from './backtest-rows.ts';
import { routeDefinitionBody, routeNameField } from './route-fields.ts';
import { compiled } from './simulate-routes.ts';

const dayMs = 86_400_000;

const sums = {
  requests: z.int(),
  actualCostUsd: usd.describe('Of requests whose other cost is known.'),
  wouldCostUsd: usd,
  unpriced: z.int().describe('Requests without a known price there; they are in neither sum of costs.'),
};
const backtest = z
  .object({
    since: time,
    until: time,
    found: z.int().describe('How many requests there are to go through, counted up to ten thousand.'),
    next: z.string().nullable().describe('For `after`; null: these were the last.'),
    ...sums,
    moved: z.int().describe('Others would have been asked first than who answered.'),
    nobody: z.int().describe('Nobody might have been asked.'),
    actualWhole: z.int().describe('Whole answers.'),
    wouldWhole: z.number().describe('Whole answers to be expected, by how models did then.'),
    actualMs: z.number().describe('All of them together.'),
    wouldMs: z.number(),
    targets: z.array(
      z.object({
        target: z.string(),
        ...sums,
        before: z.int().describe('Requests that it answered.'),
        isAssumed: z.boolean().describe('Nothing was measured of it then: latency and success are assumed.'),
      }),
    ),
  })
  .meta({ id: 'RouteBacktest' });

export const backtestRoutes: readonly ApiRoute[] = [
  route({
    method: 'POST',
    path: '/routes/backtest',
    tag: 'routes',
    summary: 'See what a route would have done with requests that were made',
    description:
      'Newest first, some hundred at a time: add the answers up, and ask on with `next` until you have enough. Each request is decided by the code that decides, knowing what it turned out to use; success and latency are expected from how models did in the same days. What was said is not kept, so smart routing goes by length and tags alone. Costs are at the provider’s price.',
    changesNothing: true,
    body: z.strictObject({
      name: routeNameField.optional().describe('Of the route that `definition` is or replaces.'),
      definition: routeDefinitionBody,
      modelAsked: z
        .string()
        .min(1)
        .max(300)
        .optional()
        .describe('Whose requests: those that asked for this; absent: for `name`.'),
      organizationId: id('org').optional().describe('Absent: your own.'),
      days: z.int().min(1).max(30).default(7),
      until: time.optional().describe('Absent: now. Say the same with each `next`.'),
      after: z.string().max(300).optional(),
      limit: z.int().min(1).max(500).default(500),
    }),
    answer: backtest,
    async handle({ caller, body }, parts) {
      const { name = 'sample', days, after, limit } = body;
      const organizationId = body.organizationId ?? caller.organizationId;
      checkOwner(caller, organizationId, 'organization', organizationId);
      const tried = await compiled(body, parts);
      const untilMs = body.until ?? parts.clock.nowMs();
      const { db } = parts.store;
      const asked = { organizationId, modelAsked: body.modelAsked ?? name, sinceMs: untilMs - days * dayMs, untilMs };
      const [{ requests, next }, measuresOf, found] = await Promise.all([
        readPast(db, asked, limit, after),
        readMeasures(db, asked),
        countPast(db, asked),
      ]);
      const outcomes = requests.map(
        (request) => [request, replay(tried, request, measuresOf, drawOf(request))] as const,
      );
      return { since: asked.sinceMs, until: untilMs, found, next: next ?? null, ...summed(outcomes) };
    },
  }),
];

/** The same draw for the same request, so that a backtest can be repeated. */
function drawOf({ requestId }: PastRequest): () => number {
  let state = [...requestId].reduce((sum, letter) => (Math.imul(sum, 31) + letter.charCodeAt(0)) >>> 0, 7);
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

type Pair = readonly [PastRequest, Outcome];

function summed(outcomes: readonly Pair[]) {
  const add = (of: (pair: Pair) => number) => outcomes.reduce((sum, pair) => sum + of(pair), 0);
  const names = new Set(outcomes.flatMap(([{ served }, { target }]) => [served, target?.model.id]));
  return {
    ...costsOf(outcomes),
    moved: add(([{ served }, { target }]) => Number(target !== undefined && target.model.id !== served)),
    nobody: add(([, { target }]) => Number(target === undefined)),
    actualWhole: add(([{ isWhole }]) => Number(isWhole)),
    wouldWhole: add(([, { successShare }]) => successShare),
    actualMs: add(([{ totalMs }]) => totalMs),
    wouldMs: add(([, { totalMs }]) => totalMs),
    targets: [...names].flatMap((target) => {
      if (target == null) return [];
      const theirs = outcomes.filter(([, outcome]) => outcome.target?.model.id === target);
      const before = outcomes.filter(([{ served }]) => served === target).length;
      return [{ target, ...costsOf(theirs), before, isAssumed: theirs.some(([, { isAssumed }]) => isAssumed) }];
    }),
  };
}

function costsOf(outcomes: readonly Pair[]) {
  let [actualCostUsd, wouldCostUsd, unpriced] = [0n, 0n, 0];
  for (const [{ costNanoUsd }, outcome] of outcomes) {
    if (outcome.costNanoUsd === undefined) unpriced++;
    else {
      actualCostUsd += costNanoUsd;
      wouldCostUsd += outcome.costNanoUsd;
    }
  }
  return { requests: outcomes.length, actualCostUsd, wouldCostUsd, unpriced };
}
