/** The audit log as people ask for it: newest first, by who, what, which thing and when. */
import type { Store } from '../../store/store.ts';

export interface AuditFilter {
  /** Undefined: all, the installation's own too. */
  readonly organizationId?: string | undefined;
  readonly actorId?: string | undefined;
  readonly action?: string | undefined;
  readonly resourceKind?: string | undefined;
  readonly resourceId?: string | undefined;
  readonly requestId?: string | undefined;
  readonly sinceMs?: number | undefined;
  /** Not itself. */
  readonly untilMs?: number | undefined;
}

export interface AuditPage extends AuditFilter {
  readonly limit: number;
  /** The last id of the page before. */
  readonly after?: string | undefined;
}

export type AuditRow = Awaited<ReturnType<typeof listAudit>>[number];

export async function listAudit(db: Store['db'], page: AuditPage) {
  let query = db.selectFrom('audit_log').selectAll().orderBy('id', 'desc').limit(page.limit);
  const equal = [
    ['organization_id', page.organizationId],
    ['actor_id', page.actorId],
    ['action', page.action],
    ['resource_kind', page.resourceKind],
    ['resource_id', page.resourceId],
    ['request_id', page.requestId],
  ] as const;
  for (const [column, value] of equal) if (value !== undefined) query = query.where(column, '=', value);
  if (page.sinceMs !== undefined) query = query.where('at', '>=', new Date(page.sinceMs));
  if (page.untilMs !== undefined) query = query.where('at', '<', new Date(page.untilMs));
  if (page.after !== undefined) query = query.where('id', '<', page.after);
  return query.execute();
}

/** By its id, within what `organizationId` may see. */
export async function findAudit(db: Store['db'], id: string) {
  return db.selectFrom('audit_log').selectAll().where('id', '=', id).executeTakeFirst();
}
