/** The part of Stripe's API that the stand-in answers (https://docs.stripe.com/api): each endpoint a few lines. */
import type Stripe from 'stripe';
import { cancelNow, changePrice, itemOf, subscribe } from './billing.ts';
import { expireSession, openSession } from './checkout.ts';
import { badParameter, missingParameter, noSuch, unknownParameter, wrongState } from './failure.ts';
import { type Form, flagOf, groupOf, listOf, metadataOf, numberOf, textOf } from './form.ts';
import { attachCard, balance, confirm, newIntent, refund } from './payments.ts';
import { idOf, kindOfId, type Thing, type World } from './world.ts';

export interface Call {
  readonly world: World;
  readonly form: Form;
  /** From the path. */
  readonly id: string;
  readonly baseUrl: string;
}

interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: RegExp;
  readonly takes: readonly string[];
  readonly run: (call: Call) => unknown;
}

const always = ['expand', 'metadata'];

function route(method: Route['method'], path: string, takes: string, run: Route['run']): Route {
  const pattern = new RegExp(`^/v1/${path.replace(':id', '([\\w.-]+)')}$`);
  return { method, path: pattern, takes: [...always, ...takes.split(' ')], run };
}

/** Retrieve and list, which all kinds have. `filters`: fields that a list may be narrowed by. */
function reading(kind: string, path: string, filters: string): Route[] {
  const takes = `limit starting_after ending_before created ${filters}`;
  return [
    route('GET', `${path}/:id`, '', ({ world, id }) => world.get(kind, id)),
    route('GET', path, takes, ({ world, form }) => list(world.all(kind), form, filters.split(' '), `/v1/${path}`)),
  ];
}

function list(all: readonly Thing[], form: Form, filters: readonly string[], url: string): unknown {
  const after = textOf(form, 'starting_after');
  const before = textOf(form, 'ending_before');
  const gte = numberOf(groupOf(form, 'created'), 'gte');
  let found = all.filter((thing) => filters.every((name) => matches(thing, name, form)));
  if (gte !== undefined) found = found.filter(({ created }) => (created ?? 0) >= gte);
  if (after !== undefined) found = found.slice(found.findIndex(({ id }) => id === after) + 1);
  if (before !== undefined)
    found = found.slice(
      0,
      found.findIndex(({ id }) => id === before),
    );
  const limit = numberOf(form, 'limit') ?? 10;
  return { object: 'list', url, has_more: found.length > limit, data: found.slice(0, limit) };
}

function matches(thing: Thing, name: string, form: Form): boolean {
  if (name === '') return true;
  if (name === 'lookup_keys') {
    const asked = listOf(form, name);
    return asked.length === 0 || asked.includes(String((thing as unknown as Stripe.Price).lookup_key));
  }
  const asked = textOf(form, name);
  if (asked === undefined || (asked === 'all' && name === 'status')) return true;
  const value = (thing as unknown as Record<string, unknown>)[name];
  return String(typeof value === 'object' ? idOf(value as { id: string } | null) : value) === asked;
}

function need(form: Form, name: string): string {
  const value = textOf(form, name);
  if (value === undefined) throw missingParameter(name);
  return value;
}

/** Whole cents, at least Stripe's smallest charge. */
function amountOf(form: Form): number {
  const amount = Number(need(form, 'amount'));
  if (!Number.isSafeInteger(amount) || amount <= 0) throw badParameter('amount', 'Invalid integer: amount');
  if (amount < 50) throw badParameter('amount', 'Amount must be at least $0.50 usd', 'amount_too_small');
  return amount;
}

function createCustomer({ world, form }: Call): unknown {
  const { email, name, description } = form;
  const fields = { email: email ?? null, name: name ?? null, description: description ?? null };
  const made = world.create<Stripe.Customer>('customer', {
    ...fields,
    balance: 0,
    invoice_settings: { custom_fields: null, default_payment_method: null, footer: null, rendering_options: null },
    metadata: metadataOf(form),
  });
  world.emit('customer.created', made);
  return made;
}

