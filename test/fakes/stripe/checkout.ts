/** Checkout sessions, and the person at the pay page. */
import type Stripe from 'stripe';
import { subscribe } from './billing.ts';
import { badParameter, missingParameter, StripeFailure, wrongState } from './failure.ts';
import { type Form, groupOf, listOf, metadataOf, numberOf, textOf } from './form.ts';
import { confirm, decline, newCard, newIntent, succeed } from './payments.ts';
import { type Behaviour, idOf, newId, type World } from './world.ts';

type Session = Stripe.Checkout.Session;

/** What the account keeps of a session beside its fields: what is to be made when it is paid. */
interface Plan {
  readonly amount: number;
  readonly price?: Stripe.Price | undefined;
  readonly form: Form;
}

const plans = new WeakMap<World, Map<string, Plan>>();

export function openSession(world: World, form: Form, baseUrl: string): Session {
  const mode = textOf(form, 'mode') ?? 'payment';
  if (textOf(form, 'success_url') === undefined) throw missingParameter('success_url');
  const { amount, currency, price } = mode === 'setup' ? setupTotal(form) : lineTotal(world, form, mode);
  const customer = textOf(form, 'customer');
  if (customer !== undefined) world.get('customer', customer, 'customer');
  const id = `cs_${world.livemode ? 'live' : 'test'}_${newId('x').slice(2)}`;
  const session = world.create<Session>(
    'checkout.session',
    {
      amount_subtotal: mode === 'setup' ? null : amount,
      amount_total: mode === 'setup' ? null : amount,
      automatic_tax: { enabled: false, liability: null, provider: null, status: null },
      cancel_url: textOf(form, 'cancel_url') ?? null,
      client_reference_id: textOf(form, 'client_reference_id') ?? null,
      currency,
      customer: customer ?? null,
      custom_text: { after_submit: null, shipping_address: null, submit: null, terms_of_service_acceptance: null },
      expires_at: numberOf(form, 'expires_at') ?? world.now + 86_400,
      metadata: metadataOf(form),
      mode,
      payment_method_types: ['card'],
      payment_status: mode === 'setup' ? 'no_payment_required' : 'unpaid',
      status: 'open',
      success_url: textOf(form, 'success_url'),
      url: `${baseUrl}/pay/${id}`,
    },
    id,
  );
  const all = plans.get(world) ?? new Map<string, Plan>();
  plans.set(world, all.set(id, { amount, price, form }));
  return session;
}

function setupTotal(form: Form): { amount: number; currency: string; price?: undefined } {
  return { amount: 0, currency: textOf(form, 'currency') ?? 'usd' };
}

function lineTotal(world: World, form: Form, mode: string) {
  const items = listOf(form, 'line_items').filter((item) => typeof item === 'object');
  if (items.length === 0) throw missingParameter('line_items');
  let amount = 0;
  let price: Stripe.Price | undefined;
  for (const item of items) {
    price = priceOf(world, item);
    amount += (price.unit_amount ?? 0) * (numberOf(item, 'quantity') ?? 1);
  }
  const currency = price?.currency ?? 'usd';
  if (mode === 'payment' && amount < 50) {
    throw badParameter('line_items', "The Checkout Session's total amount due must add up to at least $0.50 usd");
  }
  return { amount, currency, price };
}

function priceOf(world: World, item: Form): Stripe.Price {
  const id = textOf(item, 'price');
  if (id !== undefined) return world.get<Stripe.Price>('price', id, 'line_items[0][price]');
  const data = groupOf(item, 'price_data');
  const unit = numberOf(data, 'unit_amount');
  if (unit === undefined || !Number.isSafeInteger(unit) || unit < 0)
    throw badParameter('line_items', 'Invalid integer');
  const currency = textOf(data, 'currency');
  if (currency === undefined) throw missingParameter('line_items[0][price_data][currency]');
  const recurring = groupOf(data, 'recurring');
  return world.create<Stripe.Price>('price', {
    active: false,
    billing_scheme: 'per_unit',
    currency,
    product: textOf(data, 'product') ?? newId('product'),
    recurring: 'interval' in recurring ? { interval: recurring.interval, interval_count: 1 } : null,
    type: 'interval' in recurring ? 'recurring' : 'one_time',
    unit_amount: unit,
    unit_amount_decimal: String(unit),
  });
}

