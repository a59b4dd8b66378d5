/** What is over its threshold now, for all organizations at once. */
import { sql } from 'kysely';
import { formatUsd } from '../../lib/money.ts';
import type { Store } from '../../store/store.ts';
import type { AlertDetails, NewAlert } from './records.ts';

type Db = Store['db'];

export interface Crossing extends NewAlert {
  /** Of those that cross together only the highest is told: 80 % of a budget, not 50 % as well. */
  readonly family: string;
  readonly height: number;
}

/** Evaluations come one after the other, at however many instances: until the transaction ends. */
export async function lockAlerts(db: Db): Promise<number> {
  const { rows } = await sql<{ link: number }>`SELECT link FROM alert_cursor FOR UPDATE`.execute(db);
  return rows[0]?.link ?? 0;
}

/** Older spending than this explains nothing any more. */
const keptDays = 8;

/** Adds what was charged since the last time to five-minute sums, each transfer once. */
export async function followSpend(db: Db, fromLink: number): Promise<void> {
  const { rows } = await sql<{ seq: number }>`SELECT seq FROM ledger_head`.execute(db);
  const toLink = rows[0]?.seq ?? 0;
  if (toLink <= fromLink) return;
  await sql`
    INSERT INTO alert_spend (organization_id, bucket, charge_nano_usd, overrun_nano_usd)
    SELECT t.organization_id, date_bin('5 minutes', t.created_at, 'epoch'),
      coalesce(sum(e.amount_nano_usd) FILTER (WHERE e.account_id = 'house:revenue'), 0)::bigint,
      coalesce(-sum(e.amount_nano_usd) FILTER (WHERE e.account_id = 'house:overrun'), 0)::bigint
    FROM transfers t JOIN entries e ON e.transfer_id = t.id
    WHERE t.link > ${fromLink} AND t.link <= ${toLink} AND t.kind = 'usage'
      AND t.created_at > now() - make_interval(days => ${keptDays})
    GROUP BY 1, 2
    ON CONFLICT (organization_id, bucket) DO UPDATE SET
      charge_nano_usd = alert_spend.charge_nano_usd + excluded.charge_nano_usd,
      overrun_nano_usd = alert_spend.overrun_nano_usd + excluded.overrun_nano_usd`.execute(db);
  await sql`UPDATE alert_cursor SET link = ${toLink}`.execute(db);
  await sql`DELETE FROM alert_spend WHERE bucket < now() - make_interval(days => ${keptDays})`.execute(db);
}

/**
 * Budgets by what is spent. What is held does not count: gateways lend all that is there, so that a budget of which
 * nothing is spent may be held whole.
 */
export async function budgetCrossings(db: Db): Promise<readonly Crossing[]> {
  const { rows } = await sql<{
    pot: string;
    organization_id: string;
    percent: number;
    unit: 'usd' | 'tokens' | 'requests';
    spent: string;
    granted: string;
    owner: string;
    action: string;
    time_window: string;
  }>`
    SELECT p.id AS pot, p.organization_id, percent, p.unit, p.spent_units::text AS spent, p.granted_units::text AS granted,
      b.owner_kind || ' ' || b.owner_id AS owner, b.action, b.time_window
    FROM pots p JOIN budgets b ON b.id = p.budget_id
      JOIN alert_rules_in_force r ON r.organization_id = p.organization_id AND r.kind = 'budget'
      CROSS JOIN unnest(r.percents) AS percent
    WHERE (p.ends_at IS NULL OR p.ends_at > now()) AND NOT b.disabled AND p.granted_units > 0
      AND p.spent_units::numeric * 100 >= p.granted_units::numeric * percent
    ORDER BY p.id, percent`.execute(db);
  return rows.map(({ pot, organization_id, percent, unit, spent, granted, owner, action, time_window }) => {
    const shown = (units: string) => (unit === 'usd' ? formatUsd(BigInt(units)) : `${units} ${unit}`);
    const end = percent >= 100 ? after[action] : undefined;
    const window = time_window === 'total' ? 'whole budget' : `budget for the ${time_window}`;
    return {
      organizationId: organization_id,
      kind: 'budget',
      family: pot,
      height: percent,
      subject: `budget:${pot}:${percent}`,
      message: `${percent} % of the ${window} of the ${owner} is spent: ${shown(spent)} of ${shown(granted)}.${end ?? ''}`,
      details: { pot, percent, spent: shown(spent), limit: shown(granted), action },
    };
  });
}

