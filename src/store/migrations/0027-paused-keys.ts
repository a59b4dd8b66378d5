import type { Migration } from './migration.ts';

/** Keys that are paused and can be resumed, and what the requests of a key are tagged with. */
const columns = 'paused_at, tags';

export const pausedKeys: Migration = {
  version: 27,
  name: 'paused-keys',
  statements: [
    'ALTER TABLE keys ADD COLUMN paused_at timestamptz, ADD COLUMN tags text[] CHECK (cardinality(tags) BETWEEN 1 AND 10)',
    // Beside those of all other columns of a key: a change of these makes a new snapshot version too.
    `CREATE TRIGGER bump_snapshot_of_pause BEFORE UPDATE OF ${columns} ON keys
      FOR EACH STATEMENT EXECUTE FUNCTION bump_snapshot()`,
    `CREATE TRIGGER stamp_snapshot_of_pause BEFORE UPDATE OF ${columns} ON keys
      FOR EACH ROW EXECUTE FUNCTION stamp_snapshot()`,
    `CREATE TRIGGER notify_snapshot_of_pause AFTER UPDATE OF ${columns} ON keys
      FOR EACH STATEMENT EXECUTE FUNCTION notify_snapshot()`,
  ],
};
