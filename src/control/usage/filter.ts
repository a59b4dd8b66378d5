/** Which usage rows are meant, as the command line and the management API say it. */
import type { Store } from '../../store/store.ts';

export interface UsageFilter {
  /** From this time on, by when the request started. */
  readonly sinceMs?: number;
  /** Before this time. */
  readonly untilMs?: number;
  /** Id or name; a name means every key that has it. */
  readonly key?: string;
  /** Id or name. */
  readonly organization?: string;
  readonly organizationId?: string;
  /** As requested or as served. */
  readonly model?: string;
  readonly status?: string;
  /** `chat`, `embeddings`, `images` … */
  readonly operation?: string;
}

/** The rows that pass, for a select to go on from. */
export function filterUsage(store: Store, filter: UsageFilter) {
  const { sinceMs, untilMs, key, organization, organizationId, model, status, operation } = filter;
  let query = store.db.selectFrom('usage');
  if (sinceMs !== undefined) query = query.where('usage.started_at', '>=', new Date(sinceMs));
  if (untilMs !== undefined) query = query.where('usage.started_at', '<', new Date(untilMs));
  if (status !== undefined) query = query.where('usage.status', '=', status);
  if (operation !== undefined) query = query.where('usage.operation', '=', operation);
  if (model !== undefined) {
    query = query.where((where) =>
      where.or([where('usage.requested_model', '=', model), where('usage.served_model', '=', model)]),
    );
  }
  if (key !== undefined) {
    const named = store.db.selectFrom('keys').select('id').where('name', '=', key);
    query = query.where((where) => where.or([where('usage.key_id', '=', key), where('usage.key_id', 'in', named)]));
  }
  if (organizationId !== undefined) query = query.where('usage.organization_id', '=', organizationId);
  if (organization !== undefined) {
    const named = store.db.selectFrom('organizations').select('id').where('name', '=', organization);
    query = query.where((where) =>
      where.or([where('usage.organization_id', '=', organization), where('usage.organization_id', 'in', named)]),
    );
  }
  return query;
}
