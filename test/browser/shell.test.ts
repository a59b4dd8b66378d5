/** What stands around every page. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../until.ts';
import { type BrowserRig, startBrowserRig } from './rig.ts';

let rig: BrowserRig;

beforeAll(async () => {
  rig = await startBrowserRig();
  await rig.tenant('acme');
  for (let i = 0; i < 3; i++) expect(await rig.chat('mock/echo', `hello ${i}`)).toBe(200);
  await rig.gateway.waitForUsage(3);
});
afterAll(() => rig.close());

describe.each(['light', 'dark'] as const)('%s', (scheme) => {
  it.each([1280, 360])('at %d px is accessible, fits its width, and nothing complains', async (width) => {
    const visitor = await rig.visit({ path: '/wallet', scheme, width });
    expect(await visitor.page.title()).toBe('Wallet · Tollgate');
    await visitor.screenshot('wallet');
    await visitor.expectAccessible();
    await visitor.expectNoOverflow();
    await visitor.done();
  });
});

it('a visitor who is not signed in is sent to sign in, and back then', async () => {
  const visitor = await rig.visit({ key: null, path: '/wallet?period=30d' });
  const { page } = visitor;
  await page.waitForURL(/\/dashboard\/sign-in\?/);
  await visitor.screenshot('sign-in');
  await visitor.expectAccessible();
  await page.getByRole('button', { name: 'Use a management key' }).click();
  await page.getByLabel('Management key').fill(rig.operatorKey);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL(/\/dashboard\/wallet\?.*period=30d/);
  await visitor.done(/401/);
});

it('is used by keyboard: palette, going to a page, the switch of organizations', async () => {
  const visitor = await rig.visit({ path: '/wallet' });
  const { page } = visitor;
  await page.keyboard.press('Control+k');
  await page.getByPlaceholder(/Go to a page/).fill('wal');
  await visitor.screenshot('palette');
  await visitor.expectAccessible();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /^Organization/ }).click();
  await page.getByPlaceholder(/Find an organization/).fill('acme');
  await page.keyboard.press('Enter');
  await page.waitForURL(/org=org_/);
  await until(
    'the name to be shown',
    async () => (await page.getByRole('button', { name: 'Organization: acme' }).count()) === 1,
  );
  await page.getByRole('button', { name: /^Period/ }).click();
  await page.getByRole('button', { name: 'Show these days' }).waitFor();
  await visitor.screenshot('period');
  await visitor.expectAccessible();
  await page.getByRole('button', { name: 'Last 24 hours' }).click();
  await page.waitForURL(/org=org_.*period=24h|period=24h.*org=org_/);
  await visitor.done();
});

it('an address that no page has says so, and an error says what to do', async () => {
  const visitor = await rig.visit({ path: '/wallet' });
  await visitor.page.goto(`${rig.gateway.url}/dashboard/nowhere`);
  await visitor.page.getByText('There is no such page').waitFor();
  await visitor.page.route('**/api/v1/transfers*', (route) =>
    route.fulfill({
      status: 503,
      json: { error: { code: 'unavailable', message: 'The database is away.', remedy: 'Wait.', requestId: 'req_1' } },
    }),
  );
  await visitor.go('/wallet');
  await visitor.page.getByText('The database is away.').waitFor();
  await visitor.page.getByText('req_1').waitFor();
  await visitor.expectAccessible();
  await visitor.done(/503/);
});
