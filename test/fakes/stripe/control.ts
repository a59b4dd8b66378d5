/** What a test may do to the stand-in beside calling it: JSON over HTTP under /_control, described in README.md. */
import type Stripe from 'stripe';
import { renewDue } from './billing.ts';
import { endProcessing, expireSession, paySession } from './checkout.ts';
import { StripeFailure } from './failure.ts';
import type { FaultRequest } from './faults.ts';
import { closeDispute, dispute, failRefund, totals } from './payments.ts';
import type { StandIn } from './server.ts';
import { type Behaviour, idOf } from './world.ts';

interface Asked {
  readonly advanceMs?: number;
  readonly session?: string;
  readonly card?: Behaviour;
  readonly paymentIntent?: string;
  readonly paid?: boolean;
  readonly amount?: number;
  readonly reason?: string;
  readonly dispute?: string;
  readonly refund?: string;
  readonly status?: 'won' | 'lost';
  readonly url?: string;
  readonly secrets?: readonly string[];
  readonly hold?: boolean;
  readonly delayMs?: number;
  readonly copies?: number;
  readonly loseNext?: number;
  readonly events?: readonly string[];
  readonly id?: string;
  readonly set?: Readonly<Record<string, unknown>>;
}

type Action = (standIn: StandIn, asked: Asked) => unknown;

const actions: Readonly<Record<string, Action>> = {
  'POST /clock': ({ world }, { advanceMs = 0 }) => {
    world.advance(advanceMs);
    renewDue(world);
    return { nowMs: world.nowMs };
  },
  'POST /pay': ({ world }, { session = '', card = 'pays' }) => ({ accepted: paySession(world, session, card) }),
  'POST /expire': ({ world }, { session = '' }) => expireSession(world, session),
  'POST /processing': ({ world }, { paymentIntent, paid = true }) => {
    const intent = world.get<Stripe.PaymentIntent>('payment_intent', paymentIntent);
    endProcessing(world, intent, paid);
    return intent;
  },
  'POST /disputes': ({ world }, { paymentIntent, amount, reason }) => {
    const intent = world.get<Stripe.PaymentIntent>('payment_intent', paymentIntent);
    return dispute(world, world.get<Stripe.Charge>('charge', idOf(intent.latest_charge)), amount, reason);
  },
  'POST /disputes/close': ({ world }, { dispute: id, status = 'lost' }) =>
    closeDispute(world, world.get<Stripe.Dispute>('dispute', id), status),
  'POST /refunds/fail': ({ world }, { refund: id }) => failRefund(world, world.get<Stripe.Refund>('refund', id)),
  'POST /webhooks': ({ deliveries }, { url = '', secrets = [] }) => {
    const found = deliveries.endpoints.find((endpoint) => endpoint.url === url);
    if (found === undefined) deliveries.endpoints.push({ url, secrets });
    else found.secrets = secrets;
    return deliveries.endpoints;
  },
  'POST /deliveries': ({ deliveries }, { hold, delayMs, copies, loseNext }) => {
    if (hold !== undefined) deliveries.pace.hold = hold;
    if (delayMs !== undefined) deliveries.pace.delayMs = delayMs;
    if (copies !== undefined) deliveries.pace.copies = copies;
    if (loseNext !== undefined) deliveries.loseNext = loseNext;
    return deliveries.pace;
  },
  'POST /deliveries/send': ({ deliveries }, { events = [...deliveries.waiting], copies }) =>
    deliveries.send(events, copies),
  'POST /deliveries/retry': ({ deliveries }) => deliveries.retry(),
  'GET /deliveries': ({ deliveries }) => ({ sent: deliveries.log, waiting: [...deliveries.waiting] }),
  'POST /faults': ({ faults }, asked) => {
    faults.add(asked as unknown as FaultRequest);
    return {};
  },
  'DELETE /faults': ({ faults }) => {
    faults.clear();
    return {};
  },
  'POST /objects': ({ world }, { id = '', set = {} }) => Object.assign(world.things.get(id) ?? {}, set),
  'GET /requests': ({ log }) => log,
  'GET /totals': ({ world }) => totals(world),
};

export async function control(standIn: StandIn, method: string, path: string, body: string) {
  const action = actions[`${method} ${path}`];
  if (action === undefined) return { status: 404, json: { error: `No such control. Known: ${Object.keys(actions)}` } };
  try {
    return { status: 200, json: await action(standIn, body === '' ? {} : (JSON.parse(body) as Asked)) };
  } catch (error) {
    if (error instanceof StripeFailure) return { status: error.status, json: error.body };
    if (error instanceof SyntaxError) return { status: 400, json: { error: 'The body is not JSON.' } };
    throw error;
  }
}
