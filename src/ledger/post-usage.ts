/** Settlements of the journal become rows of usage, transfers and released leases: all in one transaction, or nothing. */
import { sql } from 'kysely';
import type { Store } from '../store/store.ts';
import { insertUsage } from '../store/usage-insert.ts';

/** Each settlement is a JSON object as the journal writes it. Those whose request id is there are skipped. */
export function postUsage(db: Store['db'], settlements: readonly string[]): Promise<void> {
  if (settlements.length === 0) return Promise.resolve();
  return db.transaction().execute(async (transaction) => {
    const { ids, since, until } = await insertUsage(transaction, settlements);
    if (ids.length === 0) return;
    const holds = holdsOf(settlements);
    await sql`SELECT post_usage(${since}::timestamptz, ${until}::timestamptz, ${ids}::text[], ${holds}::jsonb)`.execute(
      transaction,
    );
  });
}

/** As JSON.stringify writes them: inside of a text of the caller's their quotes would be escaped. */
const requestMark = '"requestId":"';
const leasesMark = '"leases":[';

/** `[{"request": "req_…", "leases": [1, 2]}]`, for the few that were held on leases. Cut out, since parsing costs more. */
function holdsOf(settlements: readonly string[]): string {
  return `[${settlements
    .filter((text) => text.includes(leasesMark))
    .map(holdOf)
    .join()}]`;
}

function holdOf(text: string): string {
  const request = text.indexOf(requestMark) + requestMark.length - 1;
  const leases = text.indexOf(leasesMark) + leasesMark.length - 1;
  return `{"request":${text.slice(request, text.indexOf('"', request + 1) + 1)},"leases":${text.slice(leases, text.indexOf(']', leases) + 1)}}`;
}
