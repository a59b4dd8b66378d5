import type { Migration } from './migration.ts';

/** Of organizations that are made from then on. */
export const defaultTimeZone: Migration = {
  version: 29,
  name: 'default-time-zone',
  statements: [`ALTER TABLE settings ADD COLUMN default_time_zone text NOT NULL DEFAULT 'UTC'`],
};
