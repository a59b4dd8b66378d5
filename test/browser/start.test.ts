/** A newcomer's first minutes: from an empty installation to a request on screen, with the mock and with a provider. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startUpstream, type Upstream } from '../fakes/upstream.ts';
import { type BrowserRig, startBrowserRig } from './rig.ts';

let rig: BrowserRig;
let upstream: Upstream;

beforeAll(async () => {
  upstream = await startUpstream();
  rig = await startBrowserRig();
});
afterAll(async () => {
  await rig.close();
  await upstream.close();
});

const secret = 'sk-of-a-newcomer-0123456789-canary';
const answer = {
  id: 'c',
  object: 'chat.completion',
  created: 1,
  model: 'llama',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello from the provider.' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 5, completion_tokens: 4, total_tokens: 9 },
};

it('a newcomer lands at the guide, makes a key, sends the request as it is copied, and sees it arrive', async () => {
  const visitor = await rig.visit({ path: '/' });
  const { page } = visitor;
  await page.waitForURL(/\/dashboard\/start/);
  await page.getByRole('heading', { name: 'Your first request' }).waitFor();
  await page.getByLabel('Model: mock/echo').waitFor();
  await page.getByRole('button', { name: 'Make a key' }).click();
  await page.getByText('Waiting for the request to arrive').waitFor();
  await visitor.screenshot('start-waiting');
  await visitor.expectAccessible();
  await page.getByRole('button', { name: 'Copy the request' }).click();
  const copied = (await page.evaluate('navigator.clipboard.readText()')) as string;
  const key = /Bearer (tg-[^"]+)"/.exec(copied)?.[1] ?? '';
  const body = /-d '(.*)'$/.exec(copied)?.[1] ?? '';
  const sent = await fetch(`${rig.gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body,
  });
  expect(sent.status).toBe(200);
  await page.getByText('It arrived, and was answered.').waitFor();
  await visitor.screenshot('start-arrived');
  await visitor.expectAccessible();
  await page.getByRole('button', { name: 'Go to the dashboard' }).click();
  // Whoever has a request behind them is not sent to the guide again.
  await page.waitForURL((url) => !url.pathname.endsWith('/start'));
  await visitor.done();
});

it('a provider is tested before it is kept: a wrong key is seen at once, a good one answers the first request', async () => {
  const visitor = await rig.visit({ path: '/start' });
  const { page } = visitor;
  await page.getByRole('button', { name: 'Add a provider' }).click();
  await page.getByRole('button', { name: 'Provider', exact: true }).click();
  await page.getByPlaceholder(/Find a provider/).fill('vllm');
  await page.keyboard.press('Enter');
  await page.getByLabel('Address').fill(`${upstream.url}/v1`);
  await page.getByLabel(/^Key/).fill(secret);
  upstream.once((_, reply) => reply.json(401, { error: { message: `Incorrect API key provided: ${secret}` } }));
  await page.getByRole('button', { name: 'Test and add' }).click();
  await page.getByText(/refuses the key \(401\)/).waitFor();
  await visitor.screenshot('start-wrong-key');
  await visitor.expectAccessible();
  upstream.once((_, reply) => reply.json(200, { data: [{ id: 'llama' }] }));
  await page.getByRole('button', { name: 'Test and add' }).click();
  await page.waitForURL(/provider=vllm/);
  expect(await page.content()).not.toContain(secret);
  await visitor.go('/start?provider=vllm&model=vllm/llama');
  await page.getByRole('button', { name: 'Make a key' }).click();
  upstream.on('llama', (_, reply) => reply.json(200, answer));
  await page.getByRole('button', { name: 'Send it from here' }).click();
  await page.getByText('Hello from the provider.').waitFor();
  await page.getByText('It arrived, and was answered.').waitFor();
  expect(upstream.calls.at(-1)?.headers.authorization).toBe(`Bearer ${secret}`);
  await visitor.screenshot('start-provider');
  await visitor.done();
});

describe.each(['light', 'dark'] as const)('%s', (scheme) => {
  it.each([1280, 360])('at %d px the guide is accessible and fits its width, in each of its ways', async (width) => {
    const visitor = await rig.visit({ path: '/start', scheme, width });
    const { page } = visitor;
    await visitor.screenshot('start');
    await page.getByRole('button', { name: 'Make a key' }).click();
    for (const way of ['curl', 'Python', 'Node', 'Claude Code', 'Codex and others']) {
      await page.getByRole('button', { name: way, exact: true }).click();
      await visitor.expectNoOverflow();
    }
    await visitor.screenshot('start-request');
    await visitor.expectAccessible();
    await visitor.done();
  });
});
