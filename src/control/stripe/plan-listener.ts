/** What the feature that sells plans wants to hear of subscriptions. It is told in the transaction that records it. */
import type { Store } from '../../store/store.ts';

export interface PlanPaid {
  readonly organizationId: string;
  readonly planId: string;
  readonly periodStartMs: number;
  readonly periodEndMs: number;
  /** Stripe's; unique, so it may be the key of what follows. */
  readonly invoiceId: string;
  /** What was paid for it; 0 for a change that cost nothing. */
  readonly amountNanoUsd: bigint;
}

export interface PlanChanged {
  readonly organizationId: string;
  readonly planId: string;
  readonly subscriptionId: string;
  /** As Stripe calls it: `active`, `past_due`, `canceled` ... */
  readonly status: string;
  /** It ends with its period. */
  readonly cancels: boolean;
  readonly periodStartMs: number;
  readonly periodEndMs: number;
}

/** Both throw to have it all undone and told again later. */
export interface PlanListener {
  /** An invoice of a plan was paid: the first one, a renewal or an upgrade. Once for each invoice. */
  onPlanPaid(db: Store['db'], paid: PlanPaid): Promise<void>;
  /** The subscription is now like this; maybe as it was before. `canceled` is the end. */
  onPlanChanged(db: Store['db'], changed: PlanChanged): Promise<void>;
}

export const noPlans: PlanListener = { onPlanPaid: async () => {}, onPlanChanged: async () => {} };