const after: Readonly<Record<string, string>> = {
  refuse: ' Its requests are refused until it begins anew.',
  switch: ' Its requests go to another route until it begins anew.',
  warn: ' It only warns: requests go on.',
};

/** Prepaid customers whose credit and balance together are below an amount, or a part of the last payment. */
export async function lowBalanceCrossings(db: Db): Promise<readonly Crossing[]> {
  const { rows } = await sql<{ organization_id: string; funds_usd: bigint; least_usd: bigint }>`
    SELECT * FROM (
      SELECT o.id AS organization_id,
        coalesce((SELECT sum(a.posted_nano_usd) FROM accounts a
          WHERE a.id IN ('wallet:' || o.id, 'credit:' || o.id)), 0)::bigint AS funds_usd,
        coalesce(r.amount_nano_usd, (
          SELECT -sum(e.amount_nano_usd) * r.percents[1] / 100 FROM (
            SELECT t.id FROM transfers t WHERE t.organization_id = o.id AND t.kind = 'top-up'
              AND t.reference ->> 'creditNote' IS NULL ORDER BY t.created_at DESC LIMIT 1
          ) AS last JOIN entries e ON e.transfer_id = last.id AND e.account_id IN ('stripe:clearing', 'house:operator')
        ))::bigint AS least_usd
      FROM organizations o JOIN alert_rules_in_force r ON r.organization_id = o.id AND r.kind = 'low-balance'
      WHERE o.spends = 'wallet' AND NOT o.disabled
    ) AS each WHERE funds_usd < least_usd ORDER BY organization_id`.execute(db);
  return rows.map(({ organization_id, funds_usd, least_usd }) => ({
    organizationId: organization_id,
    kind: 'low-balance',
    family: organization_id,
    height: 0,
    subject: `low-balance:${organization_id}`,
    message: `The balance is low: ${formatUsd(funds_usd)} is left, less than ${formatUsd(least_usd)}.`,
    details: { left: formatUsd(funds_usd), threshold: formatUsd(least_usd) },
  }));
}

/** Of an organization that is new, nothing is known yet that would be usual. */
const knownHoursMin = 24;
const weekHours = 168;

/** The last hour against the usual one of the seven days before it. */
export async function anomalyCrossings(db: Db): Promise<readonly Crossing[]> {
  const { rows } = await sql<{ organization_id: string; last_usd: bigint; usual_usd: bigint; factor: number }>`
    SELECT * FROM (
      SELECT o.id AS organization_id, coalesce(r.factor, 8) AS factor, coalesce(r.amount_nano_usd, 1000000000) AS least,
        coalesce(sum(s.charge_nano_usd) FILTER (WHERE s.bucket > now() - interval '1 hour'), 0)::bigint AS last_usd,
        (coalesce(sum(s.charge_nano_usd) FILTER (WHERE s.bucket <= now() - interval '1 hour'), 0)
          / least(${weekHours}, extract(epoch FROM now() - o.created_at) / 3600 - 1))::bigint AS usual_usd
      FROM organizations o JOIN alert_rules_in_force r ON r.organization_id = o.id AND r.kind = 'anomaly'
        JOIN alert_spend s ON s.organization_id = o.id AND s.bucket > now() - make_interval(hours => ${weekHours + 1})
      WHERE o.created_at < now() - make_interval(hours => ${knownHoursMin + 1})
      GROUP BY o.id, r.factor, r.amount_nano_usd
    ) AS each WHERE last_usd >= least AND last_usd >= factor * usual_usd ORDER BY organization_id`.execute(db);
  return rows.map(({ organization_id, last_usd, usual_usd, factor }) => ({
    organizationId: organization_id,
    kind: 'anomaly',
    family: organization_id,
    height: 0,
    subject: `anomaly:${organization_id}`,
    message: `${formatUsd(last_usd)} was spent in the last hour; ${formatUsd(usual_usd)} is usual.`,
    details: { lastHour: formatUsd(last_usd), usualHour: formatUsd(usual_usd), factor },
  }));
}

