/** March 2027 of a reseller with two customers: northwind on a plan, contoso prepaid. */
import type Stripe from 'stripe';
import { formatUsd, parseUsd } from '../../../src/lib/money.ts';
import { closeDispute, dispute } from '../../fakes/stripe/payments.ts';
import { until } from '../../until.ts';
import { Customer, type Question } from './customer.ts';
import type { Narrator } from './narrator.ts';
import { Office } from './office.ts';
import type { World } from './world.ts';

export const begin = '2027-03-01T09:00:00Z';
export const period = '2027-03';

export interface Cast {
  readonly world: World;
  readonly office: Office;
  readonly tell: Narrator;
  readonly northwind: Customer;
  readonly contoso: Customer;
  readonly keys: { readonly northwind: string; readonly contoso: string; readonly ci: string };
}

const usd = parseUsd;
const plain: Question = { what: 'a plain request', model: 'studio/writer', input: 1_200, output: 2_000 };
const stream: Question = { what: 'a stream', model: 'studio/writer', input: 800, output: 1_500, stream: true };
const chapter: Question = { what: 'a chapter', model: 'studio/writer', input: 1_000, output: 5_000 };

export async function openOffice(world: World, tell: Narrator): Promise<Cast> {
  const office = new Office(world);
  tell.day(begin, 'the office opens');
  await office.put('/invoice-seller', {
    details: {
      name: 'Halcyon Model Resale LLC',
      address: ['12 Harbour Street', 'Portland, ME 04101'],
      taxId: 'US 12-3456789',
      footer: ['Questions: billing@halcyon.example'],
    },
    taxBasisPoints: 0,
    paymentDays: 14,
  });
  const stage = { world, office, tell };
  const northwind = new Customer(stage, await newCustomer(office, 'northwind', 10n));
  const contoso = new Customer(stage, await newCustomer(office, 'contoso', 20n));
  await office.put(`/organizations/${northwind.id}/billing-details`, {
    name: 'Northwind Traders Inc.',
    address: ['1 Lake Road', 'Duluth, MN 55802'],
    email: 'accounts@northwind.example',
  });
  await office.put(`/organizations/${contoso.id}/billing-details`, {
    name: 'Contoso Größe & Söhne GmbH',
    address: ['Lindenstraße 4', '20099 Hamburg', 'Germany'],
    taxId: 'DE 811 234 567',
  });
  tell.say('northwind pays 10 % on top of what providers take, contoso 20 %.');
  await office.patch(`/organizations/${contoso.id}`, { billing: 'prepaid' });
  const keys = {
    northwind: await newKey(office, northwind, 'app'),
    contoso: await newKey(office, contoso, 'app'),
    ci: await newKey(office, contoso, 'ci'),
  };
  await office.post('/budgets', { ...budgetOf(northwind, 'app'), limit: '200' });
  await office.post('/budgets', { ...budgetOf(contoso, 'app'), limit: '100' });
  await office.post('/budgets', { ...budgetOf(contoso, 'ci'), limit: '0.50' });
  tell.say("Budgets a month: northwind's key app $200, contoso's key app $100, its key ci $0.50.");
  return { ...stage, northwind, contoso, keys };
}

export async function firstPayments({ office, tell, northwind, contoso, keys, world }: Cast): Promise<void> {
  await contoso.isRefused(keys.contoso, { ...plain, what: 'a request before any money' }, 'insufficient_balance');
  const plan = await office.post<{ checkout: { url: string } }>(`/organizations/${northwind.id}/subscription`, {
    plan: 'Plus',
    pays: 'stripe',
  });
  office.pay(plan.checkout);
  await until('the plan begins', async () => (await northwind.balance()) > 0n);
  tell.say('northwind takes the plan Plus and pays $29.00 on the page; the webhook brings the allowance:');
  tell.because(`credit ${formatUsd(await northwind.balance())} until 2027-04-01 09:00; used up, the wallet pays on`);
  tell.same('the allowance of Plus', await northwind.balance(), usd('27'));
  await topUp({ office, tell, world }, contoso, '50');
}

