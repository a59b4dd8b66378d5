/** The arithmetic of an invoice: exact in nano-dollars, rounded to cents once, with the difference as its own amount. */

export const centNanoUsd = 10_000_000n;
const basis = 10_000n;

export interface Due {
  /** Of what is left to pay, to the nearest cent, half up. The one rounding of tax. */
  readonly taxNanoUsd: bigint;
  /** What makes whole cents of the rest; at most half a cent up or down. */
  readonly roundingNanoUsd: bigint;
  /** Goes to the wallet, when charges were given back beyond what was to be paid. */
  readonly returnedNanoUsd: bigint;
  /** To be paid, in whole cents. */
  readonly dueNanoUsd: bigint;
}

/** `netNanoUsd`: what is left to pay before tax; below zero when more was given back. */
export function dueOf(netNanoUsd: bigint, taxBasisPoints: number): Due {
  if (netNanoUsd <= 0n) return { taxNanoUsd: 0n, roundingNanoUsd: 0n, returnedNanoUsd: -netNanoUsd, dueNanoUsd: 0n };
  const taxNanoUsd = divided(netNanoUsd * BigInt(taxBasisPoints), basis * centNanoUsd) * centNanoUsd;
  const roundingNanoUsd = divided(netNanoUsd, centNanoUsd) * centNanoUsd - netNanoUsd;
  const dueNanoUsd = netNanoUsd + taxNanoUsd + roundingNanoUsd;
  return { taxNanoUsd, roundingNanoUsd, returnedNanoUsd: 0n, dueNanoUsd };
}

/** The tax within an amount that was paid with it: of $119.00 at 19 %, $19.00. To the nearest cent, half up. */
export function includedTax(paidNanoUsd: bigint, taxBasisPoints: number): bigint {
  const rate = BigInt(taxBasisPoints);
  return divided(paidNanoUsd * rate, (basis + rate) * centNanoUsd) * centNanoUsd;
}

/**
 * How much of an invoice's tax goes back with a credit note: in proportion over all its credit notes together, so that
 * crediting all of it gives back exactly its tax, however many steps it took.
 */
export function creditedTax(
  invoice: Pick<Due, 'taxNanoUsd' | 'dueNanoUsd'>,
  beforeNanoUsd: bigint,
  amountNanoUsd: bigint,
) {
  const { taxNanoUsd, dueNanoUsd } = invoice;
  const upTo = (credited: bigint) => {
    const part = credited < dueNanoUsd ? credited : dueNanoUsd;
    return dueNanoUsd === 0n ? 0n : divided(taxNanoUsd * part, dueNanoUsd);
  };
  return upTo(beforeNanoUsd + amountNanoUsd) - upTo(beforeNanoUsd);
}

/** To the nearest whole, half up. Neither is negative. */
function divided(amount: bigint, by: bigint): bigint {
  return (2n * amount + by) / (2n * by);
}
