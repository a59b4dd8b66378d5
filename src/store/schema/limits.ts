/** Rate limits, checked by the database: at least one member, whole numbers from 1. */
export type { Limits as StoredLimits } from '../../llm/limits.ts';
