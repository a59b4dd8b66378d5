/** Whose fault is a failed insert: the row's, which must not hold up its neighbours, or anything that waiting heals. */
import { AssertionFailure } from '../lib/assert.ts';

/**
 * SQLSTATE classes that speak of the values: data exception, integrity constraint, program limit.
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const rowClasses = ['22', '23', '54'];
const sqlState = /^[0-9A-Z]{5}$/;

/**
 * Everything that Postgres says about itself (starting, no such table yet, out of disk, no permission) and everything
 * about the connection is not the row's fault: rejecting by those would empty the whole journal into the rejects during
 * an outage or a bad deployment. Errors without a code are the row's only when JavaScript could not even build it.
 */
export function isRowFault(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? error.code : undefined;
  if (typeof code === 'string') return sqlState.test(code) && rowClasses.includes(code.slice(0, 2));
  return [TypeError, RangeError, SyntaxError, AssertionFailure].some((kind) => error instanceof kind);
}
