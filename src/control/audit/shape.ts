/** A row of the audit log as the API shows it. */
import { z } from 'zod';
import { time } from '../api/fields.ts';
import type { AuditRow } from './list.ts';

const nullableText = z.string().nullable();
const state = z.unknown().describe('As the API showed it, without secrets; null: nothing, or not known.');

export const auditEntry = z
  .object({
    id: z.string(),
    at: time,
    organizationId: nullableText.describe("Whose thing it was; null: the installation's."),
    actorKind: z.enum(['key', 'user', 'nobody']),
    actorId: nullableText.describe('null: an operator of the installation, to an organization.'),
    actorName: z.string(),
    role: z.string().describe('What the actor was at that time.'),
    ip: nullableText,
    userAgent: nullableText,
    action: z.string().describe('A route, `PATCH /keys/{keyId}`, or what happened without one, `sign-in`.'),
    resourceKind: z.string(),
    resourceId: nullableText,
    requestId: nullableText,
    before: state,
    after: state,
  })
  .meta({ id: 'AuditEntry' });

export type ShownAudit = z.output<typeof auditEntry>;

/** Who the operators are and where they sit is not for the organizations they work on. */
export function shownAudit(row: AuditRow, isOperator: boolean): ShownAudit {
  const isHidden = row.role === 'operator' && !isOperator;
  return {
    id: row.id,
    at: row.at.getTime(),
    organizationId: row.organization_id,
    actorKind: row.actor_kind,
    actorId: isHidden ? null : row.actor_id,
    actorName: isHidden ? 'an operator' : row.actor_name,
    role: row.role,
    ip: isHidden ? null : row.ip,
    userAgent: isHidden ? null : row.user_agent,
    action: row.action,
    resourceKind: row.resource_kind,
    resourceId: row.resource_id,
    requestId: row.request_id,
    before: row.before,
    after: row.after,
  };
}
