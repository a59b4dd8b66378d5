import type { Migration } from './migration.ts';

export const idempotency: Migration = {
  version: 6,
  name: 'idempotency',
  statements: [],
};
