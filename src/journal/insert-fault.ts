/** Whose fault is a failed insert: the row's, which must not hold up its neighbours, or anything that waiting heals. */

/**
 * SQLSTATE classes that speak of the values: data exception, integrity constraint, program limit.
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const rowClasses = ['22', '23', '54'];
const sqlState = /^[0-9A-Z]{5}$/;
/** `pg` and its pool report a lost connection by text alone in some places. */
const awayText = /connect|terminat|timed? ?out|timeout|closed|ended|not queryable|socket|shutting down/i;

/**
 * Everything that Postgres says about itself (starting, no such table yet, out of disk, no permission) is not the row's
 * fault: rejecting by those would empty the whole journal into the rejects during a bad deployment.
 */
export function isRowFault(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  // Node's own codes (ECONNREFUSED, ERR_...) are longer than five characters or of the network (EPIPE).
  if (typeof code === 'string' && code !== 'EPIPE') {
    return sqlState.test(code) ? rowClasses.includes(code.slice(0, 2)) : code.startsWith('ERR_INVALID_ARG');
  }
  return code === undefined && !awayText.test(String(message ?? error));
}
