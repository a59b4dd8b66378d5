/**
 * Who may do what: every route of the management API by every role, in one table. A route that is not in it cannot be
 * served; access.test.ts compares the two.
 */
import type { Caller } from './caller.ts';
import { ApiFailure, notFound } from './failure.ts';
import { type Role, roles } from './roles.ts';

/**
 * `all`: whatever organization. `own`: its own organization's; what is another's is not found. `never`: 403, since the
 * route itself is no secret.
 */
export type Reach = 'all' | 'own' | 'never';

export type Rule = Readonly<Record<Role, Reach>> | { readonly auth: 'none'; readonly why: string };

/** These members in their own organization, and operators everywhere. */
function members(...of: readonly Role[]): Readonly<Record<Role, Reach>> {
  const reach = (role: Role): Reach => (of.includes(role) ? 'own' : 'never');
  return {
    operator: 'all',
    owner: reach('owner'),
    admin: reach('admin'),
    billing: reach('billing'),
    developer: reach('developer'),
    viewer: reach('viewer'),
  };
}

/** Whoever belongs to an organization may look at what is its own. */
const everyone = members('owner', 'admin', 'billing', 'developer', 'viewer');
/** All but those who only look. */
const writers = members('owner', 'admin', 'billing', 'developer');
/** Who makes keys and budgets: owners, administrators and developers. */
const builders = members('owner', 'admin', 'developer');
/** Who pays: owners, administrators and those of billing. */
const payers = members('owner', 'admin', 'billing');
/** Who gives other people's things away: owners and administrators. */
const managers = members('owner', 'admin');
/** Operators of the installation. */
const operators = members();

