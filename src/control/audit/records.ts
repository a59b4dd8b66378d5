/** The audit log: who did what to which thing, from where, and what it was before. Written once, never changed. */
import { newId } from '../../lib/id.ts';
import type { Store } from '../../store/store.ts';
import { withoutSecrets } from './secrets.ts';

export interface AuditEvent {
  /** Whose thing it is; null: the installation's, for its operators alone. */
  readonly organizationId: string | null;
  readonly actor: { readonly kind: 'key' | 'user' | 'nobody'; readonly id: string; readonly name: string };
  /** What the actor was at that time. */
  readonly role: string;
  /** `PATCH /keys/{keyId}`, `sign-in`, `sign-in-refused`. */
  readonly action: string;
  readonly resource: { readonly kind: string; readonly id: string | null };
  readonly ip?: string | undefined;
  readonly userAgent?: string | undefined;
  readonly before?: unknown;
  readonly after?: unknown;
  readonly requestId?: string | undefined;
}

const textLengthMax = 500;

/** In the transaction of what it tells of, so that neither is there without the other. Secrets are taken out here. */
export async function recordAudit(db: Store['db'], event: AuditEvent, nowMs: number): Promise<void> {
  const { organizationId, actor, role, action, resource, ip, userAgent, before, after, requestId } = event;
  await db
    .insertInto('audit_log')
    .values({
      id: newId('aud', nowMs),
      at: new Date(nowMs),
      organization_id: organizationId,
      actor_kind: actor.kind,
      actor_id: actor.id.slice(0, textLengthMax),
      actor_name: actor.name.slice(0, textLengthMax),
      role,
      ip: ip?.slice(0, textLengthMax) ?? null,
      user_agent: userAgent?.slice(0, textLengthMax) ?? null,
      action,
      resource_kind: resource.kind,
      resource_id: resource.id?.slice(0, textLengthMax) ?? null,
      before: toJson(before),
      after: toJson(after),
      request_id: requestId ?? null,
    })
    .execute();
}

/** Larger states are not kept: a row says what changed, and is no copy of everything. */
const stateBytesMax = 16_384;

function toJson(state: unknown): string | null {
  if (state === undefined || state === null) return null;
  const text = JSON.stringify(withoutSecrets(state));
  return Buffer.byteLength(text) <= stateBytesMax ? text : JSON.stringify({ tooLarge: true, bytes: text.length });
}
