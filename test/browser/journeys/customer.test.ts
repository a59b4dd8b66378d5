/** A reseller's customer: in by an invitation, money in, a key out, what it costs while it runs, and where it stops. */
import { Secret, TOTP } from 'otpauth';
import type { Page } from 'playwright-core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type StandIn, startStandIn } from '../../fakes/stripe/server.ts';
import { until } from '../../until.ts';
import { type BrowserRig, startBrowserRig } from '../rig.ts';
import { arrive, journeyMs, type Person, patienceMs, places } from './person.ts';

const webhookSecret = 'whsec_of_the_journey';
const password = 'correct horse battery staple';
let rig: BrowserRig;
let stripe: StandIn;

beforeEach(async () => {
  stripe = await startStandIn();
  rig = await startBrowserRig({
    stripe: { secretKey: 'sk_test_standin', webhookSecrets: [webhookSecret], apiBase: stripe.url },
  });
  stripe.deliveries.endpoints.push({ url: `${rig.gateway.url}/api/v1/stripe/webhook`, secrets: [webhookSecret] });
});
afterEach(async () => {
  await rig.close();
  await stripe.close();
});

/** What the reseller did before: two customers, of whom one asks and the other gets this link. */
async function invitation(): Promise<string> {
  const umbrella = await rig.tenant('Umbrella');
  await rig.chat('mock/echo', 'of somebody else', umbrella.key);
  await rig.api('POST /prices', { markupBasisPoints: 2_500 });
  const { id } = await rig.api('POST /organizations', { name: 'Hooli' });
  await rig.api(`PATCH /organizations/${id}`, { billing: 'prepaid' });
  const { url } = await rig.api(`POST /organizations/${id}/invitations`, {
    email: 'gavin@hooli.example',
    role: 'owner',
  });
  return url.slice(url.indexOf('/invitation#'));
}

