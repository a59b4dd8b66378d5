/** What a query of the log may ask for, and what its caller may see of it. */
import { z } from 'zod';
import { checkOwner, visibleOrganization } from '../api/access.ts';
import type { Caller } from '../api/caller.ts';
import { ApiFailure } from '../api/failure.ts';
import { id, queryFlag, queryInteger, time, usd } from '../api/fields.ts';
import type { LogFilter } from './filter.ts';
import { daysDefault, periodOf } from './period.ts';

const name = z.string().min(1).max(300);
const msMax = 1_000_000_000;

export const logFilterQuery = {
  since: time.optional().describe(`By when the request started; the last ${daysDefault} days when absent.`),
  until: time.optional().describe('Before then.'),
  organizationId: id('org').optional(),
  key: name.optional().describe('Id or name.'),
  projectId: id('prj').optional(),
  memberId: id('mem').optional(),
  model: name.optional().describe('As asked for or as served.'),
  modelAsked: name.optional(),
  modelServed: name.optional(),
  provider: name.optional(),
  credential: name.optional().describe('For operators alone.'),
  status: z.enum(['completed', 'failed', 'cancelled', 'interrupted']).optional(),
  errorKind: name.optional(),
  httpStatus: queryInteger(0, 599).optional(),
  sessionId: name.optional(),
  endUser: name.optional(),
  tag: name.optional(),
  operation: name.optional().describe('chat, embeddings, images …'),
  stream: queryFlag.optional(),
  paidBy: z.enum(['platform', 'organization']).optional(),
  costMin: usd.optional().describe('What the organization paid, at least.'),
  costMax: usd.optional(),
  totalMinMs: queryInteger(0, msMax).optional().describe('How long the request took, at least.'),
  totalMaxMs: queryInteger(0, msMax).optional(),
  requestId: name.optional().describe('Or its beginning.'),
  clientRequestId: name.optional().describe("The caller's own `x-request-id`, or its beginning."),
};

const schema = z.object(logFilterQuery);
export type LogQuery = z.output<typeof schema>;

/** Only what the caller may see, whatever it asks for. Throws ApiFailure. */
export function toLogFilter(caller: Caller, query: LogQuery, nowMs: number): LogFilter {
  const { since: _, until: __, organizationId, costMin, costMax, ...same } = query;
  if (organizationId !== undefined) checkOwner(caller, organizationId, 'organization', organizationId);
  if (query.credential !== undefined && caller.role !== 'operator') throw houseOnly;
  return {
    ...same,
    ...periodOf(query, nowMs),
    organizationId: organizationId ?? visibleOrganization(caller),
    chargeMinNanoUsd: costMin,
    chargeMaxNanoUsd: costMax,
  };
}

const houseOnly = new ApiFailure('forbidden', 'Which credential served a request is for operators alone.', {
  remedy: 'Leave `credential` out.',
  path: 'credential',
});
