/** Roles as people read them. */
import type { Me } from '@tollgate/client';

export type Role = Me['role'];
export type MemberRole = Exclude<Role, 'operator'>;

export const memberRoles: readonly MemberRole[] = ['owner', 'admin', 'billing', 'developer', 'viewer'];

export const roleNames: Readonly<Record<Role, string>> = {
  operator: 'Operator',
  owner: 'Owner',
  admin: 'Administrator',
  billing: 'Billing',
  developer: 'Developer',
  viewer: 'Viewer',
};

export const roleMeanings: Readonly<Record<MemberRole, string>> = {
  owner: 'may do everything, and make owners',
  admin: 'manages people, keys and settings',
  billing: 'pays: wallet, plans and invoices',
  developer: 'makes keys and budgets',
  viewer: 'looks, and changes nothing',
};

/** Nobody gives a role above their own. As the API has it. */
const givable: Readonly<Record<Role, readonly MemberRole[]>> = {
  operator: memberRoles,
  owner: memberRoles,
  admin: ['admin', 'billing', 'developer', 'viewer'],
  billing: [],
  developer: [],
  viewer: [],
};

export function rolesThatGive(role: Role): readonly MemberRole[] {
  return givable[role];
}
