/** Who may read what an organization's people said to models. */
import type { Store } from '../../store/store.ts';
import type { Caller } from '../api/caller.ts';
import { ApiFailure } from '../api/failure.ts';
import { listMemberships } from '../members/memberships.ts';
import { readContentRule } from './rule.ts';

/** An operator runs the machines; what customers say is theirs, unless they let operators read it. Throws ApiFailure. */
export async function checkMayRead(db: Store['db'], caller: Caller, organizationId: string): Promise<void> {
  if (await belongsTo(db, caller, organizationId)) return;
  if ((await readContentRule(db, organizationId))?.operatorsMayRead === true) return;
  throw new ApiFailure('forbidden', 'What an organization says to models is for its own members.', {
    remedy: 'An owner of that organization can set operatorsMayRead in its content settings.',
  });
}

/** Its own key or one of its members, and not only an operator who works for it. */
export async function belongsTo(
  db: Store['db'],
  { role, actor, organizationId: works }: Caller,
  organizationId: string,
): Promise<boolean> {
  if (role !== 'operator') return works === organizationId;
  if (actor.kind === 'key') return works === organizationId;
  return (await listMemberships(db, actor.id)).some((membership) => membership.organizationId === organizationId);
}
