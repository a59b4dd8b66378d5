/** Cards, payment intents, charges, refunds, disputes and the balance. */
import type Stripe from 'stripe';
import { badParameter, cardFailure, wrongState } from './failure.ts';
import { type Behaviour, idOf, newId, testCards, type World } from './world.ts';

type Intent = Stripe.PaymentIntent;

/** A card of its own for the customer; `pm_card_...` are the names of Stripe's test cards. */
export function attachCard(world: World, name: string, customer: string | null): Stripe.PaymentMethod {
  const known = world.find<Stripe.PaymentMethod>('payment_method', name);
  if (known !== undefined) {
    known.customer = customer;
    world.emit('payment_method.attached', known);
    return known;
  }
  const behaviour = testCards[name];
  if (behaviour === undefined) throw badParameter('payment_method', `No such PaymentMethod: '${name}'`);
  const made = newCard(world, behaviour, customer);
  if (customer !== null) world.emit('payment_method.attached', made);
  return made;
}

export function newCard(world: World, behaviour: Behaviour, customer: string | null): Stripe.PaymentMethod {
  const made = world.create<Stripe.PaymentMethod>('payment_method', {
    type: 'card',
    allow_redisplay: 'unspecified',
    billing_details: { address: null, email: null, name: null, phone: null, tax_id: null },
    card: { brand: 'visa', country: 'US', exp_month: 12, exp_year: 2040, funding: 'credit', last4: '4242' },
    customer,
  });
  world.behaviours.set(made.id, behaviour);
  return made;
}

export interface NewIntent {
  readonly amount: number;
  readonly currency: string;
  readonly customer: string | null;
  readonly paymentMethod?: string | undefined;
  readonly description?: string | undefined;
  readonly metadata?: Record<string, string>;
  readonly setupFutureUsage?: string | undefined;
}

export function newIntent(world: World, asked: NewIntent): Intent {
  const id = newId('payment_intent');
  const intent = world.create<Intent>(
    'payment_intent',
    {
      amount: asked.amount,
      amount_capturable: 0,
      amount_received: 0,
      capture_method: 'automatic',
      client_secret: `${id}_secret_standin`,
      confirmation_method: 'automatic',
      currency: asked.currency,
      customer: asked.customer,
      description: asked.description ?? null,
      metadata: asked.metadata ?? {},
      payment_method: asked.paymentMethod ?? null,
      payment_method_types: ['card'],
      setup_future_usage: asked.setupFutureUsage ?? null,
      status: asked.paymentMethod === undefined ? 'requires_payment_method' : 'requires_confirmation',
    },
    id,
  );
  world.emit('payment_intent.created', intent);
  return intent;
}

/** Throws the card's failure, as the API does with 402; the intent stays and can be confirmed again. */
export function confirm(world: World, intent: Intent, card: string, offSession: boolean): Intent {
  if (!['requires_payment_method', 'requires_confirmation', 'requires_action'].includes(intent.status)) {
    throw wrongState(
      'payment_intent_unexpected_state',
      `You cannot confirm this PaymentIntent because it has a status of ${intent.status}.`,
    );
  }
  intent.payment_method = card;
  const behaviour = world.behaviours.get(card) ?? 'pays';
  if (behaviour === 'needs-authentication' && !offSession) {
    intent.status = 'requires_action';
    intent.next_action = { type: 'use_stripe_sdk', use_stripe_sdk: {} } as Stripe.PaymentIntent.NextAction;
    world.emit('payment_intent.requires_action', intent);
    return intent;
  }
  if (behaviour === 'processing') {
    intent.status = 'processing';
    world.emit('payment_intent.processing', intent);
    return intent;
  }
  if (behaviour === 'pays') return succeed(world, intent);
  const code = behaviour === 'needs-authentication' ? 'authentication_required' : 'card_declined';
  throw decline(world, intent, code, behaviour === 'insufficient-funds' ? 'insufficient_funds' : 'generic_decline');
}

export function decline(world: World, intent: Intent, code = 'card_declined', declineCode = 'generic_decline') {
  const card = idOf(intent.payment_method) ?? null;
  const charge = newCharge(world, intent, card, { paid: false, status: 'failed', failure_code: code });
  charge.failure_message = 'Your card was declined.';
  intent.latest_charge = charge.id;
  intent.status = 'requires_payment_method';
  intent.payment_method = null;
  intent.next_action = null;
  intent.last_payment_error = {
    type: 'card_error',
    code,
    decline_code: declineCode,
    message: 'Your card was declined.',
  } as Stripe.PaymentIntent.LastPaymentError;
  world.emit('charge.failed', charge);
  world.emit('payment_intent.payment_failed', intent);
  return cardFailure(code, declineCode, structuredClone(intent));
}

export function succeed(world: World, intent: Intent): Intent {
  const charge = newCharge(world, intent, idOf(intent.payment_method) ?? null, { paid: true, status: 'succeeded' });
  charge.amount_captured = intent.amount;
  charge.captured = true;
  charge.balance_transaction = book(world, 'charge', charge.id, intent.amount, intent.currency, fee(intent.amount)).id;
  intent.latest_charge = charge.id;
  intent.amount_received = intent.amount;
  intent.status = 'succeeded';
  intent.next_action = null;
  intent.last_payment_error = null;
  world.emit('charge.succeeded', charge);
  world.emit('payment_intent.succeeded', intent);
  return intent;
}