/** A program that streams; resolves to its status when it has been answered. */
async function stream(key: string, content: string): Promise<number> {
  const answer = await fetch(`${rig.gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'mock/lorem', stream: true, messages: [{ role: 'user', content }] }),
  });
  await answer.text();
  return answer.status;
}

async function secondFactor(who: Person): Promise<void> {
  const { page } = who;
  await who.press('Account');
  await page.getByRole('menuitem', { name: 'Account' }).click();
  await who.press('Turn on');
  const dialog = page.getByRole('dialog');
  await who.fill('Password', password, dialog);
  await who.press('Go on', dialog);
  await page.getByRole('img', { name: 'Code to scan with your app' }).waitFor();
  await who.look('second-factor');
  const totp = new TOTP({ secret: Secret.fromBase32((await dialog.locator('code').textContent()) ?? '') });
  await who.fill('Code', totp.generate(), dialog);
  await who.press('Turn on', dialog);
  await page.getByRole('heading', { name: 'Recovery codes' }).waitFor();
  await page.getByRole('checkbox').click();
  await who.press('Done');
  await page.getByRole('button', { name: 'Turn off' }).waitFor();
  await who.look('account');
  await who.press('Account');
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await who.look('sign-in');
  await who.fill('E-mail', 'gavin@hooli.example');
  await who.fill('Password', password);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Your second factor' }).waitFor();
  await who.fill('Code', totp.generate());
  await who.look('code');
  await page.keyboard.press('Enter');
  await inside(page);
}

const inside = (page: Page) => page.getByRole('button', { name: 'Account', exact: true }).waitFor();

it.each(places)('pays, calls and stops at $width px', { timeout: journeyMs }, async (place) => {
  const here = { ...place, journey: 'customer' };
  const gavin = await arrive(rig.browser, rig.gateway.url, { ...here, path: await invitation() });
  const { page } = gavin;
  const dialog = page.getByRole('dialog');
  await page.getByRole('heading', { name: 'Join Hooli' }).waitFor();
  await gavin.look('invitation');
  await gavin.fill('Your name', 'Gavin');
  await gavin.fill('Password', password);
  await page.keyboard.press('Enter');
  await inside(page);
  await secondFactor(gavin);

  // Their own part alone.
  const offered = await gavin.offered();
  expect(offered).toEqual(expect.arrayContaining(['Overview', 'Keys', 'Wallet', 'Members']));
  for (const each of ['Customers', 'Margin', 'Sale prices', 'Routes']) expect(offered).not.toContain(each);
  await gavin.open('Overview');
  await gavin.look('overview-before');
  expect(await page.getByText('Umbrella').count()).toBe(0);
  expect(await page.getByText('Providers took').count()).toBe(0);

  // Money in.
  await gavin.open('Wallet');
  await gavin.press('Top up');
  await gavin.press('$10', dialog);
  await gavin.look('top-up');
  await gavin.press('Go to payment', dialog);
  await page.getByRole('button', { name: 'A card that: pays' }).click();
  await page.waitForURL(/\/dashboard\/wallet.*checkout=done/);
  await page.getByRole('status').filter({ hasText: 'Top-up: $10.00' }).waitFor();
  await until('the balance', async () => (await page.getByText('$10.00').count()) >= 2, patienceMs);
  await gavin.look('wallet');

  // A key, which a program uses; what it costs is seen while it runs.
  await gavin.open('Keys');
  await page.keyboard.press('n');
  await gavin.fill('Name', 'app', dialog);
  await gavin.press('Create key', dialog);
  await gavin.press('Copy the key');
  const key = await gavin.pasted();
  await gavin.look('key');
  await gavin.press('Done');
  await gavin.open('Live');
  await gavin.read('Connected');
  const running = stream(key, '600 tokens, 25 ms');
  await gavin.read('Streaming');
  await gavin.read(/^\$0\.00\d*[1-9]/);
  expect(await running).toBe(200);
  await gavin.read('Done');
  await gavin.look('live');

  // A budget, which is used up; and why the program stands still.
  await gavin.open('Budgets');
  await gavin.press('New budget');
  await gavin.fill('Name or id of the key', 'app', dialog);
  await gavin.fill('Limit', '0.002', dialog);
  await gavin.press('Create budget', dialog);
  await gavin.read('$0.002 a month');
  await until('the budget to hold', async () => (await stream(key, '100 tokens')) === 402, patienceMs);
  await gavin.open('Live');
  await gavin.read('Connected');
  expect(await stream(key, '100 tokens')).toBe(402);
  await gavin.read('Refused');
  await gavin.read(/budget/);
  await gavin.look('refused');
  await gavin.open('Budgets');
  await gavin.look('budget');
  await gavin.open('Overview');
  await page.getByRole('link', { name: /mock\/lorem \d+ request/ }).waitFor();
  await gavin.look('overview');

  // A colleague, who looks.
  await gavin.open('Members');
  await gavin.press('Invite');
  await gavin.fill('E-mail', 'denpok@hooli.example', dialog);
  await page.getByRole('combobox', { name: 'Role' }).click();
  await page.getByRole('option', { name: 'Viewer' }).click();
  await gavin.press('Invite', dialog);
  await gavin.press('Copy the link');
  const link = await gavin.pasted();
  await gavin.press('Done');
  // A viewer that a busy machine keeps from reading is cut off, and connects again.
  await gavin.leave(/INCOMPLETE_CHUNKED_ENCODING .*\/live/);
  await looksOnly(
    await arrive(rig.browser, rig.gateway.url, { ...here, path: link.slice(link.indexOf('/invitation#')) }),
  );
});

/** Every page that a viewer is offered, without one thing to change on it. */
async function looksOnly(viewer: Person): Promise<void> {
  const { page } = viewer;
  await viewer.fill('Your name', 'Denpok');
  await viewer.fill('Password', password);
  await page.keyboard.press('Enter');
  await inside(page);
  const offered = await viewer.offered();
  for (const each of ['Playground', 'Customers', 'Audit']) expect(offered).not.toContain(each);
  for (const each of ['Keys', 'Budgets', 'Wallet', 'Members']) {
    await viewer.open(each);
    await viewer.look(`viewer-${each.toLowerCase()}`);
    for (const name of [/^New /, 'Top up', 'Invite', /^Remove/, /^Change/]) {
      expect(await page.getByRole('main').getByRole('button', { name }).count()).toBe(0);
    }
  }
  await viewer.leave();
}
