import type { Migration } from './migration.ts';

export const ledger: Migration = {
  version: 4,
  name: 'ledger',
  statements: [],
};