function newCharge(world: World, intent: Intent, card: string | null, fields: Partial<Stripe.Charge>): Stripe.Charge {
  return world.create<Stripe.Charge>('charge', {
    amount: intent.amount,
    amount_captured: 0,
    amount_refunded: 0,
    billing_details: { address: null, email: null, name: null, phone: null, tax_id: null },
    currency: intent.currency,
    customer: intent.customer,
    description: intent.description,
    fraud_details: {},
    metadata: { ...intent.metadata },
    payment_intent: intent.id,
    payment_method: card,
    ...fields,
  });
}

export function refund(world: World, charge: Stripe.Charge, amount: number | undefined, fields: object): Stripe.Refund {
  const left = charge.amount_captured - charge.amount_refunded;
  const asked = amount ?? left;
  if (!charge.paid) throw wrongState('charge_not_refundable', `Charge ${charge.id} was not paid.`);
  if (charge.disputed) throw wrongState('charge_disputed', `Charge ${charge.id} has been charged back.`);
  if (left === 0) throw wrongState('charge_already_refunded', `Charge ${charge.id} has already been refunded.`);
  if (asked > left || asked <= 0) {
    throw badParameter('amount', `Refund amount (${asked}) is greater than unrefunded amount on charge (${left})`);
  }
  const made = world.create<Stripe.Refund>('refund', {
    amount: asked,
    charge: charge.id,
    currency: charge.currency,
    payment_intent: charge.payment_intent,
    status: 'succeeded',
    ...fields,
  });
  made.balance_transaction = book(world, 'refund', made.id, -asked, charge.currency, 0).id;
  charge.amount_refunded += asked;
  charge.refunded = charge.amount_refunded === charge.amount_captured;
  world.emit('refund.created', made);
  world.emit('charge.refunded', charge);
  return made;
}

/** A bank may send a refund back, days later. */
export function failRefund(world: World, made: Stripe.Refund): Stripe.Refund {
  const charge = world.get<Stripe.Charge>('charge', idOf(made.charge));
  made.status = 'failed';
  made.failure_reason = 'lost_or_stolen_card';
  charge.amount_refunded -= made.amount;
  charge.refunded = false;
  book(world, 'refund_failure', made.id, made.amount, made.currency, 0);
  world.emit('refund.failed', made);
  world.emit('charge.refund.updated', made);
  return made;
}

export function dispute(world: World, charge: Stripe.Charge, amount = charge.amount, reason = 'fraudulent') {
  const made = world.create<Stripe.Dispute>('dispute', {
    amount,
    charge: charge.id,
    currency: charge.currency,
    evidence: {},
    evidence_details: { due_by: world.now + 9 * 86_400, has_evidence: false, past_due: false, submission_count: 0 },
    payment_intent: charge.payment_intent,
    reason,
    status: 'needs_response',
  });
  made.balance_transactions = [book(world, 'adjustment', made.id, -amount, charge.currency, 1_500)];
  charge.disputed = true;
  world.emit('charge.dispute.created', made);
  world.emit('charge.dispute.funds_withdrawn', made);
  return made;
}

export function closeDispute(world: World, made: Stripe.Dispute, status: 'won' | 'lost'): Stripe.Dispute {
  made.status = status;
  world.emit('charge.dispute.closed', made);
  if (status === 'won') {
    made.balance_transactions.push(book(world, 'adjustment', made.id, made.amount, made.currency, 0));
    world.emit('charge.dispute.funds_reinstated', made);
  }
  return made;
}

export function balance(world: World): Stripe.Balance {
  const entries = world.all<Stripe.BalanceTransaction>('balance_transaction');
  const amount = entries.reduce((sum, { net }) => sum + net, 0);
  return {
    object: 'balance',
    available: [{ amount, currency: 'usd', source_types: { card: amount } }],
    connect_reserved: [{ amount: 0, currency: 'usd' }],
    livemode: world.livemode,
    pending: [{ amount: 0, currency: 'usd', source_types: { card: 0 } }],
  } as unknown as Stripe.Balance;
}

/** What the account has taken and given back, in cents, for whoever compares books. */
export function totals(world: World): { paid: number; refunded: number; disputed: number } {
  const charges = world.all<Stripe.Charge>('charge');
  const disputes = world.all<Stripe.Dispute>('dispute').filter(({ status }) => status !== 'won');
  return {
    paid: charges.reduce((sum, { amount_captured }) => sum + amount_captured, 0),
    refunded: charges.reduce((sum, { amount_refunded }) => sum + amount_refunded, 0),
    disputed: disputes.reduce((sum, { amount }) => sum + amount, 0),
  };
}

/** 2.9 % and 30 cents, as for cards in the United States. */
const fee = (amount: number): number => Math.round(amount * 0.029) + 30;

function book(world: World, type: string, source: string, amount: number, currency: string, charged: number) {
  return world.create<Stripe.BalanceTransaction>('balance_transaction', {
    amount,
    available_on: world.now,
    balance_type: 'payments',
    currency,
    fee: charged,
    fee_details: charged === 0 ? [] : [{ amount: charged, currency, type: 'stripe_fee' }],
    net: amount - charged,
    reporting_category: type,
    source,
    status: 'available',
    type,
  });
}