async function topUp(
  { office, tell, world }: Pick<Cast, 'office' | 'tell' | 'world'>,
  customer: Customer,
  amountUsd: string,
) {
  const before = await office.wallet(customer.id);
  const checkout = await office.post<{ paymentId: string; url: string }>(`/organizations/${customer.id}/checkout`, {
    amountUsd,
  });
  office.pay(checkout);
  const payment = () => office.get<{ state: string }>(`/payments/${checkout.paymentId}`);
  await until('the money is there', async () => (await payment()).state === 'paid');
  await world.settle();
  const after = await office.wallet(customer.id);
  tell.say(`${customer.name} pays ${formatUsd(usd(amountUsd))} on a page of Stripe; the webhook credits it:`);
  const owed = usd(before.receivableUsd);
  const debt = owed === 0n ? '' : ` - debt ${formatUsd(owed)}`;
  tell.because(
    `wallet ${formatUsd(usd(before.paidUsd))} + ${formatUsd(usd(amountUsd))}${debt} = ${formatUsd(usd(after.paidUsd))}`,
  );
  tell.same(`the wallet of ${customer.name}`, usd(after.paidUsd), usd(before.paidUsd) + usd(amountUsd) - owed);
}

export async function everydayTraffic({ tell, world, northwind, contoso, keys }: Cast): Promise<void> {
  const at = '2027-03-03T10:00:00Z';
  await world.goTo(at);
  tell.day(at, 'traffic');
  await contoso.ask(keys.contoso, plain);
  await contoso.ask(keys.contoso, stream);
  const sonnet = { model: 'claude-sonnet-4-5' as const };
  await contoso.ask(keys.contoso, {
    ...sonnet,
    what: 'most of it from a cache',
    stream: true,
    input: 2_000,
    cacheRead: 48_000,
    output: 600,
  });
  await contoso.ask(keys.contoso, { ...sonnet, what: 'a long prompt, at its tier', input: 250_000, output: 1_000 });
  await contoso.meetsFailure(keys.contoso, { ...plain, what: 'a provider that is out of order' });
  await contoso.hangsUp(keys.contoso, { ...stream, what: 'a stream', stopsAfter: 300 });
  await contoso.ask(keys.ci, { ...plain, what: 'a request of the key ci' });
  await contoso.isRefused(keys.ci, { ...plain, what: 'another one of the key ci' }, 'budget_exceeded');
  await northwind.ask(keys.northwind, plain);
  await northwind.ask(keys.northwind, stream);
}

export async function refund({ office, tell, world, contoso, keys }: Cast): Promise<void> {
  const at = '2027-03-10T15:00:00Z';
  await world.goTo(at);
  tell.day(at, 'contoso wants a part of its money back');
  const { data } = await office.get<{ data: readonly { id: string; kind: string }[] }>(
    `/payments?organizationId=${contoso.id}`,
  );
  const before = await contoso.balance();
  await office.post(`/payments/${data[0]?.id}/refund`, { amountUsd: '15' });
  const after = await contoso.balance();
  tell.say('The operator gives back $15.00 of the $50.00; Stripe returns it, the wallet loses it:');
  tell.because(`wallet ${formatUsd(before)} - $15.00 = ${formatUsd(after)}`);
  tell.same('the wallet after the refund', after, before - usd('15'));
  await contoso.askTimes(20, keys.contoso, chapter);
}

export async function allowanceUsedUp(cast: Cast): Promise<void> {
  const { tell, world, northwind, keys } = cast;
  const at = '2027-03-14T11:00:00Z';
  await world.goTo(at);
  tell.day(at, "northwind's allowance is used up");
  await northwind.askTimes(23, keys.northwind, chapter);
  await northwind.isRefused(keys.northwind, { ...chapter, what: 'one chapter more' }, 'insufficient_balance');
  tell.say('The plan Plus goes on from the wallet, and that is empty. So:');
  await topUp(cast, northwind, '20');
  await northwind.ask(keys.northwind, { ...chapter, what: 'the same chapter again' });
  const { creditUsd, paidUsd } = await cast.office.wallet(northwind.id);
  tell.because(`the rest of the allowance first, then the wallet: ${formatUsd(usd(paidUsd))} of it is left`);
  tell.same('what is left of the allowance', usd(creditUsd), 0n);
}

