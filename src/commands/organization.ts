/** Organizations as people name them at the terminal. */
import { findByName } from '../control/organizations/billing.ts';
import { nearest } from '../lib/nearest.ts';
import type { Store } from '../store/store.ts';
import { CommandFailure, exitCodes } from './outcome.ts';

/** By name or id. Throws CommandFailure. */
export async function organizationId(db: Store['db'], which: string): Promise<string> {
  const { id, names } = await findByName(db, which);
  if (id !== undefined) return id;
  const guess = nearest(which, names);
  const remedy = guess ? `Did you mean ${JSON.stringify(guess)}?` : 'See "tollgate organizations list".';
  throw new CommandFailure(exitCodes.failure, `There is no organization ${JSON.stringify(which)}.`, remedy);
}
