/** Reading and erasing what is kept. */
import type { SecretBox } from '../../lib/secret-box.ts';
import type { Store } from '../../store/store.ts';
import { openContent } from './content-cipher.ts';
import { readContentKey } from './content-keys.ts';
import type { KeptContent } from './kept-content.ts';

/** Undefined: nothing is kept of it. Rejects with SecretRefused where a row was changed or moved. */
export async function readContent(
  db: Store['db'],
  place: { readonly organizationId: string; readonly requestId: string },
  box: SecretBox,
  nowMs: number,
): Promise<KeptContent | undefined> {
  const row = await db
    .selectFrom('contents')
    .select(['sealed', 'content_key_id'])
    .where('organization_id', '=', place.organizationId)
    .where('request_id', '=', place.requestId)
    .where('expires_at', '>', new Date(nowMs))
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const key = await readContentKey(db, place.organizationId, box);
  if (key === undefined || key.id !== row.content_key_id) return undefined;
  return JSON.parse(await openContent(row.sealed, key.secret, place)) as KeptContent;
}

/** Whether something is kept, without opening it. */
export async function isContentKept(
  db: Store['db'],
  organizationId: string,
  requestId: string,
  nowMs: number,
): Promise<boolean> {
  const row = await db
    .selectFrom('contents')
    .innerJoin('content_keys', 'content_keys.id', 'contents.content_key_id')
    .select('request_id')
    .where('contents.organization_id', '=', organizationId)
    .where('request_id', '=', requestId)
    .where('expires_at', '>', new Date(nowMs))
    .executeTakeFirst();
  return row !== undefined;
}

/** All of an organization at once: without its key nothing can be read again. The rows follow by a job. */
export async function eraseContentKey(db: Store['db'], organizationId: string): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('content_keys')
    .where('organization_id', '=', organizationId)
    .executeTakeFirstOrThrow();
  return numDeletedRows > 0n;
}

const batchRows = 1_000;

/** Rows that are too old, and rows whose key is gone. Returns how many went. */
export async function removeUnreadable(
  db: Store['db'],
  nowMs: number,
  goesOn: () => boolean = () => true,
): Promise<number> {
  const expired = () =>
    db
      .selectFrom('contents')
      .select(['organization_id', 'request_id'])
      .where('expires_at', '<=', new Date(nowMs))
      .limit(batchRows);
  const keyless = () =>
    db
      .selectFrom('contents')
      .leftJoin('content_keys', 'content_keys.id', 'contents.content_key_id')
      .select(['contents.organization_id', 'request_id'])
      .where('content_keys.id', 'is', null)
      .limit(batchRows);
  let removed = 0;
  for (const rows of [expired, keyless]) {
    for (;;) {
      if (!goesOn()) return removed;
      const { numDeletedRows } = await db
        .deleteFrom('contents')
        .where((where) =>
          where(
            where.refTuple('organization_id', 'request_id'),
            'in',
            rows().$asTuple('organization_id', 'request_id'),
          ),
        )
        .executeTakeFirstOrThrow();
      removed += Number(numDeletedRows);
      if (numDeletedRows < batchRows) break;
    }
  }
  return removed;
}
