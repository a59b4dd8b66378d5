/** Lends from the pots of Postgres (migration 4: lend, return_units, close_leases). */
import { sql } from 'kysely';
import { codeOf, StoreError } from '../../store/error.ts';
import type { Store } from '../../store/store.ts';
import { leaseTtlMs } from './lease-book.ts';
import { type Gift, type LeaseState, type Lender, LenderAway, type Loan, type OpenLease } from './lender.ts';

export interface LenderIdentity {
  readonly instance: string;
  /** Of this process: leases of an earlier one under the same name are closed. */
  readonly boot: string;
  /** How long a lease is lent for. */
  readonly ttlMs?: number;
}

interface LoanRow {
  readonly pot: string;
  readonly lease: number | null;
  readonly lent: number;
  readonly available: number;
  readonly granted: number;
  readonly spent: number;
  readonly held: number;
  readonly ends_in_ms: number | null;
  readonly others: number;
  readonly lease_amount: number | null;
  readonly lease_version: number | null;
}

export class PostgresLender implements Lender {
  readonly #store: Pick<Store, 'db'>;
  readonly #me: LenderIdentity;
  readonly #ttl: string;

  constructor(store: Pick<Store, 'db'>, me: LenderIdentity) {
    this.#store = store;
    this.#me = me;
    this.#ttl = interval(me.ttlMs ?? leaseTtlMs);
  }

  async lend(budget: string, pot: string | undefined, need: number): Promise<Loan | undefined> {
    const { instance, boot } = this.#me;
    const rows = await this.#ask<LoanRow>(sql`SELECT * FROM lend(${budget}, ${pot ?? null}, ${instance}, ${boot},
      ${String(need)}::bigint, ${this.#ttl}::interval)`);
    const [row] = rows;
    if (row === undefined) return undefined;
    const { lease, ends_in_ms, lease_amount, lease_version, ...rest } = row;
    return {
      ...rest,
      ...(lease !== null && { lease, amount: lease_amount ?? 0, version: lease_version ?? 0 }),
      ...(ends_in_ms !== null && { endsInMs: ends_in_ms }),
    };
  }

  async giveBack({ lease, units, close, version }: Gift): Promise<LeaseState | undefined> {
    const [state] = await this.#ask<LeaseState>(sql`
      SELECT lease, amount, version FROM return_units(${lease}, ${String(units)}::bigint, ${close}, ${version})`);
    return state;
  }

  async renew(): Promise<readonly OpenLease[]> {
    const { instance, boot } = this.#me;
    await this.#ask(sql`INSERT INTO instances (name, boot, seen_at) VALUES (${instance}, ${boot}, now())
      ON CONFLICT (name) DO UPDATE SET boot = excluded.boot, seen_at = excluded.seen_at`);
    // One that is just being lent from or charged is prolonged the next time: nobody waits here while holding others.
    return this.#ask<OpenLease>(sql`
      WITH renewed AS (
        UPDATE leases SET expires_at = now() + ${this.#ttl}::interval WHERE id IN (
          SELECT id FROM leases WHERE instance = ${instance} AND boot = ${boot} AND closed_at IS NULL
          FOR UPDATE SKIP LOCKED)
      )
      SELECT id AS lease, amount_units AS amount, version, recalled FROM leases
      WHERE instance = ${instance} AND boot = ${boot} AND closed_at IS NULL`);
  }

  /** Closes leases of earlier processes under this name and of other dead instances, whose journals are heard. */
  async closeHeard(heard: readonly string[]): Promise<void> {
    await this.#close([this.#me.instance, ...heard], '100 years');
  }

  /** Closes leases that nobody prolonged until long after their time. */
  async closeExpired(graceMs: number): Promise<void> {
    const grace = interval(graceMs);
    const found = await this.#ask(sql`
      SELECT 1 FROM leases WHERE closed_at IS NULL AND expires_at < now() - ${grace}::interval LIMIT 1`);
    // Closing takes the ledger's lock, which nobody should wait for in vain.
    if (found.length > 0) await this.#close([], grace);
  }

  async #close(names: readonly string[], grace: string): Promise<void> {
    await this.#ask(sql`SELECT close_leases(${names}::text[], ${this.#me.boot}, ${grace}::interval)`);
  }

  /** This instance counts no longer when what is there is shared. */
  async leave(): Promise<void> {
    const { instance, boot } = this.#me;
    await this.#ask(sql`DELETE FROM instances WHERE name = ${instance} AND boot = ${boot}`);
  }

  async #ask<Row>(query: ReturnType<typeof sql<Row>>): Promise<readonly Row[]> {
    try {
      return (await query.execute(this.#store.db)).rows as readonly Row[];
    } catch (error) {
      throw isAway(error) ? new LenderAway('the database does not answer', { cause: error }) : error;
    }
  }
}

const interval = (ms: number): string => `${ms} milliseconds`;

/** Not there, ended, or too slow; what has a SQLSTATE of another class is a fault of ours. */
function isAway(error: unknown): boolean {
  if (error instanceof StoreError) return true;
  const code = codeOf(error);
  return !/^[0-9A-Z]{5}$/.test(code) || /^(08|53|57|40|55)/.test(code);
}
