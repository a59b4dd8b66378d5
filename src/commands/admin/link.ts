/** Makes a link that works once, and prints it. */
import { hasOwner, linkHours, makeLink } from '../../control/sign-in/links.ts';
import { tellOnMachine } from '../../control/sign-in/told.ts';
import { findUserByEmail, resetTwoFactor } from '../../control/sign-in/users.ts';
import { systemClock } from '../../lib/clock.ts';
import type { Store } from '../../store/store.ts';
import { type CommonOptions, type Context, readConfig, withStore } from '../context.ts';
import { CommandFailure, exitCodes } from '../outcome.ts';
import { ownAddress } from '../port.ts';
import { linkAddress } from '../sign-in-link.ts';
import { renderJson } from '../table.ts';

export interface LinkOptions extends CommonOptions {
  readonly email?: string;
  readonly resetTwoFactor?: boolean;
  readonly url?: string;
}

export async function link(context: Context, options: LinkOptions): Promise<void> {
  const { email, resetTwoFactor: reset = false } = options;
  const config = readConfig(context, options);
  const base = options.url ?? config.signIn.publicUrls?.[0] ?? ownAddress(config.server);
  const kind = email === undefined ? 'first-owner' : 'recovery';
  const token = await withStore(context, options, (store) =>
    email === undefined ? ownerToken(store) : recoveryToken(store, email, reset),
  );
  const url = linkAddress(base, kind, token);
  const hours = linkHours[kind];
  if (options.json) return context.out(renderJson({ url, hours }));
  context.out(`${url}\n`);
  context.err(`It works once, within ${hours === 1 ? 'an hour' : `${hours} hours`}.\n`);
}

async function ownerToken(store: Store): Promise<string> {
  if (!(await hasOwner(store.db))) return makeLink(store.db, 'first-owner', null, systemClock);
  throw new CommandFailure(
    exitCodes.failure,
    'This installation has an owner already.',
    'Name a user, "tollgate admin link --email ADDRESS", or ask an owner for an invitation.',
  );
}

async function recoveryToken(store: Store, email: string, reset: boolean): Promise<string> {
  const user = await findUserByEmail(store.db, email);
  if (user === undefined) {
    throw new CommandFailure(exitCodes.failure, 'No user has this address.', 'Invite them on the dashboard.');
  }
  const happening = { action: reset ? 'link-made-and-second-factor-reset' : 'link-made' };
  await store.db.transaction().execute(async (db) => {
    if (reset) await resetTwoFactor(db, user.id);
    await tellOnMachine(db, user, happening, systemClock);
  });
  return makeLink(store.db, 'recovery', user.id, systemClock);
}
