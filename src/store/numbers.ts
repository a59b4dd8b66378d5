/**
 * int8 columns as people use them: money (`..._usd`) stays bigint, everything else (counts, versions) becomes a number.
 * The driver cannot do that, because it sees a column's type and not its name.
 */
import type { KyselyPlugin, QueryResult, UnknownRow } from 'kysely';
import { assert } from '../lib/assert.ts';

export const numbersPlugin: KyselyPlugin = {
  transformQuery: ({ node }) => node,
  async transformResult({ result }): Promise<QueryResult<UnknownRow>> {
    for (const row of result.rows) convert(row);
    return result;
  },
};

function convert(row: UnknownRow): void {
  for (const column in row) {
    const value = row[column];
    if (typeof value === 'bigint' && !column.endsWith('_usd')) row[column] = toNumber(value, column);
  }
}

function toNumber(value: bigint, column: string): number {
  const number = Number(value);
  assert(Number.isSafeInteger(number), `${column} is larger than 2^53`);
  return number;
}
