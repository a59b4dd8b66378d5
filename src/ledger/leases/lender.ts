/** Whoever lends parts of budgets to this instance: Postgres, or a pretend one in tests. Units are whole numbers. */

/** What one question for a loan was answered. */
export interface Loan {
  /** The budget's window in which it was lent. */
  readonly pot: string;
  /** Absent while nothing was ever lent. */
  readonly lease?: number;
  /** 0: there is less than was asked for. */
  readonly lent: number;
  /** Before this loan: what nobody had spent or held. */
  readonly available: number;
  readonly granted: number;
  readonly spent: number;
  readonly held: number;
  /** Until the window ends. Absent: it never does. */
  readonly endsInMs?: number;
  /** Other leases that hold something of it. */
  readonly others: number;
}

export interface OpenLease {
  readonly lease: number;
  /** Somebody needs what is free in it. */
  readonly recalled: boolean;
}

export interface Lender {
  /** At least `need` or nothing, from the present window or from `pot`. Undefined: no such budget. Throws LenderAway. */
  lend(budget: string, pot: string | undefined, need: number): Promise<Loan | undefined>;
  /** False: the lease was closed meanwhile. Throws LenderAway. */
  giveBack(lease: number, units: number, close: boolean): Promise<boolean>;
  /** Says that this instance lives, and prolongs its leases. Throws LenderAway. */
  renew(): Promise<readonly OpenLease[]>;
}

/** The database does not answer: nothing can be lent now. */
export class LenderAway extends Error {
  override readonly name = 'LenderAway';
}
