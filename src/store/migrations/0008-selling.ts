import type { Migration } from './migration.ts';

export const selling: Migration = {
  version: 8,
  name: 'selling',
  statements: [],
};
