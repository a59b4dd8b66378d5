/** Webhooks: events signed as Stripe signs them, sent in whatever order, number and pace a test asks for. */
import { createHmac } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type Stripe from 'stripe';
import type { World } from './world.ts';

export interface Endpoint {
  readonly url: string;
  /** While a secret is rolled there are two, and a signature by each. */
  secrets: readonly string[];
}

export interface Delivery {
  readonly eventId: string;
  readonly type: string;
  readonly url: string;
  /** 0: nobody answered. */
  readonly status: number;
}

/** How new events are sent. */
export interface Pace {
  /** Kept back until `send`. */
  hold: boolean;
  delayMs: number;
  copies: number;
}

const timeoutMs = 30_000;

/** `t=...,v1=...`: HMAC-SHA-256 of `t.body` (https://docs.stripe.com/webhooks#verify-manually). */
export function signatureOf(body: string, secrets: readonly string[], seconds: number): string {
  const signatures = secrets.map((secret) => createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex'));
  return [`t=${seconds}`, ...signatures.map((signature) => `v1=${signature}`)].join(',');
}

export class Deliveries {
  readonly endpoints: Endpoint[] = [];
  readonly log: Delivery[] = [];
  readonly pace: Pace = { hold: false, delayMs: 0, copies: 1 };
  /** Events that are held, or that no endpoint took. */
  readonly waiting = new Set<string>();
  /** As many next deliveries are lost on their way. */
  loseNext = 0;
  readonly #world: World;
  readonly #running = new Set<Promise<void>>();
  readonly #aborter = new AbortController();

  constructor(world: World) {
    this.#world = world;
    world.onEvent = (event) => this.#onEvent(event);
  }

  /** All copies of all events at the same time; in the order given they begin. Resolves when all were answered. */
  async send(ids: readonly string[], copies = 1): Promise<readonly Delivery[]> {
    const events = ids.map((id) => this.#world.get<Stripe.Event>('event', id));
    const sent = events.flatMap((event) => Array.from({ length: copies }, () => this.#sendToAll(event)));
    return (await Promise.all(sent)).flat();
  }

  /** What nobody has taken yet. */
  retry(): Promise<readonly Delivery[]> {
    return this.send([...this.waiting]);
  }

  /** Resolves when nothing is on its way. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  close(): void {
    this.#aborter.abort();
  }

  #onEvent(event: Stripe.Event): void {
    if (this.endpoints.length === 0) return;
    this.waiting.add(event.id);
    if (this.pace.hold) return;
    const { delayMs, copies } = this.pace;
    const running = pause(delayMs, undefined, { signal: this.#aborter.signal })
      .then(() => this.send([event.id], copies))
      .then(
        () => {},
        () => {},
      )
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  async #sendToAll(event: Stripe.Event): Promise<Delivery[]> {
    const results = await Promise.all(this.endpoints.map((endpoint) => this.#sendTo(endpoint, event)));
    if (results.every(({ status }) => status >= 200 && status < 300)) this.waiting.delete(event.id);
    return results;
  }

  async #sendTo({ url, secrets }: Endpoint, event: Stripe.Event): Promise<Delivery> {
    const body = JSON.stringify(event, null, 2);
    const headers = {
      'content-type': 'application/json; charset=utf-8',
      'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
      'stripe-signature': signatureOf(body, secrets, this.#world.outsideSeconds),
    };
    const result = { eventId: event.id, type: event.type, url, status: 0 };
    if (this.loseNext > 0) {
      this.loseNext -= 1;
      this.log.push(result);
      return result;
    }
    try {
      const signal = AbortSignal.any([this.#aborter.signal, AbortSignal.timeout(timeoutMs)]);
      const answer = await fetch(url, { method: 'POST', headers, body, signal });
      await answer.arrayBuffer();
      const delivery = { ...result, status: answer.status };
      this.log.push(delivery);
      return delivery;
    } catch {
      this.log.push(result);
      return result;
    }
  }
}
