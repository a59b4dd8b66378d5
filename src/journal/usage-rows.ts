/** Settlements as rows of the table `usage`. */
import type { InsertRows } from './shipper.ts';
import { sqlText } from './sql-text.ts';

const textLengthMax = 1_024;
const listItemsMax = 64;
/** The shortest settlement has 508 characters, so what is not longer than this has no text that is too long. */
const plainLengthMax = 508 + textLengthMax;

/** `insert` skips rows whose request id is in the table, so that a batch may be sent again. */
export function storableRows(insert: (settlements: readonly string[]) => Promise<unknown>): InsertRows {
  return async (settlements) => {
    await insert(settlements.map(storable));
  };
}

/**
 * The same text for nearly all of them. NUL and half a surrogate, which Postgres refuses, are `\u0000` and `\ud800` in
 * JSON, and never stand there as they are.
 */
export function storable(settlement: string): string {
  return settlement.length <= plainLengthMax && !settlement.includes('\\u') ? settlement : mended(settlement);
}

/** Every text and every list as Postgres takes it. */
export function mended(settlement: string): string {
  return JSON.stringify(
    JSON.parse(settlement, (_, value: unknown) => {
      if (typeof value === 'string') return sqlText(value, textLengthMax);
      return Array.isArray(value) ? value.slice(0, listItemsMax) : value;
    }),
  );
}
