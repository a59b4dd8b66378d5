/**
 * Automatic top-ups: when the balance falls below the threshold, the saved card is charged once. Each fall has a number
 * that is kept for ever; the number makes the idempotency key, so that twenty workers, a lost answer and a restart all
 * lead to the same charge.
 */
import { walletOf } from '../../ledger/wallet.ts';
import { newId } from '../../lib/id.ts';
import type { AutomaticTopUpRow } from '../../store/schema/stripe.ts';
import type { Store } from '../../store/store.ts';
import { Refusal } from '../refusal.ts';
import { checkAmount } from './amount.ts';
import { chargeOrder } from './charge.ts';
import { savedCard } from './customers.ts';
import { disable } from './declines.ts';
import type { StripeParts } from './parts.ts';

type Db = Store['db'];

/** Of one organization. More means that something spends as fast as we charge. */
const chargesPerDayMax = 10;

export interface AutomaticTopUp {
  readonly enabled: boolean;
  readonly thresholdNanoUsd: bigint;
  readonly amountNanoUsd: bigint;
}

/** Throws Refusal: no saved card, an amount that is too small, too large, or below the threshold. */
export async function setAutomaticTopUp(
  { store: { db }, settings }: Pick<StripeParts, 'settings'> & { readonly store: Pick<Store, 'db'> },
  organizationId: string,
  { enabled, thresholdNanoUsd, amountNanoUsd }: AutomaticTopUp,
): Promise<AutomaticTopUpRow> {
  checkAmount(amountNanoUsd, settings);
  if (amountNanoUsd < thresholdNanoUsd) {
    throw new Refusal(
      'The amount is less than the threshold, so one charge would not lift the balance above it.',
      'Choose an amount that is at least the threshold.',
    );
  }
  const card = await savedCard(db, organizationId);
  if (enabled && card === undefined) {
    throw new Refusal(
      'No card is saved that could be charged.',
      'Save one first: POST /organizations/{organizationId}/checkout with mode "card".',
    );
  }
  // Switching it on again is a new beginning: declines of the past do not count.
  const values = {
    enabled,
    threshold_nano_usd: thresholdNanoUsd,
    amount_nano_usd: amountNanoUsd,
    declines: 0,
    next_try_at: new Date(0),
    disabled_reason: null,
    updated_at: new Date(),
  };
  return db
    .insertInto('automatic_top_ups')
    .values({ organization_id: organizationId, ...values })
    .onConflict((conflict) => conflict.column('organization_id').doUpdateSet(values))
    .returningAll()
    .executeTakeFirstOrThrow();
}

export function automaticTopUpOf(db: Db, organizationId: string): Promise<AutomaticTopUpRow | undefined> {
  return db
    .selectFrom('automatic_top_ups')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .executeTakeFirst();
}

/** Looks at the balance and charges if it is due. Any number may ask at the same time. */
export async function topUpIfDue(parts: StripeParts, organizationId: string): Promise<void> {
  const crossed = await parts.store.db.transaction().execute((db) => beginCrossing(parts, db, organizationId));
  if (crossed !== undefined) await chargeOrder(parts, crossed);
}

/** Undefined: not due, or another charge is on its way. */
async function beginCrossing(parts: StripeParts, db: Db, organizationId: string): Promise<string | undefined> {
  const setting = await db
    .selectFrom('automatic_top_ups')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('enabled', '=', true)
    .forUpdate()
    .executeTakeFirst();
  if (setting === undefined || setting.next_try_at.getTime() > parts.clock.nowMs()) return undefined;
  // In this order: a charge ends and is credited in one transaction, so a balance that is read later has it.
  if ((await isCharging(db, organizationId)) || !(await isBelow(db, setting))) return undefined;
  if (await isTooOften(parts, db, organizationId)) return undefined;
  const saved = await savedCard(db, organizationId);
  if (saved === undefined) {
    await disable(parts, db, organizationId, 'no card is saved');
    return undefined;
  }
  const crossing = setting.crossings + 1;
  const id = newId('pay', parts.clock.nowMs());
  await db
    .updateTable('automatic_top_ups')
    .set({ crossings: crossing })
    .where('organization_id', '=', organizationId)
    .execute();
  await db
    .insertInto('stripe_payments')
    .values({
      id,
      organization_id: organizationId,
      kind: 'automatic',
      state: 'open',
      amount_nano_usd: setting.amount_nano_usd,
      customer_id: saved.customer,
      card_id: saved.card,
      crossing,
      created_at: new Date(parts.clock.nowMs()),
      checked_at: new Date(parts.clock.nowMs()),
    })
    .execute();
  return id;
}

/** What gateways hold is still there. Whoever owes us is not charged: that card's money came back before. */
async function isBelow(db: Db, { organization_id: id, threshold_nano_usd: threshold }: AutomaticTopUpRow) {
  const wallet = await walletOf(db, id);
  if (wallet === undefined || wallet.receivableNanoUsd > 0n) return false;
  return wallet.paidNanoUsd + wallet.creditNanoUsd < threshold;
}

async function isCharging(db: Db, organizationId: string): Promise<boolean> {
  const running = await db
    .selectFrom('stripe_payments')
    .select('id')
    .where('organization_id', '=', organizationId)
    .where('kind', '=', 'automatic')
    .where('state', 'in', ['open', 'processing', 'refused'])
    .executeTakeFirst();
  return running !== undefined;
}

async function isTooOften(parts: StripeParts, db: Db, organizationId: string): Promise<boolean> {
  const since = new Date(parts.clock.nowMs() - 86_400_000);
  const recent = await db
    .selectFrom('stripe_payments')
    .select('id')
    .where('organization_id', '=', organizationId)
    .where('kind', '=', 'automatic')
    .where('created_at', '>', since)
    .execute();
  if (recent.length < chargesPerDayMax) return false;
  await disable(parts, db, organizationId, `the card was charged ${recent.length} times in 24 hours`);
  return true;
}
