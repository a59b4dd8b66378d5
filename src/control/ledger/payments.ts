/** I8: what Stripe took and gave back is in the ledger, payment by payment, and nothing else is. */
import { sql } from 'kysely';
import type { Findings } from '../../ledger/verify/findings.ts';
import type { LedgerCheck } from '../../ledger/verify.ts';
import type { Store } from '../../store/store.ts';

const rowsMax = 5_000;
const shownMax = 1_001;

export const checkPayments: LedgerCheck = async (db, found) => {
  await checkMovements(db, found);
  await checkTransfers(db, found);
  await checkSums(db, found);
};

/** Each movement of a payment has its transfer, of the same amount. */
async function checkMovements(db: Store['db'], found: Findings): Promise<void> {
  for (let after = ''; ; ) {
    const { rows } = await sql<{ id: string; amount: string; moved: string | null }>`
      SELECT m.id, m.amount_nano_usd::text AS amount, (SELECT (-sum(e.amount_nano_usd))::text FROM entries e
        WHERE e.transfer_id = t.id AND e.account_id = 'stripe:clearing') AS moved
      FROM stripe_movements m LEFT JOIN transfers t ON t.id = m.transfer_id AND t.idempotency_key = m.id
      WHERE m.id > ${after} ORDER BY m.id LIMIT ${rowsMax}`.execute(db);
    for (const { id, amount, moved } of rows) {
      if (moved === null) found.drifts('I8', `payment movement ${id}`, `its ${amount} have no transfer`);
      else if (moved !== amount)
        found.drifts('I8', `payment movement ${id}`, `it says ${amount}, and its transfer ${moved}`);
    }
    if (rows.length < rowsMax) return;
    after = rows.at(-1)?.id ?? '';
  }
}

/** Each transfer that Stripe's money came in or went out by belongs to a payment. Fees of plans have books of their own. */
async function checkTransfers(db: Store['db'], found: Findings): Promise<void> {
  const { rows } = await sql<{ id: string; kind: string; amount: string }>`
    SELECT t.id, t.kind, (-e.amount_nano_usd)::text AS amount
    FROM entries e JOIN transfers t ON t.id = e.transfer_id
      LEFT JOIN stripe_movements m ON m.transfer_id = t.id
    WHERE e.account_id = 'stripe:clearing' AND t.kind IN ('top-up', 'take-back', 'invoice-payment') AND m.id IS NULL
    ORDER BY t.id LIMIT ${shownMax}`.execute(db);
  for (const { id, kind, amount } of rows) {
    found.drifts('I8', `transfer ${id}`, `this ${kind} of ${amount} belongs to no payment`);
  }
}

/** What a payment says of itself is the sum of its movements. */
async function checkSums(db: Store['db'], found: Findings): Promise<void> {
  const { rows } = await sql<{ id: string; told: string; moved: string }>`
    SELECT * FROM (
      SELECT p.id, concat_ws(' ', p.state, CASE WHEN p.state = 'paid' THEN p.amount_nano_usd ELSE 0 END,
          p.refunded_nano_usd, p.disputed_nano_usd) AS told,
        concat_ws(' ', p.state, coalesce(m.credited, 0), coalesce(-m.refunded, 0), coalesce(-m.disputed, 0)) AS moved
      FROM stripe_payments p LEFT JOIN (
        SELECT payment_id, sum(amount_nano_usd) FILTER (WHERE kind IN ('credit', 'rest')) AS credited,
          sum(amount_nano_usd) FILTER (WHERE kind = 'refund') AS refunded,
          sum(amount_nano_usd) FILTER (WHERE kind = 'dispute') AS disputed
        FROM stripe_movements GROUP BY payment_id
      ) AS m ON m.payment_id = p.id
      WHERE p.kind IN ('top-up', 'automatic', 'invoice')
    ) AS payments WHERE told <> moved ORDER BY id LIMIT ${shownMax}`.execute(db);
  for (const { id, told, moved } of rows) {
    const words = 'state, paid, refunded, disputed';
    found.drifts('I8', `payment ${id}`, `it says "${told}" (${words}), and its movements say "${moved}"`);
  }
}
