/** Subscriptions and their invoices: first payment, renewal, upgrade with proration, cancellation. */
import type Stripe from 'stripe';
import { wrongState } from './failure.ts';
import { confirm, newIntent } from './payments.ts';
import { idOf, newId, type World } from './world.ts';

type Subscription = Stripe.Subscription;
type Item = Stripe.SubscriptionItem;

interface Line {
  readonly amount: number;
  readonly description: string;
  readonly start: number;
  readonly end: number;
  readonly proration: boolean;
  readonly price: string;
}

export interface NewSubscription {
  readonly customer: string;
  readonly price: Stripe.Price;
  readonly card: string;
  readonly metadata: Record<string, string>;
}

/** Paid at once; a declined card leaves it incomplete. */
export function subscribe(world: World, { customer, price, card, metadata }: NewSubscription): Subscription {
  const id = newId('subscription');
  const start = world.now;
  const item = world.create<Item>('subscription_item', {
    current_period_start: start,
    current_period_end: nextMonth(start, price.recurring?.interval),
    price,
    quantity: 1,
    subscription: id,
  });
  const subscription = world.create<Subscription>(
    'subscription',
    {
      billing_cycle_anchor: start,
      billing_mode: { type: 'classic' },
      collection_method: 'charge_automatically',
      currency: price.currency,
      customer,
      default_payment_method: card,
      items: { object: 'list', data: [item], has_more: false, url: `/v1/subscription_items?subscription=${id}` },
      metadata,
      start_date: start,
      status: 'incomplete',
    },
    id,
  );
  world.emit('customer.subscription.created', subscription);
  bill(world, subscription, 'subscription_create', [periodLine(item)]);
  return subscription;
}

/** A new price from now on; what is left of the old one is given back, in the same invoice or in the next. */
export function changePrice(world: World, subscription: Subscription, price: Stripe.Price, behaviour: string): void {
  const item = itemOf(subscription);
  const old = item.price;
  if (old.id === price.id) return;
  item.price = price;
  const lines = behaviour === 'none' ? [] : prorate(world, item, old, price);
  if (behaviour === 'always_invoice') bill(world, subscription, 'subscription_update', lines);
  else pending.set(subscription.id, [...(pending.get(subscription.id) ?? []), ...lines]);
  world.emit('customer.subscription.updated', subscription);
}

/** Lines that wait for the next invoice. */
const pending = new Map<string, Line[]>();

function prorate(world: World, item: Item, old: Stripe.Price, price: Stripe.Price): Line[] {
  const { current_period_start: from, current_period_end: end } = item;
  const left = (end - world.now) / (end - from);
  const share = (of: Stripe.Price) => Math.round((of.unit_amount ?? 0) * left);
  const common = { start: world.now, end, proration: true };
  return [
    { ...common, amount: -share(old), description: 'Unused time', price: old.id },
    { ...common, amount: share(price), description: 'Remaining time', price: price.id },
  ];
}

export function cancelNow(world: World, subscription: Subscription): Subscription {
  if (subscription.status === 'canceled') throw wrongState('resource_missing', 'No such subscription.');
  subscription.status = 'canceled';
  subscription.canceled_at ??= world.now;
  subscription.ended_at = world.now;
  world.emit('customer.subscription.deleted', subscription);
  return subscription;
}

/** Ends or renews whatever is due by the world's clock. */
export function renewDue(world: World): void {
  for (const subscription of world.all<Subscription>('subscription')) {
    while (subscription.status === 'active' && itemOf(subscription).current_period_end <= world.now) {
      if (subscription.cancel_at_period_end) cancelNow(world, subscription);
      else renew(world, subscription);
    }
  }
}

function renew(world: World, subscription: Subscription): void {
  const item = itemOf(subscription);
  item.current_period_start = item.current_period_end;
  item.current_period_end = nextMonth(item.current_period_start, item.price.recurring?.interval);
  world.emit('customer.subscription.updated', subscription);
  const lines = [...(pending.get(subscription.id) ?? []), periodLine(item)];
  pending.delete(subscription.id);
  bill(world, subscription, 'subscription_cycle', lines);
}

function bill(world: World, subscription: Subscription, reason: string, lines: readonly Line[]): Stripe.Invoice {
  const invoice = newInvoice(world, subscription, reason, lines);
  subscription.latest_invoice = invoice.id;
  world.emit('invoice.created', invoice);
  invoice.status = 'open';
  invoice.number = `STANDIN-${String(world.all('invoice').length).padStart(4, '0')}`;
  world.emit('invoice.finalized', invoice);
  collect(world, subscription, invoice);
  return invoice;
}

