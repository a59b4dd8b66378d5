/** One organization, both ways: as the model says it is, and as gateways hold and settle it in the database. */
import type { Store } from '../../../src/store/store.ts';
import { settlement } from '../books.ts';
import { Books, type Lease } from './books.ts';

/** What is held for a running request: on its wallet and on its budget, at once. */
export interface Hold {
  readonly requestId: string;
  readonly instance: string;
  readonly leases: readonly Lease[];
  units: bigint;
}

export interface Instance {
  readonly name: string;
  boot: number;
}

export const budgetLimit = 5_000;

export class World {
  readonly organizationId: string;
  readonly books: Books;
  /** In dollars, each month; requests are held on it. */
  readonly budget: string;
  readonly instances: readonly [Instance, Instance];
  holds: Hold[] = [];
  /** Settlements that came in, to come in again. */
  readonly told: string[] = [];
  /** Top-ups that came in. */
  readonly paid: { readonly key: string; readonly amount: bigint }[] = [];
  /** The house may have to pay: an answer cost more than was held, or its lease was closed before it was settled. */
  mayOverrun = false;
  month = 0;
  expiries = 0;
  #count = 0;

  constructor(organizationId: string, budget: string, firstPot: string) {
    this.organizationId = organizationId;
    this.budget = budget;
    this.books = new Books(organizationId);
    this.addMonth(firstPot);
    this.instances = [
      { name: `a-${organizationId}`, boot: 1 },
      { name: `b-${organizationId}`, boot: 1 },
    ];
  }

  #pot = '';

  get budgetPot(): string {
    return this.#pot;
  }

  get walletPot(): string {
    return `wallet:${this.organizationId}`;
  }

  addMonth(pot: string): void {
    this.#pot = pot;
    this.books.pots.set(pot, { granted: BigInt(budgetLimit), spent: 0n, held: 0n });
  }

  instance(at: number): Instance {
    return this.instances[at === 0 ? 0 : 1];
  }

  next(what: string): string {
    return `${what}_${this.organizationId.slice(4)}${this.#count++}`;
  }

  /** The instance's open lease of a pot. */
  lease(pot: string, instance: string): Lease | undefined {
    return [...this.books.leases.values()].find((each) => each.pot === pot && each.instance === instance && each.open);
  }

  /** What the instance may still hold on it. */
  free(lease: Lease | undefined): bigint {
    if (lease === undefined) return 0n;
    const held = this.holds.filter(({ leases }) => leases.includes(lease)).reduce((sum, { units }) => sum + units, 0n);
    return lease.amount - lease.used - held;
  }

  pick(at: number): Hold | undefined {
    return this.holds[at % Math.max(this.holds.length, 1)];
  }

  /** The settlement of a hold, as its gateway's journal says it. */
  settle(hold: Hold, charge: bigint): string {
    this.holds = this.holds.filter((each) => each !== hold);
    if (charge > hold.units || hold.leases.some(({ open }) => !open)) this.mayOverrun = true;
    this.books.settle(charge, hold.leases);
    const text = settlement({
      organizationId: this.organizationId,
      chargeNanoUsd: charge,
      requestId: hold.requestId,
      leases: hold.leases.map(({ id }) => id),
    });
    this.told.push(text);
    return text;
  }
}

interface Stored {
  readonly accounts: ReadonlyMap<string, bigint>;
  readonly pots: ReadonlyMap<string, string>;
  readonly leases: ReadonlyMap<number, string>;
  readonly layers: ReadonlyMap<string, readonly string[]>;
}

/** Everything that the model knows, as the database has it. */
export async function readStored(db: Store['db']): Promise<Stored> {
  const accounts = await db.selectFrom('accounts').select(['id', 'posted_nano_usd']).execute();
  const pots = await db.selectFrom('pots').selectAll().execute();
  const leases = await db.selectFrom('leases').selectAll().execute();
  const grants = await db.selectFrom('grants').selectAll().orderBy('created_at').orderBy('id').execute();
  const layers = new Map<string, string[]>();
  for (const { organization_id, remaining_nano_usd } of grants) {
    layers.set(organization_id, [...(layers.get(organization_id) ?? []), String(remaining_nano_usd)]);
  }
  return {
    accounts: new Map(accounts.map((row) => [row.id, row.posted_nano_usd])),
    pots: new Map(pots.map((row) => [row.id, potText(row.granted_units, row.spent_units, row.held_units)])),
    leases: new Map(leases.map((row) => [row.id, leaseText(row.amount_units, row.used_units, row.closed_at === null)])),
    layers,
  };
}

const potText = (granted: unknown, spent: unknown, held: unknown) => `granted ${granted}, spent ${spent}, held ${held}`;
const leaseText = (amount: unknown, used: unknown, open: boolean) =>
  `${open ? 'open' : 'closed'} ${amount}, used ${used}`;

/** The first thing in which the database differs from the model. */
export function difference(world: World, stored: Stored): string | undefined {
  const { books, organizationId } = world;
  const amounts = { wallet: books.paid, credit: books.credit, receivable: -books.debt };
  const rows: [string, unknown, unknown][] = [
    ...Object.entries(amounts).map(([kind, amount]): [string, unknown, unknown] => {
      const id = `${kind}:${organizationId}`;
      return [id, amount, stored.accounts.get(id) ?? 0n];
    }),
    ...[...books.pots].map(([id, { granted, spent, held }]): [string, unknown, unknown] => {
      const model = potText(granted, spent, held);
      // The pot of a wallet comes into being when somebody first asks to hold on it.
      const later = id === world.walletPot && spent === 0n && held === 0n;
      return [id, model, stored.pots.get(id) ?? (later ? model : undefined)];
    }),
    ...[...books.leases.values()].map(({ id, amount, used, open }): [string, unknown, unknown] => [
      `lease ${id}`,
      leaseText(amount, used, open),
      stored.leases.get(id),
    ]),
    [
      'layers of credit',
      books.layers.map(({ left }) => String(left)).join(),
      (stored.layers.get(organizationId) ?? []).join(),
    ],
  ];
  const odd = rows.find(([, model, real]) => model !== real);
  return odd && `${odd[0]}: the model says ${odd[1]}, and the database ${odd[2]}`;
}
