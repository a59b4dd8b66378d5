/** Who knows the text of a key: what of it must end when they go. */
import type { Store } from '../../store/store.ts';
import type { Actor } from '../api/caller.ts';

/** The user that sees what this one is shown: of a management key, whoever was shown it. */
export async function holderOf(db: Store['db'], { kind, id }: Actor): Promise<string | undefined> {
  if (kind === 'user') return id;
  const key = await db.selectFrom('keys').select('shown_to').where('id', '=', id).executeTakeFirst();
  return key?.shown_to ?? undefined;
}
