/** `/api/v1/plans` and subscriptions to them. */

import { z } from 'zod';
import { reclaim } from '../../ledger/reclaim.ts';
import { defined } from '../../lib/defined.ts';
import { checkOwner, visibleOrganization } from '../api/access.ts';
import type { Caller } from '../api/caller.ts';
import { ApiFailure, notFound } from '../api/failure.ts';
import { id, limits, organizationParams, queryFlag, time, usd } from '../api/fields.ts';
import { pageOf, pageQuery, toPage } from '../api/page.ts';
import { type ApiParts, type ApiRoute, route } from '../api/route.ts';
import { nameLengthMax } from '../names.ts';
import { createPlan, endPlan, listPlans, type Plan } from './plans.ts';
import { cancelAtStripe, changeAtStripe, subscribeAtStripe } from './stripe-billing.ts';
import {
  cancelPlan,
  changePlan,
  listSubscriptions,
  planForSale,
  previewChange,
  runningSubscription,
  type Subscription,
  startPlan,
  toSubscription,
} from './subscriptions.ts';

const tag = 'plans';
const name = z.string().min(1).max(nameLengthMax);
const overage = z
  .enum(['stop', 'wallet', 'invoice'])
  .describe('When the allowance is used up: nothing more, the wallet pays, or a bill later.');
const models = z.array(z.string().max(300)).max(200).describe('Patterns that narrow those of every key.');
const markupBasisPoints = z.number().int().min(0).max(100_000).describe('Hundredths of a percent on the cost.');

const plan = z
  .object({
    id: z.string(),
    name,
    monthlyUsd: usd,
    allowanceUsd: usd.describe('Credit of each month, which ends with it.'),
    overage,
    limits: limits.nullable().describe('Of all keys of the organization together.'),
    models: models.nullable(),
    markupBasisPoints: markupBasisPoints.nullable(),
    createdAt: time,
    endedAt: time.nullable().describe('It is not sold any more; who has it keeps it.'),
  })
  .meta({ id: 'Plan' });

const subscription = z
  .object({
    id: z.string(),
    organizationId: z.string(),
    planId: z.string(),
    nextPlanId: z.string().nullable().describe('From the next month on.'),
    status: z.enum(['active', 'past_due', 'cancelled']),
    pays: z.enum(['wallet', 'invoice', 'stripe']),
    periodStart: time,
    periodEnd: time,
    cancels: z.boolean().describe('It ends with its month.'),
    pastDueSince: time.nullable(),
    cancelledAt: time.nullable(),
    createdAt: time,
  })
  .meta({ id: 'Subscription' });

const preview = z
  .object({
    when: z.enum(['now', 'period-end']),
    planId: z.string(),
    prorationAt: time.describe('Name it with the change within ten minutes, and it costs exactly this.'),
    periodEnd: time,
    creditUsd: usd.describe('Of the old price, for the time that is left.'),
    chargeUsd: usd.describe('Of the new price, for the same time.'),
    dueUsd: usd.describe('To be paid now: the charge without the credit.'),
    allowanceUsd: usd.describe('Allowance that comes on top of what is left.'),
  })
  .meta({ id: 'PlanChange' });

const url = z.url({ protocol: /^https?$/ }).max(2_000);
const which = z.string().min(1).max(nameLengthMax).describe('Id or name of a plan that is for sale.');
const prorationAt = time.optional().describe('That of the preview.');
const planParams = z.strictObject({ planId: id('plan') });
const ofOrganization = '/organizations/{organizationId}/subscription';