export const access: Readonly<Record<string, Rule>> = {
  'GET /organizations': everyone,
  'POST /organizations': operators,
  'GET /organizations/{organizationId}': everyone,
  'PATCH /organizations/{organizationId}': operators,
  'GET /keys': everyone,
  'POST /keys': builders,
  'GET /keys/{keyId}': everyone,
  'PATCH /keys/{keyId}': builders,
  'POST /keys/{keyId}/rotate': builders,
  'POST /keys/{keyId}/pause': builders,
  'POST /keys/{keyId}/resume': builders,
  'GET /keys/{keyId}/activity': everyone,
  'POST /keys/{keyId}/revoke': builders,
  'GET /projects': everyone,
  'POST /projects': builders,
  'GET /projects/{projectId}': everyone,
  'PATCH /projects/{projectId}': builders,
  'GET /usage': everyone,
  'GET /usage/summary': everyone,
  'GET /stats/overview': everyone,
  'GET /stats/by-key': everyone,
  'GET /stats/by-model': everyone,
  'GET /stats/by-model-asked': everyone,
  'GET /stats/by-provider': everyone,
  'GET /stats/by-organization': everyone,
  'GET /stats/by-project': everyone,
  'GET /stats/by-member': everyone,
  'GET /stats/by-tag': everyone,
  'GET /stats/by-end-user': everyone,
  'GET /stats/timeseries': everyone,
  'GET /stats/latency': everyone,
  'GET /stats/errors': everyone,
  'GET /stats/cache': everyone,
  'GET /stats/provider-health': everyone,
  'GET /live': everyone,
  'POST /playground/keys': builders,
  'GET /logs': everyone,
  'GET /logs/export': everyone,
  'GET /logs/{requestId}': everyone,
  'GET /logs/{requestId}/content': builders,
  'GET /organizations/{organizationId}/content-settings': everyone,
  'PATCH /organizations/{organizationId}/content-settings': managers,
  'GET /organizations/{organizationId}/content': everyone,
  'DELETE /organizations/{organizationId}/content': managers,
  'GET /keys/{keyId}/content': everyone,
  'PUT /keys/{keyId}/content': builders,
  'POST /end-users/{endUserId}/erase': managers,
  'GET /end-users/{endUserId}/export': managers,
  'GET /end-user-erasures': managers,
  'GET /end-user-erasures/{erasureId}': managers,
  'POST /end-user-erasures/{erasureId}/cancel': managers,
  'GET /sessions': everyone,
  'GET /sessions/{sessionId}': everyone,
  'GET /organizations/{organizationId}/wallet': everyone,
  'POST /organizations/{organizationId}/wallet/credits': operators,
  'POST /organizations/{organizationId}/wallet/take-backs': operators,
  'GET /transfers': everyone,
  'GET /budgets': everyone,
  'POST /budgets': builders,
  'GET /budgets/{budgetId}': everyone,
  'PATCH /budgets/{budgetId}': builders,
  'DELETE /budgets/{budgetId}': builders,
  'GET /drift': operators,
  'POST /drift/import': operators,
  'GET /drift/export': operators,
  'GET /settings': operators,
  'PATCH /settings': operators,
  'GET /organizations/{organizationId}/settings': everyone,
  'PATCH /organizations/{organizationId}/settings': managers,
  'GET /models': everyone,
  'POST /models': operators,
  'GET /models/{modelId}': operators,
  'PATCH /models/{modelId}': operators,
  'DELETE /models/{modelId}': operators,
  'GET /models/price-history': operators,
  'GET /models/changes': operators,
  'GET /models/aliases': operators,
  'POST /models/aliases': operators,
  'DELETE /models/aliases/{aliasId}': operators,
  'POST /models/discover': operators,
  'POST /models/import': operators,
  'POST /models/sync-pricing': operators,
  'GET /models/sync-pricing': operators,
  'GET /models/sync-pricing/{syncId}': operators,
  'DELETE /models/sync-pricing/{syncId}': operators,
  'GET /declared-routes': operators,
  'GET /routes/{routeName}/versions': operators,
  'POST /routes/{routeName}/roll-back': operators,
  'POST /routes/simulate': operators,
  'POST /routes/backtest': operators,
  'GET /routes': operators,
  'POST /routes': operators,
  'GET /routes/{routeName}': operators,
  'PUT /routes/{routeName}': operators,
  'DELETE /routes/{routeName}': operators,
  'GET /organizations/{organizationId}/provider-keys': everyone,
  'PUT /organizations/{organizationId}/provider-keys/{provider}': managers,
  'DELETE /organizations/{organizationId}/provider-keys/{provider}': managers,
  'POST /organizations/{organizationId}/provider-keys/{provider}/test': managers,
  'GET /vendors': everyone,
  'GET /providers': operators,
  'POST /providers': operators,
  'POST /providers/test': operators,
  'GET /providers/{providerName}': operators,
  'PATCH /providers/{providerName}': operators,
  'DELETE /providers/{providerName}': operators,
  'POST /providers/{providerName}/test': operators,
  'POST /providers/{providerName}/credentials': operators,
  'PATCH /providers/{providerName}/credentials/{credentialId}': operators,
  'DELETE /providers/{providerName}/credentials/{credentialId}': operators,
  'GET /upstreams': operators,
  'POST /upstreams': operators,
  'GET /upstreams/{upstreamId}': operators,
  'PATCH /upstreams/{upstreamId}': operators,
  'DELETE /upstreams/{upstreamId}': operators,
  'GET /secrets': operators,
  'POST /secrets/rotate': operators,
  'GET /plans': everyone,
  'POST /plans': operators,
  'POST /plans/{planId}/end': operators,
  'GET /subscriptions': everyone,
  'GET /organizations/{organizationId}/subscription': everyone,
  'POST /organizations/{organizationId}/subscription': payers,
  'POST /organizations/{organizationId}/subscription/preview': payers,
  'POST /organizations/{organizationId}/subscription/change': payers,
  'POST /organizations/{organizationId}/subscription/cancel': payers,
  'GET /prices': operators,
  'POST /prices': operators,
  'POST /prices/{priceId}/end': operators,
  'GET /credits': everyone,
  'POST /organizations/{organizationId}/credits': operators,
  'GET /margin': operators,
  'POST /organizations/{organizationId}/checkout': payers,
  'GET /organizations/{organizationId}/automatic-top-up': everyone,
  'PUT /organizations/{organizationId}/automatic-top-up': payers,
  'POST /organizations/{organizationId}/portal': payers,
  'GET /payments': everyone,
  'GET /payments/{paymentId}': everyone,
  'POST /payments/{paymentId}/refund': operators,
  'POST /invoices/{invoiceId}/collect': payers,
  'GET /invoices': everyone,
  'GET /invoices/{invoiceId}': everyone,
  'GET /invoices/{invoiceId}/pdf': everyone,
  'GET /invoices/{invoiceId}/csv': everyone,
  'POST /invoices/{invoiceId}/pay': operators,
  'POST /invoices/{invoiceId}/credit-notes': operators,
  'GET /credit-notes/{creditNoteId}/pdf': everyone,
  'POST /organizations/{organizationId}/invoices': operators,
  'GET /receipts': everyone,
  'GET /receipts/{transferId}/pdf': everyone,
  'GET /invoice-seller': operators,
  'PUT /invoice-seller': operators,
  'GET /organizations/{organizationId}/billing-details': everyone,
  'PUT /organizations/{organizationId}/billing-details': payers,
  'PUT /organizations/{organizationId}/tax': operators,
  'GET /alerts': everyone,
  'GET /alert-rules': operators,
  'PUT /alert-rules/{kind}': operators,
  'GET /organizations/{organizationId}/alert-rules': everyone,
  'PUT /organizations/{organizationId}/alert-rules/{kind}': payers,
  'DELETE /organizations/{organizationId}/alert-rules/{kind}': payers,
  'GET /alert-emails': operators,
  'PUT /alert-emails': operators,
  'GET /organizations/{organizationId}/alert-emails': everyone,
  'PUT /organizations/{organizationId}/alert-emails': payers,
  'POST /alerts/test': operators,
  'POST /organizations/{organizationId}/alerts/test': writers,
  'GET /webhook-endpoints': everyone,
  'POST /webhook-endpoints': builders,
  'POST /webhook-endpoints/{endpointId}/rotate': builders,
  'DELETE /webhook-endpoints/{endpointId}': builders,
  'GET /me': everyone,
  'PATCH /me': everyone,
  'GET /me/sessions': everyone,
  'DELETE /me/sessions/{accountSessionId}': everyone,
  'POST /me/sessions/end-others': everyone,
  'GET /metrics': operators,
  'GET /organizations/{organizationId}/members': everyone,
  'GET /organizations/{organizationId}/members/{memberId}/keys': managers,
  'PATCH /organizations/{organizationId}/members/{memberId}': managers,
  'DELETE /organizations/{organizationId}/members/{memberId}': managers,
  'POST /organizations/{organizationId}/leave': everyone,
  'GET /organizations/{organizationId}/invitations': managers,
  'POST /organizations/{organizationId}/invitations': managers,
  'DELETE /organizations/{organizationId}/invitations/{invitationId}': managers,
  'POST /invitations/look': { auth: 'none', why: 'a link that works once proves who may' },
  'POST /invitations/accept': { auth: 'none', why: 'a link that works once proves who may' },
  'GET /bootstrap': { auth: 'none', why: 'the sign-in page asks it before anybody is signed in' },
  'POST /bootstrap': { auth: 'none', why: 'a link that works once proves who may' },
  'POST /sign-in-links/use': { auth: 'none', why: 'a link that works once proves who may' },
  'GET /audit': managers,
  'GET /audit/export': managers,
  'GET /audit/{auditId}': managers,
  'POST /stripe/webhook': { auth: 'none', why: 'Stripe signs the body' },
  'GET /openapi.json': { auth: 'none', why: 'it describes the product, not this installation' },
  'GET /docs': { auth: 'none', why: 'it describes the product, not this installation' },
  'GET /docs/style.css': { auth: 'none', why: 'the looks of the reference page' },
};

