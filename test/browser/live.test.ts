/** The live page: requests as they come, counted up, and never moving under the pointer. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../until.ts';
import { type BrowserRig, startBrowserRig } from './rig.ts';

const stillKey = 'tg-still-0123456789abcd';
let rig: BrowserRig;

beforeAll(async () => {
  const slow = { key: 'tg-limited-0123456789', limits: { requestsPerMinute: 1 } };
  rig = await startBrowserRig({ keys: { slow, still: { key: stillKey } } });
  await rig.chat('mock/echo', 'before anybody looked');
  await rig.gateway.waitForUsage(1);
});
afterAll(() => rig.close());

/** Streams in the background, read to its end. */
function stream(tokens: number, everyMs: number): Promise<string> {
  return fetch(`${rig.gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: rig.gateway.headers,
    body: JSON.stringify({
      model: 'mock/lorem',
      stream: true,
      messages: [{ role: 'user', content: `${tokens} tokens, ${everyMs} ms` }],
    }),
  }).then((answer) => answer.text());
}

describe.each(['light', 'dark'] as const)('%s', (scheme) => {
  it.each([1280, 360])('at %d px shows what runs, what has ended and what failed', async (width) => {
    const visitor = await rig.visit({ path: '/live', scheme, width });
    const { page } = visitor;
    await page.getByText('Connected').waitFor();
    const ends = [stream(400, 20), stream(300, 25)];
    await page.getByText('Streaming').first().waitFor();
    await rig.chat('mock/error-500', 'x');
    await rig.chat('mock/echo', 'x', 'tg-limited-0123456789');
    await rig.chat('mock/echo', 'x', 'tg-limited-0123456789');
    await page.getByText('Failed', { exact: true }).first().waitFor();
    await page.getByText('Refused').first().waitFor();
    await visitor.screenshot('live');
    await visitor.expectAccessible();
    await visitor.expectNoOverflow();
    await Promise.all(ends);
    await visitor.done();
  });
});

it('counts tokens and cost up to what is charged in the end', async () => {
  const visitor = await rig.visit({ path: '/live?show=running' });
  const { page } = visitor;
  const end = stream(200, 20);
  const row = page.getByRole('row').filter({ hasText: 'mock/lorem' });
  await row.getByText('Streaming').waitFor();
  const costs = new Set<string>();
  await until('the cost to have changed five times', async () => {
    const title = await row
      .locator('td')
      .last()
      .locator('span')
      .first()
      .getAttribute('title')
      .catch(() => null);
    if (title !== null) costs.add(title);
    return costs.size >= 5;
  });
  await end;
  await row.waitFor({ state: 'detached' });
  const [charged] = (await rig.api('GET /usage?limit=1')).data;
  await visitor.go('/live');
  const ended = page.getByRole('row').filter({ hasText: 'mock/lorem' }).first();
  await ended.getByTitle(`$${charged.chargeUsd}`).waitFor();
  await visitor.done();
});

it('keeps still under the pointer and while it is paused, says how many are new, and lets them in then', async () => {
  const visitor = await rig.visit({ path: '/live?q=still' });
  const { page } = visitor;
  const rows = page.getByRole('row').filter({ hasText: 'still' });
  const shown = (count: number) => until(`${count} rows`, async () => (await rows.count()) === count);
  await page.getByText('Connected').waitFor();
  await page.getByText('Nothing that matches').waitFor();
  await rig.chat('mock/echo', 'first', stillKey);
  await shown(1);
  await rows.first().hover();
  await rig.chat('mock/echo', 'of another key');
  await rig.chat('mock/lorem', '3 tokens', stillKey);
  await page.getByRole('button', { name: '1 new' }).waitFor();
  expect(await rows.count()).toBe(1);
  await page.mouse.move(0, 0);
  await shown(2);
  await page.keyboard.press('p');
  await page.getByText('Paused').waitFor();
  await rig.chat('mock/echo', 'while paused', stillKey);
  await page.getByRole('button', { name: '1 new' }).click();
  await shown(3);
  await visitor.done();
});

it('a member sees the own organization alone, and is filtered by the address', async () => {
  const acme = await rig.tenant('acme');
  const visitor = await rig.visit({ key: acme.managementKey, path: '/live?q=acme-app' });
  const { page } = visitor;
  await page.getByText('Nothing that matches').waitFor();
  await rig.chat('mock/echo', 'of the house');
  await rig.chat('mock/echo', 'of acme', acme.key);
  await page.getByRole('row').filter({ hasText: 'acme-app' }).waitFor();
  await page.getByRole('searchbox').fill('');
  await until('the address to be without it', () => !page.url().includes('q='));
  expect(await page.getByRole('row').count()).toBe(2);
  await visitor.expectAccessible();
  await visitor.done();
});
