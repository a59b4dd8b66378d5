/**
 * What an organization's money does, as a few sums in memory: no tables, no locks, no SQL. Written from the rules, so that
 * the ledger can be held against it.
 */

export interface Pot {
  granted: bigint;
  spent: bigint;
  held: bigint;
}

export interface Lease {
  readonly id: number;
  readonly pot: string;
  readonly instance: string;
  amount: bigint;
  used: bigint;
  open: boolean;
}

export interface Layer {
  /** Days from some day; undefined: never. */
  expires: number | undefined;
  left: bigint;
}

export interface Lent {
  readonly lent: bigint;
  /** What was free before. */
  readonly available: bigint;
}

const least = (...amounts: readonly bigint[]) => pick(amounts, (each, low) => each < low);
const most = (...amounts: readonly bigint[]) => pick(amounts, (each, high) => each > high);
const pick = (amounts: readonly bigint[], better: (each: bigint, best: bigint) => boolean) =>
  amounts.reduce((best, each) => (better(each, best) ? each : best));
const free = ({ amount, used }: Lease) => most(amount - used, 0n);

export class Books {
  paid = 0n;
  debt = 0n;
  blocked = false;
  overrun = 0n;
  revenue = 0n;
  readonly layers: Layer[] = [];
  readonly pots = new Map<string, Pot>();
  readonly leases = new Map<number, Lease>();
  readonly #wallet: string;

  constructor(organizationId: string) {
    this.#wallet = `wallet:${organizationId}`;
    this.pots.set(this.#wallet, { granted: 0n, spent: 0n, held: 0n });
  }

  get credit(): bigint {
    return this.layers.reduce((sum, { left }) => sum + left, 0n);
  }

  pot(id: string): Pot {
    const pot = this.pots.get(id);
    if (pot === undefined) throw new Error(`the model has no pot ${id}`);
    return pot;
  }

  topUp(amount: bigint): void {
    const toDebt = least(this.debt, amount);
    this.debt -= toDebt;
    this.paid += amount - toDebt;
    if (this.debt === 0n) this.blocked = false;
    this.#fund();
  }

  grant(amount: bigint, expires: number | undefined): void {
    this.layers.push({ expires, left: amount });
    this.#fund();
  }

  /** A layer's day has come: what is left of it goes, as far as nobody holds it. */
  expire(layer: Layer, day: number): void {
    layer.expires = day;
    const unheld = this.paid + this.credit - this.pot(this.#wallet).held;
    layer.left -= most(least(layer.left, unheld), 0n);
    this.#fund();
  }

  /** Money goes back. What is spent or held is not there: false, or a debt. */
  takeBack(amount: bigint, missing: 'refuse' | 'owe'): boolean {
    const available = this.paid + this.credit - this.pot(this.#wallet).held;
    const taken = most(least(this.paid, available, amount), 0n);
    if (taken < amount && missing === 'refuse') return false;
    this.paid -= taken;
    this.debt += amount - taken;
    if (taken < amount) this.blocked = true;
    this.#fund();
    return true;
  }

  /**
   * Of what is free, all to one instance alone, else half of a fair share; nothing if less than `need` is free. `need`
   * has in it what the instance's open lease was overdrawn by, which is spent and holds nothing. Credit whose day has come
   * is not lent, as far as nobody holds it.
   */
  lend(pot: string, need: bigint, others: number, open: Lease | undefined): Lent {
    const { granted, spent, held } = this.pot(pot);
    const overdrawn = open === undefined ? 0n : most(open.used - open.amount, 0n);
    const unheld = granted - spent - held + overdrawn;
    const available = unheld - (pot === this.#wallet ? least(this.#expired, most(unheld, 0n)) : 0n);
    if (available < need) return { lent: 0n, available };
    const share = others === 0 ? available : available / BigInt(2 * (others + 1));
    return { lent: most(need, share), available };
  }

  /** What was lent goes into the instance's open lease, or into a new one of this id. */
  addLease(id: number, pot: string, instance: string, amount: bigint): Lease {
    const lease = this.leases.get(id) ?? { id, pot, instance, amount: 0n, used: 0n, open: true };
    this.leases.set(id, lease);
    this.#change(lease, () => {
      lease.amount += amount;
    });
    return lease;
  }

  giveBack(lease: Lease, units: bigint): void {
    this.#change(lease, () => {
      lease.amount -= units;
    });
  }

  close(lease: Lease): void {
    this.#change(lease, () => {
      lease.open = false;
    });
  }

  /** Usage that was held on leases: counted where it was held, released, and paid from credit, wallet and house. */
  settle(charge: bigint, leases: readonly Lease[]): void {
    for (const lease of leases) {
      if (lease.pot !== this.#wallet) this.pot(lease.pot).spent += charge;
      this.#change(lease, () => {
        lease.used += charge;
      });
    }
    this.revenue += charge;
    this.#pay(charge);
    this.#fund();
  }

  /** Of layers whose day has come, what was held then. Days to come are positive. */
  get #expired(): bigint {
    return this.layers.filter(({ expires = 0 }) => expires < 0).reduce((sum, { left }) => sum + left, 0n);
  }

  #pay(charge: bigint): void {
    let rest = charge;
    const soonest = (a: Layer, b: Layer) => (a.expires ?? Infinity) - (b.expires ?? Infinity);
    for (const layer of this.layers.toSorted((a, b) => soonest(a, b) || 0)) {
      const taken = least(layer.left, rest);
      layer.left -= taken;
      rest -= taken;
    }
    const fromWallet = least(this.paid, rest);
    this.paid -= fromWallet;
    this.overrun += rest - fromWallet;
  }

  #fund(): void {
    this.pot(this.#wallet).granted = this.blocked ? 0n : this.paid + this.credit;
  }

  /** A pot holds what its open leases have free. */
  #change(lease: Lease, change: () => void): void {
    const before = lease.open ? free(lease) : 0n;
    change();
    this.pot(lease.pot).held += (lease.open ? free(lease) : 0n) - before;
  }
}
