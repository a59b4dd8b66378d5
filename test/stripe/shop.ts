/** Tollgate's side of payments on a database of its own, with the stand-in for Stripe on the other side. */
import type Stripe from 'stripe';
import { prepareJobs } from '../../src/control/jobs/queue.ts';
import { ledgerChecks } from '../../src/control/ledger/check.ts';
import { ensureOrganization } from '../../src/control/organizations.ts';
import { startTopUp } from '../../src/control/stripe/checkout.ts';
import { processEvent } from '../../src/control/stripe/events.ts';
import { openStripe, type StripeParts, type StripeSettings } from '../../src/control/stripe/parts.ts';
import type { PlanListener } from '../../src/control/stripe/plan-listener.ts';
import { receiveWebhook } from '../../src/control/stripe/webhook.ts';
import type { Finding } from '../../src/ledger/verify/findings.ts';
import { verifyLedger } from '../../src/ledger/verify.ts';
import { walletOf } from '../../src/ledger/wallet.ts';
import { type Clock, systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import type { Store } from '../../src/store/store.ts';
import { paySession } from '../fakes/stripe/checkout.ts';
import { signatureOf } from '../fakes/stripe/deliveries.ts';
import { type StandIn, startStandIn } from '../fakes/stripe/server.ts';
import type { Behaviour } from '../fakes/stripe/world.ts';
import { type TestDatabase, testDatabase } from '../postgres.ts';
import { inProcessClient } from './in-process.ts';

export const secret = 'whsec_shop';
export const dollar = 1_000_000_000n;

export interface Shop {
  readonly standIn: StandIn;
  readonly parts: StripeParts;
  readonly store: Store;
  readonly database: TestDatabase;
  /** Its clock; `passMs` moves both. */
  readonly clock: Clock;
  passMs(ms: number): void;
  organization(name: string): Promise<string>;
  /** An order whose page nobody has paid yet. */
  order(organizationId: string, dollars: number, saveCard?: boolean): Promise<Order>;
  /** The same, paid. */
  buy(organizationId: string, dollars: number, card?: Behaviour): Promise<Order & { readonly intentId: string }>;
  /** As Stripe sends it, and its job at once. */
  deliver(event: Stripe.Event): Promise<void>;
  /** All that nobody has taken yet, in their order. */
  deliverAll(): Promise<void>;
  /** Paid money in the wallet, in nano-dollars, without what is owed. */
  balance(organizationId: string): Promise<bigint>;
  /** I8: what Stripe has taken and not given back, and what the ledger says it has. */
  books(): Promise<{ readonly stripe: bigint; readonly ledger: bigint }>;
  /** What `tollgate ledger verify` finds wrong. */
  findings(): Promise<readonly Finding[]>;
  close(): Promise<void>;
}

export interface Order {
  readonly paymentId: string;
  readonly sessionId: string;
}

/** `fast`: Stripe is called without sockets. */
export async function openShop(
  options: { readonly plans?: PlanListener; readonly settings?: Partial<StripeSettings>; readonly fast?: boolean } = {},
): Promise<Shop> {
  const database = await testDatabase();
  // Nothing here is about losing power.
  const store = await database.open({ poolSize: 8, url: `${database.url}&options=-c%20synchronous_commit%3Doff` });
  await prepareJobs(store, silentLog);
  const standIn = await startStandIn();
  let offsetMs = 0;
  const clock: Clock = { ...systemClock, nowMs: () => systemClock.nowMs() + offsetMs };
  const settings: StripeSettings = {
    secretKey: 'sk_test_standin',
    webhookSecrets: [secret],
    topUpMinNanoUsd: 5n * dollar,
    topUpMaxNanoUsd: 10_000n * dollar,
    returnUrl: 'http://127.0.0.1:7070',
    apiBase: standIn.url,
    ...options.settings,
  };
  const base = { store, clock, log: silentLog, settings };
  const opened = openStripe(options.plans === undefined ? base : { ...base, plans: options.plans });
  const parts = options.fast === true ? { ...opened, stripe: inProcessClient(standIn) } : opened;
  const delivered = new Set<string>();
  let next = 0;
  const shop: Shop = {
    standIn,
    parts,
    store,
    database,
    clock,
    passMs(ms) {
      offsetMs += ms;
      standIn.world.advance(ms);
    },
    organization: (name) => ensureOrganization(store.db, name, clock),
    async order(organizationId, dollars, saveCard) {
      const amountNanoUsd = BigInt(Math.round(dollars * 100)) * (dollar / 100n);
      const { paymentId } = await startTopUp(parts, { organizationId, amountNanoUsd, saveCard });
      const row = await store.db
        .selectFrom('stripe_payments')
        .select('session_id')
        .where('id', '=', paymentId)
        .executeTakeFirstOrThrow();
      return { paymentId, sessionId: row.session_id ?? '' };
    },
    async buy(organizationId, dollars, card = 'pays') {
      const order = await shop.order(organizationId, dollars);
      paySession(standIn.world, order.sessionId, card);
      const session = standIn.world.get<Stripe.Checkout.Session>('checkout.session', order.sessionId);
      return { ...order, intentId: session.payment_intent as string };
    },
    async deliver(event) {
      delivered.add(event.id);
      await receiveWebhook(parts, ...signed(event));
      await processEvent(parts, { eventId: event.id });
    },
    async deliverAll() {
      const { events } = standIn.world;
      for (; next < events.length; next++) {
        const event = events[next];
        if (event !== undefined && !delivered.has(event.id)) await shop.deliver(event);
      }
    },
    async balance(organizationId) {
      const wallet = await walletOf(store.db, organizationId);
      return (wallet?.paidNanoUsd ?? 0n) - (wallet?.receivableNanoUsd ?? 0n);
    },
    books: () => booksOf(standIn, store),
    findings: async () => (await verifyLedger(store, { checks: ledgerChecks })).findings,
    async close() {
      await standIn.close();
      await database.close();
    },
  };
  return shop;
}

/** The newest ones whose object is one of these, or belongs to one of these payment intents; oldest first. */
export function eventsAbout({ standIn }: Shop, ids: readonly string[]): Stripe.Event[] {
  const about = ({ data }: Stripe.Event) => {
    const object = data.object as unknown as Record<string, unknown>;
    return ids.some((id) => object.id === id || object.payment_intent === id);
  };
  return standIn.world.events.slice(-500).filter(about);
}

/** The body and its header. */
export function signed(
  event: Stripe.Event,
  secrets: readonly string[] = [secret],
  atMs = Date.now(),
): [Buffer, string] {
  const body = JSON.stringify(event, null, 2);
  return [Buffer.from(body), signatureOf(body, secrets, Math.floor(atMs / 1_000))];
}

async function booksOf({ world }: StandIn, { db }: Store) {
  const intents = await db.selectFrom('stripe_movements').select('id').where('kind', '=', 'credit').execute();
  const credited = new Set(intents.map(({ id }) => id.replace('stripe:pi:', '')));
  const ours = (thing: { payment_intent: unknown }) => credited.has(String(thing.payment_intent));
  const charges = world.all<Stripe.Charge>('charge').filter(ours);
  const disputes = world.all<Stripe.Dispute>('dispute').filter((each) => each.status !== 'won' && ours(each));
  const cents =
    charges.reduce((sum, { amount_captured: paid, amount_refunded: back }) => sum + paid - back, 0) -
    disputes.reduce((sum, { amount }) => sum + amount, 0);
  const entries = await db
    .selectFrom('accounts')
    .select('posted_nano_usd')
    .where('id', '=', 'stripe:clearing')
    .executeTakeFirst();
  return { stripe: BigInt(cents) * (dollar / 100n), ledger: -(entries?.posted_nano_usd ?? 0n) };
}
