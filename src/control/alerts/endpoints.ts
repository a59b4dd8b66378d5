/** Webhook endpoints: where alerts are posted to, and the secrets that sign them. */
import { isIP } from 'node:net';
import type { Clock } from '../../lib/clock.ts';
import { newId } from '../../lib/id.ts';
import type { SecretBox } from '../../lib/secret-box.ts';
import type { WebhookEndpointRow } from '../../store/schema/invoices.ts';
import type { Store } from '../../store/store.ts';
import { Refusal } from '../refusal.ts';
import { webhookSecretPlace } from '../secrets/places.ts';
import { isPublicAddress } from './public-address.ts';
import { isPlainSecret, newSecret } from './signature.ts';

export interface EndpointRequest {
  /** Undefined: the operators', who get all alerts. */
  readonly organizationId?: string | undefined;
  readonly url: string;
  /** May lie in a private network, and speak plain HTTP. For operators alone. */
  readonly allowPrivate: boolean;
}

const endpointsMax = 20;
/** After a rotation the old secret signs too, for this long. */
const overlapMs = 86_400_000;

/** With the secret, which is shown this once. */
export interface NewEndpoint {
  readonly row: WebhookEndpointRow;
  readonly secret: string;
}

/** What seals the secret, and the time. */
export interface EndpointTools {
  readonly clock: Clock;
  readonly secrets: SecretBox;
}

/** Throws Refusal. */
export async function createEndpoint(
  db: Store['db'],
  {
    organizationId = null,
    url,
    allowPrivate,
  }: Omit<EndpointRequest, 'organizationId'> & { organizationId?: string | null | undefined },
  { clock, secrets }: EndpointTools,
): Promise<NewEndpoint> {
  checkUrl(url, allowPrivate);
  const { count } = await db
    .selectFrom('webhook_endpoints')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('organization_id', organizationId === null ? 'is' : '=', organizationId)
    .executeTakeFirstOrThrow();
  if (count >= endpointsMax) throw new Refusal(`There are ${endpointsMax} endpoints already.`, 'Delete one first.');
  const id = newId('whe', clock.nowMs());
  const secret = newSecret();
  const sealed = secrets.seal(secret, webhookSecretPlace(id, organizationId));
  const row = await db
    .insertInto('webhook_endpoints')
    .values({ id, organization_id: organizationId, url, secret: sealed, allow_private: allowPrivate })
    .returningAll()
    .executeTakeFirstOrThrow();
  return { row, secret };
}

/** A name is looked up when it is used. Throws Refusal. */
function checkUrl(text: string, allowPrivate: boolean): void {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const plain = url?.username === '' && url.password === '' && url.hash === '';
  if (url === undefined || !plain || !(url.protocol === 'https:' || (allowPrivate && url.protocol === 'http:'))) {
    const what = allowPrivate ? 'https:// or http://' : 'https://';
    throw new Refusal(`The address of a webhook begins with ${what} and holds no password.`, 'Correct the url.');
  }
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (!allowPrivate && (host === 'localhost' || (isIP(host) !== 0 && !isPublicAddress(host)))) {
    throw new Refusal(`${host} is not a public address.`, 'Ask an operator to make the endpoint, or use a public one.');
  }
}

/** A new secret; the old one signs beside it for a day. */
export async function rotateEndpoint(
  db: Store['db'],
  { id, organization_id }: Pick<WebhookEndpointRow, 'id' | 'organization_id'>,
  { clock, secrets }: EndpointTools,
): Promise<NewEndpoint> {
  const secret = newSecret();
  const row = await db
    .updateTable('webhook_endpoints')
    .set((set) => ({
      previous_secret: set.ref('secret'),
      previous_expires_at: new Date(clock.nowMs() + overlapMs),
      secret: secrets.seal(secret, webhookSecretPlace(id, organization_id)),
    }))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow();
  return { row, secret };
}

/** What signs for it now. Throws SecretRefused. */
export function openSecrets(
  { id, organization_id, secret, previous_secret, previous_expires_at }: WebhookEndpointRow,
  { clock, secrets }: EndpointTools,
): readonly string[] {
  const isOld = previous_secret !== null && (previous_expires_at?.getTime() ?? 0) > clock.nowMs();
  // One from before secrets were sealed.
  const open = (text: string) =>
    isPlainSecret(text) ? text : secrets.open(text, webhookSecretPlace(id, organization_id));
  return [open(secret), ...(isOld ? [open(previous_secret)] : [])];
}

export function findEndpoint(db: Store['db'], id: string): Promise<WebhookEndpointRow | undefined> {
  return db.selectFrom('webhook_endpoints').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Of one organization, or all. Newest first. */
export function listEndpoints(db: Store['db'], organizationId: string | undefined): Promise<WebhookEndpointRow[]> {
  const all = db.selectFrom('webhook_endpoints').selectAll().orderBy('id', 'desc').limit(1_000);
  return (organizationId === undefined ? all : all.where('organization_id', '=', organizationId)).execute();
}

export async function deleteEndpoint(db: Store['db'], id: string): Promise<void> {
  await db.deleteFrom('webhook_endpoints').where('id', '=', id).execute();
}
