/** The models page: what there is and what it costs, corrected, imported, refreshed; and what a customer sees of it. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publishedFeed } from '../../src/catalog/feed.fixture.ts';
import { type BrowserRig, startBrowserRig } from './rig.ts';

let rig: BrowserRig;
/** The published price list, with one price that jumps. */
let source: Server;

beforeAll(async () => {
  const feed = publishedFeed();
  const model = feed[0]?.models.find(({ id }) => id === 'gpt-5');
  if (model) model.prices = { input_mtok: 50, output_mtok: 10 };
  source = createServer((_, response) => response.end(JSON.stringify(feed)));
  await new Promise<void>((resolve) => source.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(source.address() as AddressInfo).port}/prices.json`;
  rig = await startBrowserRig({ catalog: { url }, providers: { openai: { apiKey: 'sk-test-of-the-browser' } } });
});
afterAll(async () => {
  await rig.close();
  source.close();
});

describe.each(['light', 'dark'] as const)('%s', (scheme) => {
  it.each([1280, 360])('at %d px lists hundreds of models and opens one', async (width) => {
    const visitor = await rig.visit({ path: '/models', scheme, width });
    const { page } = visitor;
    await visitor.screenshot('models');
    await visitor.expectAccessible();
    await visitor.expectNoOverflow();
    await visitor.go('/models?search=gpt-5&model=openai/gpt-5');
    await page.getByRole('heading', { name: 'History of its price' }).waitFor();
    await visitor.screenshot('models-one');
    await visitor.expectAccessible();
    await visitor.done();
  });
});

it('corrects a price, keeps its history, and goes back to the price list', async () => {
  const visitor = await rig.visit({ path: '/models?search=gpt-4.1&model=openai/gpt-4.1-mini' });
  const { page } = visitor;
  const sheet = page.getByRole('dialog');
  await sheet.getByLabel('Input').fill('3');
  await sheet.getByLabel('Output').fill('12.5');
  await sheet.getByRole('button', { name: 'Save' }).click();
  await sheet.getByText('price list → $3.00 in, $12.50 out').waitFor();
  expect((await rig.api('GET /models/openai%2Fgpt-4.1-mini')).price).toMatchObject({ input: '3', output: '12.5' });
  await visitor.screenshot('models-corrected');
  await sheet.getByLabel('Input').fill('-1');
  await sheet.getByRole('button', { name: 'Save' }).click();
  await sheet.getByText(/price\.input is not valid/).waitFor();
  await sheet.getByRole('button', { name: 'Take back what was said here' }).click();
  await sheet.getByText('$3.00 in, $12.50 out → price list').waitFor();
  expect((await rig.api('GET /models/openai%2Fgpt-4.1-mini')).source).toBe('catalogue');
  await visitor.done(/400/);
});

it('refreshes prices: looks first, holds what jumps, and applies it when that is confirmed', async () => {
  const visitor = await rig.visit({ path: '/models?search=openai/gpt-5' });
  const { page } = visitor;
  await page.getByRole('button', { name: 'Refresh prices' }).click();
  await page.getByRole('button', { name: 'Look', exact: true }).click();
  await page.getByText('×40').waitFor();
  await visitor.screenshot('models-refresh');
  await visitor.expectAccessible();
  await page.getByRole('button', { name: /^Apply, with/ }).click();
  await page.getByText('New requests are charged by these prices.').waitFor();
  expect((await rig.api('GET /models/openai%2Fgpt-5')).price.input).toBe('50');
  await visitor.done();
});

it('tries an import before it changes anything, and tells what is wrong with each row', async () => {
  const visitor = await rig.visit({ path: '/models' });
  const { page } = visitor;
  await page.getByRole('button', { name: 'Import' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Models').fill('id,input,output\nopenai/own-one,1,2\nnobody/x,1,1');
  await dialog.getByRole('button', { name: 'Try it without changing anything' }).click();
  await dialog.getByText(/Row 3 nobody\/x/).waitFor();
  await visitor.screenshot('models-import');
  await visitor.expectAccessible();
  await dialog.getByLabel('Models').fill('id,input,output\nopenai/own-one,1,2');
  await dialog.getByRole('button', { name: 'Import', exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
  expect((await rig.api('GET /models/openai%2Fown-one')).price.output).toBe('2');
  await visitor.done();
});

it("shows a customer what they may call at their own prices, without the house's cost and without an editor", async () => {
  const shop = await rig.tenant('shop');
  await rig.api('POST /prices', { organizationId: shop.id, model: 'openai/*', markupBasisPoints: 5_000 });
  const visitor = await rig.visit({ path: '/models?search=gpt-4o-mini', key: shop.managementKey });
  const { page } = visitor;
  await page.getByText('$0.225').first().waitFor();
  expect(await page.getByText('$0.15', { exact: true }).count()).toBe(0);
  expect(await page.getByRole('button', { name: 'Add model' }).count()).toBe(0);
  await visitor.screenshot('models-customer');
  await visitor.done();
});
