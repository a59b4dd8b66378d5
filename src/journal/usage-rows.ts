/** Settlements as rows of the table `usage`. */
import type { InsertRows } from './shipper.ts';
import { sqlText } from './sql-text.ts';

const textLengthMax = 1_024;
const listItemsMax = 64;
/** The shortest settlement has 508 characters, so what is not longer than this has no text that is too long. */
const plainLengthMax = 508 + textLengthMax;
/** What is longer has lists that may be too long. */
const scannedLengthMax = 8 * 1_024;

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
  if (settlement.includes('\\u')) return mended(settlement);
  return settlement.length <= plainLengthMax || hasShortTexts(settlement) ? settlement : mended(settlement);
}

/** Whether no text in it can be too long: no two of its quotes are that far apart, and none stands inside of a text. */
function hasShortTexts(settlement: string): boolean {
  if (settlement.length > scannedLengthMax || settlement.includes('\\"')) return false;
  let before = 0;
  for (let at = settlement.indexOf('"'); at !== -1; at = settlement.indexOf('"', at + 1)) {
    if (at - before > textLengthMax) return false;
    before = at;
  }
  return true;
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
