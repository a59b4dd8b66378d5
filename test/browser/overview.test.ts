/** Overview and Costs: figures that lead to the requests behind them, and charts that set the period. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../until.ts';
import { type BrowserRig, startBrowserRig } from './rig.ts';

let rig: BrowserRig;
let tenant: Awaited<ReturnType<BrowserRig['tenant']>>;

beforeAll(async () => {
  rig = await startBrowserRig();
  tenant = await rig.tenant('acme');
  for (let i = 0; i < 6; i++) await rig.chat('mock/echo', `hello ${i}`);
  for (let i = 0; i < 3; i++) await rig.chat('mock/lorem', 'hello', tenant.key);
  await until('the sums', async () => (await rig.api('GET /stats/overview?period=24h')).figures.requests >= 9, 30_000);
});
afterAll(() => rig.close());

describe.each(['light', 'dark'] as const)('%s', (scheme) => {
  it.each([1280, 360])('at %d px shows what it cost, whether it works and for what', async (width) => {
    const visitor = await rig.visit({ path: '/overview?period=24h', scheme, width, height: 1400 });
    const { page } = visitor;
    await page
      .getByRole('img', { name: /Spend over time, stacked by model/ })
      .locator('canvas')
      .waitFor();
    await page.getByRole('heading', { name: 'Top keys' }).waitFor();
    await page
      .getByRole('img', { name: /tries failed/ })
      .first()
      .waitFor();
    await visitor.screenshot('overview');
    await visitor.expectAccessible();
    await visitor.expectNoOverflow();
    await visitor.go('/costs?period=24h&by=model');
    await page.getByRole('row', { name: /mock\/echo/ }).waitFor();
    await visitor.screenshot('costs');
    await visitor.expectAccessible();
    await visitor.expectNoOverflow();
    await visitor.done();
  });
});

it('leads from a figure to its rows, and from a stretch of a chart to its period', async () => {
  const visitor = await rig.visit({ path: '/overview?period=24h' });
  const { page } = visitor;
  const chart = (by: string) => page.getByRole('img', { name: `Spend over time, stacked by ${by}` }).locator('.u-over');
  await chart('model').waitFor();
  await page.getByRole('button', { name: 'Key', exact: true }).click();
  await page.waitForURL(/by=key/);
  // It is drawn anew when its rows are there.
  const box = await until('the chart by key', async () => {
    await page.waitForLoadState('networkidle');
    return (
      (await chart('key')
        .boundingBox({ timeout: 2_000 })
        .catch(() => null)) ?? undefined
    );
  });
  await page.mouse.move(box.x + box.width / 2, box.y + 60);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width - 4, box.y + 60, { steps: 5 });
  await page.mouse.up();
  await page.waitForURL(/period=custom/);
  expect(page.url()).toMatch(/from=.+to=/);
  await page.getByRole('link', { name: 'Errors' }).click();
  await page.waitForURL(/\/requests\?.*status=failed/);
  await visitor.done();
});

it('opens the requests behind a bar, by pointer and by keyboard, and back works', async () => {
  const visitor = await rig.visit({ path: '/costs?period=24h&by=model' });
  const { page } = visitor;
  const chart = page.getByRole('img', { name: /Spend over time by model/ });
  await chart.locator('canvas').waitFor();
  const keys = page.getByRole('slider', { name: /Spend over time by model/ });
  await keys.focus();
  await page.keyboard.press('End');
  // Traffic came just before: in the last bar, or the one before it where an hour has just begun.
  await until('the bar with the traffic', async () => {
    if (!/ \$0\.00$/.test((await keys.getAttribute('aria-valuetext')) ?? '')) return true;
    await page.keyboard.press('ArrowLeft');
    return false;
  });
  await page.keyboard.press('ArrowDown');
  await visitor.screenshot('costs-bar');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/requests\?.*model=/);
  expect(page.url()).toMatch(/period=custom/);
  await page.getByText('mock/').first().waitFor();
  await page.goBack();
  await page.waitForURL(/\/costs/);
  await chart.locator('canvas').waitFor();
  const box = await until('the chart', async () => {
    await page.waitForLoadState('networkidle');
    return (
      (await chart
        .locator('.u-over')
        .boundingBox()
        .catch(() => null)) ?? undefined
    );
  });
  await page.mouse.click(box.x + box.width - 12, box.y + 8);
  await page.waitForURL(/\/requests\?.*period=custom/);
  await visitor.done();
});

it('shows a customer their own part, without what providers take', async () => {
  const visitor = await rig.visit({ path: '/costs?period=24h&by=model', key: tenant.managementKey });
  const { page } = visitor;
  await page.getByRole('row', { name: /mock\/lorem/ }).waitFor();
  expect(await page.getByText('mock/echo').count()).toBe(0);
  expect(await page.getByRole('columnheader', { name: 'Cost', exact: true }).count()).toBe(0);
  expect(await page.getByRole('button', { name: 'Customer' }).count()).toBe(0);
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export CSV' }).click();
  expect((await download).suggestedFilename()).toMatch(/^costs-by-model-.*\.csv$/);
  await visitor.done();
});
