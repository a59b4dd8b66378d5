/**
 * Triggers that make a new snapshot version of a change. `columns`: those that the snapshot holds; a change of others
 * concerns nobody. The functions are those of migration 1.
 */
export function versionTriggers(table: string, columns: string): readonly string[] {
  return [
    ...changeTriggers(table, columns),
    `CREATE TRIGGER forget_snapshot AFTER DELETE OR TRUNCATE ON ${table}
      FOR EACH STATEMENT EXECUTE FUNCTION reload_snapshot()`,
  ];
}

/** The same for a table that has them, with other columns. */
export function replaceVersionTriggers(table: string, columns: string): readonly string[] {
  return [
    `DROP TRIGGER bump_snapshot ON ${table}`,
    `DROP TRIGGER stamp_snapshot ON ${table}`,
    `DROP TRIGGER notify_snapshot ON ${table}`,
    ...changeTriggers(table, columns),
  ];
}

function changeTriggers(table: string, columns: string): readonly string[] {
  return [
    `CREATE TRIGGER bump_snapshot BEFORE INSERT OR DELETE OR TRUNCATE OR UPDATE OF ${columns} ON ${table}
      FOR EACH STATEMENT EXECUTE FUNCTION bump_snapshot()`,
    `CREATE TRIGGER stamp_snapshot BEFORE INSERT OR UPDATE OF ${columns} ON ${table}
      FOR EACH ROW EXECUTE FUNCTION stamp_snapshot()`,
    `CREATE TRIGGER notify_snapshot AFTER INSERT OR DELETE OR TRUNCATE OR UPDATE OF ${columns} ON ${table}
      FOR EACH STATEMENT EXECUTE FUNCTION notify_snapshot()`,
  ];
}
