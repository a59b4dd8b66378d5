/** How people get in: the first owner, passwords with a second factor, passkeys, invitations; and how they are put out. */
import { Secret, TOTP } from 'otpauth';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeLink } from '../../src/control/sign-in/links.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { type BrowserRig, startBrowserRig, type Visitor } from './rig.ts';

const password = 'correct horse battery staple';

let rig: BrowserRig;

beforeAll(async () => {
  rig = await startBrowserRig();
});
afterAll(() => rig.close());

async function setUpPath(): Promise<string> {
  const store = await rig.gateway.database.open();
  return `/set-up#token=${await makeLink(store.db, 'first-owner', null, systemClock)}`;
}

const stranger = (path: string, looks: object = {}) => rig.visit({ key: null, path, ...looks });

async function signIn(page: Page, email: string): Promise<void> {
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

async function signOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Account', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
}

const inDashboard = (page: Page) => page.getByRole('button', { name: 'Account', exact: true }).waitFor();
/** Nobody was signed in, or something was refused on purpose: the browser writes each such answer to its console. */
const refusals = /status of (401|403|409|400)/;

describe.each(['light', 'dark'] as const)('%s', (scheme) => {
  it.each([1280, 360])('at %d px every page before signing in can be read and reached by everybody', async (width) => {
    const visitor = await stranger('/sign-in', { scheme, width });
    for (const [path, name] of [
      ['/sign-in', 'sign-in'],
      ['/set-up#token=x', 'set-up'],
      ['/new-password#token=x', 'new-password'],
      ['/invitation#token=x', 'invitation-refused'],
    ] as const) {
      await visitor.go(path);
      await visitor.expectAccessible();
      await visitor.expectNoOverflow();
      await visitor.screenshot(name);
    }
    await visitor.done(refusals);
  });
});