export const planRoutes: readonly ApiRoute[] = [
  route({
    method: 'GET',
    path: '/plans',
    tag,
    summary: 'List plans, the cheapest first',
    query: z.strictObject({ includeEnded: queryFlag.optional() }),
    answer: z.object({ data: z.array(plan) }),
    async handle({ query: { includeEnded = false } }, { store }) {
      return { data: (await listPlans(store.db, { includeEnded })).map(shownPlan) };
    },
  }),
  route({
    method: 'POST',
    path: '/plans',
    tag,
    summary: 'Sell a plan',
    description: 'What a plan says never changes. One of the same name that is for sale ends; who has it keeps it.',
    status: 201,
    body: z.strictObject({
      name,
      monthlyUsd: usd.describe('In whole cents; 0: free.'),
      allowanceUsd: usd,
      overage,
      limits: limits.optional(),
      models: models.optional(),
      markupBasisPoints: markupBasisPoints.optional(),
    }),
    answer: plan,
    async handle({ body: { monthlyUsd, allowanceUsd, ...body }, write }, { clock }) {
      const terms = { ...defined(body), monthlyNanoUsd: monthlyUsd, allowanceNanoUsd: allowanceUsd };
      return write(async (db) => shownPlan(await createPlan(db, terms, clock)));
    },
  }),
  route({
    method: 'POST',
    path: '/plans/{planId}/end',
    tag,
    summary: 'Stop selling a plan',
    params: planParams,
    answer: plan,
    async handle({ params: { planId }, write }, { clock }) {
      return write(async (db) => {
        const ended = await endPlan(db, planId, clock);
        if (ended === undefined) throw notFound('plan', planId);
        return shownPlan(ended);
      });
    },
  }),
  route({
    method: 'GET',
    path: '/subscriptions',
    tag,
    summary: 'List subscriptions, newest first',
    query: z.strictObject({ ...pageQuery, organizationId: id('org').optional() }),
    answer: pageOf(subscription),
    async handle({ caller, query: { limit, after, organizationId } }, { store }) {
      if (organizationId !== undefined) checkOwner(caller, organizationId, 'organization', organizationId);
      const only = organizationId ?? visibleOrganization(caller);
      const rows = await listSubscriptions(store.db, {
        limit: limit + 1,
        ...(only !== undefined && { organizationId: only }),
        ...(after !== undefined && { after }),
      });
      return toPage(rows.map(shown), limit, (row) => row.id);
    },
  }),
  route({
    method: 'GET',
    path: ofOrganization,
    tag,
    summary: "Get an organization's plan",
    params: organizationParams,
    answer: subscription,
    async handle({ params: { organizationId } }, { store }) {
      const row = await runningSubscription(store.db, organizationId);
      if (row === undefined) throw notFound('subscription of', organizationId);
      return shown(toSubscription(row));
    },
  }),
  route({
    method: 'POST',
    path: ofOrganization,
    tag,
    summary: 'Start a plan',
    description:
      'Its first month is paid from the wallet, goes onto the bill (`invoice`, for operators alone), or is paid on a page ' +
      'of Stripe, whose address is answered: then the plan begins when Stripe has confirmed it.',
    status: 201,
    params: organizationParams,
    body: z.strictObject({
      plan: which,
      pays: z.enum(['wallet', 'invoice', 'stripe']).optional().describe('wallet when absent.'),
      successUrl: url.optional().describe('For `stripe`.'),
      cancelUrl: url.optional().describe('For `stripe`.'),
    }),
    answer: z.object({
      subscription: subscription.nullable(),
      checkout: z.object({ paymentId: z.string(), url: z.string() }).nullable(),
    }),
    async handle({ caller, params: { organizationId }, body, write }, parts) {
      const { pays = 'wallet', plan: asked, ...urls } = body;
      const wanted = await planForSale(parts.store.db, asked);
      checkBilled(caller, wanted);
      if (pays === 'stripe') {
        return { subscription: null, checkout: await subscribeAtStripe(parts, organizationId, wanted, urls) };
      }
      if (pays === 'invoice') requireOperator(caller);
      else await makeFree(parts, organizationId, wanted.monthlyNanoUsd);
      return write(async (db) => {
        const started = await startPlan(db, { organizationId, plan: wanted.id, pays }, parts.clock);
        return { subscription: shown(started), checkout: null };
      });
    },
  }),
  route({
    method: 'POST',
    path: `${ofOrganization}/preview`,
    tag,
    summary: 'Ask what another plan would cost now',
    params: organizationParams,
    body: z.strictObject({ plan: which, prorationAt }),
    answer: preview,
    async handle({ params: { organizationId }, body }, { store }) {
      const {
        plan: to,
        prorationAtMs,
        periodEndMs,
        when,
        proration,
      } = await previewChange(store.db, organizationId, body.plan, { prorationAtMs: body.prorationAt });
      return {
        when,
        planId: to.id,
        prorationAt: prorationAtMs,
        periodEnd: periodEndMs,
        creditUsd: proration.creditNanoUsd,
        chargeUsd: proration.chargeNanoUsd,
        dueUsd: proration.dueNanoUsd,
        allowanceUsd: proration.allowanceNanoUsd,
      };
    },
  }),
  route({
    method: 'POST',
    path: `${ofOrganization}/change`,
    tag,
    summary: 'Change to another plan',
    description:
      'A dearer one holds at once, for the difference of both for the time that is left; a cheaper one from the next ' +
      'month on. The plan that runs takes back what was ordered. What Stripe bills, Stripe prorates.',
    params: organizationParams,
    body: z.strictObject({ plan: which, prorationAt }),
    answer: subscription,
    async handle({ caller, params: { organizationId }, body, write, idempotencyKey }, parts) {
      const { plan: to, proration } = await previewChange(parts.store.db, organizationId, body.plan, {
        prorationAtMs: body.prorationAt,
      });
      checkBilled(caller, to);
      const row = await runningSubscription(parts.store.db, organizationId);
      if (row?.pays === 'stripe') return shown(await changeAtStripe(parts, row, to, idempotencyKey));
      await makeFree(parts, organizationId, proration.dueNanoUsd);
      return write(async (db) =>
        shown(await changePlan(db, organizationId, to.id, { prorationAtMs: body.prorationAt }, parts.clock)),
      );
    },
  }),
  route({
    method: 'POST',
    path: `${ofOrganization}/cancel`,
    tag,
    summary: 'Cancel a plan',
    description:
      'At the end of its month, or at once: then the unused part of its price goes into the wallet, by the smaller of ' +
      'the time and the allowance that are left. Afterwards the organization spends its wallet.',
    params: organizationParams,
    body: z.strictObject({ when: z.enum(['period-end', 'now']) }),
    answer: z.object({ subscription, paidBackUsd: usd }),
    async handle({ params: { organizationId }, body: { when }, write }, parts) {
      const row = await runningSubscription(parts.store.db, organizationId);
      if (row?.pays === 'stripe') {
        const { subscription: ended, paidBackNanoUsd } = await cancelAtStripe(parts, row, when);
        return { subscription: shown(ended), paidBackUsd: paidBackNanoUsd };
      }
      // Credit that gateways hold for nothing goes with the plan.
      if (when === 'now') await makeFree(parts, organizationId, everything);
      return write(async (db) => {
        const { subscription: ended, paidBackNanoUsd } = await cancelPlan(db, organizationId, when, parts.clock);
        return { subscription: shown(ended), paidBackUsd: paidBackNanoUsd };
      });
    },
  }),
];