function collect(world: World, subscription: Subscription, invoice: Stripe.Invoice): void {
  const before = subscription.status;
  try {
    if (invoice.amount_due > 0) charge(world, subscription, invoice);
    invoice.status = 'paid';
    invoice.amount_paid = invoice.amount_due;
    invoice.amount_remaining = 0;
    subscription.status = 'active';
    world.emit('invoice.paid', invoice);
    world.emit('invoice.payment_succeeded', invoice);
  } catch {
    subscription.status = before === 'active' ? 'past_due' : before;
    world.emit('invoice.payment_failed', invoice);
  }
  if (subscription.status !== before) world.emit('customer.subscription.updated', subscription);
}

function charge(world: World, subscription: Subscription, invoice: Stripe.Invoice): void {
  invoice.attempted = true;
  invoice.attempt_count += 1;
  const card = idOf(subscription.default_payment_method) ?? '';
  const intent = newIntent(world, {
    amount: invoice.amount_due,
    currency: invoice.currency,
    customer: idOf(subscription.customer) ?? null,
    paymentMethod: card,
    description: 'Subscription',
  });
  const payment = { id: newId('invoice_payment'), object: 'invoice_payment', invoice: invoice.id, status: 'paid' };
  invoice.payments = {
    object: 'list',
    has_more: false,
    url: '/v1/invoice_payments',
    data: [{ ...payment, payment: { type: 'payment_intent', payment_intent: intent.id } }],
  } as unknown as NonNullable<Stripe.Invoice['payments']>;
  confirm(world, intent, card, true);
}

function newInvoice(world: World, subscription: Subscription, reason: string, lines: readonly Line[]) {
  const id = newId('invoice');
  const total = lines.reduce((sum, { amount }) => sum + amount, 0);
  const data = lines.map((line) => toLine(world, line, id, subscription));
  return world.create<Stripe.Invoice>(
    'invoice',
    {
      amount_due: Math.max(0, total),
      amount_paid: 0,
      amount_remaining: Math.max(0, total),
      amount_overpaid: 0,
      amount_paid_off_stripe: 0,
      amount_shipping: 0,
      attempt_count: 0,
      billing_reason: reason,
      collection_method: 'charge_automatically',
      currency: subscription.currency,
      customer: subscription.customer,
      issuer: { type: 'self' },
      lines: { object: 'list', data, has_more: false, url: `/v1/invoices/${id}/lines` },
      parent: {
        type: 'subscription_details',
        quote_details: null,
        subscription_details: { metadata: subscription.metadata, subscription: subscription.id },
      },
      payment_settings: { default_mandate: null, payment_method_options: null, payment_method_types: null },
      period_end: world.now,
      period_start: world.now,
      post_payment_credit_notes_amount: 0,
      pre_payment_credit_notes_amount: 0,
      starting_balance: 0,
      status: 'draft',
      status_transitions: { finalized_at: null, marked_uncollectible_at: null, paid_at: null, voided_at: null },
      subtotal: total,
      total,
    },
    id,
  );
}

function toLine(world: World, line: Line, invoice: string, subscription: Subscription): Stripe.InvoiceLineItem {
  return world.create<Stripe.InvoiceLineItem & { created?: number }>('line_item', {
    amount: line.amount,
    currency: subscription.currency,
    description: line.description,
    invoice,
    parent: {
      type: 'subscription_item_details',
      invoice_item_details: null,
      subscription_item_details: {
        invoice_item: null,
        proration: line.proration,
        proration_details: null,
        subscription: subscription.id,
        subscription_item: itemOf(subscription).id,
      },
    },
    period: { start: line.start, end: line.end },
    pricing: {
      type: 'price_details',
      price_details: { price: line.price, product: idOf(itemOf(subscription).price.product) },
      unit_amount_decimal: String(line.amount),
    },
    quantity: 1,
    subscription: subscription.id,
    subtotal: line.amount,
  });
}

function periodLine(item: Item): Line {
  const { current_period_start: start, current_period_end: end, price } = item;
  return { amount: price.unit_amount ?? 0, description: 'Plan', start, end, proration: false, price: price.id };
}

export function itemOf(subscription: Subscription): Item {
  const [item] = subscription.items.data;
  if (item === undefined) throw wrongState('subscription_empty', 'The subscription has no items.');
  return item;
}

/** The same day of the next month (or year), or its last day. */
export function nextMonth(seconds: number, interval: string | undefined): number {
  const date = new Date(seconds * 1_000);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + (interval === 'year' ? 12 : 1));
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, last));
  return Math.floor(date.getTime() / 1_000);
}
