/** What callers think of answers: one row for each request, the last opinion that was given. */
import { sql } from 'kysely';
import type { FeedbackTable } from './schema.ts';
import type { Store } from './store.ts';

export interface KeptFeedback {
  readonly requestId: string;
  readonly organizationId: string;
  readonly keyId: string;
  /** 0 to 1. */
  readonly score: number;
  readonly label: string | undefined;
}

/**
 * `catchUp`: brings what has just ended into the table of usage. It is asked where a request is not there: one that was
 * answered a moment ago may not have come so far.
 */
export function storedFeedback({ db }: Store, catchUp: () => Promise<unknown>) {
  const insert = async ({ requestId, organizationId, keyId, score, label }: KeptFeedback): Promise<boolean> => {
    const { rows } = await sql<Pick<FeedbackTable, 'request_id'>>`
      INSERT INTO feedback (request_id, organization_id, key_id, score, label)
      SELECT request_id, organization_id, ${keyId}, ${score}::float8, ${label ?? null}::text
      FROM usage WHERE request_id = ${requestId} AND organization_id = ${organizationId}
      ON CONFLICT (request_id) DO UPDATE
        SET key_id = excluded.key_id, score = excluded.score, label = excluded.label, given_at = now()
      RETURNING request_id
    `.execute(db);
    return rows.length > 0;
  };
  return {
    /** False: the organization has no such request. Throws StoreError. */
    async keep(feedback: KeptFeedback): Promise<boolean> {
      if (await insert(feedback)) return true;
      await catchUp();
      return insert(feedback);
    },
  };
}
