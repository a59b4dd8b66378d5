/** Jobs that bring an alert to one endpoint or one address. They may run again: what got there is not sent twice. */
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { SecretBox } from '../../lib/secret-box.ts';
import type { Store } from '../../store/store.ts';
import { alertMail } from '../mail/alert-mail.ts';
import type { Mailer } from '../mail/mailer.ts';
import { openSecrets } from './endpoints.ts';
import { postWebhook } from './post-webhook.ts';
import { type Alert, attemptsMax, listAlerts } from './records.ts';
import { signatureHeaders } from './signature.ts';

export interface DeliveryParts {
  readonly store: Pick<Store, 'db' | 'schema'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly secrets: SecretBox;
  /** Absent: no mail is sent. */
  readonly mail?: Mailer | undefined;
}

/** It will not get better by trying again. */
class Hopeless extends Error {}

type Row = Awaited<ReturnType<typeof findDelivery>>;
type Sender = (parts: DeliveryParts, delivery: NonNullable<Row>, alert: Alert) => Promise<void>;

/** Throws to be tried again later. */
export async function deliver(parts: DeliveryParts, deliveryId: string): Promise<void> {
  const delivery = await findDelivery(parts.store.db, deliveryId);
  if (delivery === undefined || delivery.status !== 'waiting') return;
  const [alert] = await listAlerts(parts.store.db, { id: delivery.alert_id });
  if (alert === undefined) return;
  const attempts = delivery.attempts + 1;
  try {
    await senders[delivery.channel](parts, delivery, alert);
    await finish(parts, deliveryId, { status: 'delivered', attempts, error: null });
  } catch (error) {
    const last = error instanceof Hopeless || attempts >= attemptsMax;
    const told = error instanceof Error ? error.message.slice(0, 500) : 'unknown';
    await finish(parts, deliveryId, { status: last ? 'failed' : 'waiting', attempts, error: told });
    if (!last) throw error;
    parts.log.warn({ error, deliveryId, alertId: alert.id }, 'an alert could not be delivered');
  }
}

function findDelivery(db: Store['db'], id: string) {
  return db.selectFrom('alert_deliveries').selectAll().where('id', '=', id).executeTakeFirst();
}

async function finish(
  { store, clock }: DeliveryParts,
  id: string,
  result: { status: 'waiting' | 'delivered' | 'failed'; attempts: number; error: string | null },
): Promise<void> {
  const ended_at = result.status === 'waiting' ? null : new Date(clock.nowMs());
  await store.db
    .updateTable('alert_deliveries')
    .set({ ...result, ended_at })
    .where('id', '=', id)
    .execute();
}

const sendWebhook: Sender = async ({ store, clock, secrets }, { endpoint_id }, alert) => {
  const endpoint = await store.db
    .selectFrom('webhook_endpoints')
    .selectAll()
    .where('id', '=', endpoint_id ?? '')
    .executeTakeFirst();
  if (endpoint === undefined || endpoint.disabled) throw new Hopeless('the endpoint is gone');
  const atMs = clock.nowMs();
  const body = webhookBody(alert);
  const headers = { ...signatureHeaders({ id: alert.id, body, atMs }, openSecrets(endpoint, { clock, secrets })) };
  const status = await postWebhook({ url: endpoint.url, headers, body, allowPrivate: endpoint.allow_private });
  if (status >= 200 && status < 300) return;
  if (status === 410) {
    // https://github.com/standard-webhooks/standard-webhooks: the receiver wants no more.
    await store.db.updateTable('webhook_endpoints').set({ disabled: true }).where('id', '=', endpoint.id).execute();
    throw new Hopeless('the endpoint answered 410, and was turned off');
  }
  throw new Error(
    `the endpoint answered ${status}${status >= 300 && status < 400 ? '; redirects are not followed' : ''}`,
  );
};

function webhookBody({
  id,
  organizationId,
  organization,
  kind,
  subject,
  message,
  details,
  createdAtMs,
}: Alert): string {
  return JSON.stringify({
    type: `alert.${kind}`,
    timestamp: new Date(createdAtMs).toISOString(),
    data: {
      id,
      organizationId: organizationId ?? null,
      organization: organization ?? null,
      kind,
      subject,
      message,
      details,
    },
  });
}

const sendMail: Sender = async ({ mail }, { id, email }, alert) => {
  if (mail === undefined) throw new Hopeless('no mail is configured');
  await mail.send(alertMail(alert, email ?? '', id));
};

const senders: Readonly<Record<'webhook' | 'email', Sender>> = { webhook: sendWebhook, email: sendMail };
