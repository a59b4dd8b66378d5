/** What gateways must know of a plan stands with the organization: how it pays, its limits, its models, its markup. */
import type { StoredPlanTerms } from '../../store/schema/selling.ts';
import type { Store } from '../../store/store.ts';
import type { Plan } from './plans.ts';

const spends = { stop: 'credit', wallet: 'wallet', invoice: 'metered' } as const;

/** In the caller's transaction; every gateway goes by it within a second. */
export async function applyPlan(db: Store['db'], organizationId: string, plan: Plan): Promise<void> {
  const terms: StoredPlanTerms = {
    id: plan.id,
    name: plan.name,
    ...(plan.limits && { limits: plan.limits }),
    ...(plan.models && { models: plan.models }),
    ...(plan.markupBasisPoints !== undefined && { markupBasisPoints: plan.markupBasisPoints }),
  };
  const known = await db
    .selectFrom('organizations')
    .select(['plan', 'spends', 'billing'])
    .where('id', '=', organizationId)
    .executeTakeFirstOrThrow();
  // A plan's row never changes, so its id says all of it. Even an update that changes nothing would make a version.
  const same = known.plan?.id === plan.id && known.billing === 'plan' && known.spends === spends[plan.overage];
  if (same) return;
  await db
    .updateTable('organizations')
    .set({ billing: 'plan', spends: spends[plan.overage], plan: terms })
    .where('id', '=', organizationId)
    .execute();
}

/** Without a plan it spends what it has, and no more. */
export async function dropPlan(db: Store['db'], organizationId: string): Promise<void> {
  await db
    .updateTable('organizations')
    .set({ billing: 'prepaid', spends: 'wallet', plan: null })
    .where('id', '=', organizationId)
    .execute();
}
