/** An operator gives money back. */
import { walletOf } from '../../ledger/wallet.ts';
import { formatUsd } from '../../lib/money.ts';
import type { StripePayment } from '../../store/schema/stripe.ts';
import { Refusal } from '../refusal.ts';
import { centsFromNano } from './amount.ts';
import { errors } from './errors.ts';
import type { StripeParts } from './parts.ts';
import { paymentOf } from './queries.ts';
import { settleIntent } from './settlement.ts';

export interface RefundRequest {
  /** Absent: all that is left of the payment. */
  readonly amountNanoUsd?: bigint | undefined;
  /** Spent money may be given back too, and is then owed to us. Default false. */
  readonly evenIfSpent?: boolean | undefined;
  /** The same key refunds once. */
  readonly idempotencyKey: string;
}

/** Undefined: there is no such payment. Throws Refusal and Stripe's errors. */
export async function refundPayment(
  parts: StripeParts,
  paymentId: string,
  { amountNanoUsd, evenIfSpent = false, idempotencyKey }: RefundRequest,
): Promise<StripePayment | undefined> {
  const { store, stripe } = parts;
  const payment = await paymentOf(store.db, paymentId);
  if (payment === undefined) return undefined;
  if (payment.intent_id === null || (payment.state !== 'paid' && payment.state !== 'refused')) {
    throw new Refusal(`The payment is ${payment.state}: there is nothing to give back.`, 'Choose one that was paid.');
  }
  if (payment.state === 'paid' && !evenIfSpent) await checkThere(parts, payment, amountNanoUsd);
  try {
    await stripe.refunds.create(
      {
        payment_intent: payment.intent_id,
        ...(amountNanoUsd !== undefined && { amount: centsOf(amountNanoUsd) }),
        metadata: { tollgate_payment: payment.id },
      },
      { idempotencyKey: `tollgate:refund:${payment.id}:${idempotencyKey}` },
    );
  } catch (error) {
    if (!(error instanceof errors.StripeInvalidRequestError)) throw error;
    throw new Refusal(`Stripe refuses the refund: ${error.message}`, 'Look at the payment, and ask for what is left.');
  }
  await settleIntent(parts, payment.intent_id);
  return paymentOf(store.db, paymentId);
}

/** What was spent since cannot be taken from the wallet: giving it back is a decision. */
async function checkThere({ store }: StripeParts, payment: StripePayment, asked: bigint | undefined): Promise<void> {
  const wanted = asked ?? payment.amount_nano_usd - payment.refunded_nano_usd - payment.disputed_nano_usd;
  const wallet = await walletOf(store.db, payment.organization_id);
  const there = wallet?.paidNanoUsd ?? 0n;
  if (there >= wanted) return;
  throw new Refusal(
    `${formatUsd(wanted)} cannot be given back: only ${formatUsd(there)} of what was paid in is not spent.`,
    'Give back at most that, or say "evenIfSpent": the rest is then owed, and blocks spending until it is paid.',
  );
}

function centsOf(nano: bigint): number {
  if (nano % 10_000_000n === 0n) return centsFromNano(nano);
  throw new Refusal(`${formatUsd(nano)} is not in whole cents.`, 'Cards are refunded in whole cents: round it.');
}
