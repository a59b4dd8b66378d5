/** DATABASE_URL, which may name several hosts, as one address for each host. */
import pg from 'pg';
import { StoreError } from './error.ts';

export interface Address {
  readonly config: pg.ClientConfig;
  /** `host:port/database`, for messages. */
  readonly place: string;
}

/** How many hosts one URL may name; a longer list is a mistake. */
const hostsMax = 16;

const grammar = /^(postgres(?:ql)?:\/\/)(?:([^/]*)@)?([^/?@]*)(\/[^?]*)?(?:\?(.*))?$/s;

/**
 * `postgres://user:password@h1:5432,h2:5432/db?...`, in libpq's form
 * (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS), which the driver takes for one
 * host only. `target_session_attrs` is not passed on: the gateway writes, so it always looks for the writable host.
 * Throws StoreError for what is not such a URL; the message never holds the URL, because the password is in it.
 */
export function parseAddresses(url: string): readonly Address[] {
  const match = grammar.exec(url.trim());
  if (match === null) throw badUrl('it does not look like postgres://user:password@host:5432/database');
  const [, scheme = '', credentials, hosts = '', path = '', query = ''] = match;
  const names = hosts.split(',');
  if (names.length > hostsMax) throw badUrl(`it names ${names.length} hosts, and ${hostsMax} is the most`);
  const login = credentials === undefined ? '' : `${credentials}@`;
  return names.map((host) => toAddress(`${scheme}${login}${host}${path}${libpqQuery(query)}`));
}

/** `sslmode` means what it means to every other Postgres client, not what this version of the driver made of it. */
function libpqQuery(query: string): string {
  const options = new URLSearchParams(query);
  options.delete('target_session_attrs');
  if (options.has('sslmode')) options.set('uselibpqcompat', 'true');
  const text = options.toString();
  return text === '' ? '' : `?${text}`;
}

/** The driver reads the URL the same way when it connects; asking it now finds the mistakes now. */
function toAddress(url: string): Address {
  try {
    const { host, port, database } = new pg.Client({ connectionString: url });
    return { config: { connectionString: url }, place: `${host}:${port}/${database ?? ''}` };
  } catch (error) {
    const reason = error instanceof Error && /sslmode|ENOENT|port/i.test(error.message) ? error.message : '';
    throw badUrl(reason || 'a part of it cannot be read (percent-encode special characters in the password)');
  }
}

const badUrl = (why: string): StoreError =>
  new StoreError(
    'address',
    `DATABASE_URL cannot be used: ${why}.`,
    'Correct it, or leave it out for the embedded one.',
  );
