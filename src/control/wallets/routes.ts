/** `/api/v1/organizations/…/wallet` and `/api/v1/transfers`. */
import { z } from 'zod';
import { listTransfers, type Transfer } from '../../ledger/transfers.ts';
import { creditWalletIn, takeBack, type Wallet, walletOf } from '../../ledger/wallet.ts';
import { checkOwner, visibleOrganization } from '../api/access.ts';
import { notFound } from '../api/failure.ts';
import { id, organizationParams, time, usd, usdPositive } from '../api/fields.ts';
import { pageOf, pageQuery, toPage } from '../api/page.ts';
import { type ApiRoute, route } from '../api/route.ts';

const tag = 'wallets';
const description = z.string().min(1).max(200).describe('For people, on statements.');

const wallet = z
  .object({
    organizationId: z.string(),
    balanceUsd: usd.describe('What can be spent: paid in and credit together.'),
    paidUsd: usd.describe('Paid in and not spent.'),
    creditUsd: usd.describe('Given, not expired and not spent. It is spent before what was paid in.'),
    lentUsd: usd.describe('The part of the balance that gateways have, for running and coming requests.'),
    meteredUsd: usd.describe('Used and not billed yet.'),
    receivableUsd: usd.describe('Owed: refunded or disputed money that was spent already.'),
    blockedReason: z.string().nullable().describe('Why nothing may be spent; null: it may.'),
  })
  .meta({ id: 'Wallet' });

const moved = z
  .object({
    transferId: z.string(),
    replayed: z.boolean().describe('The same key had moved it before: nothing was moved now.'),
    wallet,
  })
  .meta({ id: 'Moved' });

const transfer = z
  .object({
    id: z.string(),
    kind: z.string(),
    organizationId: z.string().nullable(),
    requestId: z.string().nullable().describe('Of `usage`: the request that it pays for.'),
    description: z.string().nullable(),
    reference: z.unknown().describe('What it came from.'),
    createdAt: time,
    entries: z
      .array(z.object({ account: z.string(), amountUsd: usd }))
      .describe('They sum to nothing. Positive: the account’s owner gets it.'),
  })
  .meta({ id: 'Transfer' });

export const walletRoutes: readonly ApiRoute[] = [
  route({
    method: 'GET',
    path: '/organizations/{organizationId}/wallet',
    tag,
    summary: 'Get what an organization has, holds and owes',
    params: organizationParams,
    answer: wallet,
    async handle({ params: { organizationId } }, { store }) {
      return shown(organizationId, await walletOf(store.db, organizationId));
    },
  }),
  route({
    method: 'POST',
    path: '/organizations/{organizationId}/wallet/credits',
    tag,
    summary: 'Add money that was paid to the operator',
    description: 'A debt is paid first. With an `Idempotency-Key` the money moves once, however often it is sent.',
    status: 201,
    params: organizationParams,
    body: z.strictObject({ amountUsd: usdPositive, description: description.optional() }),
    answer: moved,
    async handle({ params: { organizationId }, body, write, idempotencyKey }, { clock }) {
      return write(async (db) => {
        const posted = await creditWalletIn(
          db,
          {
            organizationId,
            amountNanoUsd: body.amountUsd,
            idempotencyKey: `operator:${idempotencyKey}`,
            from: 'operator',
            ...(body.description !== undefined && { description: body.description }),
          },
          clock,
        );
        return { ...posted, wallet: shown(organizationId, await walletOf(db, organizationId)) };
      });
    },
  }),
  route({
    method: 'POST',
    path: '/organizations/{organizationId}/wallet/take-backs',
    tag,
    summary: 'Take paid money out again',
    description:
      'Gateways give back what they do not hold first. What is spent already is refused, or becomes a debt that blocks all spending (`missing: owe`).',
    status: 201,
    params: organizationParams,
    body: z.strictObject({
      amountUsd: usdPositive,
      missing: z.enum(['refuse', 'owe']).optional().describe('refuse when absent.'),
      description: description.optional(),
    }),
    answer: moved,
    async handle({ params: { organizationId }, body, idempotencyKey }, { store, clock }) {
      const request = {
        organizationId,
        amountNanoUsd: body.amountUsd,
        idempotencyKey: `operator:${idempotencyKey}`,
        to: 'operator' as const,
        missing: body.missing ?? 'refuse',
        ...(body.description !== undefined && { description: body.description }),
      };
      const posted = await takeBack(store, request, clock);
      return { ...posted, wallet: shown(organizationId, await walletOf(store.db, organizationId)) };
    },
  }),
  route({
    method: 'GET',
    path: '/transfers',
    tag,
    summary: 'List what moved, newest first',
    query: z.strictObject({
      ...pageQuery,
      organizationId: id('org').optional(),
      from: time.optional(),
      to: time.optional().describe('Before then.'),
    }),
    answer: pageOf(transfer),
    async handle({ caller, query: { limit, after, organizationId, from, to } }, { store }) {
      if (organizationId !== undefined) checkOwner(caller, organizationId, 'organization', organizationId);
      const only = organizationId ?? visibleOrganization(caller);
      const rows = await listTransfers(store.db, {
        limit: limit + 1,
        ...(only !== undefined && { organizationId: only }),
        ...(from !== undefined && { fromMs: from }),
        ...(to !== undefined && { toMs: to }),
        ...(after !== undefined && { after }),
      });
      return toPage(rows.map(shownTransfer), limit, (row) => row.id);
    },
  }),
];

function shown(organizationId: string, found: Wallet | undefined) {
  if (found === undefined) throw notFound('organization', organizationId);
  return {
    organizationId,
    balanceUsd: found.paidNanoUsd + found.creditNanoUsd,
    paidUsd: found.paidNanoUsd,
    creditUsd: found.creditNanoUsd,
    lentUsd: found.heldNanoUsd,
    meteredUsd: found.meteredNanoUsd,
    receivableUsd: found.receivableNanoUsd,
    blockedReason: found.blockedReason ?? null,
  };
}

function shownTransfer(row: Transfer) {
  return {
    id: row.id,
    kind: row.kind,
    organizationId: row.organizationId ?? null,
    requestId: row.requestId ?? null,
    description: row.description ?? null,
    reference: row.reference ?? null,
    createdAt: row.createdAtMs,
    entries: row.entries.map(({ account, amountNanoUsd }) => ({ account, amountUsd: amountNanoUsd })),
  };
}
