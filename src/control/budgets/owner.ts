/** Whose budget it is, by the names that people use. */
import type { Clock } from '../../lib/clock.ts';
import type { BudgetOwnerKind } from '../../store/schema/ledger.ts';
import type { Store } from '../../store/store.ts';
import { ensureOwner } from '../owners.ts';
import { Refusal } from '../refusal.ts';

const tagLengthMax = 200;

interface Owner {
  readonly organizationId: string;
  readonly owner: BudgetOwnerKind;
  readonly ownerName?: string;
}

/** The id that budgets and usage know. Throws Refusal. */
export async function ownerId(db: Store['db'], request: Owner, clock: Clock): Promise<string> {
  const { organizationId, owner, ownerName } = request;
  if (owner === 'organization') {
    if (ownerName === undefined) return organizationId;
    throw new Refusal("An organization's budget has no other owner.", 'Leave the name out.');
  }
  if (ownerName === undefined || ownerName === '') {
    throw new Refusal(`A ${owner}'s budget needs to know which ${owner}.`, `Name the ${owner}.`);
  }
  switch (owner) {
    case 'project':
      return (
        (await idOf(db, 'projects', organizationId, ownerName)) ??
        ensureOwner(db, 'projects', organizationId, ownerName, clock)
      );
    case 'member':
      return (
        (await idOf(db, 'members', organizationId, ownerName)) ??
        ensureOwner(db, 'members', organizationId, ownerName, clock)
      );
    case 'key':
      return keyId(db, organizationId, ownerName);
    case 'tag':
      return checkTag(ownerName);
  }
}

async function idOf(db: Store['db'], table: 'projects' | 'members', organizationId: string, id: string) {
  const row = await db
    .selectFrom(table)
    .select('id')
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .executeTakeFirst();
  return row?.id;
}

/** A key has to be there; by its name, when one valid key has it. */
async function keyId(db: Store['db'], organizationId: string, which: string): Promise<string> {
  const keys = await db
    .selectFrom('keys')
    .select(['id', 'name'])
    .where('organization_id', '=', organizationId)
    .where('revoked_at', 'is', null)
    .where((where) => where.or([where('id', '=', which), where('name', '=', which)]))
    .limit(20)
    .execute();
  const [only, ...others] = keys.some(({ id }) => id === which) ? keys.filter(({ id }) => id === which) : keys;
  const told = JSON.stringify(which.slice(0, 80));
  if (only === undefined) {
    throw new Refusal(`The organization has no valid key ${told}.`, 'See "tollgate keys list" for names and ids.');
  }
  if (others.length > 0) {
    const ids = keys.map(({ id }) => id).join(', ');
    throw new Refusal(`Several keys are called ${told}: ${ids}.`, 'Name one by its id.');
  }
  return only.id;
}

/** As callers send it in x-tollgate-tags. */
function checkTag(tag: string): string {
  if (tag.length <= tagLengthMax && /^[^\s,\p{Cc}]+$/u.test(tag)) return tag;
  throw new Refusal(
    `${JSON.stringify(tag.slice(0, 80))} cannot be a tag.`,
    `Use up to ${tagLengthMax} characters without spaces and commas.`,
  );
}
