import type { Migration } from './migration.ts';

/**
 * How long answers to a key's requests are kept for whoever of its organization asks the same; null: as its routes say.
 * Gateways must hear of a change, as of every other column that they read.
 */
export const responseCache: Migration = {
  version: 14,
  name: 'response-cache',
  statements: [
    'ALTER TABLE keys ADD COLUMN cache_ttl_ms integer CHECK (cache_ttl_ms BETWEEN 1 AND 604800000)',
    `CREATE TRIGGER bump_snapshot_of_cache BEFORE UPDATE OF cache_ttl_ms ON keys
      FOR EACH STATEMENT EXECUTE FUNCTION bump_snapshot()`,
    `CREATE TRIGGER stamp_snapshot_of_cache BEFORE UPDATE OF cache_ttl_ms ON keys
      FOR EACH ROW EXECUTE FUNCTION stamp_snapshot()`,
    `CREATE TRIGGER notify_snapshot_of_cache AFTER UPDATE OF cache_ttl_ms ON keys
      FOR EACH STATEMENT EXECUTE FUNCTION notify_snapshot()`,
  ],
};
