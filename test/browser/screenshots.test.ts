/** `npm run screenshots`: the pages as they are now, with some traffic, for docs/screenshots. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { until } from '../until.ts';
import { openShop, type Shop } from './shop.ts';

let shop: Shop;

beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

const pages = {
  overview: '/',
  requests: '/requests',
  live: '/live',
  costs: '/costs',
  keys: '/keys',
  models: '/models',
  providers: '/providers',
  wallet: '/wallet',
  plans: '/plans',
  budgets: '/budgets',
  margin: '/margin',
  customers: '/customers',
};

it.each([
  ['light', 1280],
  ['dark', 1280],
  ['dark', 360],
] as const)('%s at %d px', { timeout: 180_000 }, async (scheme, width) => {
  const visitor = await shop.visit({ path: `/wallet?org=${shop.acme.id}`, scheme, width });
  const taken: string[] = [];
  for (const [name, path] of Object.entries(pages)) {
    await visitor.go(`${path}?org=${shop.acme.id}`);
    if ((await visitor.page.getByText('There is no such page').count()) > 0) continue;
    // Not what will be there, but what is.
    const loading = visitor.page.locator('.animate-pulse:visible');
    await until('everything to be loaded', async () => (await loading.count()) === 0, 20_000);
    await visitor.screenshot(name);
    taken.push(name);
  }
  expect(taken).toContain('wallet');
  await visitor.done();
});
