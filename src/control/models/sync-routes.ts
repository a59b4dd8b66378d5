/** `/api/v1/models/sync-pricing`: prices from their source, as work that can be watched and cancelled. */
import { z } from 'zod';
import type { PriceSyncRow } from '../../store/schema/models.ts';
import { ApiFailure, conflict, notFound } from '../api/failure.ts';
import { time } from '../api/fields.ts';
import { pageOf, pageQuery, toPage } from '../api/page.ts';
import { type ApiRoute, route } from '../api/route.ts';
import { madeBy, modelId } from './fields.ts';
import { beginSync, cancelSync, findSync, listSyncs, type SyncReport } from './sync.ts';

const tag = 'models';
const listed = z.object({ version: z.string(), input: z.string(), output: z.string() });
const report = z
  .object({
    vendors: z.int(),
    models: z.int(),
    changes: z.array(
      z.object({
        model: z.string(),
        from: listed.nullable(),
        to: listed.nullable(),
        factor: z.number().nullable().describe('The most that a rate was multiplied or divided by; null: by nothing.'),
      }),
    ),
    unconfirmed: z.array(z.string()),
    applied: z.boolean(),
  })
  .meta({ id: 'PriceSyncReport' });

const sync = z
  .object({
    id: z.string(),
    state: z.enum(['running', 'done', 'failed', 'cancelled']),
    dryRun: z.boolean(),
    phase: z.string(),
    done: z.int().describe('Bytes so far.'),
    report: report.nullable(),
    error: z.string().nullable().describe('Why it failed. The prices in force are as they were then.'),
    madeBy,
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'PriceSync' });

const params = z.strictObject({ syncId: z.string().max(100) });
/** An instance that died with it does not say so. */
const silentMs = 5 * 60_000;

export const syncRoutes: readonly ApiRoute[] = [
  route({
    method: 'POST',
    path: '/models/sync-pricing',
    tag,
    summary: 'Refresh prices from their source',
    description:
      'Goes on by itself: ask for it by its id, or cancel it. Data that is not whole and plausible is refused as a whole, and the last good prices stay in force. A price that changes more than `jumpFactor` times, or to or from nothing, has to be confirmed: nothing is applied until then. With `dryRun` nothing is applied at all. Own and corrected prices stay as they are.',
    status: 202,
    body: z.strictObject({
      dryRun: z.boolean().default(false),
      jumpFactor: z.number().min(1).max(1_000).default(3),
      confirm: z
        .union([z.literal('all'), z.array(modelId).max(1_000)])
        .default([])
        .describe('Models whose jumps are meant, or `all`.'),
    }),
    answer: sync,
    async handle({ caller, body: { dryRun, jumpFactor, confirm } }, parts) {
      const { priceSource: source, store, clock, log } = parts;
      if (source === undefined)
        throw new ApiFailure('unavailable', 'This process knows no source of prices.', { remedy: 'Ask a gateway.' });
      const [last] = await listSyncs(store.db, 1);
      if (last?.state === 'running' && clock.nowMs() - last.updated_at.getTime() < silentMs)
        throw conflict(`The refresh ${last.id} is running.`, 'Wait for it, or cancel it.');
      const wanted = { dryRun, jumpFactor, confirmed: confirm };
      return shown(await beginSync({ source, store, clock, log }, wanted, caller.actor), clock.nowMs());
    },
  }),
  route({
    method: 'GET',
    path: '/models/sync-pricing',
    tag,
    summary: 'List refreshes of prices, newest first',
    query: z.strictObject(pageQuery),
    answer: pageOf(sync),
    async handle({ query: { limit, after } }, { store, clock }) {
      const page = toPage(await listSyncs(store.db, limit + 1, after), limit, (row) => row.id);
      return { ...page, data: page.data.map((row) => shown(row, clock.nowMs())) };
    },
  }),
  route({
    method: 'GET',
    path: '/models/sync-pricing/{syncId}',
    tag,
    summary: 'Get a refresh of prices: how far it is, and what it changes',
    params,
    answer: sync,
    async handle({ params: { syncId } }, { store, clock }) {
      const row = await findSync(store.db, syncId);
      if (row === undefined) throw notFound('refresh of prices', syncId);
      return shown(row, clock.nowMs());
    },
  }),
  route({
    method: 'DELETE',
    path: '/models/sync-pricing/{syncId}',
    tag,
    summary: 'Cancel a refresh of prices',
    description: 'Nothing of it is applied. One that has ended stays as it is: 409.',
    params,
    status: 204,
    async handle({ params: { syncId } }, { store, clock }) {
      const row = await findSync(store.db, syncId);
      if (row === undefined) throw notFound('refresh of prices', syncId);
      if (await cancelSync(store.db, syncId, clock.nowMs())) return;
      throw conflict(`The refresh ${syncId} has ended.`, 'There is nothing to cancel.');
    },
  }),
];

function shown(row: PriceSyncRow, nowMs: number) {
  const isLost = row.state === 'running' && nowMs - row.updated_at.getTime() > silentMs;
  return {
    id: row.id,
    state: isLost ? ('failed' as const) : row.state,
    dryRun: row.dry_run,
    phase: row.phase,
    done: row.done,
    report: row.report as z.output<typeof report> | null satisfies SyncReport | null,
    error: isLost ? 'Its instance ended before it did.' : row.error,
    madeBy: { ...row.made_by },
    createdAt: row.created_at.getTime(),
    updatedAt: row.updated_at.getTime(),
  };
}
