/** Keys in the dashboard: made, shown once, used, rotated, paused and revoked; and the audit log that tells of it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../until.ts';
import { type BrowserRig, startBrowserRig, type Visitor } from './rig.ts';

let rig: BrowserRig;
let acme: { id: string; managementKey: string; key: string };

beforeAll(async () => {
  rig = await startBrowserRig();
  acme = await rig.tenant('acme');
  await rig.api(
    'POST /keys',
    { name: 'a key with a name that is much longer than a phone is wide', models: ['mock/*'] },
    acme.managementKey,
  );
});
afterAll(() => rig.close());

/** Makes a key by the form, and gives what was shown once. */
async function makeKey({ page }: Visitor, name: string): Promise<string> {
  await page.getByRole('button', { name: 'New key' }).first().click();
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('Project').fill('site');
  await page.getByLabel('Requests a minute').fill('100');
  await page.getByLabel('Budget a month').fill('5');
  await page.getByLabel('Tags').fill('team:web, ci');
  await page.getByRole('button', { name: 'Create key' }).click();
  const secret = (await page.locator('code.select-all').textContent()) ?? '';
  await page.getByRole('button', { name: 'Copy the key' }).click();
  await page.getByRole('button', { name: 'Done' }).click();
  return secret;
}

describe.each(['light', 'dark'] as const)('%s', (scheme) => {
  it.each([1280, 360])('at %d px keys and the audit log are read by everybody', async (width) => {
    const visitor = await rig.visit({ key: acme.managementKey, path: '/keys', scheme, width });
    const { page } = visitor;
    await page.getByText('acme-app').first().waitFor();
    await visitor.screenshot('keys');
    await visitor.expectAccessible();
    await visitor.expectNoOverflow();
    await visitor.go('/keys?new=true');
    await page.getByRole('button', { name: 'Create key' }).waitFor();
    await visitor.screenshot('keys-new');
    await visitor.expectAccessible();
    await visitor.go('/keys');
    await page.getByRole('link', { name: 'acme-app' }).click();
    await page.getByText('How it is used').waitFor();
    await visitor.screenshot('key');
    await visitor.expectAccessible();
    await visitor.expectNoOverflow();
    await visitor.go('/audit');
    await page.getByText('Made · keys').first().waitFor();
    await visitor.screenshot('audit');
    await visitor.expectAccessible();
    await visitor.expectNoOverflow();
    await page.getByText('Made · keys').first().click();
    await page.getByText('What changed').waitFor();
    await visitor.screenshot('audit-entry');
    await visitor.expectAccessible();
    await visitor.done();
  });
});

it('a key is made, works, is paused and resumed, rotated, and revoked; each is in the audit log', async () => {
  const visitor = await rig.visit({ key: acme.managementKey, path: '/keys' });
  const { page } = visitor;
  const secret = await makeKey(visitor, 'ci');
  const chat = (key: string) => rig.chat('mock/echo', 'hello', key);
  expect(await chat(secret)).toBe(200);
  await page.getByRole('link', { name: 'ci', exact: true }).click();
  await page.getByText('1 request in the last ten minutes used it.').waitFor({ timeout: 20_000 });
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByText('Paused', { exact: true }).waitFor();
  await until('the key to be refused', async () => (await chat(secret)) === 401);
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('Active', { exact: true }).waitFor();
  await until('the key to work', async () => (await chat(secret)) === 200);
  await page.getByRole('button', { name: 'Rotate' }).click();
  await page.getByRole('button', { name: 'Rotate key' }).click();
  const next = (await page.locator('code.select-all').textContent()) ?? '';
  await page.getByRole('button', { name: 'Copy the key' }).click();
  await page.getByRole('button', { name: 'Done' }).click();
  expect([await chat(secret), await chat(next)]).toEqual([200, 200]);
  await page.getByRole('button', { name: 'Revoke' }).click();
  await page
    .getByRole('alertdialog')
    .getByText(/in the last ten minutes used it|use this key/)
    .waitFor();
  await page.getByRole('button', { name: 'Revoke key' }).click();
  await page.getByText('Revoked', { exact: true }).waitFor();
  await until('the key to be refused', async () => (await chat(next)) === 401);
  await visitor.go('/audit?resourceKind=keys');
  for (const what of ['Revoke · keys', 'Rotate · keys', 'Resume · keys', 'Pause · keys']) {
    await page.getByText(what).first().waitFor();
  }
  expect(await page.content()).not.toContain(secret);
  const [budget] = (await rig.api(`GET /budgets?organizationId=${acme.id}`)).data;
  expect(budget).toMatchObject({ owner: 'key', limit: '5.00', unit: 'usd' });
  await visitor.done();
});

it('a field that the API refuses says so at the field, and what was typed stays', async () => {
  const visitor = await rig.visit({ key: acme.managementKey, path: '/keys?new=true' });
  const { page } = visitor;
  await page.getByLabel('Name', { exact: true }).fill('kept');
  await page.getByLabel('Requests a minute').fill('0');
  await page.getByRole('button', { name: 'Create key' }).click();
  await page.getByRole('alert').first().waitFor();
  expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('kept');
  await visitor.done(/400/);
});

it('a viewer sees keys, but no button that would be refused', async () => {
  const made = await rig.api('POST /keys', { name: 'v', kind: 'management', scope: 'viewer' }, acme.managementKey);
  const visitor = await rig.visit({ key: made.key, path: '/keys' });
  await visitor.page.getByText('acme-app').first().waitFor();
  expect(await visitor.page.getByRole('button', { name: 'New key' }).count()).toBe(0);
  expect(await visitor.page.getByRole('link', { name: 'Audit' }).count()).toBe(0);
  await visitor.done();
});
