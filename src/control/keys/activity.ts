/** How much a key is used now: what stops working when it is paused or revoked. */
import type { Store } from '../../store/store.ts';

const windowMinutes = 10;

export interface KeyActivity {
  /** When its last request that has ended began; undefined: never, as far as the log goes back. */
  readonly lastUsedAtMs?: number;
  /** Of the last ten minutes, on average. */
  readonly requestsPerMinute: number;
  /** In the last ten minutes. */
  readonly requests: number;
}

export async function readActivity(db: Store['db'], keyId: string, nowMs: number): Promise<KeyActivity> {
  const since = new Date(nowMs - windowMinutes * 60_000);
  const recent = await db
    .selectFrom('usage')
    .select((of) => of.fn.countAll<number>().as('requests'))
    .where('key_id', '=', keyId)
    .where('started_at', '>', since)
    .executeTakeFirstOrThrow();
  const last = await db
    .selectFrom('usage')
    .select('started_at')
    .where('key_id', '=', keyId)
    .orderBy('started_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  const requests = Number(recent.requests);
  const requestsPerMinute = Math.round((requests / windowMinutes) * 10) / 10;
  return { requests, requestsPerMinute, ...(last && { lastUsedAtMs: last.started_at.getTime() }) };
}
