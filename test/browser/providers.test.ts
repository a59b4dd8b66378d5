/** Providers and their keys: an operator adds, tests, weighs and changes them; a customer brings a key of its own. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startUpstream, type Upstream } from '../fakes/upstream.ts';
import { until } from '../until.ts';
import { type BrowserRig, startBrowserRig } from './rig.ts';

const secret = 'sk-of-an-operator-0123456789-canary';
let rig: BrowserRig;
let upstream: Upstream;
let acme: Awaited<ReturnType<BrowserRig['tenant']>>;

beforeAll(async () => {
  upstream = await startUpstream();
  upstream.on('llama', ({ headers }, reply) =>
    headers.authorization === `Bearer ${secret}-revoked`
      ? reply.json(401, { error: { message: 'Incorrect API key' } })
      : reply.json(200, answer),
  );
  rig = await startBrowserRig({
    providers: { openai: { apiKey: 'sk-of-the-file-0123456789', baseUrl: `${upstream.url}/v1` } },
  });
  acme = await rig.tenant('acme');
  const body = { name: 'gpu', vendor: 'vllm', baseUrl: `${upstream.url}/v1`, apiKey: secret };
  await rig.api('POST /providers', body);
  await rig.api('POST /providers/gpu/credentials', { name: 'account 2', apiKey: `${secret}-revoked`, weight: 3 });
  for (let i = 0; i < 12; i++) expect(await rig.chat('gpu/llama', `hello ${i}`)).toBe(200);
});
afterAll(async () => {
  await rig.close();
  await upstream.close();
});

const answer = {
  id: 'c',
  object: 'chat.completion',
  created: 1,
  model: 'llama',
  choices: [{ index: 0, message: { role: 'assistant', content: 'hi' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 5, completion_tokens: 1, total_tokens: 6 },
};

describe.each(['light', 'dark'] as const)('%s', (scheme) => {
  it.each([1280, 360])('at %d px the list is accessible, fits its width, and shows no key', async (width) => {
    const visitor = await rig.visit({ path: '/providers', scheme, width });
    const { page } = visitor;
    await page.getByText('Incorrect API key').waitFor({ state: 'detached' });
    await page
      .getByText(/^Last failure/)
      .first()
      .waitFor();
    await visitor.screenshot('providers');
    await visitor.expectAccessible();
    await visitor.expectNoOverflow();
    expect(await page.content()).not.toContain(secret);
    await visitor.done();
  });
});

it('an operator adds a provider, tests it, gives a further key a weight, and deletes it', async () => {
  const visitor = await rig.visit({ path: '/providers' });
  const { page } = visitor;
  await page.keyboard.press('n');
  await page.getByRole('dialog').getByRole('button', { name: 'Provider', exact: true }).click();
  await page.getByPlaceholder(/Find a provider/).fill('azure');
  await page.keyboard.press('Enter');
  await page.getByLabel('Resource').waitFor();
  await visitor.screenshot('providers-add-azure');
  await visitor.expectAccessible();
  await page.getByLabel('API key').fill(secret);
  await page.getByLabel('Resource').fill('../evil');
  await page.getByRole('button', { name: 'Add provider' }).click();
  await page.getByRole('alert').first().waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Provider', exact: true }).click();
  await page.getByPlaceholder(/Find a provider/).fill('ollama');
  await page.keyboard.press('Enter');
  await page.getByLabel('Address').fill('http://127.0.0.1:1/v1');
  await page.getByRole('button', { name: 'Test connection' }).last().click();
  await page.getByText(/Nothing listens there/).waitFor();
  await visitor.screenshot('providers-verdict');
  await page.getByRole('button', { name: 'Add provider' }).click();
  const card = page.locator('section', { has: page.getByRole('heading', { name: /^ollama/ }) });
  await card.getByRole('button', { name: 'Add a key' }).click();
  await page.getByLabel('API key').fill(secret);
  await page.getByLabel('Weight').fill('7');
  await visitor.expectAccessible();
  await page.getByRole('dialog').getByRole('button', { name: 'Add key' }).click();
  await card.getByText('weight 7').waitFor();
  expect(await page.content()).not.toContain(secret);
  await card.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('button', { name: 'Delete provider' }).click();
  await card.waitFor({ state: 'detached' });
  await visitor.done(/400/);
});

it('a key is changed, turned off and deleted, and says what stops working', async () => {
  const visitor = await rig.visit({ path: '/providers' });
  const { page } = visitor;
  const row = page.getByRole('listitem').filter({ hasText: 'account 2' }).last();
  const menu = () => row.getByRole('button', { name: 'What to do with account 2' }).click();
  await menu();
  await page.getByRole('menuitem', { name: 'Change, or give a new key' }).click();
  await page.getByLabel('New API key').fill(`${secret}-new`);
  await page.getByLabel('Priority').fill('4');
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await row.getByText('priority 4').waitFor();
  await row.getByText('…-new').waitFor();
  await menu();
  await page.getByRole('menuitem', { name: 'Turn off' }).click();
  await row.getByText('off', { exact: true }).waitFor();
  await menu();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.getByText(/without another one they fail/).waitFor();
  await page.getByRole('button', { name: 'Delete key' }).click();
  await until('it to be gone', async () => (await page.getByText('account 2').count()) === 0);
  await visitor.done();
});

it('a customer brings a key of its own, tests it, and sees nothing of the installation', async () => {
  const visitor = await rig.visit({ path: '/providers', key: acme.managementKey });
  const { page } = visitor;
  await page.getByText('No keys of your own').waitFor();
  expect(await page.getByText('gpu').count()).toBe(0);
  await page.getByRole('button', { name: 'Add an own key' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Provider', exact: true }).click();
  await page.getByPlaceholder(/Find a provider/).fill('openai');
  await page.getByRole('option', { name: 'OpenAI', exact: true }).click();
  await page.getByLabel('API key').fill(secret);
  await page.getByRole('dialog').getByRole('button', { name: 'Add key' }).click();
  await page.getByText(`…${secret.slice(-4)}`).waitFor();
  upstream.once((_, reply) => reply.json(200, { data: [{ id: 'a' }] }));
  await page.getByRole('button', { name: 'Test connection' }).click();
  await page.getByText(/lists 1 models/).waitFor();
  await visitor.screenshot('providers-own');
  await visitor.expectAccessible();
  await visitor.done();
});
