/** Requests, one of them in full, and sessions: found, opened, read, exported. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../until.ts';
import { type BrowserRig, startBrowserRig } from './rig.ts';

let rig: BrowserRig;

beforeAll(async () => {
  rig = await startBrowserRig({
    routes: { best: { strategy: 'fallback', targets: ['mock/error-500', 'mock/echo'] } },
  });
  for (let turn = 1; turn <= 4; turn++) await ask({ content: `turn ${turn}`, session: 'run-of-the-agent' });
  await ask({ model: 'best', content: 'is tried twice', keep: true, user: 'ada' });
  await ask({ model: 'mock/error-500', content: 'fails', session: 'run-of-the-agent' });
  await ask({ content: 'streamed and kept', keep: true, stream: true });
  await rig.gateway.waitForUsage(7);
});
afterAll(() => rig.close());

interface Asked {
  readonly model?: string;
  readonly content: string;
  readonly session?: string;
  readonly user?: string;
  readonly keep?: boolean;
  readonly stream?: boolean;
}

async function ask({
  model = 'mock/echo',
  content,
  session,
  user,
  keep = false,
  stream = false,
}: Asked): Promise<void> {
  const messages = [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content },
  ];
  const answer = await fetch(`${rig.gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: {
      ...rig.gateway.headers,
      ...(session !== undefined && { 'x-tollgate-session': session }),
      ...(keep && { 'x-tollgate-content': 'keep' }),
      'x-tollgate-tags': 'browser',
    },
    body: JSON.stringify({ model, messages, stream, ...(user !== undefined && { user }) }),
  });
  await answer.text();
}

async function keptRequest(model: string): Promise<string> {
  return until('the content to be kept', async () => {
    const { data } = await rig.api(`GET /logs?modelAsked=${encodeURIComponent(model)}&tag=browser`);
    for (const { requestId } of data) {
      if ((await rig.api(`GET /logs/${requestId}`)).content === 'kept') return requestId as string;
    }
    return undefined;
  });
}

describe.each(['light', 'dark'] as const)('%s', (scheme) => {
  it.each([1280, 360])('at %d px lists requests, opens one, and shows sessions', async (width) => {
    const visitor = await rig.visit({ path: '/requests', scheme, width });
    const { page } = visitor;
    await page.getByText('mock/echo').first().waitFor();
    await visitor.screenshot('requests');
    await visitor.expectAccessible();
    await visitor.expectNoOverflow();
    await visitor.go(`/requests/${await keptRequest('best')}`);
    await page.getByText('is tried twice', { exact: true }).first().waitFor();
    await page.getByText('2. mock/echo').waitFor();
    await page.getByText('Why it went there').waitFor();
    await visitor.screenshot('request');
    await visitor.expectAccessible();
    await visitor.expectNoOverflow();
    await visitor.go('/sessions');
    await page.getByText('run-of-the-agent').first().waitFor();
    await visitor.screenshot('sessions');
    await visitor.expectAccessible();
    await visitor.expectNoOverflow();
    await visitor.go('/sessions/run-of-the-agent');
    await page.getByText('Turns').first().waitFor();
    await visitor.screenshot('session');
    await visitor.expectAccessible();
    await visitor.expectNoOverflow();
    await visitor.done();
  });
});

it('keeps filters in the address, takes them out by their chips, and opens a row by keyboard', async () => {
  const visitor = await rig.visit({ path: '/requests' });
  const { page } = visitor;
  await page.getByText('mock/echo').first().waitFor();
  await page.getByRole('button', { name: 'Filter' }).click();
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.waitForURL(/status=failed/);
  await page.getByText('mock/error-500').first().waitFor();
  await until('only failures to be listed', async () => (await page.getByText('completed').count()) === 0);
  await page.reload();
  await page.getByText('mock/error-500').first().waitFor();
  await page.getByRole('button', { name: 'Without Status' }).click();
  await page.getByText('completed').first().waitFor();
  expect(page.url()).not.toContain('status=');
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await page.waitForURL(/requests\/req_/);
  await page.getByText('Where the time went').waitFor();
  await page.goBack();
  await page.getByText('completed').first().waitFor();
  await visitor.done();
});

it('announces new requests and lets them in when asked', async () => {
  const visitor = await rig.visit({ path: '/requests' });
  const { page } = visitor;
  await page.getByText('mock/echo').first().waitFor();
  const rows = await page.getByRole('row').count();
  await ask({ content: 'new' });
  const announcement = page.getByRole('button', { name: '1 new request' });
  await announcement.waitFor();
  expect(await page.getByRole('row').count()).toBe(rows);
  await announcement.click();
  await announcement.waitFor({ state: 'detached' });
  await until('the new row', async () => (await page.getByRole('row').count()) === rows + 1);
  await visitor.done();
});

it('shows a conversation that was streamed, copies it as code, and exports the list', async () => {
  const visitor = await rig.visit({ path: `/requests/${await keptRequest('mock/echo')}` });
  const { page } = visitor;
  await page.getByText('Be brief.').waitFor();
  await page.getByRole('button', { name: 'Copy as code' }).click();
  await page.getByRole('button', { name: 'Python' }).click();
  const code = String(await page.evaluate('navigator.clipboard.readText()'));
  expect(code).toContain('streamed and kept');
  expect(code).not.toContain(rig.gateway.key);
  await visitor.go('/requests');
  await page.getByRole('button', { name: 'Export' }).click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: 'As CSV' }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^tollgate-logs-.*\.csv$/);
  expect(readFileSync(await download.path(), 'utf8')).toContain('mock/error-500');
  await visitor.done();
});

it("shows a customer its own requests alone, and another's as if it had never been", async () => {
  const acme = await rig.tenant('acme');
  const visitor = await rig.visit({ key: acme.managementKey, path: '/requests' });
  const { page } = visitor;
  await page.getByText('No requests in this period').waitFor();
  await visitor.screenshot('requests-empty');
  await visitor.go(`/requests/${await keptRequest('best')}`);
  await page.getByText('There is no request').waitFor();
  await visitor.done(/404/);
});
