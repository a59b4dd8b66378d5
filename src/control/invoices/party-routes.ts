/** What invoices say of who sells and who buys. */
import { z } from 'zod';
import { conflict } from '../api/failure.ts';
import { organizationParams } from '../api/fields.ts';
import { type ApiRoute, route } from '../api/route.ts';
import { findBuyer, findSeller, saveBuyerDetails, saveBuyerTax, saveSeller } from './parties.ts';
import { party, sellerDetails } from './views.ts';

const tag = 'invoices';
const basisPoints = z
  .number()
  .int()
  .min(0)
  .max(10_000)
  .describe('Rate of tax in hundredths of a percent: 1900 is 19 %.');

const seller = z.strictObject({
  details: sellerDetails,
  taxBasisPoints: basisPoints,
  paymentDays: z.number().int().min(0).max(365).describe('How long a customer has to pay.'),
});

const buyer = z
  .object({
    details: party,
    taxBasisPoints: basisPoints.nullable().describe("null: the seller's own rate."),
    reverseCharge: z.boolean().describe('The customer owes the tax: none is added.'),
  })
  .meta({ id: 'Buyer' });

export const partyRoutes: readonly ApiRoute[] = [
  route({
    method: 'GET',
    path: '/invoice-seller',
    tag,
    summary: 'Get who sells',
    answer: seller,
    async handle(_, { store }) {
      const found = await findSeller(store.db);
      if (found !== undefined) return shownSeller(found);
      throw conflict('Nobody has said yet who sells.', 'Set it: PUT /invoice-seller.');
    },
  }),
  route({
    method: 'PUT',
    path: '/invoice-seller',
    tag,
    summary: 'Set who sells; from then on months become invoices',
    description:
      'Invoices that are there keep what they say. The first time, all months that are over become invoices.',
    body: seller,
    answer: seller,
    async handle({ body, write }) {
      return write(async (db) => {
        await saveSeller(db, body);
        return body;
      });
    },
  }),
  route({
    method: 'GET',
    path: '/organizations/{organizationId}/billing-details',
    tag,
    summary: 'Get what invoices say of a customer',
    params: organizationParams,
    answer: buyer,
    async handle({ params: { organizationId } }, { store }) {
      return shownBuyer(await findBuyer(store.db, organizationId));
    },
  }),
  route({
    method: 'PUT',
    path: '/organizations/{organizationId}/billing-details',
    tag,
    summary: 'Set what invoices say of a customer',
    params: organizationParams,
    body: party,
    answer: buyer,
    async handle({ params: { organizationId }, body, write }) {
      return write(async (db) => {
        await saveBuyerDetails(db, organizationId, body);
        return shownBuyer(await findBuyer(db, organizationId));
      });
    },
  }),
  route({
    method: 'PUT',
    path: '/organizations/{organizationId}/tax',
    tag,
    summary: "Set a customer's rate of tax",
    params: organizationParams,
    body: z.strictObject({ taxBasisPoints: basisPoints.nullable(), reverseCharge: z.boolean() }),
    answer: buyer,
    async handle({ params: { organizationId }, body, write }) {
      return write(async (db) => {
        await saveBuyerTax(db, organizationId, body);
        return shownBuyer(await findBuyer(db, organizationId));
      });
    },
  }),
];

/** What is kept is read-only; schemas speak of lists that may change. */
function shownDetails<T extends { readonly address?: readonly string[]; readonly footer?: readonly string[] }>(
  details: T,
) {
  const { address, footer, ...rest } = details;
  return { ...rest, ...(address && { address: [...address] }), ...(footer && { footer: [...footer] }) };
}

function shownSeller({ details, ...rest }: NonNullable<Awaited<ReturnType<typeof findSeller>>>) {
  return { ...rest, details: { ...shownDetails(details), name: details.name } };
}

function shownBuyer({ details, taxBasisPoints, reverseCharge }: Awaited<ReturnType<typeof findBuyer>>) {
  return { details: shownDetails(details), taxBasisPoints: taxBasisPoints ?? null, reverseCharge };
}
