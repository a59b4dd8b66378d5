/** `/api/v1/usage`: what was used, request by request and added up. */
import { z } from 'zod';
import { checkOwner, visibleOrganization } from '../api/access.ts';
import type { Caller } from '../api/caller.ts';
import { id, time, usd } from '../api/fields.ts';
import { pageOf, pageQuery } from '../api/page.ts';
import { type ApiRoute, route } from '../api/route.ts';
import type { ArmFigures } from './arms.ts';
import { decision, decisionCosts, shownCosts, shownDecision } from './decision.ts';
import type { UsageFilter } from './filter.ts';
import { listUsage, type UsageEntry } from './list.ts';
import { summarizeUsage } from './summary.ts';

const count = z.number();
const counts = {
  inputTokens: count.describe('Without what a cache gave or took.'),
  outputTokens: count.describe('With thinking.'),
  cacheReadTokens: count,
  cacheWrite5mTokens: count,
  cacheWrite1hTokens: count,
  thinkingTokens: count.describe('Of the output.'),
  audioInputTokens: count,
  audioOutputTokens: count,
  imageInputTokens: count,
  imageOutputTokens: count,
  webSearches: count,
  images: count,
  audioSeconds: count,
  characters: count,
  searches: count,
};

const money = {
  chargeUsd: usd.describe('What the organization pays.'),
  costUsd: usd.nullable().describe('What the provider takes; for operators alone.'),
};

const attempt = z.object({
  id: z.string(),
  target: z.string(),
  credential: z.string(),
  startedAt: time,
  durationMs: count,
  status: count.describe("Of the provider's answer; 0: there was none."),
  error: z.string().nullable(),
  paidBy: z.enum(['platform', 'organization']).describe('Whose key it was.'),
});

const usage = z
  .object({
    requestId: z.string(),
    startedAt: time,
    settledAt: time,
    organizationId: z.string(),
    keyId: z.string(),
    keyName: z.string().nullable(),
    operation: z.string(),
    requestedModel: z.string(),
    servedModel: z.string().nullable(),
    status: z.string().describe('completed, failed, cancelled or interrupted.'),
    httpStatus: count.describe('What the caller saw; 0 when it was gone.'),
    errorKind: z.string().nullable(),
    clientDialect: z.string(),
    stream: z.boolean(),
    ...money,
    ...counts,
    estimated: z.boolean().describe('Counted by Tollgate, not by the provider.'),
    recovered: z.boolean().describe('Settled after a crash.'),
    flags: z.array(z.string()),
    dropped: z.array(z.string()).describe('What translation lost.'),
    firstTokenMs: count.nullable(),
    totalMs: count,
    overheadMs: count,
    clientRequestId: z.string().nullable(),
    sessionId: z.string().nullable(),
    endUser: z.string().nullable(),
    tags: z.array(z.string()),
    paidBy: z
      .enum(['platform', 'organization'])
      .describe("Whose key paid the provider: the installation's, or the organization's own."),
    decision: decision.nullable().describe('Why it went where it went; null where there was nothing to choose.'),
    house: z
      .object({
        instance: z.string(),
        provider: z.string().nullable(),
        credential: z.string().nullable(),
        upstreamDialect: z.string().nullable(),
        priceVersion: z.string().nullable(),
        snapshotVersion: count,
        attempts: z.array(attempt),
        decisionCosts: decisionCosts.nullable(),
      })
      .nullable()
      .describe('How it was served; for operators alone.'),
  })
  .meta({ id: 'Usage' });

const arm = z
  .object({
    route: z.string(),
    arm: z.string(),
    firstTokenP50Ms: count.nullable().describe('Of streams.'),
    firstTokenP95Ms: count.nullable(),
    totalP50Ms: count,
    totalP95Ms: count,
    errorShare: count.describe('0 to 1: requests that failed. One that its caller gave up is none.'),
    feedbackCount: count,
    feedbackMean: count.nullable().describe('0 bad, 1 good; null: nobody said.'),
  })
  .meta({ id: 'Arm' });

const sums = { requests: count, failed: count, estimated: count, ...money, ...counts };
const summary = z
  .object({
    group: z.string().describe('An id, provider/name, an operation, a day (UTC), or a route and its arm.'),
    label: z.string().describe('The name of the key or organization, where it is still there; else the group.'),
    ...sums,
    arm: arm.nullable().describe('How the arm of a split does; null where rows are added up by something else.'),
  })
  .meta({ id: 'UsageSummary' });

const filter = {
  since: time.optional().describe('From then on, by when the request started.'),
  until: time.optional().describe('Before.'),
  organizationId: id('org').optional(),
  key: z.string().max(200).optional().describe('Id or name.'),
  model: z.string().max(300).optional().describe('As asked for or as served.'),
  status: z.enum(['completed', 'failed', 'cancelled', 'interrupted']).optional(),
  operation: z.string().max(100).optional().describe('chat, embeddings, images …'),
};