function updateCustomer({ world, form, id }: Call): unknown {
  const customer = world.get<Stripe.Customer>('customer', id);
  for (const name of ['email', 'name', 'description'] as const) {
    if (typeof form[name] === 'string') customer[name] = form[name];
  }
  const card = textOf(groupOf(form, 'invoice_settings'), 'default_payment_method');
  if (card !== undefined) customer.invoice_settings.default_payment_method = card;
  customer.metadata = metadataOf(form, customer.metadata);
  world.emit('customer.updated', customer);
  return customer;
}

function createIntent({ world, form }: Call): unknown {
  const customer = textOf(form, 'customer') ?? null;
  if (customer !== null) world.get('customer', customer, 'customer');
  const named = textOf(form, 'payment_method');
  const known = world.find<Stripe.PaymentMethod>('payment_method', named);
  if (known !== undefined && idOf(known.customer) !== (customer ?? undefined)) {
    throw badParameter('payment_method', 'The provided PaymentMethod does not belong to the customer.');
  }
  const offSession = flagOf(form, 'off_session');
  if (offSession && !flagOf(form, 'confirm')) throw badParameter('off_session', 'off_session needs confirm=true.');
  const card = named === undefined ? undefined : (known ?? attachCard(world, named, null)).id;
  const intent = newIntent(world, {
    amount: amountOf(form),
    currency: need(form, 'currency'),
    customer,
    paymentMethod: card,
    description: textOf(form, 'description'),
    metadata: metadataOf(form),
    setupFutureUsage: textOf(form, 'setup_future_usage'),
  });
  if (!flagOf(form, 'confirm')) return intent;
  if (card === undefined) throw missingParameter('payment_method');
  return confirm(world, intent, card, offSession);
}

function confirmIntent({ world, form, id }: Call): unknown {
  const intent = world.get<Stripe.PaymentIntent>('payment_intent', id);
  const named = textOf(form, 'payment_method') ?? idOf(intent.payment_method);
  if (named === undefined) throw missingParameter('payment_method');
  const card = world.find<Stripe.PaymentMethod>('payment_method', named) ?? attachCard(world, named, null);
  return confirm(world, intent, card.id, flagOf(form, 'off_session'));
}

function cancelIntent({ world, id }: Call): unknown {
  const intent = world.get<Stripe.PaymentIntent>('payment_intent', id);
  if (intent.status === 'succeeded' || intent.status === 'canceled') {
    throw wrongState(
      'payment_intent_unexpected_state',
      `You cannot cancel this PaymentIntent: it is ${intent.status}.`,
    );
  }
  intent.status = 'canceled';
  intent.canceled_at = world.now;
  world.emit('payment_intent.canceled', intent);
  return intent;
}

function createRefund({ world, form }: Call): unknown {
  const intent = textOf(form, 'payment_intent');
  const latest = intent && world.get<Stripe.PaymentIntent>('payment_intent', intent, 'payment_intent').latest_charge;
  const charge = world.get<Stripe.Charge>('charge', textOf(form, 'charge') ?? idOf(latest || null), 'charge');
  const fields = { metadata: metadataOf(form), reason: textOf(form, 'reason') ?? null };
  return refund(world, charge, numberOf(form, 'amount'), fields);
}

function createPrice({ world, form }: Call): unknown {
  const product = need(form, 'product');
  world.get('product', product, 'product');
  const key = textOf(form, 'lookup_key') ?? null;
  const taken = world.all<Stripe.Price>('price').some(({ lookup_key }) => key !== null && lookup_key === key);
  if (taken) throw badParameter('lookup_key', 'A price already uses that lookup key.', 'resource_already_exists');
  const recurring = groupOf(form, 'recurring');
  const made = world.create<Stripe.Price>('price', {
    active: true,
    billing_scheme: 'per_unit',
    currency: need(form, 'currency'),
    lookup_key: key,
    metadata: metadataOf(form),
    product,
    recurring: 'interval' in recurring ? { interval: recurring.interval, interval_count: 1 } : null,
    tax_behavior: 'unspecified',
    type: 'interval' in recurring ? 'recurring' : 'one_time',
    unit_amount: Number(need(form, 'unit_amount')),
    unit_amount_decimal: need(form, 'unit_amount'),
  });
  world.emit('price.created', made);
  return made;
}