/** What the house paid for requests that cost more than was there, in a day; and books that do not agree. */
export async function houseCrossings(db: Db): Promise<readonly Crossing[]> {
  const { rows } = await sql<{ kind: string; amount_usd: bigint; least_usd: bigint | null }>`
    SELECT 'house-overrun' AS kind, spent.amount_usd, r.amount_nano_usd AS least_usd FROM alert_rules r, (
        SELECT coalesce(sum(overrun_nano_usd), 0)::bigint AS amount_usd FROM alert_spend
        WHERE bucket > now() - interval '1 day') AS spent
      WHERE r.organization_id IS NULL AND r.kind = 'house-overrun' AND NOT r.disabled
        AND spent.amount_usd >= coalesce(r.amount_nano_usd, 1)
    UNION ALL
    SELECT 'ledger-drift', last.drift, NULL FROM alert_rules r, (
        SELECT drift FROM ledger_checks ORDER BY id DESC LIMIT 1) AS last
      WHERE r.organization_id IS NULL AND r.kind = 'ledger-drift' AND NOT r.disabled AND last.drift > 0`.execute(db);
  return rows.map(({ kind, amount_usd, least_usd }) => {
    const drift = kind === 'ledger-drift';
    const details: AlertDetails = drift
      ? { findings: Number(amount_usd) }
      : { amount: formatUsd(amount_usd), threshold: formatUsd(least_usd ?? 0n) };
    return {
      kind,
      family: kind,
      height: 0,
      subject: kind,
      message: drift
        ? `The ledger does not agree with itself in ${amount_usd} places: run "tollgate ledger verify".`
        : `The house paid ${formatUsd(amount_usd)} in a day for requests that cost more than their customers had.`,
      details,
    };
  });
}

/** Payments that somebody has to look at, once each; those of a week ago were told or are known. */
export async function paymentAlerts(db: Db): Promise<readonly NewAlert[]> {
  const { rows } = await sql<{ id: string; organization_id: string; kind: string; subject: string; message: string }>`
    WITH fresh AS (
      INSERT INTO alert_crossings (subject, kind)
      SELECT 'payment:' || id, 'payment' FROM payment_alerts WHERE created_at > now() - interval '7 days'
      ON CONFLICT (subject) DO NOTHING RETURNING subject
    )
    SELECT p.* FROM payment_alerts p JOIN fresh ON fresh.subject = 'payment:' || p.id ORDER BY p.id`.execute(db);
  await sql`DELETE FROM alert_crossings WHERE kind = 'payment' AND fired_at < now() - interval '30 days'`.execute(db);
  return rows.map(({ organization_id, kind, subject, message }) => ({
    organizationId: organization_id,
    kind,
    subject: `${kind}:${subject}`,
    message,
    details: {},
  }));
}

/** Those that are new. What is over is armed again. */
export async function fire(
  db: Db,
  kinds: readonly string[],
  crossings: readonly Crossing[],
): Promise<readonly Crossing[]> {
  const subjects = crossings.map(({ subject }) => subject);
  await sql`DELETE FROM alert_crossings WHERE kind = ANY (${kinds}) AND subject <> ALL (${subjects})`.execute(db);
  if (crossings.length === 0) return [];
  const { rows } = await sql<{ subject: string }>`
    INSERT INTO alert_crossings (subject, kind)
    SELECT * FROM unnest(${subjects}::text[], ${crossings.map(({ kind }) => kind)}::text[])
    ON CONFLICT (subject) DO NOTHING RETURNING subject`.execute(db);
  const fresh = new Set(rows.map(({ subject }) => subject));
  return crossings.filter(({ subject }) => fresh.has(subject));
}
