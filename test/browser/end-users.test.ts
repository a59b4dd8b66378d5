/** One end user: found, their use seen, their data given out, and erased, with what the books keep. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../until.ts';
import { type BrowserRig, startBrowserRig } from './rig.ts';

let rig: BrowserRig;
let shop: { id: string; managementKey: string; key: string };

async function chatFor(user: string): Promise<void> {
  const answer = await fetch(`${rig.gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${shop.key}`,
      'content-type': 'application/json',
      'x-tollgate-content': 'keep',
    },
    body: JSON.stringify({ model: 'mock/echo', user, messages: [{ role: 'user', content: 'my secret wish' }] }),
  });
  expect(answer.status).toBe(200);
  await answer.arrayBuffer();
}

const requestsOf = async (user: string): Promise<number> =>
  (await rig.api(`GET /logs?organizationId=${shop.id}&endUser=${encodeURIComponent(user)}`)).data.length;

beforeAll(async () => {
  rig = await startBrowserRig();
  shop = await rig.tenant('shop');
  for (const user of ['ada@example.com', 'ada@example.com', 'bob/7']) await chatFor(user);
  await until(
    'all to be counted',
    async () => (await requestsOf('bob/7')) === 1 && (await requestsOf('ada@example.com')) === 2,
  );
  await until(
    'prompts to be kept',
    async () => (await rig.api(`GET /organizations/${shop.id}/content`)).requests === 3,
  );
});
afterAll(() => rig.close());

describe.each(['light', 'dark'] as const)('%s', (scheme) => {
  it.each([1280, 360])('at %d px shows end users and one of them', async (width) => {
    const visitor = await rig.visit({ path: '/end-users', key: shop.managementKey, scheme, width });
    await visitor.page.getByRole('link', { name: 'bob/7' }).waitFor();
    await visitor.screenshot('end-users');
    await visitor.expectAccessible();
    await visitor.expectNoOverflow();
    await visitor.page.getByRole('link', { name: 'bob/7' }).click();
    await visitor.page.getByRole('heading', { name: 'bob/7' }).waitFor();
    await visitor.page.getByText('mock/echo').waitFor();
    await visitor.screenshot('end-user');
    await visitor.expectAccessible();
    await visitor.expectNoOverflow();
    await visitor.done();
  });
});

it('opens whoever is typed, and says where there is nothing', async () => {
  const visitor = await rig.visit({ path: '/end-users', key: shop.managementKey });
  const { page } = visitor;
  await page.getByLabel('Open an end user').fill('nobody?#');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'nobody?#' }).waitFor();
  await page.getByText('Nothing in this period').waitFor();
  await visitor.done();
});

it('gives out everything, and erases it only when the name is typed; the books keep the requests', async () => {
  const visitor = await rig.visit({
    path: `/end-users/${encodeURIComponent('ada@example.com')}`,
    key: shop.managementKey,
  });
  const { page } = visitor;
  const file = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export everything' }).click();
  expect((await file).suggestedFilename()).toMatch(/^end-user-.*\.jsonl$/);

  await page.getByRole('button', { name: 'Erase this end user …' }).click();
  const confirm = page.getByRole('button', { name: 'Erase for ever' });
  await page.getByLabel(/^Type/).fill('ada');
  expect(await confirm.isDisabled()).toBe(true);
  await visitor.screenshot('end-user-erase');
  await visitor.expectAccessible();
  await page.getByLabel(/^Type/).fill('ada@example.com');
  await confirm.click();
  await confirm.waitFor({ state: 'detached' });
  await until('the erasure to end', async () => (await requestsOf('ada@example.com')) === 0);
  await visitor.go('/end-users');
  await page.getByRole('list', { name: 'Erasures' }).getByText('2 requests, 2 prompts and answers').waitFor();
  const books = await rig.api(`GET /logs?organizationId=${shop.id}`);
  expect(books.data).toHaveLength(3);
  expect(JSON.stringify(books)).not.toContain('ada@');
  await visitor.done();
});