function createProduct({ world, form }: Call): unknown {
  const id = textOf(form, 'id');
  if (id !== undefined && world.things.has(id)) {
    throw badParameter('id', 'Product already exists.', 'resource_already_exists');
  }
  const fields = { active: true, name: need(form, 'name'), metadata: metadataOf(form), updated: world.now };
  const made = world.create<Stripe.Product>('product', fields, id);
  world.emit('product.created', made);
  return made;
}

function firstItem(form: Form): Form {
  const [item] = listOf(form, 'items');
  if (typeof item !== 'object') throw missingParameter('items');
  return item;
}

function createSubscription({ world, form }: Call): unknown {
  const customer = world.get<Stripe.Customer>('customer', need(form, 'customer'), 'customer');
  const price = world.get<Stripe.Price>('price', textOf(firstItem(form), 'price'), 'items[0][price]');
  const saved = idOf(customer.invoice_settings.default_payment_method);
  const card = textOf(form, 'default_payment_method') ?? saved;
  if (card === undefined) {
    throw wrongState('resource_missing', 'This customer has no attached payment source or default payment method.');
  }
  return subscribe(world, { customer: customer.id, price, card, metadata: metadataOf(form) });
}

function updateSubscription({ world, form, id }: Call): unknown {
  const subscription = world.get<Stripe.Subscription>('subscription', id);
  if (subscription.status === 'canceled') throw wrongState('resource_missing', 'The subscription is canceled.');
  if (form.items !== undefined) {
    const asked = firstItem(form);
    if (textOf(asked, 'id') !== itemOf(subscription).id) throw noSuch('subscription_item', textOf(asked, 'id') ?? '');
    const price = world.get<Stripe.Price>('price', textOf(asked, 'price'), 'items[0][price]');
    changePrice(world, subscription, price, textOf(form, 'proration_behavior') ?? 'create_prorations');
  }
  if (form.cancel_at_period_end !== undefined) {
    const ends = flagOf(form, 'cancel_at_period_end');
    subscription.cancel_at_period_end = ends;
    subscription.cancel_at = ends ? itemOf(subscription).current_period_end : null;
    subscription.canceled_at = ends ? world.now : null;
    world.emit('customer.subscription.updated', subscription);
  }
  subscription.metadata = metadataOf(form, subscription.metadata);
  return subscription;
}

function openPortal({ world, form, baseUrl }: Call): unknown {
  const customer = world.get<Stripe.Customer>('customer', need(form, 'customer'), 'customer').id;
  const made = world.create<Stripe.BillingPortal.Session>('billing_portal.session', {
    configuration: 'bpc_standin',
    customer,
    flow: null,
    return_url: textOf(form, 'return_url') ?? null,
  });
  made.url = `${baseUrl}/portal/${made.id}`;
  return made;
}

const checkoutTakes =
  'mode success_url cancel_url customer client_reference_id line_items payment_intent_data setup_intent_data ' +
  'subscription_data currency expires_at customer_email payment_method_types customer_creation';
const intentTakes =
  'amount currency customer payment_method confirm off_session description setup_future_usage payment_method_types ' +
  'error_on_requires_action automatic_payment_methods receipt_email';

