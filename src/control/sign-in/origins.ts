/**
 * Where a request with a cookie comes from, and whether that is here. A browser sends our cookie along with whatever any
 * page makes it ask, so a write is taken only when the browser itself says that a page of ours asked for it.
 */
import type { IncomingHttpHeaders } from 'node:http';

/** `https://gateway.example.com`, as browsers write it. */
export type Origin = string;

/** Cookies that a browser keeps from every other host and from plain HTTP begin so. */
export const hostPrefix = '__Host-';
export const cookiePrefix = 'tollgate';

export interface OriginRules {
  /** Where people open the dashboard; empty: wherever the request came to. */
  readonly publicOrigins: readonly Origin[];
}

const loopback = /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/;
const hostGrammar = /^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:.]{2,45}\])(:\d{1,5})?$/;

/** The origin that a request came to; undefined: none that this installation answers for. */
export function originOf(headers: IncomingHttpHeaders, { publicOrigins }: OriginRules): Origin | undefined {
  const host = headers.host?.toLowerCase() ?? '';
  if (!hostGrammar.test(host)) return undefined;
  const known = publicOrigins.find((origin) => new URL(origin).host === host);
  if (known !== undefined) return known;
  if (publicOrigins.length > 0 && !loopback.test(host)) return undefined;
  return isSecure(host, headers) ? `https://${host}` : `http://${host}`;
}

/** Whether the browser speaks TLS to whatever stands before us: it says so itself, or sends what it keeps for TLS alone. */
function isSecure(host: string, headers: IncomingHttpHeaders): boolean {
  if (headers.origin !== undefined) return headers.origin === `https://${host}`;
  return headers.cookie?.includes(`${hostPrefix}${cookiePrefix}.`) === true;
}

/** Methods that change nothing. */
const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Whether a page of `own` may have sent this. Both things that browsers say are checked, and one of them must be said:
 * whoever says nothing is no browser, and has no business with a cookie.
 */
export function isFromOwnPage(method: string, headers: IncomingHttpHeaders, own: Origin): boolean {
  if (safeMethods.has(method)) return true;
  const { origin } = headers;
  const site = headers['sec-fetch-site'];
  if (origin !== undefined && origin !== own) return false;
  if (site !== undefined && site !== 'same-origin') return false;
  return origin !== undefined || site !== undefined;
}
