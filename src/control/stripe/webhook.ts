/**
 * Events of Stripe: proved, kept, and answered 200 only when they are in the database. What follows from them is a job's
 * work, so that a slow or failing step never makes Stripe send everything again.
 */
import { sql } from 'kysely';
import { z } from 'zod';
import { addJob } from '../jobs/queue.ts';
import type { StripeParts } from './parts.ts';

/** Whoever sent it did not prove to be Stripe, or it is not meant for us. Nothing was kept. */
export class WebhookRefusal extends Error {
  override readonly name = 'WebhookRefusal';
}

export const eventTask = 'stripe-event';

/** As Stripe recommends (https://docs.stripe.com/webhooks#replay-attacks); here into the future as well. */
const toleranceSeconds = 300;

const event = z.object({
  id: z.string().min(1).max(255),
  type: z.string().min(1).max(255),
  created: z.number().int().nonnegative(),
  livemode: z.boolean(),
  /** Another account that is connected to ours; its payments are not ours. */
  account: z.string().nullish(),
  data: z.object({ object: z.object({ id: z.string().max(255).optional() }) }),
});

/** What a job may take before somebody else looks after the event. */
const jobMs = 60_000;

type Event = z.infer<typeof event>;

/**
 * `rawBody`: the bytes as they came, since they are what is signed. Throws WebhookRefusal, and StoreError while the
 * database is away: Stripe then sends it again.
 */
export async function receiveWebhook(
  parts: StripeParts,
  rawBody: Buffer,
  signature: string | undefined,
): Promise<{ readonly eventId: string }> {
  const proved = prove(parts, rawBody, signature);
  const told = event.safeParse(proved);
  if (!told.success) throw new WebhookRefusal('The body is signed, and is no event.');
  if (told.data.livemode !== parts.livemode) {
    throw new WebhookRefusal(
      `The event is of ${modeOf(told.data.livemode)}, and the key of ${modeOf(parts.livemode)}.`,
    );
  }
  if (typeof told.data.account === 'string') throw new WebhookRefusal('The event is of a connected account.');
  await keep(parts, told.data, signedAt(signature));
  return { eventId: told.data.id };
}

const modeOf = (livemode: boolean): string => (livemode ? 'live mode' : 'test mode');

/** By any of the secrets: while one is rolled, Stripe signs by both. The time is looked at when the event is kept. */
function prove({ stripe, settings }: StripeParts, rawBody: Buffer, signature: string | undefined): unknown {
  if (signature === undefined || signature === '') throw new WebhookRefusal('There is no Stripe-Signature.');
  for (const secret of settings.webhookSecrets) {
    try {
      return stripe.webhooks.constructEvent(rawBody, signature, secret, 0);
    } catch {
      // Perhaps another secret's.
    }
  }
  throw new WebhookRefusal(
    'The signature is by none of the signing secrets, or the body is not the one that was signed.',
  );
}

/** Unix seconds. Only one may be named: of two, the signature could be over one and its age over the other. */
function signedAt(signature: string | undefined): number {
  const [only, ...others] = [...(signature ?? '').matchAll(/(?:^|,)t=([^,]*)/g)].map((match) => match[1] ?? '');
  if (only === undefined || others.length > 0 || !/^\d{1,12}$/.test(only)) {
    throw new WebhookRefusal('The Stripe-Signature does not name one time.');
  }
  return Number(only);
}

/**
 * Time is the database's: one clock for all instances, which no instance's own can shift. An event that is known
 * already changes nothing.
 */
async function keep(parts: StripeParts, { id, type, created, data }: Event, seconds: number): Promise<void> {
  const { store } = parts;
  await store.db.transaction().execute(async (db) => {
    const { rows } = await sql<{ age: number }>`
      SELECT abs(extract(epoch FROM clock_timestamp()) - ${seconds})::float8 AS age`.execute(db);
    if ((rows[0]?.age ?? Infinity) > toleranceSeconds) {
      throw new WebhookRefusal(`The signature is more than ${toleranceSeconds} seconds away from now.`);
    }
    const kept = await db
      .insertInto('stripe_events')
      .values({
        id,
        type,
        object_id: data.object.id ?? '',
        created_at: new Date(created * 1_000),
        // Should the job be lost with its process, a sweep finds the event.
        next_at: new Date(parts.clock.nowMs() + jobMs),
      })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .returning('id')
      .executeTakeFirst();
    if (kept !== undefined) await addJob(store, db, { task: eventTask, payload: { eventId: id }, key: `stripe:${id}` });
  });
}
