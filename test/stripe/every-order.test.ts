/** F21: the events of one payment in every order there is. */
import type Stripe from 'stripe';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { processEvent } from '../../src/control/stripe/events.ts';
import { closeDispute, dispute, refund } from '../fakes/stripe/payments.ts';
import { dollar, eventsAbout, openShop, type Shop } from './shop.ts';

let shop: Shop;

beforeAll(async () => {
  shop = await openShop({ fast: true });
});
afterAll(() => shop.close());

it('is the same in all 720 orders of six events: paid, partly refunded, disputed', async () => {
  const orders = permutations([0, 1, 2, 3, 4, 5]);
  expect(orders).toHaveLength(720);
  const width = 6;
  const expected = Array.from({ length: width }, () => 0n);
  await inParallel(width, orders, async (order, i, worker) => {
    const org = await shop.organization(`worker-${worker}`);
    const { sessionId, intentId } = await shop.buy(org, 20);
    const intent = shop.standIn.world.get<Stripe.PaymentIntent>('payment_intent', intentId);
    const charge = shop.standIn.world.get<Stripe.Charge>('charge', intent.latest_charge as string);
    refund(shop.standIn.world, charge, 500, {});
    const opened = dispute(shop.standIn.world, charge, 1_500);
    if (i % 2 === 0) closeDispute(shop.standIn.world, opened, i % 4 === 0 ? 'won' : 'lost');
    const all = eventsAbout(shop, [sessionId, intentId]);
    const six = ['charge.succeeded', 'payment_intent.succeeded', 'checkout.session.completed', 'charge.refunded']
      .concat('charge.dispute.created', i % 2 === 0 ? 'charge.dispute.closed' : 'refund.created')
      .map((type) => all.find((event) => event.type === type) as Stripe.Event);
    const rows = six.map(({ id, type, created, data }) => {
      const { id: objectId } = data.object as { id: string };
      return { id, type, object_id: objectId, created_at: new Date(created * 1_000) };
    });
    await shop.store.db.insertInto('stripe_events').values(rows).execute();
    for (const index of order) await processEvent(shop.parts, { eventId: six[index]?.id });
    const balance = (expected[worker] ?? 0n) + (i % 4 === 0 ? 15n * dollar : 0n);
    expected[worker] = balance;
    expect([i, await shop.balance(org)]).toEqual([i, balance]);
  });
  const { stripe, ledger } = await shop.books();
  expect(ledger).toBe(stripe);
  expect(await shop.findings()).toEqual([]);
}, 240_000);

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, i) =>
    permutations([...items.slice(0, i), ...items.slice(i + 1)]).map((rest) => [item, ...rest]),
  );
}

/** Each worker does one after the other. */
async function inParallel<T>(
  width: number,
  items: readonly T[],
  work: (item: T, index: number, worker: number) => Promise<void>,
) {
  const queue = items.entries();
  const run = async (worker: number) => {
    for (const [i, item] of queue) await work(item, i, worker);
  };
  await Promise.all(Array.from({ length: width }, (_, worker) => run(worker)));
}
