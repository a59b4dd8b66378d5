/** `/api/v1/sessions`: conversations and runs of agents. */
import { z } from 'zod';
import type { Caller } from '../api/caller.ts';
import { notFound } from '../api/failure.ts';
import { time, usd } from '../api/fields.ts';
import { pageOf, pageQuery } from '../api/page.ts';
import { type ApiRoute, route } from '../api/route.ts';
import { listLogs } from './list.ts';
import { logFilterQuery, toLogFilter } from './query.ts';
import { listSessions, readSession, type SessionSummary } from './sessions.ts';
import { logEntry, shownEntry } from './shapes.ts';

const tag = 'logs';
const count = z.number();

const session = z
  .object({
    sessionId: z.string().describe("The caller's own name for it: its `x-tollgate-session` header."),
    organizationId: z.string(),
    startedAt: time,
    endedAt: time,
    durationMs: count.describe('From the beginning of the first request to the end of the last.'),
    turns: count,
    failed: count,
    chargeUsd: usd,
    costUsd: usd.nullable().describe('What providers take; for operators alone.'),
    inputTokens: count,
    outputTokens: count,
    cacheReadTokens: count,
    cacheWriteTokens: count,
    thinkingTokens: count,
    cacheShare: count.describe('0 to 1: of what was read, how much a cache gave.'),
    models: z.array(z.string()).describe('As served; the first twenty.'),
    keyIds: z.array(z.string()),
    errors: z.array(z.string()).describe('Kinds of errors; the first twenty.'),
  })
  .meta({ id: 'Session' });

/** A run is as long as it is; what is beyond this is on the next page of `/logs?sessionId=`. */
const turnsMax = 200;

const { sessionId: _, requestId: __, clientRequestId: ___, ...filterQuery } = logFilterQuery;

export const sessionRoutes: readonly ApiRoute[] = [
  route({
    method: 'GET',
    path: '/sessions',
    tag,
    summary: 'List sessions and runs of agents',
    description:
      'Requests with the same `x-tollgate-session`, added up over the period; the session that was active last comes first. A page may be short; `next` says whether there is more.',
    query: z.strictObject({ ...pageQuery, ...filterQuery }),
    answer: pageOf(session),
    async handle({ caller, query: { limit, after, ...wanted } }, { store, clock }) {
      const page = await listSessions(store.db, { ...toLogFilter(caller, wanted, clock.nowMs()), limit, after });
      return { data: page.sessions.map((each) => shown(caller, each)), next: page.next ?? null };
    },
  }),
  route({
    method: 'GET',
    path: '/sessions/{sessionId}',
    tag,
    summary: 'One session with its turns',
    description: `Its first ${turnsMax} requests, oldest first; \`GET /logs?sessionId=\` has all of them.`,
    params: z.strictObject({ sessionId: z.string().min(1).max(256) }),
    query: z.strictObject({
      since: filterQuery.since,
      until: filterQuery.until,
      organizationId: filterQuery.organizationId,
    }),
    answer: z.object({ session, turns: z.array(logEntry), next: z.string().nullable() }),
    async handle({ caller, params: { sessionId }, query }, { store, clock }) {
      const filter = { ...toLogFilter(caller, query, clock.nowMs()), sessionId };
      const found = await readSession(store.db, filter);
      if (found === undefined) throw notFound('session', sessionId);
      const own = { ...filter, organizationId: found.organizationId };
      const { rows, next } = await listLogs(store.db, { ...own, order: 'startedAt', limit: turnsMax });
      return {
        session: shown(caller, found),
        turns: rows.map((row) => shownEntry(caller, row)),
        next: next ?? null,
      };
    },
  }),
];

function shown(caller: Caller, found: SessionSummary): z.output<typeof session> {
  const { startedAtMs, endedAtMs, chargeNanoUsd, costNanoUsd, models, keyIds, errors, ...same } = found;
  const read = same.inputTokens + same.cacheReadTokens + same.cacheWriteTokens;
  return {
    ...same,
    startedAt: startedAtMs,
    endedAt: endedAtMs,
    chargeUsd: chargeNanoUsd,
    costUsd: caller.role === 'operator' ? costNanoUsd : null,
    cacheShare: read === 0 ? 0 : same.cacheReadTokens / read,
    models: [...models],
    keyIds: [...keyIds],
    errors: [...errors],
  };
}
