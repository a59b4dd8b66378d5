/** `/api/v1/prices`, `/api/v1/margin` and the credit of organizations: what operators sell for, and what is left of it. */
import { z } from 'zod';
import { grantCreditIn } from '../../ledger/wallet.ts';
import { checkOwner, visibleOrganization } from '../api/access.ts';
import { ApiFailure, notFound } from '../api/failure.ts';
import { id, organizationParams, time, usd, usdPositive } from '../api/fields.ts';
import { pageOf, pageQuery, toPage } from '../api/page.ts';
import { type ApiParts, type ApiRoute, route } from '../api/route.ts';
import { costWarnings } from './cost-warning.ts';
import { type GivenCredit, listCredits, newestCredit } from './credits.ts';
import { marginGroups, marginReport } from './margin.ts';
import { planRoutes } from './plan-routes.ts';
import { endSalePrice, listSalePrices, type SalePrice, type SaleTerms, setSalePrice } from './sale-prices.ts';

const perMillion = z.string().regex(/^\d{1,7}(\.\d{1,6})?$/);
const perPiece = z.string().regex(/^\d{1,7}(\.\d{1,12})?$/);

const rates = z
  .strictObject({
    input: perMillion,
    output: perMillion,
    cacheRead: perMillion.optional(),
    cacheWrite: perMillion.optional(),
    cacheWrite1h: perMillion.optional(),
    audioInput: perMillion.optional(),
    audioOutput: perMillion.optional(),
    imageInput: perMillion.optional(),
    imageOutput: perMillion.optional(),
    perMillionCharacters: perMillion.optional(),
    perRequest: perPiece.optional(),
    perWebSearch: perPiece.optional(),
    perImage: perPiece.optional(),
    perAudioSecond: perPiece.optional(),
    perSearch: perPiece.optional(),
  })
  .meta({
    id: 'Price',
    description: 'Dollars as decimal text, for a million tokens; `per…` for one piece. As in the configuration.',
  });

const model = z
  .string()
  .max(330)
  .describe('`provider/name` with its dated names, or a beginning of it with `*` at its end: `openai/*`.');
const markupBasisPoints = z.number().int().min(0).max(100_000).describe('Hundredths of a percent: 2000 is 20 %.');

const salePrice = z
  .object({
    id: z.string(),
    organizationId: z.string().nullable().describe('null: everybody.'),
    model: model.nullable().describe('null: every model.'),
    markupBasisPoints: markupBasisPoints.nullable(),
    price: rates.nullable(),
    source: z.enum(['created', 'file']),
    createdAt: time,
    endedAt: time.nullable(),
  })
  .meta({ id: 'SalePrice' });

const credit = z
  .object({
    id: z.string(),
    organizationId: z.string(),
    kind: z.enum(['trial', 'promotional', 'plan']),
    amountUsd: usd,
    remainingUsd: usd.describe('Neither spent nor expired.'),
    expiresAt: time.nullable().describe('null: never.'),
    description: z.string().nullable(),
    createdAt: time,
  })
  .meta({ id: 'Credit' });

const sums = {
  requests: z.number(),
  revenueUsd: usd.describe('What customers were charged.'),
  costUsd: usd.describe('What providers take for what customers got.'),
  houseCostUsd: usd.describe('What providers take for attempts that no customer pays.'),
  marginUsd: usd.describe('Revenue without both costs.'),
};

const priceParams = z.strictObject({ priceId: id('sp') });

