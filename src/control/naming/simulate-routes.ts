/** `/api/v1/routes/simulate`: the decision for a sample request, by the code that decides for real ones. */
import { z } from 'zod';
import { LlmFailure } from '../../llm/error.ts';
import type { Organization } from '../../snapshot/snapshot.ts';
import type { Caller } from '../api/caller.ts';
import { ApiFailure, notFound } from '../api/failure.ts';
import { id } from '../api/fields.ts';
import { type ApiParts, type ApiRoute, route } from '../api/route.ts';
import { routeDefinitionBody, routeNameField, toolsOf } from './route-fields.ts';
import { listRoutes } from './routes-table.ts';

const cost = z.object({ low: z.string(), likely: z.string(), high: z.string().nullable() });
const candidate = z.object({
  target: z.string(),
  score: z.number().nullable(),
  costUsd: cost.nullable(),
  tokens: z.object({ input: z.number(), cached: z.number(), output: z.number() }),
  firstTokenMs: z.number(),
  tokensPerSecond: z.number(),
  successShare: z.number(),
  samples: z.number(),
  state: z.enum(['up', 'ejected', 'returning', 'reserved']),
  until: z.string().nullable(),
  asked: z
    .union([
      z.object({ dialect: z.string(), how: z.enum(['relay', 'translated']), dropped: z.array(z.string()) }),
      z.object({ refused: z.string() }),
    ])
    .nullable(),
  paidBy: z.enum(['platform', 'organization']),
});

const simulated = z
  .object({
    dialect: z.string(),
    target: z.string().nullable().describe('Who would be asked first; null: nobody.'),
    inputTokens: z.number(),
    outputTokensMax: z.number().nullable(),
    decision: z
      .object({
        route: z.string(),
        strategy: z.string(),
        candidates: z.array(candidate).describe('In the order in which they would be asked.'),
        candidatesCount: z.number(),
        rejected: z.array(z.object({ target: z.string(), filter: z.string(), why: z.string() })),
        rejectedCount: z.number(),
        smart: z
          .object({
            score: z.number(),
            tier: z.number(),
            rule: z.number().nullable(),
            language: z.string(),
            reasons: z.array(z.object({ signal: z.string(), weight: z.number(), what: z.string() })),
          })
          .nullable(),
        arm: z.string().nullable(),
        explored: z.boolean(),
      })
      .meta({ id: 'RouteDecision', description: 'docs/explain.md says what each means.' }),
  })
  .meta({ id: 'RouteSimulation' });

export const simulateRoutes: readonly ApiRoute[] = [
  route({
    method: 'POST',
    path: '/routes/simulate',
    tag: 'routes',
    summary: 'See who would be asked for a sample request, and why',
    description:
      'By the code that decides for real requests, with what this instance has measured. Nobody is asked and nothing is stored. With `definition` for a route that does not exist yet, or as it would be; else for the model that the request names. Costs are what the organization would pay.',
    body: z.strictObject({
      request: z
        .record(z.string(), z.unknown())
        .describe('A chat as its caller would send it, in any of the wire formats.'),
      dialect: z.enum(['openai-chat', 'openai-responses', 'anthropic', 'gemini', 'bedrock-converse']).optional(),
      name: routeNameField.optional().describe('Of the route that `definition` is or replaces.'),
      definition: routeDefinitionBody.optional(),
      organizationId: id('org').optional().describe('As whose request; absent: as one of your own organization.'),
      session: z.string().max(256).optional().describe('As header x-tollgate-session.'),
      tags: z.string().max(256).optional().describe('As header x-tollgate-tags.'),
    }),
    answer: simulated,
    async handle({ caller, body, requestId }, parts) {
      if (parts.simulation === undefined)
        throw new ApiFailure('unavailable', 'This process decides for no requests.', { remedy: 'Ask a gateway.' });
      const organization = organizationFor(caller, parts, body.organizationId);
      const { session, tags, dialect, request } = body;
      const headers = { ...(session && { 'x-tollgate-session': session }), ...(tags && { 'x-tollgate-tags': tags }) };
      const tried = body.definition === undefined ? undefined : await compiled(body, parts);
      const sent = Buffer.from(JSON.stringify({ model: tried?.name ?? 'none', ...request }));
      try {
        const ask = { body: sent, dialect, organization, headers, requestId };
        return toAnswer(await parts.simulation.simulate({ ...ask, ...(tried && { route: tried }) }));
      } catch (error) {
        if (!(error instanceof LlmFailure)) throw error;
        throw new ApiFailure('invalid_request', error.error.message, {
          remedy: 'The same would be told to whoever sends this request.',
          path: error.error.param === undefined ? 'request' : `request.${error.error.param}`,
        });
      }
    },
  }),
];

/** A definition as requests would have it beside the other routes. Throws ApiFailure with the path of what is wrong. */
export async function compiled(
  { name = 'sample', definition }: { readonly name?: string | undefined; readonly definition?: unknown },
  parts: ApiParts,
) {
  const tools = toolsOf(parts);
  const others = (await listRoutes(parts.store.db, { limit: othersMax })).filter((each) => each.name !== name);
  const { route: made, problems } = tools.compile({ name, definition }, others);
  const [problem] = problems;
  if (made !== undefined && problem === undefined) return made;
  if (problem === undefined)
    throw new ApiFailure('unavailable', 'This process knows no models yet.', { remedy: 'Ask again.' });
  const path = problem.path.replace(`routes.${name}`, 'definition').replaceAll(/\.(\d+)(?=\.|$)/g, '[$1]');
  throw new ApiFailure('invalid_request', `${path} ${problem.expected}.`, { remedy: problem.remedy, path });
}

const othersMax = 1_000;

function organizationFor(caller: Caller, { snapshot }: ApiParts, wanted: string | undefined): Organization {
  const id = wanted ?? caller.organizationId;
  const found = snapshot?.current.organizations?.get(id);
  if (found === undefined || (caller.role !== 'operator' && id !== caller.organizationId))
    throw notFound('organization', id);
  return found;
}

/** What an answer's schema wants to change is a copy. */
function toAnswer(told: object): z.output<typeof simulated> {
  return structuredClone(told) as z.output<typeof simulated>;
}
