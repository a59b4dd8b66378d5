import type { Migration } from './migration.ts';

export const management: Migration = {
  version: 5,
  name: 'management',
  statements: [],
};
