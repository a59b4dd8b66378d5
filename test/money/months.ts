/** Past months for tests of invoices: the database writes what is posted under a date, so the chain of hashes stays true. */
import { sql } from 'kysely';
import { saveSeller } from '../../src/control/invoices/parties.ts';
import { postUsage } from '../../src/ledger/post-usage.ts';
import type { Store } from '../../src/store/store.ts';
import { settlement } from './books.ts';

type Db = Pick<Store, 'db'>;

/** What is posted from now on was posted then, for the whole database. */
export async function postAt(store: Db, time: string): Promise<void> {
  for (const table of ['transfers', 'ledger_links']) {
    await sql`ALTER TABLE ${sql.table(table)} ALTER created_at SET DEFAULT ${sql.lit(time)}::timestamptz`.execute(
      store.db,
    );
  }
}

/** As the schema has it: each thing is posted when it is. */
export async function postNow(store: Db): Promise<void> {
  for (const table of ['transfers', 'ledger_links']) {
    await sql`ALTER TABLE ${sql.table(table)} ALTER created_at SET DEFAULT now()`.execute(store.db);
  }
}

export interface Used {
  readonly model?: string;
  readonly settledAt?: string;
}

/** One request. Its tokens are ten in and five out. */
export async function use(store: Db, organizationId: string, chargeNanoUsd: bigint, used: Used = {}): Promise<string> {
  const { model = 'mock/small', settledAt } = used;
  const settledAtMs = settledAt === undefined ? undefined : Date.parse(settledAt);
  const record = JSON.parse(
    settlement({ organizationId, chargeNanoUsd, ...(settledAtMs !== undefined && { settledAtMs }) }),
  );
  await postUsage(store.db, [JSON.stringify({ ...record, servedModel: model })]);
  return record.requestId;
}

export const seller = {
  details: {
    name: 'Müller & Söhne GmbH',
    address: ['Straße 7', '10115 Berlin'],
    taxId: 'DE123456789',
    taxName: 'MwSt',
    footer: ['Payable in $ or €'],
  },
  taxBasisPoints: 1900,
  paymentDays: 14,
};

export async function sell(store: Db): Promise<void> {
  await saveSeller(store.db, seller);
}