const tag = 'usage';

export const usageRoutes: readonly ApiRoute[] = [
  route({
    method: 'GET',
    path: '/usage',
    tag,
    summary: 'List requests, newest first',
    description: 'A request is shown about a second after its end.',
    query: z.strictObject({ ...pageQuery, ...filter }),
    answer: pageOf(usage),
    async handle({ caller, query: { limit, after, ...wanted } }, { store }) {
      const cursor = after === undefined ? {} : { cursor: after };
      const { entries, nextCursor } = await listUsage(store, { ...toFilter(caller, wanted), limit, ...cursor });
      return { data: entries.map((entry) => shown(caller, entry)), next: nextCursor ?? null };
    },
  }),
  route({
    method: 'GET',
    path: '/usage/summary',
    tag,
    summary: 'Add requests up by model, key, organization, operation, day or arm',
    description:
      'Days newest first, everything else by what it cost; at most 1,000 groups. `arm`: the arms of routes that split, with how they do and what callers say of their answers (`POST /v1/feedback`).',
    query: z.strictObject({ by: z.enum(['model', 'key', 'organization', 'operation', 'day', 'arm']), ...filter }),
    answer: z.object({ data: z.array(summary) }),
    async handle({ caller, query: { by, ...wanted } }, { store, clock }) {
      const rows = await summarizeUsage(store, { ...toFilter(caller, wanted), groupBy: by }, clock.nowMs());
      return {
        data: rows.map((row) => ({ ...row, ...moneyOf(caller, row), arm: row.arm ? shownArm(row.arm) : null })),
      };
    },
  }),
];

interface Wanted extends Pick<UsageFilter, 'organizationId' | 'key' | 'model' | 'status' | 'operation'> {
  readonly since?: number | undefined;
  readonly until?: number | undefined;
}

/** Only what the caller may see, whatever it asks for. */
function toFilter(caller: Caller, { since, until, organizationId, ...same }: Wanted): UsageFilter {
  if (organizationId !== undefined) checkOwner(caller, organizationId, 'organization', organizationId);
  const only = organizationId ?? visibleOrganization(caller);
  return {
    ...same,
    ...(only !== undefined && { organizationId: only }),
    ...(since !== undefined && { sinceMs: since }),
    ...(until !== undefined && { untilMs: until }),
  };
}

/** What a provider takes, and so the operator's margin, is not for customers. */
function moneyOf(caller: Caller, { chargeNanoUsd, costNanoUsd }: Pick<UsageEntry, 'chargeNanoUsd' | 'costNanoUsd'>) {
  return { chargeUsd: chargeNanoUsd, costUsd: caller.role === 'operator' ? costNanoUsd : null };
}

function shownArm({ firstTokenP50Ms, firstTokenP95Ms, feedbackMean, ...same }: ArmFigures) {
  return {
    ...same,
    firstTokenP50Ms: firstTokenP50Ms ?? null,
    firstTokenP95Ms: firstTokenP95Ms ?? null,
    feedbackMean: feedbackMean ?? null,
  };
}

function shown(caller: Caller, entry: UsageEntry) {
  return {
    ...entry,
    ...moneyOf(caller, entry),
    startedAt: entry.startedAtMs,
    settledAt: entry.settledAtMs,
    keyName: entry.keyName ?? null,
    servedModel: entry.servedModel ?? null,
    errorKind: entry.errorKind ?? null,
    firstTokenMs: entry.firstTokenMs ?? null,
    clientRequestId: entry.clientRequestId ?? null,
    sessionId: entry.sessionId ?? null,
    endUser: entry.endUser ?? null,
    flags: [...entry.flags],
    dropped: [...entry.dropped],
    tags: [...entry.tags],
    decision: entry.decision === undefined ? null : shownDecision(entry.decision),
    house: caller.role === 'operator' ? houseOf(entry) : null,
  };
}

function houseOf({ instance, provider, credential, upstreamDialect, priceVersion, ...entry }: UsageEntry) {
  return {
    instance,
    provider: provider ?? null,
    credential: credential ?? null,
    upstreamDialect: upstreamDialect ?? null,
    priceVersion: priceVersion ?? null,
    snapshotVersion: entry.snapshotVersion,
    attempts: entry.attempts.map(({ startedAtMs, error, paidBy = 'platform' as const, ...rest }) => ({
      ...rest,
      startedAt: startedAtMs,
      error: error ?? null,
      paidBy,
    })),
    decisionCosts: entry.decision === undefined ? null : shownCosts(entry.decision),
  };
}
