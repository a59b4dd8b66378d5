/** Stripe counts dollars in cents (https://docs.stripe.com/currencies#minor-units), the ledger in nano-dollars. */
import { formatUsd } from '../../lib/money.ts';
import { Refusal } from '../refusal.ts';
import type { StripeSettings } from './parts.ts';

const nanoPerCent = 10_000_000n;

export function nanoFromCents(cents: number): bigint {
  return BigInt(cents) * nanoPerCent;
}

/** `nano` is whole cents. */
export function centsFromNano(nano: bigint): number {
  return Number(nano / nanoPerCent);
}

/** Throws Refusal for what Stripe cannot charge, or the operator does not want charged. */
export function checkAmount(nano: bigint, { topUpMinNanoUsd, topUpMaxNanoUsd }: StripeSettings): void {
  if (nano < topUpMinNanoUsd || nano > topUpMaxNanoUsd) {
    const range = `from ${formatUsd(topUpMinNanoUsd)} to ${formatUsd(topUpMaxNanoUsd)}`;
    const remedy = 'Choose another amount (the operator sets stripe.topUpMinUsd and stripe.topUpMaxUsd).';
    throw new Refusal(`${formatUsd(nano)} cannot be charged: top-ups are ${range}.`, remedy);
  }
  if (nano % nanoPerCent !== 0n) {
    throw new Refusal(`${formatUsd(nano)} is not in whole cents.`, 'Cards are charged in whole cents: round it.');
  }
}
