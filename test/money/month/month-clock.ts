/**
 * A clock that a month can be told by: this process and one database of its own go by it, so that all code runs as it
 * is. `now()` is built into Postgres by its number, so the database gets another function under that name.
 */
import pg from 'pg';

const systemNow = Date.now;

const statements = [
  'CREATE TABLE public.month_clock (shift interval NOT NULL)',
  "INSERT INTO public.month_clock VALUES ('0')",
  'ALTER FUNCTION pg_catalog.now() RENAME TO true_now',
  'ALTER FUNCTION pg_catalog.clock_timestamp() RENAME TO true_clock_timestamp',
  `CREATE FUNCTION pg_catalog.now() RETURNS timestamptz LANGUAGE sql STABLE
    AS 'SELECT true_now() + shift FROM public.month_clock'`,
  `CREATE FUNCTION pg_catalog.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE
    AS 'SELECT true_clock_timestamp() + shift FROM public.month_clock'`,
];

export interface MonthClock {
  /** The moment of the last `set`, exactly: time goes on from it everywhere else. */
  readonly setMs: number;
  set(time: string): Promise<void>;
  close(): Promise<void>;
}

/** For an empty database of which we are the superuser. It must be done before anything says `now()` there. */
export async function openMonthClock(connectionString: string): Promise<MonthClock> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  for (const statement of statements) await client.query(statement);
  let setMs = systemNow();
  return {
    get setMs() {
      return setMs;
    },
    async set(time) {
      setMs = Date.parse(time);
      const shiftMs = setMs - systemNow();
      Date.now = () => systemNow() + shiftMs;
      await client.query("UPDATE public.month_clock SET shift = $1 * interval '1 millisecond'", [shiftMs]);
    },
    async close() {
      Date.now = systemNow;
      await client.end();
    },
  };
}
