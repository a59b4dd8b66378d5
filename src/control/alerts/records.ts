/** Alerts that were raised, to whom they go and whether they got there. */
import type { Clock } from '../../lib/clock.ts';
import { newId } from '../../lib/id.ts';
import { addJob } from '../../store/jobs.ts';
import { asOwner } from '../../store/row-security/as-owner.ts';
import type { Store } from '../../store/store.ts';

export type AlertDetails = Readonly<Record<string, string | number>>;

export interface NewAlert {
  /** Undefined: about the installation, for its operators. */
  readonly organizationId?: string | undefined;
  readonly kind: string;
  /** What it is about: `budget:bud_…@2026-11-01T00:00Z:80`. */
  readonly subject: string;
  /** One sentence for people. */
  readonly message: string;
  readonly details: AlertDetails;
}

export interface Delivery {
  readonly channel: 'webhook' | 'email';
  /** The endpoint's id, or the address. */
  readonly to: string;
  /** The operators' copy: where it goes is theirs to know. */
  readonly forOperators: boolean;
  readonly status: 'waiting' | 'delivered' | 'failed';
  readonly attempts: number;
  readonly error?: string;
}

export interface Alert extends NewAlert {
  readonly id: string;
  /** As it is called now. */
  readonly organization?: string;
  readonly createdAtMs: number;
  readonly deliveries: readonly Delivery[];
}

/** Kept by the database's transaction with whatever it tells of; sent by jobs afterwards. */
export interface AlertParts {
  readonly store: Pick<Store, 'db' | 'schema'>;
  readonly clock: Clock;
}

/** With each retry the pause grows: the last one is about a day after the first. */
export const attemptsMax = 12;

/** Goes to its organization's endpoints and addresses, and to those of the operators. Returns its id. */
export async function raiseAlert(parts: AlertParts, db: Store['db'], alert: NewAlert): Promise<string> {
  // Where the operators' copies go is not for the organization's own transaction to see.
  return asOwner(db, () => raise(parts, db, alert));
}

async function raise({ store, clock }: AlertParts, db: Store['db'], alert: NewAlert): Promise<string> {
  const { organizationId = null, kind, subject, message, details } = alert;
  const id = newId('alt', clock.nowMs());
  await db
    .insertInto('alerts')
    .values({ id, organization_id: organizationId, kind, subject, message, details: JSON.stringify(details) })
    .execute();
  const endpoints = await db
    .selectFrom('webhook_endpoints')
    .select(['id', 'organization_id'])
    .where('disabled', '=', false)
    .where((where) => where.or([where('organization_id', 'is', null), where('organization_id', '=', organizationId)]))
    .execute();
  const emails = await db
    .selectFrom('alert_emails')
    .select(['email', 'organization_id'])
    .where((where) => where.or([where('organization_id', 'is', null), where('organization_id', '=', organizationId)]))
    .execute();
  const own = new Set(emails.filter((row) => row.organization_id !== null).map(({ email }) => email));
  const targets = [
    ...endpoints.map((endpoint) => ({
      channel: 'webhook' as const,
      endpoint_id: endpoint.id,
      email: null,
      for_operators: endpoint.organization_id === null,
    })),
    ...[...new Set(emails.map(({ email }) => email))].map((email) => ({
      channel: 'email' as const,
      endpoint_id: null,
      email,
      for_operators: !own.has(email),
    })),
  ];
  for (const target of targets) {
    const deliveryId = newId('dlv', clock.nowMs());
    await db
      .insertInto('alert_deliveries')
      .values({ id: deliveryId, alert_id: id, ...target })
      .execute();
    await addJob(store, db, { task: `alert-${target.channel}`, payload: { deliveryId }, attemptsMax });
  }
  return id;
}

export interface AlertFilter {
  readonly organizationId?: string;
  readonly id?: string;
  /** Default 50. */
  readonly limit?: number;
  /** The last id of the page before. */
  readonly after?: string;
}

/** Newest first. */
export async function listAlerts(db: Store['db'], filter: AlertFilter = {}): Promise<readonly Alert[]> {
  const { organizationId, id, limit = 50, after } = filter;
  let query = db
    .selectFrom('alerts')
    .leftJoin('organizations', 'organizations.id', 'alerts.organization_id')
    .selectAll('alerts')
    .select('organizations.name as organization')
    .orderBy('alerts.id', 'desc')
    .limit(limit);
  if (organizationId !== undefined) query = query.where('alerts.organization_id', '=', organizationId);
  if (id !== undefined) query = query.where('alerts.id', '=', id);
  if (after !== undefined) query = query.where('alerts.id', '<', after);
  const rows = await query.execute();
  const ids = rows.map((row) => row.id);
  const deliveries =
    ids.length === 0
      ? []
      : await db.selectFrom('alert_deliveries').selectAll().where('alert_id', 'in', ids).orderBy('id').execute();
  return rows.map((row) => ({
    id: row.id,
    ...(row.organization_id !== null && { organizationId: row.organization_id }),
    ...(row.organization !== null && { organization: row.organization }),
    kind: row.kind,
    subject: row.subject,
    message: row.message,
    details: row.details,
    createdAtMs: row.created_at.getTime(),
    deliveries: deliveries
      .filter(({ alert_id }) => alert_id === row.id)
      .map(({ channel, endpoint_id, email, for_operators, status, attempts, error }) => ({
        channel,
        to: endpoint_id ?? email ?? 'deleted',
        forOperators: for_operators,
        status,
        attempts,
        ...(error !== null && { error }),
      })),
  }));
}
