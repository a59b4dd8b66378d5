import type { Migration } from './migration.ts';

export const stripe: Migration = {
  version: 7,
  name: 'stripe',
  statements: [],
};
