/** Opens this instance's lease book on the database, keeps it, and closes what dead processes left behind. */
import { randomUUID } from 'node:crypto';
import { LeaseBook, leaseGraceMs, leaseTtlMs, usableMs } from './ledger/leases/lease-book.ts';
import { PostgresLender } from './ledger/leases/postgres-lender.ts';
import type { Clock } from './lib/clock.ts';
import type { Log } from './lib/log.ts';
import type { Store } from './store/store.ts';

export interface LeaseKeeperOptions {
  readonly store: Store;
  readonly instance: string;
  readonly clock: Clock;
  readonly log: Log;
  /** How long a request waits for what running ones may leave over. */
  readonly patienceMs: number;
  /** Ships what the journal has; whether all of it arrived. */
  readonly ship: (deadlineMs: number) => Promise<boolean>;
  /** Dead instances whose journals are in Postgres. */
  readonly heardInstances: () => ReadonlySet<string>;
  readonly times?: LeaseTimes;
}

export interface LeaseTimes {
  /** How long a lease is lent for, and how much later others may close it. */
  readonly ttlMs: number;
  readonly graceMs: number;
  /** Between two signs of life, and between two looks for leases that nobody prolongs. */
  readonly renewMs: number;
  readonly sweepMs: number;
}

/** What earlier processes used must be known before their leases are closed: this long the start waits for it. */
const shipFirstMs = 15_000;
/** What is not shipped by then keeps its lease until the next time. */
const shipIdleMs = 1_000;
const defaultTimes: LeaseTimes = { ttlMs: leaseTtlMs, graceMs: leaseGraceMs, renewMs: 5_000, sweepMs: 5_000 };
const neverMs = 100 * 365 * 86_400_000;
/** The channel that the functions of migration 4 notify; the payload is `schema:pot`. */
const channel = 'tollgate_leases';

export async function keepLeases(options: LeaseKeeperOptions): Promise<LeaseKeeper> {
  const { store, instance, clock, log, patienceMs, times = defaultTimes } = options;
  const { ttlMs, graceMs, renewMs } = times;
  const lender = new PostgresLender(store, { instance, boot: randomUUID(), ttlMs });
  const book = new LeaseBook({
    lender,
    now: () => clock.monotonicMs(),
    log,
    patienceMs,
    renewMs,
    usableMs: usableMs(ttlMs, graceMs),
    settled: () => options.ship(shipIdleMs),
  });
  const keeper = new LeaseKeeper(book, lender, options);
  await keeper.start();
  return keeper;
}

export class LeaseKeeper {
  readonly book: LeaseBook;
  readonly #lender: PostgresLender;
  readonly #options: LeaseKeeperOptions;
  #stopListening: () => void = () => {};
  #timer: NodeJS.Timeout | undefined;
  /** Everything of earlier processes under this name is shipped. */
  #shipped = false;
  #swept = -1;
  /** Since when the database has answered every sweep; monotonic. */
  #answersSince: number | undefined;

  constructor(book: LeaseBook, lender: PostgresLender, options: LeaseKeeperOptions) {
    this.book = book;
    this.#lender = lender;
    this.#options = options;
  }

  async start(): Promise<void> {
    const { store, times: { sweepMs } = defaultTimes } = this.#options;
    await this.#sweep(shipFirstMs);
    await this.book.renew();
    const prefix = `${store.schema}:`;
    const subscription = store.listen(channel, {
      onNotify: (payload) => {
        if (payload.startsWith(prefix)) this.book.recall(payload.slice(prefix.length));
      },
      // What was recalled meanwhile is in the leases themselves.
      onUp: () => void this.book.renew(),
      onDown: () => {},
    });
    this.#stopListening = () => subscription.close();
    this.book.start();
    this.#timer = setInterval(() => void this.#sweep(1_000), sweepMs).unref();
  }

  /** Call it when the gateway has ended. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#stopListening();
    // What is used and not shipped would seem to be free.
    if (await this.#options.ship(shipFirstMs)) await this.book.close();
    else this.book.stop();
    await this.#lender.leave().catch(() => {});
  }

  /** Never rejects: what cannot be closed now is tried again. */
  async #sweep(shipMs: number): Promise<void> {
    try {
      await this.#closeHeard(shipMs);
      await this.#closeExpired();
    } catch (error) {
      this.#answersSince = undefined;
      const { log } = this.#options;
      log.warn({ error }, 'leases of dead processes cannot be closed now; what they hold is not lent meanwhile');
    }
  }

  async #closeHeard(shipMs: number): Promise<void> {
    const { heardInstances, ship } = this.#options;
    if (!this.#shipped) this.#shipped = await ship(shipMs);
    const heard = heardInstances();
    if (!this.#shipped || heard.size === this.#swept) return;
    await this.#lender.closeHeard([...heard]);
    this.#swept = heard.size;
  }

  /** After the database was away, every instance that lives gets the time to say so first. */
  async #closeExpired(): Promise<void> {
    const { clock, times: { ttlMs, graceMs } = defaultTimes } = this.#options;
    const now = clock.monotonicMs();
    this.#answersSince ??= now;
    const waited = now - this.#answersSince >= ttlMs;
    await this.#lender.closeExpired(waited ? graceMs : neverMs);
  }
}
