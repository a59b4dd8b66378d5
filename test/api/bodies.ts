/** Things of an organization by the parameters of paths that name them, and bodies that are right, for every route. */
import type { ApiRoute } from '../../src/control/api/route.ts';
import { type Asked, fixtures } from './fixtures.ts';
import { planBody } from './operator-fixtures.ts';

export type Things = Readonly<Record<string, string>>;

/** One thing for each parameter; `names`: those that are wanted. */
export async function makeThings(
  api: Asked,
  organizationId: string,
  names: readonly string[] = Object.keys(fixtures),
): Promise<Things> {
  const made: Record<string, string> = {};
  for (const name of names) {
    const make = fixtures[name];
    if (make === undefined) throw new Error(`the parameter {${name}} has no line in test/api/fixtures.ts`);
    made[name] = await make(api, organizationId, made);
  }
  return made;
}

/** The parameters of its path. */
export const parametersOf = ({ path }: Pick<ApiRoute, 'path'>): readonly string[] =>
  [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);

/** The path with these things in it; what is not there is named all the same. */
export const pathOf = ({ path }: Pick<ApiRoute, 'path'>, things: Things): string =>
  path.replaceAll(/\{(\w+)\}/g, (_, name: string) => things[name] ?? `${name}_none`);

/** What a query must have. */
export const queryOf = ({ method, path }: Pick<ApiRoute, 'method' | 'path'>): string =>
  method === 'GET' && path === '/usage/summary' ? '?by=model' : '';

const password = 'a long enough password';
const openai = 'https://models.example.com/v1';
const target = 'openai/gpt-5';
const unique = () => crypto.randomUUID().slice(0, 13);

/** By route; absent: `{}`. Names that must be new are new each time. */
export function bodies(things: Things): Readonly<Record<string, object>> {
  const organizationId = things.organizationId ?? '';
  return {
    'POST /organizations': { name: `made ${unique()}` },
    'POST /keys': { name: 'made' },
    'PATCH /keys/{keyId}': { name: 'changed' },
    'POST /keys/{keyId}/rotate': { overlapSeconds: 0 },
    'PUT /keys/{keyId}/content': { content: 'none' },
    'POST /projects': { name: `made ${unique()}` },
    'PATCH /projects/{projectId}': { limits: null },
    'POST /end-users/{endUserId}/erase': { organizationId },
    'POST /organizations/{organizationId}/wallet/credits': { amountUsd: '2.50' },
    'POST /organizations/{organizationId}/wallet/take-backs': { amountUsd: '0.50' },
    'POST /organizations/{organizationId}/credits': { kind: 'trial', amountUsd: '1' },
    'POST /budgets': {
      organizationId,
      owner: 'tag',
      ownerName: 'x',
      unit: 'usd',
      window: 'month',
      limit: '5',
      action: 'warn',
    },
    'PATCH /budgets/{budgetId}': { limit: '7' },
    'POST /models': { id: `openai/made-${unique()}`, price: { input: '1', output: '2' } },
    'PATCH /models/{modelId}': { contextTokens: 4_096 },
    'POST /models/aliases': { alias: `alias-${unique()}`, model: target },
    'POST /models/discover': { provider: 'openai' },
    'POST /models/import': { dryRun: true, models: [{ id: `openai/${unique()}`, price: { input: '1', output: '2' } }] },
    'POST /routes': { name: `route-${unique()}`, definition: { targets: [target] } },
    'PUT /routes/{routeName}': { definition: { targets: [target] } },
    'POST /routes/{routeName}/roll-back': { version: 1 },
    'POST /routes/backtest': { name: 'tried', definition: { targets: [target] } },
    'POST /routes/simulate': { request: { model: target, messages: [{ role: 'user', content: 'hello' }] } },
    'PUT /organizations/{organizationId}/provider-keys/{provider}': { apiKey: 'sk-made-0123456789' },
    'POST /providers': { name: `made-${unique()}`, vendor: 'openai-compatible', baseUrl: openai },
    'POST /providers/test': { vendor: 'openai-compatible', baseUrl: openai },
    'POST /providers/{providerName}/credentials': { apiKey: 'sk-made-0123456789', name: `made ${unique()}` },
    'POST /upstreams': { provider: things.providerName ?? '', apiKey: 'sk-made-0123456789', name: `made ${unique()}` },
    'POST /plans': planBody(),
    'POST /organizations/{organizationId}/subscription': { plan: things.planId ?? 'none', pays: 'invoice' },
    'POST /organizations/{organizationId}/subscription/preview': { plan: things.planId ?? 'none' },
    'POST /organizations/{organizationId}/subscription/change': { plan: things.planId ?? 'none' },
    'POST /organizations/{organizationId}/subscription/cancel': { when: 'now' },
    'POST /prices': { model: `made-${unique()}/*`, markupBasisPoints: 100 },
    'POST /organizations/{organizationId}/checkout': { mode: 'top-up', amountUsd: '5' },
    'PUT /organizations/{organizationId}/automatic-top-up': { enabled: false, thresholdUsd: '5', amountUsd: '20' },
    'POST /invoices/{invoiceId}/credit-notes': { reason: 'a mistake' },
    'POST /organizations/{organizationId}/invoices': { period: '2026-01' },
    'PUT /invoice-seller': { details: { name: 'Seller' }, taxBasisPoints: 0, paymentDays: 14 },
    'PUT /organizations/{organizationId}/tax': { taxBasisPoints: null, reverseCharge: false },
    'PUT /alert-rules/{kind}': { amountUsd: '5' },
    'PUT /organizations/{organizationId}/alert-rules/{kind}': { amountUsd: '5' },
    'PUT /alert-emails': { emails: ['a@example.com'] },
    'PUT /organizations/{organizationId}/alert-emails': { emails: ['a@example.com'] },
    'POST /webhook-endpoints': { url: 'https://hooks.example.com/' },
    'PATCH /organizations/{organizationId}/members/{memberId}': { role: 'developer' },
    'POST /organizations/{organizationId}/invitations': { email: `${unique()}@example.com`, role: 'viewer' },
    'POST /invitations/look': { token: 'tried' },
    'POST /invitations/accept': { token: 'tried', name: 'Somebody', password },
    'PATCH /me': { name: 'Somebody' },
    'POST /bootstrap': { token: 'tried', email: 'owner@example.com', name: 'Owner', password },
    'POST /sign-in-links/use': { token: 'tried', password },
  };
}
