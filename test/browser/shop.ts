/** A small reseller's shop on the rig: Stripe's stand-in, plans, a sale price, and two customers who have used something. */
import { type StandIn, startStandIn } from '../fakes/stripe/server.ts';
import { type BrowserRig, startBrowserRig } from './rig.ts';

type Tenant = Awaited<ReturnType<BrowserRig['tenant']>>;

export interface Shop extends BrowserRig {
  readonly stripe: StandIn;
  /** Pays from a wallet, with a plan. */
  readonly acme: Tenant;
  /** Is billed later. */
  readonly umbrella: Tenant;
}

const secret = 'whsec_of_the_browser_rig';

export async function openShop(): Promise<Shop> {
  const stripe = await startStandIn();
  const rig = await startBrowserRig({
    stripe: { secretKey: 'sk_test_standin', webhookSecrets: [secret], apiBase: stripe.url },
  });
  stripe.deliveries.endpoints.push({ url: `${rig.gateway.url}/api/v1/stripe/webhook`, secrets: [secret] });
  const [acme, umbrella] = [await rig.tenant('Acme'), await rig.tenant('Umbrella')];
  const at = `/organizations/${acme.id}`;
  await rig.api('PUT /invoice-seller', {
    details: { name: 'Example Tokens Ltd', address: ['1 Gate Street', 'Dublin'], taxId: 'IE123', taxName: 'VAT' },
    taxBasisPoints: 2300,
    paymentDays: 14,
  });
  await rig.api('POST /prices', { markupBasisPoints: 2000 });
  await rig.api('POST /plans', {
    name: 'Starter',
    monthlyUsd: '5',
    allowanceUsd: '6',
    overage: 'stop',
    models: ['mock/*'],
  });
  await rig.api('POST /plans', {
    name: 'Pro',
    monthlyUsd: '20',
    allowanceUsd: '25',
    overage: 'wallet',
    limits: { requestsPerMinute: 600 },
  });
  await rig.api(`PATCH ${at}`, { billing: 'prepaid' });
  await rig.api(`POST ${at}/wallet/credits`, { amountUsd: '40', description: 'Bank transfer 4711' });
  await rig.api(`POST ${at}/credits`, { kind: 'promotional', amountUsd: '5', description: 'Welcome' });
  await rig.api('POST /budgets', {
    organizationId: acme.id,
    owner: 'organization',
    unit: 'usd',
    window: 'month',
    limit: '50',
  });
  await rig.api('POST /budgets', {
    organizationId: acme.id,
    owner: 'key',
    ownerName: 'Acme-app',
    unit: 'tokens',
    window: 'day',
    limit: '20000',
    action: 'warn',
  });
  for (let i = 0; i < 6; i++) {
    await rig.chat('mock/echo', `How much is request ${i}? ${'words '.repeat(200)}`, acme.key);
    await rig.chat('mock/lorem', 'a few words', umbrella.key);
  }
  await rig.gateway.waitForUsage(12);
  const close = async () => {
    await rig.close();
    await stripe.close();
  };
  return { ...rig, stripe, acme, umbrella, close };
}
