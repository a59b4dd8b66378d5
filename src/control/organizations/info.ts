/** What is told of an organization, to people and to programs. */
import type { Limits } from '../../snapshot/snapshot.ts';
import type { OrganizationRow } from '../../store/schema.ts';

export type Billing = OrganizationRow['billing'];

export interface OrganizationInfo {
  readonly id: string;
  readonly name: string;
  /** None of its keys is valid. */
  readonly disabled: boolean;
  /** Of all its keys together. */
  readonly limits?: Limits;
  readonly billing: Billing;
  /** By which its budgets' windows turn. */
  readonly timeZone: string;
  /** Why it may not spend anything. */
  readonly blockedReason?: string;
  readonly createdAtMs: number;
}

export function toInfo(row: OrganizationRow): OrganizationInfo {
  return {
    id: row.id,
    name: row.name,
    disabled: row.disabled,
    billing: row.billing,
    timeZone: row.time_zone,
    ...(row.blocked_reason !== null && { blockedReason: row.blocked_reason }),
    createdAtMs: row.created_at.getTime(),
    ...(row.limits && { limits: row.limits }),
  };
}
