/** The audit log, as Kysely sees it: written once, never changed. */
import type { ColumnType } from 'kysely';

export interface AuditSchema {
  readonly audit_log: AuditTable;
}

interface AuditTable {
  /** `aud_…`: sorts by time. */
  readonly id: string;
  readonly at: Date;
  /** Whose thing it was; null: the installation's. */
  readonly organization_id: string | null;
  readonly actor_kind: 'key' | 'user' | 'nobody';
  readonly actor_id: string;
  readonly actor_name: string;
  readonly role: string;
  readonly ip: string | null;
  readonly user_agent: string | null;
  /** A route's name (`PATCH /keys/{keyId}`), or what happened without one (`sign-in`). */
  readonly action: string;
  readonly resource_kind: string;
  readonly resource_id: string | null;
  /** What it was and what it is, as the API shows it and without secrets; written as JSON text. */
  readonly before: ColumnType<unknown, string | null, never>;
  readonly after: ColumnType<unknown, string | null, never>;
  readonly request_id: string | null;
}
