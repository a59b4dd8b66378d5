/** The pages of money: as an operator, as the customer of a reseller, and through a payment. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../until.ts';
import { openShop, type Shop } from './shop.ts';

let shop: Shop;

beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

const pages = {
  wallet: '/wallet',
  payments: '/wallet?tab=payments',
  credits: '/wallet?tab=credits',
  plans: '/plans',
  invoices: '/invoices',
  'billing-details': '/invoices?tab=details',
  budgets: '/budgets',
  alerts: '/alerts',
  'alert-rules': '/alerts?tab=rules',
  'alert-receivers': '/alerts?tab=receivers',
};
const operatorPages = {
  seller: '/invoices?tab=seller',
  subscriptions: '/plans?tab=subscriptions',
  prices: '/prices',
  margin: '/margin',
  customers: '/customers',
  'alerts-of-all': '/alerts?tab=installation',
};

describe.each([
  ['light', 1280],
  ['dark', 1280],
  ['light', 360],
  ['dark', 360],
] as const)('%s at %d px', (scheme, width) => {
  it('every page is accessible, fits, and nothing complains', async () => {
    const visitor = await shop.visit({ path: `/wallet?org=${shop.acme.id}`, scheme, width });
    for (const [name, path] of Object.entries({ ...pages, ...operatorPages })) {
      await visitor.go(`${path}${path.includes('?') ? '&' : '?'}org=${shop.acme.id}`);
      await visitor.screenshot(name);
      await visitor.expectAccessible();
      await visitor.expectNoOverflow();
    }
    await visitor.done();
  }, 240_000);
});

describe('a customer', () => {
  it('sees their own part only', async () => {
    const visitor = await shop.visit({ key: shop.acme.managementKey, path: '/wallet' });
    const { page } = visitor;
    const links = await page.getByRole('navigation', { name: 'Pages' }).getByRole('link').allTextContents();
    expect(links).toEqual(expect.arrayContaining(['Wallet', 'Plans', 'Invoices', 'Budgets', 'Alerts']));
    for (const each of ['Sale prices', 'Margin', 'Customers']) expect(links).not.toContain(each);
    await page.getByText('Bank transfer 4711').waitFor();
    expect(await page.getByRole('button', { name: 'Move money' }).count()).toBe(0);
    for (const path of Object.values(pages)) {
      await visitor.go(path);
      expect(await page.getByText('Umbrella').count()).toBe(0);
      await visitor.expectAccessible();
    }
    await visitor.done();
  });

  it('tops up: an amount, the page of Stripe, and back to a balance that has it', async () => {
    const visitor = await shop.visit({ key: shop.acme.managementKey, path: '/wallet' });
    const { page } = visitor;
    await page.getByRole('button', { name: 'Top up' }).click();
    await page.getByRole('button', { name: '$50' }).click();
    await visitor.screenshot('top-up');
    await visitor.expectAccessible();
    await page.getByRole('button', { name: 'Go to payment' }).click();
    await page.getByRole('button', { name: 'A card that: pays' }).click();
    await page.waitForURL(/\/dashboard\/wallet.*checkout=done/);
    await until('the money to be there', async () => {
      const { paidUsd } = await shop.api(`GET /organizations/${shop.acme.id}/wallet`);
      return Number(paidUsd) >= 50;
    });
    await page.getByRole('status').filter({ hasText: 'Top-up: $50.00' }).waitFor();
    await page.getByRole('tab', { name: 'Payments' }).click();
    await page.getByRole('row').filter({ hasText: 'Top-up' }).filter({ hasText: 'paid' }).waitFor();
    await visitor.done();
  });

  it('starts a plan from the wallet, sees what a dearer one costs, changes to it and cancels', async () => {
    const visitor = await shop.visit({ key: shop.acme.managementKey, path: '/plans' });
    const { page } = visitor;
    await page.getByRole('button', { name: 'Choose Starter' }).click();
    await page.getByRole('button', { name: 'Start Starter' }).click();
    await page.getByText('your plan').waitFor();
    await page.getByRole('button', { name: 'Choose Pro' }).click();
    await page.getByText('To be paid now').waitFor();
    await visitor.screenshot('plan-change');
    await visitor.expectAccessible();
    await page.getByRole('button', { name: 'Change to Pro' }).click();
    await page.getByText('Pro holds now').waitFor();
    await page.getByRole('button', { name: 'Cancel plan' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel plan' }).click();
    await page.getByText(/^Ends on /).waitFor();
    await visitor.done();
  });

  it('makes a budget, which a wrong limit does not make, changes and removes it', async () => {
    const visitor = await shop.visit({ key: shop.acme.managementKey, path: '/budgets' });
    const { page } = visitor;
    await page.getByRole('button', { name: 'New budget' }).first().click();
    await page.getByLabel('Name or id of the key').fill('Acme-app');
    await page.getByLabel('Limit', { exact: true }).fill('ten');
    await page.getByRole('button', { name: 'Create budget' }).click();
    await page.getByRole('alert').waitFor();
    await page.getByLabel('Limit', { exact: true }).fill('10');
    await visitor.expectAccessible();
    await page.getByRole('button', { name: 'Create budget' }).click();
    const row = page.getByRole('listitem').filter({ hasText: '$10.00 a month' });
    await row.waitFor();
    await row.getByRole('button', { name: /Change the budget/ }).click();
    await page.getByRole('menuitem', { name: 'Remove …' }).click();
    await page.getByRole('button', { name: 'Remove budget' }).click();
    await until('it to be gone', async () => (await row.count()) === 0);
    await visitor.done(/400/);
  });

  it('adds a webhook, whose secret is shown once and must be copied', async () => {
    const visitor = await shop.visit({ key: shop.acme.managementKey, path: '/alerts?tab=receivers' });
    const { page } = visitor;
    await page.getByLabel('Another address').first().fill('https://example.com/hook');
    await page.getByRole('button', { name: 'Add' }).first().click();
    const shown = page.getByRole('dialog');
    await shown.getByText(/^whsec_/).waitFor();
    await visitor.screenshot('secret-once');
    await visitor.expectAccessible();
    expect(await shown.getByRole('button', { name: 'Done' }).isDisabled()).toBe(true);
    await shown.getByRole('button', { name: /Copy the signing secret/ }).click();
    await shown.getByRole('button', { name: 'Done' }).click();
    await page.getByText('https://example.com/hook').waitFor();
    expect(await page.getByText(/^whsec_/).count()).toBe(0);
    await visitor.done();
  });
});

describe('an operator', () => {
  it('makes a customer, opens it, gives it credit, and sees it in the margin', async () => {
    const visitor = await shop.visit({ path: '/customers' });
    const { page } = visitor;
    await page.getByRole('button', { name: 'New customer' }).first().click();
    await page.getByLabel('Name', { exact: true }).fill('Initech');
    await page.getByRole('button', { name: 'Create customer' }).click();
    await page.waitForURL(/\/dashboard\/wallet\?org=org_/);
    await page.getByRole('button', { name: 'Organization: Initech' }).waitFor();
    await page.getByRole('button', { name: 'Move money' }).click();
    await page.getByRole('menuitem', { name: 'Give credit …' }).click();
    await page.getByLabel('Amount in dollars').fill('7.50');
    await page.getByRole('button', { name: 'Give credit' }).click();
    await until('the balance to be shown', async () => (await page.getByText('$7.50').count()) >= 2);
    await visitor.go('/margin?by=customer');
    await page.getByRole('row').filter({ hasText: 'Acme' }).getByText('16.7%').waitFor();
    await visitor.done();
  });
});
