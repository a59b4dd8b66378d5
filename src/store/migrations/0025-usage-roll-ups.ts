import type { Migration } from './migration.ts';
import { rollUps } from './usage/roll-ups.ts';

/** Usage added up, so that a month is a few thousand rows to read and not ten million. */
export const usageRollUps: Migration = { version: 25, name: 'usage-roll-ups', statements: rollUps };
