/** What is kept beside the ledger: pots, leases and layers of credit. */
import { sql } from 'kysely';
import type { Store } from '../../store/store.ts';
import type { Findings } from './findings.ts';

/** A lease of a dead process is closed at most this long after it expired: ten minutes, and two for whoever closes it. */
const graceMinutes = 12;
const shownMax = 1_001;

/** I3 and I6; with `idle`, I9. */
export async function checkLeases(db: Store['db'], idle: boolean, found: Findings): Promise<number> {
  const pots = await sql<{ id: string; held: string; leased: string }>`
    SELECT p.id, p.held_units::text AS held, coalesce(l.units, 0)::text AS leased
    FROM pots p LEFT JOIN (
      SELECT pot_id, sum(greatest(amount_units - used_units, 0)) AS units FROM leases
      WHERE closed_at IS NULL GROUP BY pot_id
    ) AS l ON l.pot_id = p.id
    WHERE p.held_units <> coalesce(l.units, 0) OR (${idle} AND p.held_units <> 0)
    ORDER BY p.id LIMIT ${shownMax}`.execute(db);
  for (const { id, held, leased } of pots.rows) {
    if (held === leased) found.drifts('I9', `pot ${id}`, `it holds ${held} although nothing runs`);
    else found.drifts('I3', `pot ${id}`, `it holds ${held}, and its open leases hold ${leased}`);
  }
  const old = await sql<{ id: string; instance: string; minutes: number }>`
    SELECT id::text AS id, instance, floor(extract(epoch FROM now() - expires_at) / 60)::int AS minutes FROM leases
    WHERE closed_at IS NULL AND expires_at < now() - make_interval(mins => ${graceMinutes})
    ORDER BY leases.id LIMIT ${shownMax}`.execute(db);
  for (const { id, instance, minutes } of old.rows) {
    const message = `it expired ${minutes} minutes ago at instance ${instance}, and is closed by none that runs`;
    found.drifts('I6', `lease ${id}`, message);
  }
  const { rows } = await sql<{ open: number }>`
    SELECT count(*)::int AS open FROM leases WHERE closed_at IS NULL`.execute(db);
  return rows[0]?.open ?? 0;
}

/** The account of an organization's credit is what its layers have left. */
export async function checkGrants(db: Store['db'], found: Findings): Promise<void> {
  const { rows } = await sql<{ id: string; posted: string; left: string }>`
    SELECT coalesce(a.id, 'credit:' || g.organization_id) AS id, coalesce(a.posted_nano_usd, 0)::text AS posted,
      coalesce(g.remaining, 0)::text AS left
    FROM (SELECT id, posted_nano_usd FROM accounts WHERE kind = 'credit') AS a
      FULL JOIN (SELECT organization_id, sum(remaining_nano_usd) AS remaining FROM grants GROUP BY 1) AS g
        ON a.id = 'credit:' || g.organization_id
    WHERE coalesce(a.posted_nano_usd, 0) <> coalesce(g.remaining, 0) ORDER BY 1 LIMIT ${shownMax}`.execute(db);
  for (const { id, posted, left } of rows) {
    found.drifts('grants', `account ${id}`, `it says ${posted}, and its grants have ${left} left`);
  }
  const odd = await sql<{ id: string; amount: string; left: string }>`
    SELECT id, amount_nano_usd::text AS amount, remaining_nano_usd::text AS left FROM grants
    WHERE remaining_nano_usd > amount_nano_usd ORDER BY id LIMIT ${shownMax}`.execute(db);
  for (const { id, amount, left } of odd.rows) {
    found.drifts('grants', `grant ${id}`, `it has ${left} left of ${amount}`);
  }
}

const potsMax = 10_000;

/** What gateways may lend of a wallet is what is in it. */
export async function checkFunds(db: Store['db'], found: Findings): Promise<void> {
  for (let after = ''; ; ) {
    const { rows } = await sql<{ id: string; granted: string; funds: string }>`
      SELECT id, granted_units::text AS granted, coalesce(wallet_funds(organization_id), 0)::text AS funds FROM pots
      WHERE budget_id IS NULL AND id > ${after} ORDER BY id LIMIT ${potsMax}`.execute(db);
    for (const { id, granted, funds } of rows) {
      if (granted !== funds) found.drifts('funds', `pot ${id}`, `it grants ${granted}, and the accounts hold ${funds}`);
    }
    if (rows.length < potsMax) return;
    after = rows.at(-1)?.id ?? '';
  }
}
