/** The routes page: a route is made, tried on a sample request, changed, compared with what it was, and taken back to it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../until.ts';
import { type BrowserRig, startBrowserRig } from './rig.ts';

let rig: BrowserRig;

beforeAll(async () => {
  rig = await startBrowserRig({ routes: { filed: { targets: ['mock/echo', 'mock/lorem'] } } });
  const strategy = { strategy: 'cheapest', targets: ['mock/echo', 'mock/lorem'], maxPrice: { input: 5 } };
  await rig.api('POST /routes', { name: 'thrifty', definition: { targets: ['mock/echo'] } });
  await rig.api('PUT /routes/thrifty', { definition: strategy });
});
afterAll(() => rig.close());

describe.each(['light', 'dark'] as const)('%s', (scheme) => {
  it.each([1280, 360])('at %d px lists routes and shows the decision for a sample request', async (width) => {
    const visitor = await rig.visit({ path: '/routes', scheme, width });
    const { page } = visitor;
    await page.getByRole('link', { name: 'thrifty' }).waitFor();
    await visitor.screenshot('routes');
    await visitor.expectAccessible();
    await visitor.expectNoOverflow();
    await visitor.go('/routes/thrifty');
    await page.getByText('would be asked first').waitFor();
    await visitor.screenshot('routes-one');
    await visitor.expectAccessible();
    await visitor.expectNoOverflow();
    await visitor.go('/routes/thrifty?tab=history');
    await page.getByRole('button', { name: 'Compare' }).click();
    await page.getByText('- strategy: cheapest').waitFor();
    await visitor.screenshot('routes-history');
    await visitor.expectAccessible();
    await visitor.done();
  });
});

it('decides the last requests anew by a changed definition, before anybody goes by it', async () => {
  await rig.api('POST /routes', { name: 'tested', definition: { targets: ['mock/echo'] } });
  for (let i = 0; i < 3; i++) expect(await rig.chat('tested', `hello ${i}`)).toBe(200);
  await until('the rows', async () => (await rig.api('GET /logs?modelAsked=tested')).data.length === 3);
  const visitor = await rig.visit({ path: '/routes/tested?tab=yaml', height: 1100 });
  const { page } = visitor;
  await page.getByLabel('Definition').fill('targets: [mock/lorem]');
  await page.getByRole('button', { name: 'Decide them anew' }).click();
  await page.getByText('3 of 3 requests would have gone elsewhere').waitFor();
  await page.getByText(/It would cost [\d.]+% less/).waitFor();
  await page.getByRole('row', { name: /mock\/lorem\*? 0 3/ }).waitFor();
  await visitor.screenshot('routes-backtest');
  await visitor.expectAccessible();
  await page.getByLabel('Definition').fill('targets: [mock/echo]');
  await page.getByText('The definition was changed since').waitFor();
  await page.getByLabel('Requests that asked for').fill('nothing-of-that-name');
  await page.getByRole('button', { name: 'Decide them anew' }).click();
  await page.getByText('Nobody asked for this in those days').waitFor();
  await visitor.done();
});

it('makes a route, whose decision is to be seen before it is stored', async () => {
  const visitor = await rig.visit({ path: '/routes/new' });
  const { page } = visitor;
  await page.getByLabel('Name').fill('careful');
  await page.getByText('mock/echo would be asked first').waitFor();
  await page.getByRole('button', { name: 'Add target' }).click();
  await page.getByLabel('Target 2', { exact: true }).fill('nobody/none');
  await page.getByText(/definition\.targets\[1\]/).waitFor();
  await page.getByLabel('Target 2', { exact: true }).fill('mock/lorem');
  await page.getByRole('button', { name: 'Move target 2 up' }).click();
  await page.getByText('mock/lorem would be asked first').waitFor();
  await page.getByRole('button', { name: 'Make route' }).click();
  await page.getByRole('heading', { name: 'careful', level: 1 }).waitFor();
  expect((await rig.api('GET /routes/careful')).definition.targets).toEqual(['mock/lorem', 'mock/echo']);
  expect(await rig.chat('careful', 'hello')).toBe(200);
  await visitor.done(/400/);
});

it('changes it as YAML, goes back in its history, and does not write over what another changed', async () => {
  await rig.api('POST /routes', { name: 'turned', definition: { targets: ['mock/echo'] } });
  const visitor = await rig.visit({ path: '/routes/turned?tab=yaml' });
  const { page } = visitor;
  const text = page.getByLabel('Definition');
  await text.fill('strategy: fastest\ntargets: [mock/echo, mock/lorem');
  await page.getByRole('alert').first().waitFor();
  expect(await page.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
  await text.fill('strategy: fastest\ntargets: [mock/echo, mock/lorem]');
  await rig.api('PUT /routes/turned', { definition: { targets: ['mock/thinking'] } });
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText(/was changed meanwhile/).waitFor();
  await visitor.go('/routes/turned?tab=history');
  await page.getByRole('button', { name: 'Back to it' }).click();
  await page.getByText('turned is again as in version 1').waitFor();
  expect((await rig.api('GET /routes/turned')).definition.targets).toEqual(['mock/echo']);
  await visitor.done(/409/);
});

it('shows a route of the file, to be tried and not to be changed', async () => {
  const visitor = await rig.visit({ path: '/routes/filed' });
  const { page } = visitor;
  await page.getByText('mock/echo would be asked first').waitFor();
  expect(await page.getByRole('button', { name: 'Save' }).count()).toBe(0);
  expect(await page.getByLabel('Target 1', { exact: true }).isDisabled()).toBe(true);
  await visitor.done();
});
