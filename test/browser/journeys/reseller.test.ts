/** A reseller at month's end: a customer with a plan, an owner and a budget, what it brings, and its invoice. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeLink } from '../../../src/control/sign-in/links.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import type { Store } from '../../../src/store/store.ts';
import { dollar } from '../../money/books.ts';
import { postAt, postNow, use } from '../../money/months.ts';
import { until } from '../../until.ts';
import { type BrowserRig, startBrowserRig } from '../rig.ts';
import { arrive, journeyMs, patienceMs, places } from './person.ts';

let rig: BrowserRig;

beforeEach(async () => {
  rig = await startBrowserRig();
});
afterEach(() => rig.close());

/** A month that is over cannot be had by waiting: what was used in it was posted in it. */
async function useLastMonth(store: Store, organizationId: string): Promise<void> {
  const now = new Date();
  const then = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 15)).toISOString();
  await postAt(store, then);
  await use(store, organizationId, 12n * dollar, { settledAt: then });
  await postNow(store);
}

it.each(places)('sells to a customer at $width px', { timeout: journeyMs }, async (place) => {
  const store = await rig.gateway.database.open();
  const link = await makeLink(store.db, 'first-owner', null, systemClock);
  const rita = await arrive(rig.browser, rig.gateway.url, {
    ...place,
    path: `/set-up#token=${link}`,
    journey: 'reseller',
  });
  const { page } = rita;
  const dialog = page.getByRole('dialog');
  await rita.fill('Your name', 'Rita');
  await rita.fill('E-mail', 'rita@example.com');
  await rita.fill('Password', 'correct horse battery staple');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Your first request' }).waitFor();

  // What everybody pays, and a plan.
  await rita.open('Sale prices');
  await rita.press('New price');
  await rita.fill('Percent on the cost', '25', dialog);
  await rita.look('new-price');
  await rita.press('Set price', dialog);
  await rita.read('25%');
  await rita.open('Plans');
  await rita.press('New plan');
  await rita.fill('Name', 'Starter', dialog);
  await rita.fill('Price of a month', '5', dialog);
  await rita.fill('Usage included', '6', dialog);
  await rita.look('new-plan');
  await rita.press('Sell plan', dialog);
  await page.getByRole('button', { name: 'Choose Starter' }).waitFor();

  // A customer, with its owner, who gets a link.
  await rita.open('Customers');
  await page.keyboard.press('n');
  await rita.fill('Name', 'Initech', dialog);
  await page.getByRole('combobox', { name: 'How it pays' }).click();
  await page.getByRole('option', { name: /^Later/ }).click();
  await rita.press('Create customer');
  await page.waitForURL(/\/dashboard\/wallet\?org=org_/);
  await page.getByRole('button', { name: 'Organization: Initech' }).waitFor();
  await useLastMonth(store, new URL(page.url()).searchParams.get('org') ?? '');
  await rita.look('its-wallet');
  await rita.open('Members');
  await rita.press('Invite');
  await rita.fill('E-mail', 'peter@initech.example', dialog);
  await page.getByRole('combobox', { name: 'Role' }).click();
  await page.getByRole('option', { name: 'Owner' }).click();
  await rita.press('Invite', dialog);
  await rita.read('Hand this link over');
  await rita.press('Copy the link');
  expect(await rita.pasted()).toMatch(/\/dashboard\/invitation#token=/);
  await rita.look('invitation');
  await rita.press('Done');
  await rita.read('peter@initech.example');

  // Its plan, and how much it may use.
  await rita.open('Plans');
  await rita.press('Choose Starter');
  await page.getByRole('combobox', { name: 'How it is paid' }).click();
  await page.getByRole('option', { name: 'On the invoice' }).click();
  await rita.press('Start Starter');
  await rita.read('your plan');
  await rita.look('its-plan');
  await rita.open('Budgets');
  await rita.press('New budget');
  await page.getByRole('combobox', { name: 'Whose' }).click();
  await page.getByRole('option', { name: /organization/i }).click();
  await rita.fill('Limit', '50', dialog);
  await rita.press('Create budget');
  await rita.read('$50.00 a month');
  await rita.look('its-budget');

  // A key for it, which its program uses.
  await rita.open('Keys');
  await page.keyboard.press('n');
  await rita.fill('Name', 'app', dialog);
  await rita.press('Create key');
  await rita.press('Copy the key');
  const key = await rita.pasted();
  await rita.press('Done');
  for (let i = 0; i < 4; i++) expect(await rig.chat('mock/lorem', `report ${i}`, key)).toBe(200);
  await rig.gateway.waitForUsage(5, patienceMs);

  // What it brings.
  await rita.open('Margin');
  await until('its margin', async () => (await page.getByText('Initech').count()) > 0, patienceMs);
  await rita.look('margin');
  await rita.open('Costs');
  await rita.press('Customer');
  await page.getByRole('main').getByRole('link', { name: 'Initech' }).waitFor();
  await rita.look('costs');

  // Who sells, and the month that is over.
  await rita.open('Invoices');
  await page.getByRole('tab', { name: 'Seller' }).click();
  await rita.fill('Name', 'Rita Tokens Ltd');
  await rita.fill('Address', '1 Gate Street\nDublin');
  await rita.fill('Tax in percent', '23');
  await rita.look('seller');
  await rita.press('Save');
  await rita.read('Seller saved');
  await rita.press('Close a month …');
  await rita.press('Close month', dialog);
  await page.getByRole('tab', { name: 'Invoices', exact: true }).click();
  await page.getByRole('link', { name: 'INV-000001' }).click();
  await page.getByRole('heading', { name: 'Invoice INV-000001' }).waitFor();
  await rita.read('Tax, 23%');
  await rita.read('$14.76');
  await rita.look('invoice');
  await rita.press('Record payment …');
  await rita.fill('Reference', 'Statement 12/4', dialog);
  await rita.press('Record payment', dialog);
  await page.getByText('paid', { exact: true }).first().waitFor();
  await rita.look('invoice-paid');
  // Until somebody has said who sells, asking for it is a conflict.
  await rita.leave(/status of 409 .*invoice-seller/);
});
