/** Invoices against the ledger, for the check of the books: to the nano-dollar, without gaps, each transfer once. */
import { sql } from 'kysely';
import type { LedgerCheck } from '../../ledger/verify.ts';
import type { Store } from '../../store/store.ts';
import { earned } from './queries.ts';

const shownMax = 1_001;
/** As the ledger calls what concerns money that is kept beside it. */
const rule = 'I8';
type Found = Parameters<LedgerCheck>[1];

export const checkInvoices: LedgerCheck = async (db, found) => {
  await checkSums(db, found);
  await checkRanges(db, found);
  await checkNumbers(db, found);
  await checkOwed(db, found);
};

interface Wrong {
  readonly row: string;
  readonly told: string;
  readonly is: string;
}

/** What an invoice says is what the entries of its transfers come to, part by part, and so are its lines. */
async function checkSums(db: Store['db'], found: Found): Promise<void> {
  const { rows } = await sql<Wrong>`
    WITH sums AS (
      SELECT i.id, coalesce(sum(e.amount_nano_usd) FILTER (WHERE e.account_id IN ${earned}), 0) AS charges,
        coalesce(-sum(e.amount_nano_usd) FILTER (WHERE e.account_id LIKE 'credit:%'), 0) AS credit,
        coalesce(-sum(e.amount_nano_usd) FILTER (WHERE e.account_id LIKE 'wallet:%'), 0) AS wallet,
        coalesce(-sum(e.amount_nano_usd) FILTER (WHERE e.account_id LIKE 'metered:%'), 0) AS net
      FROM invoices i JOIN transfers t ON t.organization_id = i.organization_id
          AND t.link > i.from_link AND t.link <= i.to_link
          AND t.kind NOT IN ('invoice', 'invoice-payment', 'credit-note')
        JOIN entries e ON e.transfer_id = t.id
      WHERE EXISTS (SELECT 1 FROM entries c WHERE c.transfer_id = t.id
        AND (c.account_id IN ${earned} OR c.account_id LIKE 'metered:%'))
      GROUP BY i.id
    ), told AS (
      SELECT i.*, (SELECT coalesce(sum((l ->> 'amountNanoUsd')::bigint), 0) FROM jsonb_array_elements(i.lines) AS l) AS lines_sum
      FROM invoices i
    )
    SELECT 'invoice ' || i.number AS row,
      concat_ws(', ', i.lines_sum, i.charges_nano_usd, i.credit_nano_usd, i.wallet_nano_usd, i.net_nano_usd) AS told,
      concat_ws(', ', coalesce(s.charges, 0), coalesce(s.charges, 0), coalesce(s.credit, 0), coalesce(s.wallet, 0),
        coalesce(s.net, 0)) AS is
    FROM told i LEFT JOIN sums s ON s.id = i.id
    WHERE (i.lines_sum, i.charges_nano_usd, i.credit_nano_usd, i.wallet_nano_usd, i.net_nano_usd) IS DISTINCT FROM
      (coalesce(s.charges, 0), coalesce(s.charges, 0), coalesce(s.credit, 0), coalesce(s.wallet, 0), coalesce(s.net, 0))
    ORDER BY i.serial LIMIT ${shownMax}`.execute(db);
  for (const { row, told, is } of rows) {
    found.drifts(rule, row, `its lines, charges, credit, wallet and rest are ${told}; its entries come to ${is}`);
  }
}

/** Each invoice goes on where the one before ended. */
async function checkRanges(db: Store['db'], found: Found): Promise<void> {
  const { rows } = await sql<Wrong>`
    SELECT 'invoice ' || number AS row, from_link::text AS told, before::text AS is FROM (
      SELECT number, serial, from_link,
        coalesce(lag(to_link) OVER (PARTITION BY organization_id ORDER BY period_end), 0) AS before FROM invoices
    ) AS each WHERE from_link <> before ORDER BY serial LIMIT ${shownMax}`.execute(db);
  for (const { row, told, is } of rows) {
    found.drifts(rule, row, `it begins after link ${told}, and the one before it ends with link ${is}`);
  }
}

async function checkNumbers(db: Store['db'], found: Found): Promise<void> {
  const { rows } = await sql<Wrong>`
    SELECT c.series AS row, c.last::text AS told, count(n.serial) || ' up to ' || coalesce(max(n.serial), 0) AS is
    FROM invoice_counters c LEFT JOIN (
      SELECT 'invoice' AS series, serial FROM invoices UNION ALL SELECT 'credit-note', serial FROM credit_notes
    ) AS n ON n.series = c.series
    GROUP BY c.series, c.last HAVING count(n.serial) <> c.last OR coalesce(max(n.serial), 0) <> c.last`.execute(db);
  for (const { row, told, is } of rows) {
    found.drifts(rule, `numbers of the series ${row}`, `the last one given is ${told}, and there are ${is}`);
  }
}

/** What is invoiced and not paid, and what is used and not invoiced, are what the accounts say. */
async function checkOwed(db: Store['db'], found: Found): Promise<void> {
  const { rows } = await sql<Wrong>`
    WITH open AS (
      SELECT 'invoiced:' || i.organization_id AS id, -sum(i.due_nano_usd - coalesce((
        SELECT sum(n.amount_nano_usd) FROM credit_notes n WHERE n.invoice_id = i.id AND n.goes_to = 'owed'), 0)) AS amount
      FROM invoices i WHERE i.status = 'open' GROUP BY 1
    ), coming AS (
      SELECT a.id, coalesce(sum(e.amount_nano_usd) FILTER (WHERE t.kind <> 'invoice'), 0) AS amount
      FROM accounts a LEFT JOIN (
          SELECT organization_id, max(to_link) AS link FROM invoices GROUP BY 1
        ) AS last ON last.organization_id = a.organization_id
        LEFT JOIN transfers t ON t.organization_id = a.organization_id AND t.link > coalesce(last.link, 0)
        LEFT JOIN entries e ON e.transfer_id = t.id AND e.account_id = a.id
      WHERE a.kind = 'metered' GROUP BY a.id
    )
    SELECT 'account ' || a.id AS row, a.posted_nano_usd::text AS told,
      coalesce(open.amount, coming.amount, 0)::text AS is
    FROM accounts a LEFT JOIN open ON open.id = a.id LEFT JOIN coming ON coming.id = a.id
    WHERE a.kind IN ('invoiced', 'metered') AND a.posted_nano_usd <> coalesce(open.amount, coming.amount, 0)
    ORDER BY a.id LIMIT ${shownMax}`.execute(db);
  for (const { row, told, is } of rows) {
    found.drifts(rule, row, `it says ${told}, and what is open or not invoiced comes to ${is}`);
  }
}
