/** How often something may be tried that can be guessed: counted in the database, so that all instances count together. */
import { hash } from 'node:crypto';
import { sql } from 'kysely';
import type { Store } from '../../store/store.ts';
import { ApiFailure } from '../api/failure.ts';

export interface Guess {
  /** `password`, `link`: each is counted by itself. */
  readonly what: string;
  /** `account ada@example.com`, `address 192.0.2.1`: kept as a hash. */
  readonly subject: string;
  readonly max: number;
  readonly windowMs: number;
}

/** Rows of past windows that one attempt clears away. */
const sweepMax = 20;

/** Counts an attempt on each. Throws ApiFailure (rate_limited) with Retry-After when one is over its limit. */
export async function countAttempt(db: Store['db'], guesses: readonly Guess[]): Promise<void> {
  let waitMs = 0;
  for (const guess of guesses) {
    const { attempts, leftMs } = await countOne(db, guess);
    if (attempts > guess.max) waitMs = Math.max(waitMs, leftMs);
  }
  await sweep(db);
  if (waitMs > 0) throw tooMany(waitMs);
}

/** Who got in needs no doubt any more. Returns what was counted of those in their windows. */
export async function forgetAttempts(
  db: Store['db'],
  guesses: readonly Pick<Guess, 'what' | 'subject'>[],
): Promise<readonly { readonly attempts: number }[]> {
  const forgotten = await db
    .deleteFrom('sign_in_attempts')
    .where('subject', 'in', guesses.map(nameOf))
    .returning(['attempts', sql<boolean>`window_ends_at > now()`.as('counts')])
    .execute();
  return forgotten.filter(({ counts }) => counts);
}

function nameOf({ what, subject }: Pick<Guess, 'what' | 'subject'>): string {
  return `${what} ${hash('sha256', subject, 'base64url')}`;
}

/** Counts one more, whatever its limit. */
export async function countOne(
  db: Store['db'],
  guess: Guess,
): Promise<{ readonly attempts: number; readonly leftMs: number }> {
  const ends = sql<Date>`now() + make_interval(secs => ${guess.windowMs / 1000})`;
  const isOver = sql<boolean>`sign_in_attempts.window_ends_at <= now()`;
  return db
    .insertInto('sign_in_attempts')
    .values({ subject: nameOf(guess), attempts: 1, window_ends_at: ends })
    .onConflict((conflict) =>
      conflict.column('subject').doUpdateSet({
        attempts: sql<number>`CASE WHEN ${isOver} THEN 1 ELSE sign_in_attempts.attempts + 1 END`,
        window_ends_at: sql<Date>`CASE WHEN ${isOver} THEN ${ends} ELSE sign_in_attempts.window_ends_at END`,
      }),
    )
    .returning(['attempts', sql<number>`(extract(epoch FROM window_ends_at - now()) * 1000)::int`.as('leftMs')])
    .executeTakeFirstOrThrow();
}

async function sweep(db: Store['db']): Promise<void> {
  await sql`DELETE FROM sign_in_attempts WHERE subject IN (
    SELECT subject FROM sign_in_attempts WHERE window_ends_at < now() LIMIT ${sweepMax} FOR UPDATE SKIP LOCKED)`.execute(
    db,
  );
}

function tooMany(waitMs: number): ApiFailure {
  const seconds = Math.max(1, Math.ceil(waitMs / 1000));
  return new ApiFailure('rate_limited', 'This was tried too often.', {
    remedy: `Wait ${seconds < 120 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`}, then try again.`,
    headers: { 'retry-after': String(seconds) },
  });
}
