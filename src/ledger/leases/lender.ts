/** Whoever lends parts of budgets to this instance: Postgres, or a pretend one in tests. Units are whole numbers. */

/** What an instance has of one pot, as the database knows it. */
export interface LeaseState {
  /** The fencing token: a later lease has a larger one. */
  readonly lease: number;
  /** All that was ever lent with it, less what was given back. */
  readonly amount: number;
  /** One more with every loan and every gift: what was sent before an answer and arrives after it is known by this. */
  readonly version: number;
}

/** What one question for a loan was answered. */
export interface Loan extends Partial<LeaseState> {
  /** The budget's window in which it was lent. */
  readonly pot: string;
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

export interface OpenLease extends LeaseState {
  /** Somebody needs what is free in it. */
  readonly recalled: boolean;
}

/** Units go back. */
export interface Gift {
  readonly lease: number;
  readonly units: number;
  readonly close: boolean;
  /** Of the last answer: when the lease has another one by now, nothing is taken. */
  readonly version: number;
}

export interface Lender {
  /**
   * At least `need` or nothing, from the present window or from `pot`; with 0, only how things are. Undefined: no such
   * budget. Throws LenderAway.
   */
  lend(budget: string, pot: string | undefined, need: number): Promise<Loan | undefined>;
  /** How the lease is afterwards. Undefined: it is closed. Throws LenderAway. */
  giveBack(gift: Gift): Promise<LeaseState | undefined>;
  /** Says that this instance lives, and prolongs its leases. Throws LenderAway. */
  renew(): Promise<readonly OpenLease[]>;
}

/** The database does not answer: nothing can be lent now. */
export class LenderAway extends Error {
  override readonly name = 'LenderAway';
}