/** More than any wallet has: all that is free. */
const everything = 4_000_000_000_000_000_000n;

async function makeFree({ store, clock }: ApiParts, organizationId: string, nanoUsd: bigint): Promise<void> {
  if (nanoUsd > 0n) await reclaim(store, `wallet:${organizationId}`, nanoUsd, clock);
}

function requireOperator(caller: Caller): void {
  if (caller.role === 'operator') return;
  const remedy = 'Let the wallet pay, or ask an operator.';
  throw new ApiFailure('forbidden', 'Only an operator puts a plan onto the bill.', { remedy, path: 'pays' });
}

/** What is billed later is lent, so an operator decides. */
function checkBilled(caller: Caller, { name: named, overage: pays }: Plan): void {
  if (pays !== 'invoice' || caller.role === 'operator') return;
  const remedy = 'Choose a plan that stops or goes on from the wallet, or ask an operator.';
  throw new ApiFailure('forbidden', `The plan ${named} bills later what its allowance does not pay.`, {
    remedy,
    path: 'plan',
  });
}

function shownPlan({ monthlyNanoUsd, allowanceNanoUsd, createdAtMs, endedAtMs, ...rest }: Plan) {
  return {
    ...rest,
    monthlyUsd: monthlyNanoUsd,
    allowanceUsd: allowanceNanoUsd,
    limits: rest.limits ?? null,
    models: rest.models === undefined ? null : [...rest.models],
    markupBasisPoints: rest.markupBasisPoints ?? null,
    createdAt: createdAtMs,
    endedAt: endedAtMs ?? null,
  };
}

function shown({ periodStartMs, periodEndMs, pastDueSinceMs, cancelledAtMs, createdAtMs, ...rest }: Subscription) {
  return {
    ...rest,
    nextPlanId: rest.nextPlanId ?? null,
    periodStart: periodStartMs,
    periodEnd: periodEndMs,
    pastDueSince: pastDueSinceMs ?? null,
    cancelledAt: cancelledAtMs ?? null,
    createdAt: createdAtMs,
  };
}
