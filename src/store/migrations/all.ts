import { foundation } from './0001-foundation.ts';
import { limits } from './0002-limits.ts';
import { operations } from './0003-operations.ts';
import type { Migration } from './migration.ts';

/** In order, without gaps: a test counts them. */
export const migrations: readonly Migration[] = [foundation, limits, operations];