export const sellingRoutes: readonly ApiRoute[] = [
  ...planRoutes,
  route({
    method: 'GET',
    path: '/prices',
    tag: 'prices',
    summary: 'List prices, newest first',
    query: z.strictObject({
      ...pageQuery,
      organizationId: id('org').optional(),
      includeEnded: z.enum(['true', 'false']).optional(),
    }),
    answer: pageOf(salePrice),
    async handle({ query: { limit, after, organizationId, includeEnded } }, { store }) {
      const rows = await listSalePrices(store.db, {
        limit: limit + 1,
        includeEnded: includeEnded === 'true',
        ...(organizationId !== undefined && { organizationId }),
        ...(after !== undefined && { after }),
      });
      return toPage(rows.map(shownPrice), limit, (row) => row.id);
    },
  }),
  route({
    method: 'POST',
    path: '/prices',
    tag: 'prices',
    summary: 'Set a price: a markup, or fixed rates',
    description:
      'For one organization or everybody, for one model, a pattern or all. The nearest owner decides, then the longest ' +
      'pattern; a price of the same owner and pattern ends. A price below cost is taken, with a warning.',
    status: 201,
    body: z.strictObject({
      organizationId: id('org').optional(),
      model: model.optional(),
      markupBasisPoints: markupBasisPoints.optional(),
      price: rates.optional(),
    }),
    answer: z.object({ price: salePrice, warnings: z.array(z.string()) }),
    async handle({ body, write }, parts) {
      const terms = toTerms(body);
      const warnings = warningsOf(parts, terms);
      return write(async (db) => {
        if (terms.organizationId !== undefined) {
          const owner = db.selectFrom('organizations').select('id').where('id', '=', terms.organizationId);
          if ((await owner.executeTakeFirst()) === undefined) throw notFound('organization', terms.organizationId);
        }
        return { price: shownPrice(await setSalePrice(db, terms, parts.clock)), warnings };
      });
    },
  }),
  route({
    method: 'POST',
    path: '/prices/{priceId}/end',
    tag: 'prices',
    summary: 'End a price',
    description: 'Requests from then on pay by the next price that fits, or what the provider charges.',
    params: priceParams,
    answer: salePrice,
    async handle({ params: { priceId }, write }, { clock }) {
      return write(async (db) => {
        const ended = await endSalePrice(db, priceId, clock);
        if (ended === undefined) throw notFound('price', priceId);
        return shownPrice(ended);
      });
    },
  }),
  route({
    method: 'GET',
    path: '/credits',
    tag: 'credits',
    summary: 'List credit that was given, newest first',
    query: z.strictObject({ ...pageQuery, organizationId: id('org').optional() }),
    answer: pageOf(credit),
    async handle({ caller, query: { limit, after, organizationId } }, { store }) {
      if (organizationId !== undefined) checkOwner(caller, organizationId, 'organization', organizationId);
      const only = organizationId ?? visibleOrganization(caller);
      const rows = await listCredits(store.db, {
        limit: limit + 1,
        ...(only !== undefined && { organizationId: only }),
        ...(after !== undefined && { after }),
      });
      return toPage(rows.map(shownCredit), limit, (row) => row.id);
    },
  }),
  route({
    method: 'POST',
    path: '/organizations/{organizationId}/credits',
    tag: 'credits',
    summary: 'Give credit, which is spent before paid money',
    description: 'What ends first is spent first. Trial credit is given once to each organization.',
    status: 201,
    params: organizationParams,
    body: z.strictObject({
      kind: z.enum(['trial', 'promotional']),
      amountUsd: usdPositive,
      expiresAt: time.optional().describe('What is left then is taken back within a minute; never when absent.'),
      description: z.string().min(1).max(200).optional(),
    }),
    answer: credit,
    async handle({ params: { organizationId }, body, write, idempotencyKey }, { clock }) {
      const { kind, amountUsd, expiresAt, description } = body;
      if (expiresAt !== undefined && expiresAt <= clock.nowMs()) {
        const remedy = 'Give a time in the future.';
        throw new ApiFailure('invalid_request', 'The credit would have expired already.', {
          remedy,
          path: 'expiresAt',
        });
      }
      return write(async (db) => {
        const grant = {
          organizationId,
          kind,
          amountNanoUsd: amountUsd,
          idempotencyKey: `operator:${idempotencyKey}`,
          ...(expiresAt !== undefined && { expiresAtMs: expiresAt }),
          ...(description !== undefined && { description }),
        };
        await grantCreditIn(db, grant, clock);
        const given = await newestCredit(db, organizationId);
        if (given === undefined) throw new Error('the credit that was given is not there');
        return shownCredit(given);
      });
    },
  }),
  route({
    method: 'GET',
    path: '/margin',
    tag: 'margin',
    summary: 'What customers paid against what providers took',
    description:
      'Exact sums of the rows of usage, by when a request started; days newest first, everything else by revenue; at ' +
      'most 1,000 groups, and the total of all.',
    query: z.strictObject({
      by: z.enum(marginGroups),
      since: time.optional(),
      until: time.optional().describe('Before.'),
      organizationId: id('org').optional(),
      timeZone: z.string().max(100).optional().describe('By which days begin: Europe/Berlin. UTC when absent.'),
    }),
    answer: z
      .object({
        data: z.array(z.object({ group: z.string(), label: z.string(), ...sums })),
        total: z.object({
          ...sums,
          paidByCreditUsd: usd.describe('The part of the revenue that was paid with credit that we gave.'),
          planFeesUsd: usd.describe('Fees of plans, without what was paid back.'),
          creditNotesUsd: usd.describe('What credit notes of this time took back, without tax. It is not subtracted.'),
        }),
      })
      .meta({ id: 'Margin' }),
    async handle({ query: { by, since, until, organizationId, timeZone } }, { store }) {
      const { rows, total } = await marginReport(store.db, {
        by,
        ...(since !== undefined && { sinceMs: since }),
        ...(until !== undefined && { untilMs: until }),
        ...(organizationId !== undefined && { organizationId }),
        ...(timeZone !== undefined && { timeZone }),
      });
      return {
        data: rows.map((row) => ({ group: row.group, label: row.label, ...shownSums(row) })),
        total: {
          ...shownSums(total),
          paidByCreditUsd: total.paidByCreditNanoUsd,
          planFeesUsd: total.planFeesNanoUsd,
          creditNotesUsd: total.creditNotesNanoUsd,
        },
      };
    },
  }),
];

