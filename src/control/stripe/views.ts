/** Payments as the management API shows them. */
import type { AutomaticTopUpRow, StripePayment } from '../../store/schema/stripe.ts';

export function paymentShown(row: StripePayment) {
  return {
    id: row.id,
    organizationId: row.organization_id,
    kind: row.kind,
    invoiceId: row.invoice_id,
    state: row.state,
    amountUsd: row.amount_nano_usd,
    refundedUsd: row.refunded_nano_usd,
    disputedUsd: row.disputed_nano_usd,
    reason: row.reason,
    createdAt: row.created_at.getTime(),
    creditedAt: row.credited_at === null ? null : row.credited_at.getTime(),
  };
}

/** Of an organization that never set one. */
export const automaticNeverSet = {
  enabled: false,
  thresholdUsd: 0n,
  amountUsd: 0n,
  declines: 0,
  disabledReason: null,
};

export function automaticShown(row: AutomaticTopUpRow) {
  return {
    enabled: row.enabled,
    thresholdUsd: row.threshold_nano_usd,
    amountUsd: row.amount_nano_usd,
    declines: row.declines,
    disabledReason: row.disabled_reason,
  };
}
