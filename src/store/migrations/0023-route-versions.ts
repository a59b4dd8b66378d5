import type { Migration } from './migration.ts';

/** What each route was, and who made it so. Append-only; a null definition is a route that was deleted. */
export const routeVersions: Migration = {
  version: 23,
  name: 'route-versions',
  statements: [
    `CREATE TABLE route_versions (
      name text NOT NULL,
      version integer NOT NULL CHECK (version > 0),
      definition jsonb,
      made_by jsonb NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (name, version)
    )`,
    `INSERT INTO route_versions (name, version, definition, made_by, created_at)
      SELECT name, 1, definition, '{"kind":"command","id":"","name":"before there was a history"}', updated_at
      FROM routes WHERE ended_at IS NULL`,
  ],
};