export const routes: readonly Route[] = [
  route('POST', 'customers', 'email name description', createCustomer),
  route('POST', 'customers/:id', 'email name description invoice_settings', updateCustomer),
  ...reading('customer', 'customers', 'email'),
  route('POST', 'checkout/sessions', checkoutTakes, ({ world, form, baseUrl }) => openSession(world, form, baseUrl)),
  route('POST', 'checkout/sessions/:id/expire', '', ({ world, id }) => expireSession(world, id)),
  ...reading('checkout.session', 'checkout/sessions', 'customer payment_intent subscription status'),
  route('POST', 'payment_intents', intentTakes, createIntent),
  route('POST', 'payment_intents/:id/confirm', 'payment_method off_session', confirmIntent),
  route('POST', 'payment_intents/:id/cancel', 'cancellation_reason', cancelIntent),
  ...reading('payment_intent', 'payment_intents', 'customer'),
  ...reading('charge', 'charges', 'customer payment_intent'),
  route('POST', 'refunds', 'payment_intent charge amount reason', createRefund),
  ...reading('refund', 'refunds', 'payment_intent charge'),
  ...reading('dispute', 'disputes', 'payment_intent charge'),
  route('POST', 'payment_methods/:id/attach', 'customer', ({ world, form, id }) =>
    attachCard(world, id, world.get<Stripe.Customer>('customer', need(form, 'customer'), 'customer').id),
  ),
  ...reading('payment_method', 'payment_methods', 'customer type'),
  ...reading('setup_intent', 'setup_intents', 'customer'),
  route('POST', 'products', 'id name active description', createProduct),
  ...reading('product', 'products', 'active'),
  route('POST', 'prices', 'product currency unit_amount recurring lookup_key nickname', createPrice),
  ...reading('price', 'prices', 'product active type lookup_keys'),
  route(
    'POST',
    'subscriptions',
    'customer items default_payment_method payment_behavior off_session',
    createSubscription,
  ),
  route(
    'POST',
    'subscriptions/:id',
    'items proration_behavior cancel_at_period_end payment_behavior',
    updateSubscription,
  ),
  route('DELETE', 'subscriptions/:id', 'prorate invoice_now', ({ world, id }) =>
    cancelNow(world, world.get<Stripe.Subscription>('subscription', id)),
  ),
  ...reading('subscription', 'subscriptions', 'customer status'),
  ...reading('invoice', 'invoices', 'customer subscription status'),
  route('POST', 'billing_portal/sessions', 'customer return_url', openPortal),
  route('GET', 'balance', '', ({ world }) => balance(world)),
  ...reading('balance_transaction', 'balance_transactions', 'type source'),
  ...reading('event', 'events', 'type'),
];

/** Throws StripeFailure. */
export function answer(method: string, path: string, call: Omit<Call, 'id'>): unknown {
  for (const { method: wanted, path: pattern, takes, run } of routes) {
    const match = method === wanted ? pattern.exec(path) : null;
    if (match === null) continue;
    const unknown = Object.keys(call.form).find((name) => !takes.includes(name));
    if (unknown !== undefined) throw unknownParameter(unknown);
    return expanded(call.world, run({ ...call, id: match[1] ?? '' }), call.form);
  }
  throw noSuch('route', `${method} ${path}`);
}

/** `expand[]=latest_charge`, `expand[]=data.customer`: ids become objects, in a copy. */
function expanded(world: World, result: unknown, form: Form): unknown {
  const copy = structuredClone(result);
  for (const path of listOf(form, 'expand')) if (typeof path === 'string') expand(world, copy, path.split('.'));
  return copy;
}

function expand(world: World, at: unknown, [name, ...rest]: readonly string[]): void {
  if (Array.isArray(at)) {
    for (const each of at) expand(world, each, name === undefined ? rest : [name, ...rest]);
    return;
  }
  if (typeof at !== 'object' || at === null || name === undefined) return;
  const record = at as Record<string, unknown>;
  const value = record[name];
  if (typeof value === 'string') record[name] = structuredClone(world.find(kindOfId(value) ?? '', value) ?? value);
  if (rest.length > 0) expand(world, record[name], rest);
}
