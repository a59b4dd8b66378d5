/** What the pretended account holds: objects by id, a clock that only moves when told, and the events of every change. */
import { randomBytes } from 'node:crypto';
import type Stripe from 'stripe';
import { noSuch } from './failure.ts';
import shapes from './shapes.json' with { type: 'json' };

export interface Thing {
  id: string;
  object: string;
  created?: number;
}

/** By the prefix of their ids. */
const kinds: Readonly<Record<string, string>> = {
  cus: 'customer',
  pi: 'payment_intent',
  ch: 'charge',
  re: 'refund',
  du: 'dispute',
  pm: 'payment_method',
  seti: 'setup_intent',
  prod: 'product',
  price: 'price',
  sub: 'subscription',
  si: 'subscription_item',
  in: 'invoice',
  txn: 'balance_transaction',
  cs: 'checkout.session',
  bps: 'billing_portal.session',
  evt: 'event',
  il: 'line_item',
};

const prefixes = Object.fromEntries(Object.entries(kinds).map(([prefix, kind]) => [kind, prefix]));

/** The version that the official client of this repository speaks. */
export const apiVersion = '2026-10-28.endive';

export class World {
  readonly things = new Map<string, Thing>();
  readonly #byKind = new Map<string, Thing[]>();
  readonly events: Stripe.Event[] = [];
  /** How a saved card behaves: that is the bank's secret, not a field. */
  readonly behaviours = new Map<string, Behaviour>();
  readonly livemode: boolean;
  onEvent: (event: Stripe.Event) => void = () => {};
  /** The request that is being answered, as events name it. */
  request: { id: string | null; idempotency_key: string | null } = { id: null, idempotency_key: null };
  #offsetMs = 0;
  readonly #systemMs: () => number;

  constructor(options: { readonly livemode?: boolean; readonly systemMs?: () => number } = {}) {
    this.livemode = options.livemode ?? false;
    this.#systemMs = options.systemMs ?? Date.now;
  }

  /** The time outside, which signatures have: whoever checks them does not live by the world's clock. */
  get outsideSeconds(): number {
    return Math.floor(this.#systemMs() / 1_000);
  }

  get nowMs(): number {
    return this.#systemMs() + this.#offsetMs;
  }

  get now(): number {
    return Math.floor(this.nowMs / 1_000);
  }

  advance(ms: number): void {
    this.#offsetMs += ms;
  }

  /** A new object with every field that the kind has; what `fields` leaves out is empty. */
  create<T extends Thing>(kind: string, fields: Partial<Record<keyof T, unknown>>, id = newId(kind)): T {
    const shape: Record<string, string> = shapes[kind as keyof typeof shapes];
    const blank = Object.fromEntries(Object.entries(shape).map(([name, type]) => [name, blankOf(name, type)]));
    const stamped = { ...blank, created: this.now };
    if ('livemode' in shape) Object.assign(stamped, { livemode: this.livemode });
    const made = { ...stamped, ...fields, id, object: kind } as unknown as T;
    this.things.set(id, made);
    const siblings = this.#byKind.get(kind);
    if (siblings === undefined) this.#byKind.set(kind, [made]);
    else siblings.push(made);
    return made;
  }

  find<T extends Thing>(kind: string, id: string | undefined): T | undefined {
    const thing = id === undefined ? undefined : this.things.get(id);
    return thing?.object === kind ? (thing as T) : undefined;
  }

  get<T extends Thing>(kind: string, id: string | undefined, param = 'id'): T {
    const found = this.find<T>(kind, id);
    if (found === undefined) throw noSuch(kind, id ?? '', param, param === 'id' ? 404 : 400);
    return found;
  }

  /** Newest first, as lists are. */
  all<T extends Thing>(kind: string): T[] {
    return (this.#byKind.get(kind) ?? []).toReversed() as T[];
  }

  /** The event has the object as it is now. */
  emit(type: string, object: unknown): Stripe.Event {
    const event = this.create<Stripe.Event & Thing>('event', {
      api_version: apiVersion,
      type,
      data: { object: structuredClone(object) },
      request: { ...this.request },
    });
    this.events.push(event);
    this.onEvent(event);
    return event;
  }
}

export type Behaviour = 'pays' | 'declined' | 'insufficient-funds' | 'needs-authentication' | 'processing';

/** https://docs.stripe.com/testing */
export const testCards: Readonly<Record<string, Behaviour>> = {
  pm_card_visa: 'pays',
  pm_card_mastercard: 'pays',
  pm_card_chargeDeclined: 'declined',
  pm_card_visa_chargeDeclined: 'declined',
  pm_card_chargeDeclinedInsufficientFunds: 'insufficient-funds',
  pm_card_visa_chargeDeclinedInsufficientFunds: 'insufficient-funds',
  pm_card_authenticationRequired: 'needs-authentication',
  pm_usBankAccount_success: 'processing',
};

export function newId(kind: string): string {
  return `${prefixes[kind] ?? kind}_${randomBytes(12).toString('hex')}`;
}

/** The id of what may be expanded. */
export function idOf(value: string | { readonly id: string } | null | undefined): string | undefined {
  return typeof value === 'object' ? value?.id : value;
}

export function kindOfId(id: string): string | undefined {
  return kinds[id.split('_')[0] ?? ''];
}

function blankOf(name: string, type: string): unknown {
  if (name === 'metadata') return {};
  if (type === 'array') return [];
  if (type === 'boolean') return false;
  return null;
}
