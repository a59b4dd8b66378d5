/** The settings page: an organization's, the installation's, and where file and database differ. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../until.ts';
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
      ['organization', 'Appearance'],
      ['content', 'What is kept now'],
      ['installation', 'Configuration in force'],
      ['drift', 'organizations.acme.billing'],
      ['master-key', 'in force'],
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

it('says what is kept, takes rules for it, and erases the key only when that is typed', async () => {
  const shop = await rig.tenant('archive');
  const visitor = await rig.visit({ path: '/settings?tab=content', key: shop.managementKey });
  const { page } = visitor;
  await page.getByText('kept only where a key or a request asks for it').waitFor();
  await page.getByText('Nothing is kept at this moment.').waitFor();
  await page.getByRole('combobox', { name: 'What is kept' }).click();
  await page.getByRole('option', { name: 'Everything that nobody forbids' }).click();
  await page.getByLabel('Days').fill('7');
  await page.getByLabel('Patterns to take out').fill('*');
  await page.getByRole('button', { name: 'Save what is kept' }).click();
  await page.getByText(/would take out nearly everything/).waitFor();
  await page.getByLabel('Patterns to take out').fill('email');
  await page.getByRole('button', { name: 'Save what is kept' }).click();
  await page.getByText('deleted after 7 days').waitFor();
  await page.getByText('and 1 pattern of your own are taken out').waitFor();

  await until('the rule to be in force and a prompt to be kept', async () => {
    expect(await rig.chat('mock/echo', 'remember this', shop.key)).toBe(200);
    return (await rig.api(`GET /organizations/${shop.id}/content`)).requests > 0;
  });
  await visitor.go('/settings?tab=content');
  await page.getByText(/requests? (is|are) kept at this moment/).waitFor();
  await page.getByRole('button', { name: 'Erase the key …' }).click();
  const confirm = page.getByRole('button', { name: 'Erase for ever' });
  expect(await confirm.isDisabled()).toBe(true);
  await visitor.screenshot('settings-content-erase');
  await visitor.expectAccessible();
  await page.getByLabel('Type erase everything to go on').fill('erase everything');
  await confirm.click();
  await page.getByText('there is nothing to erase').waitFor();
  expect((await rig.api(`GET /organizations/${shop.id}/content`)).keyMadeAt).toBeNull();
  await visitor.done(/400/);
});

it('a key decides for itself, which the settings tell', async () => {
  const shop = await rig.tenant('careful');
  const [key] = (await rig.api('GET /keys?kind=call', undefined, shop.managementKey)).data;
  const visitor = await rig.visit({ path: `/keys/${key.id}`, key: shop.managementKey });
  const { page } = visitor;
  await page.getByRole('combobox', { name: 'Prompts and answers' }).click();
  await page.getByRole('option', { name: 'Never kept' }).click();
  await page.getByText('Saved for new requests').waitFor();
  await visitor.go('/settings?tab=content');
  const own = page.getByRole('list', { name: 'Keys that decide for themselves' });
  await own.getByText('careful-app').waitFor();
  await own.getByText('keeps nothing').waitFor();
  await visitor.done();
});

it('shows operators where secrets lie, and whether they open', async () => {
  const visitor = await rig.visit({ path: '/settings?tab=master-key' });
  const { page } = visitor;
  const { masterKey, rows } = await rig.api('GET /secrets');
  expect(rows).toBeGreaterThan(0);
  await page.getByRole('row', { name: new RegExp(`${masterKey}.*in force`) }).waitFor();
  await page.getByText(/lies? under the key in force/).waitFor();
  await page.getByRole('button', { name: 'Open all' }).click();
  await page.getByText('All of them open.').waitFor();
  await visitor.done();
});
