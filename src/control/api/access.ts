/**
 * Who may do what: every route of the management API by every role, in one table. A route that is not in it cannot be
 * served; access.test.ts compares the two.
 */
import type { Caller, Role } from './caller.ts';
import { ApiFailure, notFound } from './failure.ts';

/**
 * `all`: whatever organization. `own`: its own organization's; what is another's is not found. `never`: 403, since the
 * route itself is no secret.
 */
export type Reach = 'all' | 'own' | 'never';

export type Rule = Readonly<Record<Role, Reach>> | { readonly auth: 'none'; readonly why: string };

const everyone: Rule = { operator: 'all', organization: 'own' };
const operators: Rule = { operator: 'all', organization: 'never' };
/** Who makes keys and budgets: owners, administrators and developers. */
const builders = everyone;
/** Who gives other people's things away: owners and administrators. */
const managers = everyone;
/** Who pays: owners, administrators and those of billing. */
const payers = everyone;

export const access: Readonly<Record<string, Rule>> = {
  'GET /organizations': everyone,
  'POST /organizations': operators,
  'GET /organizations/{organizationId}': everyone,
  'PATCH /organizations/{organizationId}': operators,
  'GET /keys': everyone,
  'POST /keys': everyone,
  'GET /keys/{keyId}': everyone,
  'PATCH /keys/{keyId}': everyone,
  'POST /keys/{keyId}/rotate': everyone,
  'POST /keys/{keyId}/revoke': everyone,
  'GET /projects': everyone,
  'GET /projects/{projectId}': everyone,
  'PATCH /projects/{projectId}': everyone,
  'GET /usage': everyone,
  'GET /usage/summary': everyone,
  'GET /organizations/{organizationId}/wallet': everyone,
  'POST /organizations/{organizationId}/wallet/credits': operators,
  'POST /organizations/{organizationId}/wallet/take-backs': operators,
  'GET /transfers': everyone,
  'GET /budgets': everyone,
  'POST /budgets': everyone,
  'GET /budgets/{budgetId}': everyone,
  'PATCH /budgets/{budgetId}': everyone,
  'DELETE /budgets/{budgetId}': everyone,
  'GET /routes': operators,
  'POST /routes': operators,
  'GET /routes/{routeName}': operators,
  'PUT /routes/{routeName}': operators,
  'DELETE /routes/{routeName}': operators,
  'GET /organizations/{organizationId}/provider-keys': everyone,
  'PUT /organizations/{organizationId}/provider-keys/{provider}': everyone,
  'DELETE /organizations/{organizationId}/provider-keys/{provider}': everyone,
  'GET /plans': everyone,
  'POST /plans': operators,
  'POST /plans/{planId}/end': operators,
  'GET /subscriptions': everyone,
  'GET /organizations/{organizationId}/subscription': everyone,
  'POST /organizations/{organizationId}/subscription': everyone,
  'POST /organizations/{organizationId}/subscription/preview': everyone,
  'POST /organizations/{organizationId}/subscription/change': everyone,
  'POST /organizations/{organizationId}/subscription/cancel': everyone,
  'GET /prices': operators,
  'POST /prices': operators,
  'POST /prices/{priceId}/end': operators,
  'GET /credits': everyone,
  'POST /organizations/{organizationId}/credits': operators,
  'GET /margin': operators,
  'POST /organizations/{organizationId}/checkout': everyone,
  'GET /organizations/{organizationId}/automatic-top-up': everyone,
  'PUT /organizations/{organizationId}/automatic-top-up': everyone,
  'POST /organizations/{organizationId}/portal': everyone,
  'GET /payments': everyone,
  'GET /payments/{paymentId}': everyone,
  'POST /payments/{paymentId}/refund': operators,
  'POST /invoices/{invoiceId}/collect': everyone,
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
  'PUT /organizations/{organizationId}/billing-details': everyone,
  'PUT /organizations/{organizationId}/tax': operators,
  'GET /alerts': everyone,
  'GET /alert-rules': operators,
  'PUT /alert-rules/{kind}': operators,
  'GET /organizations/{organizationId}/alert-rules': everyone,
  'PUT /organizations/{organizationId}/alert-rules/{kind}': everyone,
  'DELETE /organizations/{organizationId}/alert-rules/{kind}': everyone,
  'GET /alert-emails': operators,
  'PUT /alert-emails': operators,
  'GET /organizations/{organizationId}/alert-emails': everyone,
  'PUT /organizations/{organizationId}/alert-emails': everyone,
  'POST /alerts/test': operators,
  'POST /organizations/{organizationId}/alerts/test': everyone,
  'GET /webhook-endpoints': everyone,
  'POST /webhook-endpoints': everyone,
  'POST /webhook-endpoints/{endpointId}/rotate': everyone,
  'DELETE /webhook-endpoints/{endpointId}': everyone,
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
  if (reach === 'never') {
    throw new ApiFailure('forbidden', 'This is for operators of the installation.', {
      remedy: 'Use a management key with the scope operator.',
    });
  }
  if (reach === 'own' && organizationId !== undefined)
    checkOwner(caller, organizationId, 'organization', organizationId);
}

/** What belongs to another organization is not there, for whoever is no operator. Throws ApiFailure (not_found). */
export function checkOwner(caller: Caller, ownerId: string, what: string, id: string): void {
  if (caller.role !== 'operator' && caller.organizationId !== ownerId) throw notFound(what, id);
}

/** The one organization whose rows a list may show; undefined: all. For the WHERE of every query. */
export function visibleOrganization(caller: Caller): string | undefined {
  return caller.role === 'operator' ? undefined : caller.organizationId;
}
