/** What a caller may be: pure words, for tables, schemas and pages alike. */

/**
 * `operator` works on every organization; the others are members of one. `owner` may everything there, `admin` everything
 * but what ends it or makes owners, `billing` pays, `developer` builds, `viewer` looks.
 */
export const roles = ['operator', 'owner', 'admin', 'billing', 'developer', 'viewer'] as const;
export type Role = (typeof roles)[number];

/** What a member of an organization may be. */
export const memberRoles = ['owner', 'admin', 'billing', 'developer', 'viewer'] as const;
export type MemberRole = (typeof memberRoles)[number];

/** What a management key may be made for: a role, or `organization`, which is an older word for owner. */
export const scopes = [...roles, 'organization'] as const;
export type Scope = (typeof scopes)[number];

/** Nobody gives away more than they have: what each role may make of others, as keys, members and invitations. */
const below: Readonly<Record<Role, readonly Role[]>> = {
  operator: roles,
  owner: memberRoles,
  admin: ['admin', 'billing', 'developer', 'viewer'],
  billing: ['billing', 'viewer'],
  developer: ['developer', 'viewer'],
  viewer: ['viewer'],
};

/** Whether somebody in the role `giver` may make, change or take over what has the role `given`. */
export function mayGrant(giver: Role, given: Role): boolean {
  return below[giver].includes(given);
}

/** Of one scope; one that nobody here knows may look only. */
export function roleOfScope(scope: string): Role {
  if (scope === 'organization') return 'owner';
  return roles.find((role) => role === scope) ?? 'viewer';
}

/**
 * The widest of a management key's scopes. A key without any was made by a version that knew none: it has what it had,
 * its own organization.
 */
export function roleOfScopes(given: readonly string[] | undefined): Role {
  if (given === undefined || given.length === 0) return 'owner';
  const has = given.map(roleOfScope);
  return roles.find((role) => has.includes(role)) ?? 'viewer';
}
