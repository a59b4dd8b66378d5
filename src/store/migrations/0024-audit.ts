import type { Migration } from './migration.ts';

/**
 * Who did what, in the order in which it was done. Rows are written once: no statement changes or removes one, whoever
 * sends it. Ids sort by time, so an index that ends with the id gives pages of a filter, newest first.
 */
export const audit: Migration = {
  version: 24,
  name: 'audit',
  statements: [
    `CREATE TABLE audit_log (
      id text PRIMARY KEY,
      at timestamptz NOT NULL,
      organization_id text,
      actor_kind text NOT NULL CHECK (actor_kind IN ('key', 'user', 'nobody')),
      actor_id text NOT NULL,
      actor_name text NOT NULL,
      role text NOT NULL,
      ip text,
      user_agent text,
      action text NOT NULL,
      resource_kind text NOT NULL,
      resource_id text,
      before jsonb,
      after jsonb,
      request_id text
    )`,
    'CREATE INDEX audit_log_organization ON audit_log (organization_id, id)',
    'CREATE INDEX audit_log_resource ON audit_log (resource_id, id)',
    'CREATE INDEX audit_log_actor ON audit_log (actor_id, id)',
    'CREATE INDEX audit_log_at ON audit_log (at)',
    `CREATE FUNCTION refuse_change_of_audit() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'the audit log is written once: % is refused', TG_OP; END $$`,
    `CREATE TRIGGER audit_log_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit()`,
  ],
};