describe('people', () => {
  let ada: Visitor;

  it('become the first owner by the link of the first start, and are in', async () => {
    ada = await stranger(await setUpPath());
    const { page } = ada;
    await page.getByLabel('Your name').fill('Ada Lovelace');
    await page.getByLabel('E-mail').fill('ada@example.com');
    await page.getByLabel('Password').fill('short');
    await page.getByRole('button', { name: 'Set up' }).click();
    expect(await page.locator('input:invalid').count()).toBe(1);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Set up' }).click();
    await inDashboard(page);
    expect(page.url()).not.toContain('token');
  });

  it('turn a second factor on, and get in with its code, or once with a recovery code', async () => {
    const { page } = ada;
    await ada.go('/account');
    await page.getByRole('button', { name: 'Turn on' }).click();
    await page.getByLabel('Password', { exact: true }).last().fill(password);
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('img', { name: 'Code to scan with your app' }).waitFor();
    await ada.screenshot('second-factor');
    await ada.expectAccessible();
    const shown = await page.getByRole('dialog').locator('code').textContent();
    const totp = new TOTP({ secret: Secret.fromBase32(shown ?? '') });
    await page.getByLabel('Code', { exact: true }).fill(totp.generate());
    await page.getByRole('button', { name: 'Turn on' }).last().click();
    await page.getByRole('heading', { name: 'Recovery codes' }).waitFor();
    const codes = await page.getByRole('dialog').getByRole('listitem').allTextContents();
    expect(codes.length).toBe(10);
    await ada.screenshot('recovery-codes');
    await page.getByRole('checkbox').click();
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('button', { name: 'Turn off' }).waitFor();
    await signOut(page);
    await signIn(page, 'ada@example.com');
    await page.getByRole('heading', { name: 'Your second factor' }).waitFor();
    await ada.expectAccessible();
    await page.getByLabel('Code').fill(totp.generate());
    await page.getByRole('button', { name: 'Go on' }).click();
    await inDashboard(page);
    await signOut(page);
    await signIn(page, 'ada@example.com');
    await page.getByRole('button', { name: 'Use a recovery code' }).click();
    await page.getByLabel('Recovery code').fill(codes[0] ?? '');
    await page.getByRole('button', { name: 'Go on' }).click();
    await inDashboard(page);
  });

  it('add a passkey, and sign in by it without a password', async () => {
    const { page, context } = ada;
    const cdp = await context.newCDPSession(page);
    await cdp.send('WebAuthn.enable');
    await cdp.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    // An address of numbers is no name that a passkey can belong to.
    const here = rig.gateway.url.replace('127.0.0.1', 'localhost');
    await page.goto(`${here}/dashboard/sign-in`);
    await signIn(page, 'ada@example.com');
    await page.getByRole('heading', { name: 'Your second factor' }).waitFor();
    await page.goto(`${here}/dashboard/sign-in`);
    await ada.context.clearCookies();
    const store = await rig.gateway.database.open();
    await store.db.deleteFrom('user_two_factors').execute();
    await store.db.updateTable('users').set({ two_factor_enabled: false }).execute();
    await signIn(page, 'ada@example.com');
    await inDashboard(page);
    await page.goto(`${here}/dashboard/account`);
    await page.getByLabel('Name of the new passkey').fill('My laptop');
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await page.getByText('My laptop').waitFor();
    await signOut(page);
    await page.getByRole('button', { name: 'Use a passkey' }).click();
    await inDashboard(page);
    await page.goto(`${here}/dashboard/account`);
    await page.getByText('Signed in as ada@example.com').waitFor();
  });

  it('see where they are signed in, and end the others', async () => {
    await ada.go('/sign-in');
    await signIn(ada.page, 'ada@example.com');
    await inDashboard(ada.page);
    await ada.go('/account');
    await ada.page.getByText('Chrome on Linux').first().waitFor();
    await ada.page.getByRole('button', { name: 'End all others' }).click();
    await ada.page.getByRole('button', { name: 'End all others' }).waitFor({ state: 'detached' });
    await ada.expectAccessible();
    await ada.screenshot('account');
  });

  it('invite others, who join by the link, get another role, and are out when they are removed', async () => {
    const { page } = ada;
    await ada.go('/members');
    await page.getByRole('button', { name: 'Invite' }).click();
    await page.getByLabel('E-mail').fill('grace@example.com');
    await page.getByRole('button', { name: 'Invite' }).last().click();
    await page.getByText('Hand this link over').waitFor();
    await ada.screenshot('invitation-link');
    const link = (await page.getByRole('dialog').locator('code').textContent()) ?? '';
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByText('grace@example.com').waitFor();
    const grace = await stranger(link.slice(link.indexOf('/invitation')));
    await grace.page.getByRole('heading', { name: 'Join default' }).waitFor();
    await grace.expectAccessible();
    await grace.screenshot('invitation');
    await grace.page.getByLabel('Your name').fill('Grace Hopper');
    await grace.page.getByLabel('Password').fill(password);
    await grace.page.getByRole('button', { name: 'Create account and join' }).click();
    await inDashboard(grace.page);
    await ada.go('/members');
    await ada.expectAccessible();
    await ada.screenshot('members');
    await page.getByRole('combobox', { name: 'Role of Grace Hopper' }).click();
    await page.getByRole('option', { name: 'Viewer' }).click();
    await page.getByText('Grace Hopper is viewer now').waitFor();
    await grace.go('/members');
    await grace.page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await signIn(grace.page, 'grace@example.com');
    await grace.page.getByRole('heading', { name: 'Members' }).waitFor();
    expect(await grace.page.getByRole('button', { name: 'Invite' }).count()).toBe(0);
    const whose = { member: 'grace@example.com' };
    await rig.api('POST /keys', { ...whose, name: 'graces-tool', kind: 'management', scope: 'viewer' });
    await rig.api('POST /keys', { ...whose, name: 'graces-app' });
    await page.getByRole('button', { name: 'Remove Grace Hopper' }).click();
    const theirs = page.getByRole('list', { name: 'Their keys' }).getByRole('listitem');
    await theirs.filter({ hasText: 'graces-tool' }).filter({ hasText: 'revoked' }).waitFor();
    await theirs.filter({ hasText: 'graces-app' }).filter({ hasText: 'goes on' }).waitFor();
    await ada.expectAccessible();
    await ada.screenshot('member-removal');
    await page.getByRole('button', { name: 'Remove member' }).click();
    await page.getByText('These keys go on: graces-app.').waitFor();
    await page.getByRole('button', { name: 'Remove Grace Hopper' }).waitFor({ state: 'detached' });
    await grace.go('/members');
    await grace.page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await grace.done(refusals);
    await ada.done(refusals);
  });

  it.each([
    ['light', 360],
    ['dark', 360],
    ['dark', 1280],
  ] as const)('read their account and the members in %s at %d px', async (scheme, width) => {
    const visitor = await stranger('/sign-in?back=/dashboard/account', { scheme, width });
    await signIn(visitor.page, 'ada@example.com');
    await visitor.page.getByText('Signed in as ada@example.com').waitFor();
    for (const name of ['account', 'members']) {
      await visitor.go(`/${name}`);
      await visitor.expectAccessible();
      await visitor.expectNoOverflow();
      await visitor.screenshot(name);
    }
    await visitor.done(refusals);
  });

  it('are told what is wrong, and never sent to another site', async () => {
    const visitor = await stranger('/sign-in?back=https://evil.example/&error=signup_disabled');
    const { page } = visitor;
    await page.getByText('Ask for an invitation first.').waitFor();
    await page.getByLabel('E-mail').fill('ada@example.com');
    await page.getByLabel('Password').fill('wrong wrong wrong');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByText('Invalid email or password.').waitFor();
    await visitor.expectAccessible();
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await inDashboard(page);
    expect(new URL(page.url()).origin).toBe(rig.gateway.url);
    await visitor.done(refusals);
  });
});
