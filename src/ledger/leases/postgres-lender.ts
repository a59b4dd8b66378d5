/** Lends from the pots of Postgres (migration 4: lend, give_back, close_leases). */
import { sql } from 'kysely';
import { codeOf, StoreError } from '../../store/error.ts';
import type { Store } from '../../store/store.ts';
import { leaseGraceMs, leaseTtlMs } from './lease-book.ts';
import { type Lender, LenderAway, type Loan, type OpenLease } from './lender.ts';

export interface LenderIdentity {
  readonly instance: string;
  /** Of this process: leases of an earlier one under the same name are closed. */
  readonly boot: string;
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
}

export class PostgresLender implements Lender {
  readonly #store: Pick<Store, 'db'>;
  readonly #me: LenderIdentity;

  constructor(store: Pick<Store, 'db'>, me: LenderIdentity) {
    this.#store = store;
    this.#me = me;
  }

  async lend(budget: string, pot: string | undefined, need: number): Promise<Loan | undefined> {
    const { instance, boot } = this.#me;
    const rows = await this.#ask<LoanRow>(sql`SELECT * FROM lend(${budget}, ${pot ?? null}, ${instance}, ${boot},
      ${String(need)}::bigint, ${interval(leaseTtlMs)}::interval)`);
    const [row] = rows;
    if (row === undefined) return undefined;
    const { lease, ends_in_ms, ...rest } = row;
    return { ...rest, ...(lease !== null && { lease }), ...(ends_in_ms !== null && { endsInMs: ends_in_ms }) };
  }

  async giveBack(lease: number, units: number, close: boolean): Promise<boolean> {
    const rows = await this.#ask<{ open: boolean }>(
      sql`SELECT give_back(${lease}, ${String(units)}::bigint, ${close}) AS open`,
    );
    return rows[0]?.open ?? false;
  }

  async renew(): Promise<readonly OpenLease[]> {
    const { instance, boot } = this.#me;
    await this.#ask(sql`INSERT INTO instances (name, boot, seen_at) VALUES (${instance}, ${boot}, now())
      ON CONFLICT (name) DO UPDATE SET boot = excluded.boot, seen_at = excluded.seen_at`);
    return this.#ask<OpenLease>(sql`UPDATE leases SET expires_at = now() + ${interval(leaseTtlMs)}::interval
      WHERE instance = ${instance} AND boot = ${boot} AND closed_at IS NULL RETURNING id AS lease, recalled`);
  }

  /**
   * Closes leases of earlier processes under this name and of other dead instances, whose journals are heard, and those
   * of instances long silent.
   */
  async closeDead(heard: readonly string[]): Promise<void> {
    const { instance, boot } = this.#me;
    const names = [instance, ...heard];
    await this.#ask(sql`SELECT close_leases(${names}::text[], ${boot}, ${interval(leaseGraceMs)}::interval)`);
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
