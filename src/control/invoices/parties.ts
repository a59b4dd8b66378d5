/** Who sells and who buys: what invoices say of them from now on. Invoices that are there keep what they say. */
import type { StoredParty, StoredSeller } from '../../store/schema/invoices.ts';
import type { Store } from '../../store/store.ts';
import { Refusal } from '../refusal.ts';

export interface Seller {
  readonly details: StoredSeller & { readonly name: string };
  /** For customers without a rate of their own. */
  readonly taxBasisPoints: number;
  /** How long a customer has to pay. */
  readonly paymentDays: number;
}

export interface Buyer {
  readonly details: StoredParty;
  /** Absent: the seller's. */
  readonly taxBasisPoints?: number;
  /** The customer owes the tax: none is added, and the invoice says so. */
  readonly reverseCharge: boolean;
}

/** Undefined before anybody said who sells: then there are no invoices. */
export async function findSeller(db: Store['db']): Promise<Seller | undefined> {
  const row = await db.selectFrom('invoice_seller').selectAll().executeTakeFirst();
  if (row === undefined) return undefined;
  const { details, tax_basis_points, payment_days } = row;
  return { details: { name: '', ...details }, taxBasisPoints: tax_basis_points, paymentDays: payment_days };
}

/** Throws Refusal. */
export async function requireSeller(db: Store['db']): Promise<Seller> {
  const seller = await findSeller(db);
  if (seller !== undefined) return seller;
  throw new Refusal('There are no invoices before it is known who sells.', 'Set it: PUT /invoice-seller.');
}

export async function saveSeller(db: Store['db'], seller: Seller): Promise<void> {
  const row = {
    details: JSON.stringify(seller.details),
    tax_basis_points: seller.taxBasisPoints,
    payment_days: seller.paymentDays,
  };
  await db
    .insertInto('invoice_seller')
    .values({ id: 1, ...row })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ ...row, updated_at: new Date() }))
    .execute();
}

export async function findBuyer(db: Store['db'], organizationId: string): Promise<Buyer> {
  const row = await db
    .selectFrom('invoice_buyers')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .executeTakeFirst();
  return {
    details: row?.details ?? {},
    reverseCharge: row?.reverse_charge ?? false,
    ...(row?.tax_basis_points != null && { taxBasisPoints: row.tax_basis_points }),
  };
}

/** What the customer says of itself. */
export async function saveBuyerDetails(db: Store['db'], organizationId: string, details: StoredParty): Promise<void> {
  await saveBuyer(db, organizationId, { details: JSON.stringify(details) });
}

/** What the seller decides: null is the seller's own rate. */
export async function saveBuyerTax(
  db: Store['db'],
  organizationId: string,
  { taxBasisPoints, reverseCharge }: { readonly taxBasisPoints: number | null; readonly reverseCharge: boolean },
): Promise<void> {
  await saveBuyer(db, organizationId, { tax_basis_points: taxBasisPoints, reverse_charge: reverseCharge });
}

async function saveBuyer(
  db: Store['db'],
  organizationId: string,
  change: { details?: string; tax_basis_points?: number | null; reverse_charge?: boolean },
): Promise<void> {
  await db
    .insertInto('invoice_buyers')
    .values({ organization_id: organizationId, details: '{}', ...change })
    .onConflict((conflict) => conflict.column('organization_id').doUpdateSet({ ...change, updated_at: new Date() }))
    .execute();
}

/** What holds for an invoice of this buyer. */
export function taxOf(seller: Seller, buyer: Buyer): { readonly basisPoints: number; readonly reverseCharge: boolean } {
  const { reverseCharge, taxBasisPoints = seller.taxBasisPoints } = buyer;
  return { basisPoints: reverseCharge ? 0 : taxBasisPoints, reverseCharge };
}
