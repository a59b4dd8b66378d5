/** The jobs of payments: one for each event, and sweeps for what no event told, or nobody finished. */
import { sql } from 'kysely';
import type { Task } from '../jobs/queue.ts';
import { topUpIfDue } from './automatic.ts';
import { chargeOrder } from './charge.ts';
import { collectInvoice, dueInvoices } from './collection.ts';
import { postponeEvent, processEvent, refreshSession } from './events.ts';
import type { StripeParts } from './parts.ts';
import { updatePayment } from './queries.ts';
import { isUnattended, settleIntent } from './settlement.ts';
import { eventTask } from './webhook.ts';

/** At a time; the next sweep takes the rest. */
const batch = 200;
/** An order whose events do not come is looked at this often. */
const lookAgainMs = 10 * 60_000;
/** A charge whose answer nobody waits for any more. */
const chargeAgainMs = 60_000;
/** Ended events are kept for comparison with Stripe, which sends an event for three days at most. */
const eventsKeptMs = 90 * 86_400_000;

export function stripeTasks(parts: StripeParts): readonly Task[] {
  return [
    { name: eventTask, run: (payload) => processEvent(parts, payload) },
    { name: 'stripe-events', schedule: '* * * * *', run: () => sweepEvents(parts) },
    { name: 'stripe-orders', schedule: '* * * * *', run: () => sweepOrders(parts) },
    { name: 'stripe-automatic', schedule: '* * * * *', run: () => sweepAutomatic(parts) },
    { name: 'stripe-invoices', schedule: '* * * * *', run: () => sweepInvoices(parts) },
  ];
}

/** Parked ones, and those whose job was lost with its process. */
export async function sweepEvents(parts: StripeParts): Promise<void> {
  const { store, clock } = parts;
  const due = await store.db
    .selectFrom('stripe_events')
    .select(['id', 'tries'])
    .where('state', 'in', ['received', 'parked'])
    .where('next_at', '<=', new Date(clock.nowMs()))
    .orderBy('next_at')
    .limit(batch)
    .execute();
  await each(parts, due, async ({ id, tries }) => {
    // Before anything that may fail: one that always does shall not keep the others waiting.
    await postponeEvent(parts, id, tries);
    await processEvent(parts, { eventId: id });
  });
  await store.db
    .deleteFrom('stripe_events')
    .where('ended_at', '<', new Date(clock.nowMs() - eventsKeptMs))
    .execute();
}

/** Also without any event the truth is found: Stripe is asked about every order that is open. */
export async function sweepOrders(parts: StripeParts): Promise<void> {
  const { store, clock } = parts;
  const before = (ms: number) => new Date(clock.nowMs() - ms);
  const due = await store.db
    .selectFrom('stripe_payments')
    .selectAll()
    .where('state', 'in', ['open', 'processing'])
    .where('checked_at', '<', before(chargeAgainMs))
    .where((where) =>
      where.or([where('kind', 'in', ['automatic', 'invoice']), where('checked_at', '<', before(lookAgainMs))]),
    )
    .orderBy('checked_at')
    .limit(batch)
    .execute();
  await each(parts, due, async (payment) => {
    await updatePayment(store.db, payment, {}, clock);
    if (payment.intent_id !== null) await settleIntent(parts, payment.intent_id);
    else if (isUnattended(payment)) await chargeOrder(parts, payment.id);
    else if (payment.session_id !== null) await refreshSession(parts, payment.session_id);
    else await updatePayment(store.db, payment, { state: 'failed', reason: 'no page was made for it' }, clock);
  });
}

export async function sweepAutomatic(parts: StripeParts): Promise<void> {
  const { store, clock } = parts;
  const due = await store.db
    .selectFrom('automatic_top_ups')
    .select('organization_id as id')
    .where('enabled', '=', true)
    .where('next_try_at', '<=', new Date(clock.nowMs()))
    .where(
      sql<boolean>`threshold_nano_usd > coalesce((SELECT sum(a.posted_nano_usd) FROM accounts a
        WHERE a.id IN ('wallet:' || automatic_top_ups.organization_id, 'credit:' || automatic_top_ups.organization_id)), 0)`,
    )
    .limit(batch)
    .execute();
  await each(parts, due, ({ id }) => topUpIfDue(parts, id));
}

export async function sweepInvoices(parts: StripeParts): Promise<void> {
  await each(parts, await dueInvoices(parts, batch), ({ id }) => collectInvoice(parts, id));
}

/** One that fails does not keep the others waiting. */
async function each<T extends { readonly id: string }>(
  { log }: StripeParts,
  rows: readonly T[],
  work: (row: T) => Promise<unknown>,
): Promise<void> {
  for (const row of rows) {
    try {
      await work(row);
    } catch (error) {
      log.warn({ error, id: row.id }, 'a payment could not be brought up to date; it is tried again');
    }
  }
}
