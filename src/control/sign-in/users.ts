/** Users, as invitations, links and the command line make and change them. */
import { hashPassword } from 'better-auth/crypto';
import type { Clock } from '../../lib/clock.ts';
import { newId } from '../../lib/id.ts';
import type { Store } from '../../store/store.ts';
import { checkName } from '../names.ts';

export interface NewUser {
  readonly name: string;
  /** In any case; kept in lower case. */
  readonly email: string;
  /** Absent: the user signs in by single sign-on. */
  readonly password?: string | undefined;
  /** Only a user whose address was proven is taken for the one that a provider of single sign-on names. */
  readonly emailVerified: boolean;
}

/** Makes a user, within the caller's transaction. A known address fails with SQLSTATE 23505. Throws Refusal. */
export async function createUser(db: Store['db'], user: NewUser, clock: Clock): Promise<string> {
  const id = newId('usr', clock.nowMs());
  await db
    .insertInto('users')
    .values({
      id,
      name: checkName('a person', user.name),
      email: toEmail(user.email),
      email_verified: user.emailVerified,
    })
    .execute();
  if (user.password !== undefined) await setPassword(db, id, user.password, clock);
  return id;
}

export function toEmail(email: string): string {
  return email.trim().toLowerCase();
}

/** A new password ends every session of its user. Hashed by scrypt. */
export async function setPassword(db: Store['db'], userId: string, password: string, clock: Clock): Promise<void> {
  const hashed = await hashPassword(password);
  const { numUpdatedRows } = await db
    .updateTable('user_accounts')
    .set({ password: hashed, updated_at: new Date(clock.nowMs()) })
    .where('user_id', '=', userId)
    .where('provider_id', '=', 'credential')
    .executeTakeFirst();
  if (numUpdatedRows === 0n) {
    const id = newId('sgn', clock.nowMs());
    await db
      .insertInto('user_accounts')
      .values({ id, user_id: userId, provider_id: 'credential', account_id: userId, password: hashed })
      .execute();
  }
  await endSessions(db, userId);
}

/** All of a user's sessions, everywhere and at once: each request looks for its own. */
export async function endSessions(db: Store['db'], userId: string): Promise<void> {
  await db.deleteFrom('user_sessions').where('user_id', '=', userId).execute();
}

export async function findUserByEmail(db: Store['db'], email: string) {
  return db.selectFrom('users').select(['id', 'name', 'email']).where('email', '=', toEmail(email)).executeTakeFirst();
}

/** Whose session has this token. */
export async function findUserByToken(db: Store['db'], token: string) {
  return db
    .selectFrom('user_sessions')
    .innerJoin('users', 'users.id', 'user_sessions.user_id')
    .select(['users.id', 'users.email'])
    .where('user_sessions.token', '=', token)
    .executeTakeFirst();
}

export async function findUser(db: Store['db'], id: string) {
  return db.selectFrom('users').select(['id', 'email']).where('id', '=', id).executeTakeFirst();
}

/** For a device that is lost: its user signs in by password alone until they set up another. Within a transaction. */
export async function resetTwoFactor(db: Store['db'], userId: string): Promise<void> {
  await db.deleteFrom('user_two_factors').where('user_id', '=', userId).execute();
  await db.updateTable('users').set({ two_factor_enabled: false }).where('id', '=', userId).execute();
  await endSessions(db, userId);
}
