/** Transfers, their entries, and the accounts that are the sum of them. */
import { sql } from 'kysely';
import type { Store } from '../../store/store.ts';
import type { LinkPage } from './chain.ts';
import type { Findings } from './findings.ts';

/** Nano-dollars by account. */
export type Sums = Map<string, bigint>;

/** I1 for each transfer of the page: its entries are all there and sum to nothing. */
export async function checkTransfers(db: Store['db'], page: LinkPage, found: Findings): Promise<void> {
  const { rows } = await sql<{ id: string; total: string; entries: number; last: number }>`
    SELECT t.id, coalesce(sum(e.amount_nano_usd), 0)::text AS total, count(e.position)::int AS entries,
      coalesce(max(e.position), 0)::int AS last
    FROM transfers t LEFT JOIN entries e ON e.transfer_id = t.id
    WHERE t.link BETWEEN ${page.from} AND ${page.to}
    GROUP BY t.id
    HAVING coalesce(sum(e.amount_nano_usd), 0) <> 0 OR count(e.position) < 2 OR count(e.position) <> max(e.position)
    ORDER BY t.id`.execute(db);
  for (const { id, total, entries, last } of rows) {
    if (total !== '0') found.drifts('I1', `transfer ${id}`, `its entries sum to ${total}, not to 0`);
    if (entries < 2 || entries !== last) {
      found.drifts('I1', `transfer ${id}`, `it has ${entries} entries, and its last position is ${last}`);
    }
  }
}

/** Adds the page's entries to `sums`; returns how many there are. */
export async function addEntries(db: Store['db'], page: LinkPage, sums: Sums): Promise<number> {
  const { rows } = await sql<{ account_id: string; total: string; entries: number }>`
    SELECT e.account_id, sum(e.amount_nano_usd)::text AS total, count(*)::int AS entries
    FROM transfers t JOIN entries e ON e.transfer_id = t.id
    WHERE t.link BETWEEN ${page.from} AND ${page.to} GROUP BY e.account_id`.execute(db);
  for (const { account_id, total } of rows) sums.set(account_id, (sums.get(account_id) ?? 0n) + BigInt(total));
  return rows.reduce((count, { entries }) => count + entries, 0);
}

const accountsMax = 10_000;

/** I2 and I7. Returns the accounts that are not the sum of their entries, by how much the entries say more. */
export async function checkAccounts(db: Store['db'], sums: Sums, found: Findings): Promise<Sums> {
  const odd: Sums = new Map();
  for (let after = ''; ; ) {
    const { rows } = await sql<{ id: string; kind: string; posted: string }>`
      SELECT id, kind, posted_nano_usd::text AS posted FROM accounts
      WHERE id > ${after} ORDER BY id LIMIT ${accountsMax}`.execute(db);
    for (const { id, kind, posted } of rows) {
      const sum = sums.get(id) ?? 0n;
      if (sum !== BigInt(posted)) {
        odd.set(id, sum - BigInt(posted));
        found.drifts('I2', `account ${id}`, `it says ${posted}, and its entries sum to ${sum}`);
      }
      if ((kind === 'wallet' || kind === 'credit') && BigInt(posted) < 0n) {
        found.drifts('I7', `account ${id}`, `it is at ${posted}, below nothing`);
      }
    }
    if (rows.length < accountsMax) break;
    after = rows.at(-1)?.id ?? '';
  }
  checkTotal(sums, found);
  return odd;
}

/** I1 over all, and the house's part in I7. */
function checkTotal(sums: Sums, found: Findings): void {
  const total = [...sums.values()].reduce((sum, each) => sum + each, 0n);
  if (total !== 0n) found.drifts('I1', 'all entries', `they sum to ${total}, not to 0`);
  const overrun = -(sums.get('house:overrun') ?? 0n);
  const revenue = sums.get('house:revenue') ?? 0n;
  if (overrun * 1_000n > revenue) {
    found.warns(
      'I7',
      'account house:overrun',
      `the house paid ${overrun}, more than 0.1 % of the revenue of ${revenue}`,
    );
  }
}

/**
 * Which entry of a changed transfer it was: the one whose account differs. `odd` comes from checkAccounts; with several
 * changed transfers on one account each of them is named.
 */
export async function nameEntries(
  db: Store['db'],
  changed: readonly string[],
  odd: Sums,
  found: Findings,
): Promise<void> {
  if (changed.length === 0 || odd.size === 0) return;
  const { rows } = await sql<{ transfer_id: string; position: number; account_id: string; amount: string }>`
    SELECT transfer_id, position, account_id, amount_nano_usd::text AS amount FROM entries
    WHERE transfer_id = ANY (${[...changed]}::text[]) ORDER BY transfer_id, position`.execute(db);
  for (const { transfer_id, position, account_id, amount } of rows) {
    const more = odd.get(account_id);
    if (more === undefined) continue;
    const was = BigInt(amount) - more;
    const only = rows.filter((row) => row.account_id === account_id).length === 1;
    const message = `it moves ${amount} on ${account_id}${only ? `, and the account says that it was ${was}` : ''}`;
    found.drifts('chain', `entry ${position} of transfer ${transfer_id}`, message);
  }
}
