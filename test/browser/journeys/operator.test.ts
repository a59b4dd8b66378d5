/** An operator: a provider from its key to its prices, a route over it, and the night on which it fails. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { makeLink } from '../../../src/control/sign-in/links.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { startUpstream, type Upstream } from '../../fakes/upstream.ts';
import { type BrowserRig, startBrowserRig } from '../rig.ts';
import { arrive, journeyMs, places } from './person.ts';

const secret = 'sk-of-the-operator-0123456789-canary';
let rig: BrowserRig;
let upstream: Upstream;

beforeAll(async () => {
  upstream = await startUpstream({
    script: (_, reply) => reply.json(200, { data: [{ id: 'llama-3.3' }, { id: 'qwen-3' }] }),
  });
});
// Each journey has an installation of its own.
beforeEach(async () => {
  rig = await startBrowserRig();
  return () => rig.close();
});
afterAll(() => upstream.close());

const answer = (content: string) => ({
  id: 'c',
  object: 'chat.completion',
  created: 1,
  model: 'llama-3.3',
  choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 50, completion_tokens: 20, total_tokens: 70 },
});

/** A program that asks and wants it kept. */
async function ask(content: string): Promise<number> {
  const answered = await fetch(`${rig.gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { ...rig.gateway.headers, 'x-tollgate-content': 'keep' },
    body: JSON.stringify({ model: 'gpu/llama-3.3', messages: [{ role: 'user', content }] }),
  });
  await answered.arrayBuffer();
  return answered.status;
}

it.each(places)('runs a provider at $width px', { timeout: journeyMs }, async (place) => {
  let fails = false;
  upstream.on('llama-3.3', (_, reply) =>
    fails ? reply.json(500, { error: { message: 'CUDA out of memory' } }) : reply.json(200, answer('Very well.')),
  );
  const store = await rig.gateway.database.open();
  const link = await makeLink(store.db, 'first-owner', null, systemClock);
  const olga = await arrive(rig.browser, rig.gateway.url, {
    ...place,
    path: `/set-up#token=${link}`,
    journey: 'operator',
  });
  const { page } = olga;
  await olga.fill('Your name', 'Olga');
  await olga.fill('E-mail', 'olga@example.com');
  await olga.fill('Password', 'correct horse battery staple');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Your first request' }).waitFor();

  // A provider, tested before it is kept.
  await olga.open('Providers');
  await page.keyboard.press('n');
  const dialog = page.getByRole('dialog');
  await olga.press('Provider', dialog);
  await page.getByPlaceholder(/Find a provider/).fill('openai-compatible');
  await page.keyboard.press('Enter');
  await olga.fill('Name', 'gpu', dialog);
  await olga.fill('Address', `${upstream.url}/v1`, dialog);
  await olga.fill(/^(API key|Key)/, secret, dialog);
  await olga.press('Test connection', dialog);
  await olga.read(/lists 2 models/);
  await olga.look('connection-tested');
  await olga.press('Add provider');
  await page.getByRole('heading', { name: /^gpu/ }).waitFor();
  await olga.look('providers');

  // What it has, one of them with a price, which is corrected.
  await olga.open('Models');
  await olga.press('Discover');
  await page.getByRole('combobox', { name: 'Provider' }).click();
  await page.getByRole('option', { name: 'gpu' }).click();
  await olga.press('Ask it');
  await olga.read('Not known here');
  await olga.look('discovered');
  await olga.press('Add', page.getByRole('listitem').filter({ hasText: 'llama-3.3' }));
  await olga.fill('Input', '100');
  await olga.fill('Output', '200');
  await olga.press('Add model');
  await olga.read('gpu/llama-3.3 can be called');
  await page.getByLabel('Search models').fill('gpu/llama');
  await page.getByRole('link', { name: /llama-3.3/ }).click();
  const sheet = page.getByRole('dialog', { name: 'gpu/llama-3.3' });
  await olga.fill('Output', '300', sheet);
  await olga.press('Save', sheet);
  await sheet.getByText(/→ \$100\.00 in, \$300\.00 out/).waitFor();
  await olga.look('price');
  await page.keyboard.press('Escape');
  await sheet.waitFor({ state: 'detached' });

  // A route over it, whose decision is to be seen before it is stored.
  await olga.open('Routes');
  await page.getByRole('main').getByText('New route').first().click();
  await olga.fill('Name', 'careful');
  await olga.fill('Target 1', 'gpu/llama-3.3');
  await olga.press('Add target');
  await olga.fill('Target 2', 'mock/echo');
  await olga.read('gpu/llama-3.3 would be asked first');
  await page.getByRole('combobox', { name: 'How it chooses' }).click();
  await page.getByRole('option', { name: 'Cheapest first' }).click();
  await olga.read('mock/echo would be asked first');
  await olga.look('decision');
  await olga.press('Make route');
  await page.getByRole('heading', { name: 'careful', level: 1 }).waitFor();

  // The night: it answers, then it fails.
  expect(await ask('Is all well?')).toBe(200);
  fails = true;
  for (let i = 0; i < 3; i++) expect(await ask('Is all well now?')).not.toBe(200);
  await olga.open('Providers');
  await olga.read(/^Last failure/);
  await olga.look('provider-fails');
  await olga.open('Overview');
  await page
    .getByRole('main')
    .getByRole('link', { name: /gpu\/llama-3.3/ })
    .last()
    .waitFor();
  await olga.look('overview');
  await olga.open('Requests');
  await olga.press('Filter');
  await olga.press('Apply');
  await page.waitForURL(/status=failed/);
  await page
    .getByRole('main')
    .getByRole('link', { name: /gpu\/llama-3.3/ })
    .first()
    .click();
  await olga.read('Where the time went');
  await olga.read(/CUDA out of memory|provider-error|upstream/);
  await olga.look('failed-request');
  const failedAt = page.url();

  // It is well again: the same question once more, and then another.
  fails = false;
  await olga.press('Run again');
  await olga.read('Very well.');
  await olga.look('run-again');
  await page.goBack();
  await page.waitForURL(failedAt);
  await olga.press('Open in playground');
  await page.getByText('Is all well now?', { exact: true }).first().waitFor();
  await olga.fill('Your message', 'And now?');
  await page.keyboard.press('Control+Enter');
  await olga.read('Very well.');
  await olga.look('playground');

  // What is taken along, and what is written down of all this.
  await olga.open('Requests');
  await olga.press('Export');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: 'As CSV' }).click(),
  ]);
  expect(readFileSync(await download.path(), 'utf8')).toContain('gpu/llama-3.3');
  await olga.press('Dismiss');
  await olga.open('Audit');
  await page.getByRole('main').getByText('Olga').first().waitFor();
  await olga.look('audit');
  expect(await page.content()).not.toContain(secret);
  // A target whose name is being typed is none yet.
  await olga.leave(/status of 400 .*routes\/simulate/);
});