export async function upgrade({ office, tell, world, northwind, keys }: Cast): Promise<void> {
  const at = '2027-03-16T21:00:00Z';
  await world.goTo(at);
  tell.day(at, 'northwind changes to the plan Pro, after exactly half of its month of 31 days');
  const path = `/organizations/${northwind.id}/subscription`;
  const preview = await office.post<Record<'creditUsd' | 'chargeUsd' | 'dueUsd' | 'allowanceUsd', string>>(
    `${path}/preview`,
    { plan: 'Pro', prorationAt: at },
  );
  const before = await northwind.balance();
  await office.post(`${path}/change`, { plan: 'Pro' });
  const more = usd(preview.allowanceUsd);
  await until('the upgrade is paid', async () => (await northwind.balance()) > before);
  const after = await northwind.balance();
  tell.say('Stripe bills the difference for the time that is left, and the allowance grows by its difference:');
  tell.because(
    `half of $99.00 - half of $29.00 = ${usdText(preview.chargeUsd)} - ${usdText(preview.creditUsd)} = $35.00`,
  );
  tell.because(`half of $95.00 - half of $27.00 = ${formatUsd(more)} of allowance`);
  tell.because(`balance ${formatUsd(before)} + ${formatUsd(more)} = ${formatUsd(after)}`);
  tell.same('the price of the change', usd(preview.dueUsd), usd('35'));
  tell.same('the allowance of the change', more, usd('34'));
  tell.same('the balance after the change', after, before + more);
  await northwind.askTimes(10, keys.northwind, chapter);
}

export async function disputed(cast: Cast): Promise<void> {
  const { office, tell, world, contoso, keys } = cast;
  const at = '2027-03-20T08:00:00Z';
  await world.goTo(at);
  tell.day(at, 'contoso disputes what is left of its payment');
  const stripe = world.standIn.world;
  const charge = stripe.all<Stripe.Charge>('charge').find(({ amount }) => amount === 5_000);
  if (charge === undefined) throw new Error('the charge of $50.00 is not there');
  const before = await office.wallet(contoso.id);
  const opened = dispute(stripe, charge, 3_500);
  await until('the dispute is known', async () => (await office.wallet(contoso.id)).blockedReason !== null);
  await world.settle();
  const after = await office.wallet(contoso.id);
  const debt = usd('35') - usd(before.paidUsd);
  tell.say('The bank takes $35.00 back. What contoso has spent already becomes a debt:');
  tell.because(`wallet ${usdText(before.paidUsd)} - $35.00 = $0.00 and a debt of ${formatUsd(debt)}`);
  tell.same('the wallet', usd(after.paidUsd), 0n);
  tell.same('the debt', usd(after.receivableUsd), debt);
  await contoso.isRefused(keys.contoso, { ...plain, what: 'a request of who owes us' }, 'spending_blocked');
  await world.goTo('2027-03-24T08:00:00Z');
  tell.day('2027-03-24T08:00:00Z', 'the dispute is lost, and contoso pays');
  const known = () => closedEvents(cast);
  closeDispute(stripe, opened, 'lost');
  await until('the end of the dispute is known', async () => (await known()) === 1);
  tell.same('the debt after a lost dispute', usd((await office.wallet(contoso.id)).receivableUsd), debt);
  tell.say('Lost: what was taken stays taken, and nothing else changes.');
  await topUp(cast, contoso, '60');
  tell.same('why contoso is blocked', String((await office.wallet(contoso.id)).blockedReason), 'null');
  await contoso.ask(keys.contoso, { ...plain, what: 'it may spend again' });
}

/** Events of ended disputes that are worked off. */
async function closedEvents({ world }: Cast): Promise<number> {
  const rows = await world.store.db
    .selectFrom('stripe_events')
    .select('id')
    .where('type', '=', 'charge.dispute.closed')
    .where('state', '=', 'done')
    .execute();
  return rows.length;
}

async function newCustomer(office: Office, name: string, markupPercent: bigint) {
  const { id } = await office.post<{ id: string }>('/organizations', { name });
  await office.post('/prices', { organizationId: id, markupBasisPoints: Number(markupPercent * 100n) });
  return { id, name, markupPercent };
}

async function newKey(office: Office, { id }: Customer, name: string): Promise<string> {
  return (await office.post<{ key: string }>('/keys', { name, organizationId: id })).key;
}

function budgetOf({ id }: Customer, ownerName: string) {
  return { organizationId: id, owner: 'key', ownerName, unit: 'usd', window: 'month' };
}

const usdText = (text: string): string => formatUsd(usd(text));
