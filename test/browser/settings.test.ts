/** The settings page: an organization's, the installation's, and where file and database differ. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BrowserRig, startBrowserRig } from './rig.ts';

let rig: BrowserRig;

beforeAll(async () => {
  rig = await startBrowserRig({
    routes: { filed: { targets: ['mock/echo'] } },
    organizations: { acme: { billing: 'prepaid' } },
  });
  const [acme] = (await rig.api('GET /organizations')).data.filter(({ name }: { name: string }) => name === 'acme');
  await rig.api(`PATCH /organizations/${acme.id}`, { billing: 'metered' });
});
afterAll(() => rig.close());

describe.each(['light', 'dark'] as const)('%s', (scheme) => {
  it.each([1280, 360])('at %d px shows what is set and what differs', async (width) => {
    const visitor = await rig.visit({ path: '/settings', scheme, width });
    const { page } = visitor;
    await page.getByLabel('Time zone').waitFor();
    for (const [tab, text] of [
      ['organization', 'Prompts and answers'],
      ['installation', 'Configuration in force'],
      ['drift', 'organizations.acme.billing'],
    ] as const) {
      if (tab !== 'organization') await visitor.go(`/settings?tab=${tab}`);
      await page.getByText(text).first().waitFor();
      await visitor.screenshot(`settings-${tab}`);
      await visitor.expectAccessible();
      await visitor.expectNoOverflow();
    }
    await visitor.done();
  });
});

it('sets a time zone, and says what is wrong with one that there is not', async () => {
  const shop = await rig.tenant('shop');
  const visitor = await rig.visit({ path: '/settings', key: shop.managementKey });
  const { page } = visitor;
  expect(await page.getByRole('tab', { name: 'Installation' }).count()).toBe(0);
  await page.getByLabel('Time zone').fill('Mars/Base');
  await page.getByRole('button', { name: 'Save time zone' }).click();
  await page.getByText(/timeZone is not valid/).waitFor();
  await page.getByLabel('Time zone').fill('Europe/Berlin');
  await page.getByRole('button', { name: 'Save time zone' }).click();
  await page.getByText('Time zone saved').waitFor();
  expect((await rig.api(`GET /organizations/${shop.id}/settings`)).timeZone).toBe('Europe/Berlin');
  await visitor.done(/400/);
});

it("copies the file's route into the database, and brings organizations back to what the file says", async () => {
  const visitor = await rig.visit({ path: '/settings?tab=drift' });
  const { page } = visitor;
  const filed = page.getByRole('listitem').filter({ hasText: 'filed' });
  await filed.getByRole('button', { name: 'Copy into the database' }).click();
  await page.getByText('filed is in the database too').waitFor();
  expect((await rig.api('GET /routes/filed')).definition.targets).toEqual(['mock/echo']);
  await page.getByRole('button', { name: 'Import keys and organizations again' }).click();
  await page.getByText('As the file says again').waitFor();
  await page.getByText('organizations.acme.billing').waitFor({ state: 'detached' });
  await visitor.done();
});
