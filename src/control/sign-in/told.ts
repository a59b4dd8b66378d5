/**
 * Signing in, as the audit log tells it: in the log of each organization that the person belongs to, in the
 * installation's where they belong to none. What is refused is told the first, tenth, hundredth … time for an account and
 * an address in an hour, with the count, and only so many times in all: whoever guesses cannot fill the log.
 */
import type { Clock } from '../../lib/clock.ts';
import type { Store } from '../../store/store.ts';
import type { Origin } from '../api/auditing.ts';
import { recordAudit } from '../audit/records.ts';
import { isOperator, listMemberships } from '../members/memberships.ts';
import { subscriberOf } from './client-address.ts';
import type { Happening } from './happenings.ts';
import { countOne, forgetAttempts, type Guess } from './throttle.ts';

export interface Person {
  readonly id: string;
  readonly email: string;
}

/** From where, and in which request. */
export interface Whence extends Origin {
  readonly requestId: string;
}

const hourMs = 3_600_000;
/** Entries of refusals in an hour, of all accounts and addresses together. */
const refusalsMax = 2_000;
/** An account of more organizations is told in so many of them. */
const organizationsMax = 50;

type Db = Store['db'];

export async function tell(db: Db, person: Person, { action, details }: Happening, whence: Whence, clock: Clock) {
  const refusedBefore = action === 'sign-in' ? await forgetRefusals(db, person.email, whence) : 0;
  const after = { ...details, ...(refusedBefore > 0 && { refusedBefore }) };
  const actor = { kind: 'user', id: person.id, name: person.email } as const;
  for (const { organizationId, role } of await placesOf(db, person)) {
    const event = { organizationId, actor, role, action, resource: { kind: 'users', id: person.id }, after, ...whence };
    await recordAudit(db, event, clock.nowMs());
  }
}

/** `account`: what was tried, as somebody typed it; undefined: nobody knows. */
export async function tellRefusal(
  db: Db,
  account: Person | string | undefined,
  { action, details }: Happening,
  whence: Whence,
  clock: Clock,
) {
  const name = typeof account === 'string' ? shownAccount(account) : (account?.email ?? 'unknown');
  const { attempts } = await countOne(db, refusal(name, whence));
  if (!isPowerOfTen(attempts)) return;
  const all = await countOne(db, { what: 'refusals told', subject: 'all', max: refusalsMax, windowMs: hourMs });
  if (all.attempts > refusalsMax + 1) return;
  const person = typeof account === 'object' ? account : undefined;
  const isLast = all.attempts > refusalsMax;
  const after = isLast ? { more: `not told until the hour is over: ${refusalsMax} were` } : { ...details, attempts };
  for (const { organizationId } of isLast ? [nowhere] : await placesOf(db, person)) {
    const actor = { kind: 'nobody', id: '', name: isLast ? 'many' : name } as const;
    const resource = { kind: 'users', id: isLast ? null : (person?.id ?? null) };
    await recordAudit(db, { organizationId, actor, role: 'nobody', action, resource, after, ...whence }, clock.nowMs());
  }
}

/** By whoever has the machine: the command line asks for no name. */
export async function tellOnMachine(db: Db, person: Person, { action }: Happening, clock: Clock): Promise<void> {
  const actor = { kind: 'nobody', id: '', name: 'the command line' } as const;
  for (const { organizationId } of await placesOf(db, person)) {
    const event = { organizationId, actor, role: 'operator', action, resource: { kind: 'users', id: person.id } };
    await recordAudit(db, event, clock.nowMs());
  }
}

const nowhere = { organizationId: null, role: 'viewer' } as const;

async function placesOf(db: Db, person: Person | undefined) {
  const memberships = await listMemberships(db, person?.id ?? '');
  if (memberships.length === 0) return [nowhere];
  const role = isOperator(memberships) ? 'operator' : undefined;
  return memberships.slice(0, organizationsMax).map((each) => ({ ...each, role: role ?? each.role }));
}

function refusal(name: string, { ip }: Whence): Guess {
  return { what: 'refused', subject: `${name} ${subscriberOf(ip ?? '')}`, max: 1, windowMs: hourMs };
}

async function forgetRefusals(db: Db, email: string, whence: Whence): Promise<number> {
  const [forgotten] = await forgetAttempts(db, [refusal(email, whence)]);
  return forgotten?.attempts ?? 0;
}

/** People type passwords where their address belongs. */
function shownAccount(typed: string): string {
  const address = typed.trim().toLowerCase();
  return address.length <= 254 && /^[^\s@]{1,64}@[^\s@]+\.[^\s@]+$/.test(address) ? address : 'no address';
}

function isPowerOfTen(count: number): boolean {
  return /^10*$/.test(String(count));
}
