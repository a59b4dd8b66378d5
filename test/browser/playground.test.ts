/** The playground: answers that stream, side by side, with tools and pictures, charged like any other request. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../until.ts';
import { type BrowserRig, startBrowserRig, type Visitor } from './rig.ts';

let rig: BrowserRig;

beforeAll(async () => {
  rig = await startBrowserRig();
});
afterAll(() => rig.close());

const models = (...names: string[]) => `models=${encodeURIComponent(JSON.stringify(names))}`;

async function say({ page }: Visitor, text: string): Promise<void> {
  await page.getByLabel('Your message').fill(text);
  await page.keyboard.press('Control+Enter');
}

describe.each(['light', 'dark'] as const)('%s', (scheme) => {
  it.each([1280, 360])('at %d px compares two models, with time, tokens and cost of each', async (width) => {
    const visitor = await rig.visit({ path: `/playground?${models('mock/echo', 'mock/lorem')}`, scheme, width });
    const { page } = visitor;
    await say(visitor, '20 tokens please');
    const columns = page.getByRole('region', { name: /^Conversation with/ });
    await until('both to be whole', async () => (await page.getByText('Total', { exact: true }).count()) === 2);
    expect(await columns.first().textContent()).toContain('20 tokens please');
    await until('what both cost', async () => (await page.getByText('Cost', { exact: true }).count()) === 2);
    await visitor.screenshot('playground');
    await visitor.expectAccessible();
    await visitor.expectNoOverflow();
    await visitor.done();
  });
});

it('what is tried is metered with its tag and by a key that no list shows', async () => {
  const visitor = await rig.visit({ path: `/playground?${models('mock/echo')}` });
  await say(visitor, 'charge me');
  const link = visitor.page.getByRole('link', { name: 'Request', exact: true });
  await link.waitFor();
  const requestId = (await link.getAttribute('href'))?.match(/req_\w+/)?.[0];
  const usage = await until('its record', async () => {
    const { data } = await rig.api('GET /usage?limit=5');
    return data.find((each: { requestId: string }) => each.requestId === requestId);
  });
  expect(usage).toMatchObject({ tags: ['playground'], keyName: 'Playground of operator', status: 'completed' });
  await visitor.page.getByTitle(`$${usage.chargeUsd}`).waitFor();
  const { data: keys } = await rig.api('GET /keys');
  expect(keys.map(({ name }: { name: string }) => name)).not.toContain('Playground of operator');
  await visitor.done();
});

it('a tool is called, a person says its result, and the model goes on', async () => {
  const visitor = await rig.visit({ path: `/playground?${models('mock/tools')}` });
  const { page } = visitor;
  await page.getByRole('textbox', { name: 'Tools' }).fill('{');
  await page.getByRole('alert').waitFor();
  expect(await page.getByRole('button', { name: 'Send' }).isDisabled()).toBe(true);
  await page
    .getByRole('textbox', { name: 'Tools' })
    .fill('{"name":"weather","parameters":{"type":"object","properties":{"city":{"type":"string"}}}}');
  await say(visitor, 'What is the weather?');
  await page.getByLabel('Result of weather').fill('{"degrees": 21}');
  await visitor.screenshot('playground-tools');
  await visitor.expectAccessible();
  await page.getByRole('button', { name: 'Send the result' }).click();
  await until('the answer to the result', async () => (await page.getByText('Total', { exact: true }).count()) === 2);
  await visitor.done();
});

it('a long answer is stopped, and only what was said of it is kept', async () => {
  const visitor = await rig.visit({ path: `/playground?${models('mock/lorem')}` });
  const { page } = visitor;
  await say(visitor, '2000 tokens, 20 ms');
  await page.getByText('First token', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Stop' }).click();
  await page.getByText('You stopped it.').waitFor();
  const cancelled = await until('its record', async () => {
    const { data } = await rig.api('GET /usage?status=cancelled');
    return data[0];
  });
  expect(cancelled.outputTokens).toBeLessThan(1_500);
  await visitor.done();
});

it('shows a picture before it is sent, and errors in the gateway’s words', async () => {
  const visitor = await rig.visit({ path: `/playground?${models('mock/error-400')}` });
  const { page } = visitor;
  const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
  await page
    .getByLabel('Pictures')
    .setInputFiles({ name: 'dot.png', mimeType: 'image/png', buffer: Buffer.from(png, 'base64') });
  await page.getByAltText('Attachment 1').waitFor();
  await say(visitor, 'what is this?');
  await page.getByRole('alert').waitFor();
  await page.getByAltText('Attachment 1').waitFor();
  await visitor.done(/status of 400/);
});

it('nothing that a model writes becomes part of the page', async () => {
  const visitor = await rig.visit({ path: `/playground?${models('mock/echo')}` });
  const { page } = visitor;
  const attack =
    '<img src=x onerror="document.title=1"><script>document.title=2</script>![x](https://example.com/x.png)';
  await say(visitor, attack);
  await page.getByText('Total', { exact: true }).waitFor();
  expect(await page.getByText(attack).count()).toBe(2);
  expect(await page.locator('main img').count()).toBe(0);
  expect(await page.title()).toBe('Playground · Tollgate');
  await visitor.done();
});

it('gives the code of what was asked, and keeps its settings in the address', async () => {
  const visitor = await rig.visit({ path: `/playground?${models('mock/echo')}` });
  const { page } = visitor;
  await page.getByLabel('Temperature').fill('0.5');
  await page.getByLabel('System prompt').fill('Be brief.');
  await page.waitForURL(/temperature=0.5/);
  await page.waitForURL(/system=Be/);
  await page.getByRole('button', { name: 'Model: mock/echo' }).click();
  await page.getByPlaceholder(/Find a model/).fill('lorem');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Model: mock/lorem' }).waitFor();
  await page.reload();
  await page.getByRole('button', { name: 'Code' }).click();
  await page.getByRole('tab', { name: 'Python' }).click();
  const code = await page.getByRole('tabpanel').textContent();
  expect(code).toContain('temperature=0.5');
  expect(code).toContain('"Be brief."');
  await visitor.expectAccessible();
  await visitor.done();
});

it('goes on with a request whose content was kept, and asks it again where the address says so', async () => {
  const [{ id }] = (await rig.api('GET /organizations')).data;
  await rig.api(`PATCH /organizations/${id}/content-settings`, { keep: 'all' });
  await rig.chat('mock/echo', 'said long ago');
  const requestId = await until('it to be kept', async () => {
    const { data } = await rig.api('GET /logs?limit=1');
    if (data[0] === undefined) return undefined;
    const { content } = await rig.api(`GET /logs/${data[0].requestId}`);
    return content === 'kept' && data[0].requestId;
  });
  const visitor = await rig.visit({ path: `/playground?request=${requestId}` });
  const { page } = visitor;
  const said = page.getByText('said long ago', { exact: true });
  await until('question and answer', async () => (await said.count()) === 2);
  await page.getByRole('button', { name: 'Model: mock/echo' }).waitFor();
  await visitor.go(`/playground?request=${requestId}&run=true`);
  await page.getByText('Total', { exact: true }).waitFor();
  expect(await said.count()).toBe(2);
  await visitor.done();
});