/** What somebody does on the pay page with a card that behaves so. Returns false when the card was refused. */
export function paySession(world: World, id: string, behaviour: Behaviour): boolean {
  const session = world.get<Session>('checkout.session', id);
  const plan = plans.get(world)?.get(id);
  if (session.status !== 'open' || plan === undefined) {
    throw wrongState('checkout_session_not_open', `The session is ${session.status}.`);
  }
  const customer = idOf(session.customer) ?? newCustomer(world, session);
  const card = newCard(world, behaviour, customer);
  try {
    if (session.mode === 'payment') payOnce(world, session, plan, customer, card.id);
    else if (session.mode === 'setup') saveCard(world, session, customer, card.id);
    else startSubscription(world, session, plan, customer, card.id);
  } catch (error) {
    if (error instanceof StripeFailure && error.status === 402) return false;
    throw error;
  }
  return true;
}

function newCustomer(world: World, session: Session): string {
  const { id } = world.create<Stripe.Customer>('customer', { email: 'payer@example.com', balance: 0 });
  session.customer = id;
  return id;
}

function payOnce(world: World, session: Session, { amount, form }: Plan, customer: string, card: string): void {
  const data = groupOf(form, 'payment_intent_data');
  const found = world.find<Stripe.PaymentIntent>('payment_intent', idOf(session.payment_intent));
  const intent =
    found ??
    newIntent(world, {
      amount,
      currency: session.currency ?? 'usd',
      customer,
      description: textOf(data, 'description'),
      metadata: metadataOf(data),
      setupFutureUsage: textOf(data, 'setup_future_usage'),
    });
  session.payment_intent = intent.id;
  confirm(world, intent, card, false);
  // The person passes the check at the bank.
  if (intent.status === 'requires_action') succeed(world, intent);
  session.status = 'complete';
  session.payment_status = intent.status === 'succeeded' ? 'paid' : 'unpaid';
  session.url = null;
  world.emit('checkout.session.completed', session);
}

/** What a bank says days later about a method that is not at once. */
export function endProcessing(world: World, intent: Stripe.PaymentIntent, paid: boolean): void {
  const session = world.all<Session>('checkout.session').find((each) => idOf(each.payment_intent) === intent.id);
  if (intent.status !== 'processing') throw wrongState('not_processing', `The payment is ${intent.status}.`);
  if (paid) succeed(world, intent);
  else decline(world, intent);
  if (session === undefined) return;
  if (paid) session.payment_status = 'paid';
  world.emit(`checkout.session.async_payment_${paid ? 'succeeded' : 'failed'}`, session);
}

function saveCard(world: World, session: Session, customer: string, card: string): void {
  const intent = world.create<Stripe.SetupIntent>('setup_intent', {
    customer,
    payment_method: card,
    payment_method_types: ['card'],
    status: 'succeeded',
    usage: 'off_session',
  });
  session.setup_intent = intent.id;
  session.status = 'complete';
  session.url = null;
  world.emit('setup_intent.created', intent);
  world.emit('setup_intent.succeeded', intent);
  world.emit('checkout.session.completed', session);
}

function startSubscription(world: World, session: Session, plan: Plan, customer: string, card: string): void {
  if (plan.price === undefined) throw missingParameter('line_items');
  const metadata = metadataOf(groupOf(plan.form, 'subscription_data'));
  const subscription = subscribe(world, { customer, price: plan.price, card, metadata });
  if (subscription.status !== 'active') return;
  session.subscription = subscription.id;
  session.invoice = subscription.latest_invoice;
  session.status = 'complete';
  session.payment_status = 'paid';
  session.url = null;
  world.emit('checkout.session.completed', session);
}

export function expireSession(world: World, id: string): Session {
  const session = world.get<Session>('checkout.session', id);
  if (session.status !== 'open') throw wrongState('checkout_session_not_open', `The session is ${session.status}.`);
  session.status = 'expired';
  session.url = null;
  world.emit('checkout.session.expired', session);
  return session;
}
