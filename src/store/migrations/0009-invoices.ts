import type { Migration } from './migration.ts';

export const invoices: Migration = {
  version: 9,
  name: 'invoices',
  statements: [],
};