/** Throws ApiFailure: forbidden for a role that may never, not-found for another's organization. */
export function checkReach(
  rule: Readonly<Record<Role, Reach>>,
  caller: Caller,
  organizationId: string | undefined,
): void {
  const reach = rule[caller.role];
  if (reach === 'never') throw forbidden(rule, caller);
  if (reach === 'own' && organizationId !== undefined)
    checkOwner(caller, organizationId, 'organization', organizationId);
}

function forbidden(rule: Readonly<Record<Role, Reach>>, { role, actor }: Caller): ApiFailure {
  const able = rolesOf(rule).filter((each) => each !== 'operator');
  if (able.length === 0) {
    return new ApiFailure('forbidden', 'This is for operators of the installation.', {
      remedy: 'Use a management key with the scope operator.',
    });
  }
  const remedy =
    actor.kind === 'key'
      ? `Use a management key with the scope ${able.join(' or ')}.`
      : 'Ask an owner of the organization to do it, or for the role.';
  return new ApiFailure('forbidden', `This is for the roles ${able.join(', ')}; yours is ${role}.`, { remedy });
}

/** Who may, from operators down. */
export function rolesOf(rule: Readonly<Record<Role, Reach>>): readonly Role[] {
  return roles.filter((role) => rule[role] !== 'never');
}

/** What belongs to another organization is not there, for whoever is no operator. Throws ApiFailure (not_found). */
export function checkOwner(caller: Caller, ownerId: string, what: string, id: string): void {
  if (caller.role !== 'operator' && caller.organizationId !== ownerId) throw notFound(what, id);
}

/** The one organization whose rows a list may show; undefined: all. For the WHERE of every query. */
export function visibleOrganization(caller: Caller): string | undefined {
  return caller.role === 'operator' ? undefined : caller.organizationId;
}