type Loose<T> = { readonly [K in keyof T]?: T[K] | undefined };

function toTerms({ organizationId, model: pattern, markupBasisPoints: markup, price }: Loose<PriceBody>): SaleTerms {
  return {
    ...(organizationId !== undefined && { organizationId }),
    ...(pattern !== undefined && { model: pattern }),
    ...(markup !== undefined && { markupBasisPoints: markup }),
    ...(price !== undefined && { price: withoutUndefined(price) }),
  };
}

interface PriceBody {
  readonly organizationId: string;
  readonly model: string;
  readonly markupBasisPoints: number;
  readonly price: z.output<typeof rates>;
}

function withoutUndefined(price: z.output<typeof rates>): NonNullable<SaleTerms['price']> {
  const { input, output, ...rest } = price;
  const given = Object.entries(rest).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { ...Object.fromEntries(given), input, output };
}

function warningsOf({ snapshot, clock }: ApiParts, terms: SaleTerms): string[] {
  return [...costWarnings(snapshot?.current.listModels() ?? [], terms, clock.nowMs())];
}

function shownPrice({ createdAtMs, endedAtMs, ...rest }: SalePrice) {
  return {
    ...rest,
    organizationId: rest.organizationId ?? null,
    model: rest.model ?? null,
    markupBasisPoints: rest.markupBasisPoints ?? null,
    price: rest.price ?? null,
    createdAt: createdAtMs,
    endedAt: endedAtMs ?? null,
  };
}

function shownCredit({ amountNanoUsd, remainingNanoUsd, expiresAtMs, createdAtMs, ...rest }: GivenCredit) {
  return {
    ...rest,
    amountUsd: amountNanoUsd,
    remainingUsd: remainingNanoUsd,
    expiresAt: expiresAtMs ?? null,
    description: rest.description ?? null,
    createdAt: createdAtMs,
  };
}

function shownSums(row: Awaited<ReturnType<typeof marginReport>>['rows'][number] | Total) {
  return {
    requests: row.requests,
    revenueUsd: row.revenueNanoUsd,
    costUsd: row.costNanoUsd,
    houseCostUsd: row.houseCostNanoUsd,
    marginUsd: row.marginNanoUsd,
  };
}

type Total = Awaited<ReturnType<typeof marginReport>>['total'];
