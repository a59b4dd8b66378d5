/**
 * Brings settlements from the journal to Postgres: in order, in batches, again until it succeeds. Sending a row twice is
 * harmless, because `insert` skips request ids that are there.
 */
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { within } from '../lib/within.ts';
import { isRowFault } from './insert-fault.ts';
import type { SettlementBatch, SettlementSource } from './outbox.ts';
import type { SettlementRecord } from './record.ts';
import { keepRejected } from './rejected-rows.ts';

/** Puts all rows, each the JSON of a settlement, into Postgres, or none; those whose request id is there are skipped. */
export type InsertRows = (rows: readonly string[]) => Promise<void>;

export interface ShipperOptions {
  readonly journal: {
    flush(): boolean;
    sources(): readonly SettlementSource[];
    readonly rejectedPath: string;
  };
  readonly insert: InsertRows;
  readonly clock: Clock;
  readonly log: Log;
  /** A batch is built between two requests: 250 rows take the event loop about 1 ms. */
  readonly batchRowsMax?: number;
  /** How long new rows may wait for company. */
  readonly intervalMs?: number;
  /** The pause after a failure doubles up to this. */
  readonly backoffMsMax?: number;
}

export interface ShipperStats {
  readonly shippedRows: number;
  readonly rejectedRows: number;
  /** Failures since the last success; 0 while Postgres takes rows. */
  readonly failures: number;
  readonly lastShippedAtMs: number | undefined;
  readonly lastError: string | undefined;
}

export function startShipper(options: ShipperOptions): Shipper {
  return new Shipper(options);
}

const firstBackoffMs = 100;

export class Shipper {
  readonly #options: Required<ShipperOptions>;
  #shippedRows = 0;
  #rejectedRows = 0;
  #failures = 0;
  #lastShippedAtMs: number | undefined;
  #lastError: string | undefined;
  #stopped = false;
  #wake: (() => void) | undefined;
  /** Flushes that wait for a round that finds nothing more. */
  #drained: (() => void)[] = [];
  /** Of the batch in work: a retry must not write them a second time. */
  readonly #rejected = new Set<string>();
  readonly #loop: Promise<void>;

  constructor(options: ShipperOptions) {
    this.#options = { batchRowsMax: 250, intervalMs: 200, backoffMsMax: 10_000, ...options };
    this.#loop = this.#run();
  }

  /** Ships everything that is settled now. Returns whether all of it arrived within the deadline. */
  async flush(deadlineMs: number): Promise<boolean> {
    if (this.#stopped) return false;
    const written = this.#options.journal.flush();
    const drained = new Promise<void>((resolve) => this.#drained.push(resolve));
    this.#wake?.();
    return (await within(drained, deadlineMs)) && written;
  }

  /** Starts no further batch. Resolves when the one under way has ended: `insert` bounds that time. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wake?.();
    await this.#loop;
  }

  stats(): ShipperStats {
    return {
      shippedRows: this.#shippedRows,
      rejectedRows: this.#rejectedRows,
      failures: this.#failures,
      lastShippedAtMs: this.#lastShippedAtMs,
      lastError: this.#lastError,
    };
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      // A flush that comes during the round may have rows that the round no longer sees.
      const waiting = this.#drained.splice(0);
      try {
        const more = await this.#round();
        this.#succeed();
        if (more) {
          this.#drained.unshift(...waiting);
          continue;
        }
        if (!this.#stopped) for (const done of waiting) done();
      } catch (error) {
        this.#drained.unshift(...waiting);
        this.#fail(error);
      }
      if (this.#drained.length === 0 || this.#failures > 0) await this.#pause();
    }
  }

  /** One batch of each source. Returns whether there may be more. */
  async #round(): Promise<boolean> {
    let more = false;
    for (const source of this.#options.journal.sources()) {
      if (this.#stopped) return false;
      const batch = await source.read(this.#options.batchRowsMax);
      if (batch === undefined) continue;
      await this.#ship(source, batch);
      more ||= batch.rows.length === 0 || batch.rows.length >= this.#options.batchRowsMax;
    }
    return more;
  }

  async #ship(source: SettlementSource, batch: SettlementBatch): Promise<void> {
    await this.#insert(batch.rows.filter((row) => !this.#rejected.has(row)));
    this.#rejected.clear();
    source.acknowledge(batch);
    if (batch.rows.length > 0) this.#lastShippedAtMs = this.#options.clock.nowMs();
  }

  /** Halves a batch that Postgres refuses until the row is found. Depth: the logarithm of the batch. */
  async #insert(rows: readonly string[]): Promise<void> {
    if (rows.length === 0) return;
    try {
      await this.#options.insert(rows);
      this.#shippedRows += rows.length;
    } catch (error) {
      if (!isRowFault(error)) throw error;
      const [row] = rows;
      if (rows.length === 1 && row !== undefined) {
        this.#reject(row, error);
        return;
      }
      const middle = rows.length >> 1;
      await this.#insert(rows.slice(0, middle));
      await this.#insert(rows.slice(middle));
    }
  }

  #reject(row: string, error: unknown): void {
    const { journal, clock, log } = this.#options;
    keepRejected(journal.rejectedPath, row, messageOf(error), clock.nowMs());
    this.#rejected.add(row);
    this.#rejectedRows++;
    const { requestId, organizationId } = JSON.parse(row) as SettlementRecord;
    log.error(
      { requestId, organizationId, path: journal.rejectedPath, error },
      'Postgres refuses a usage row for what is in it; it is set aside in a file and is on no bill yet',
    );
  }

  #succeed(): void {
    if (this.#failures > 0) this.#options.log.info({ failures: this.#failures }, 'usage rows are shipped again');
    this.#failures = 0;
  }

  #fail(error: unknown): void {
    this.#failures++;
    this.#lastError = messageOf(error);
    // Every doubling of the count: an outage of hours is some lines, not thousands.
    if ((this.#failures & (this.#failures - 1)) !== 0) return;
    this.#options.log.warn({ failures: this.#failures, error }, 'usage rows cannot be shipped; the journal keeps them');
  }

  /** Between rounds. A flush ends it, and is not kept waiting by the backoff of an outage that may be over. */
  #pause(): Promise<void> {
    const { intervalMs, backoffMsMax } = this.#options;
    const backoffMs = Math.min(backoffMsMax, firstBackoffMs * 2 ** Math.min(this.#failures - 1, 16));
    const flushing = this.#drained.length > 0;
    const pauseMs = this.#failures === 0 ? intervalMs : flushing ? firstBackoffMs : backoffMs;
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#wake?.(), pauseMs);
      if (!flushing) timer.unref();
      this.#wake = () => {
        this.#wake = undefined;
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
