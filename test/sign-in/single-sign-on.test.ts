/** Single sign-on with a real OpenID Connect flow against an issuer of the test: who was invited gets in, nobody else. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OidcIssuer, startOidcIssuer } from '../fakes/oidc-issuer.ts';
import { startGateway, type TestGateway } from '../harness/gateway.ts';
import { Browser, member, owner, tokenOf } from './browser.ts';

let issuer: OidcIssuer;
let gateway: TestGateway;
let ada: Browser;
let acme: string;

beforeAll(async () => {
  issuer = await startOidcIssuer('tollgate');
  const corp = { issuer: issuer.url, clientId: 'tollgate', clientSecret: 'a-client-secret', label: 'Corp' };
  gateway = await startGateway({ config: { signIn: { oidc: { corp } } } });
  ada = await owner(gateway);
  acme = (await ada.ask('POST /organizations', { name: 'acme' })).body.id;
});
afterAll(async () => {
  await gateway.stop();
  await issuer.stop();
});

/** Where the flow ends: an address of the dashboard. */
async function flow(browser: Browser, path = 'sign-in/social'): Promise<string> {
  const pages = { callbackURL: '/dashboard/wallet', errorCallbackURL: '/dashboard/sign-in' };
  const begun = await browser.ask(`POST /auth/${path}`, { provider: 'corp', ...pages });
  expect(begun.status, JSON.stringify(begun.body)).toBe(200);
  const atIssuer = await fetch(begun.body.url, { redirect: 'manual' });
  const back = new URL(atIssuer.headers.get('location') ?? '');
  const ended = await browser.ask(`GET ${back.pathname.replace('/api/v1', '')}${back.search}`);
  expect(ended.status).toBe(302);
  return ended.headers.get('location') ?? '';
}

const visitor = () => new Browser(gateway.url);

describe('single sign-on', () => {
  it('is offered by its label', async () => {
    expect((await visitor().ask('GET /bootstrap')).body.singleSignOn).toEqual([{ name: 'corp', label: 'Corp' }]);
  });

  it('lets nobody in who was not invited', async () => {
    issuer.be({ sub: 'stranger', email: 'stranger@example.com', email_verified: true });
    const browser = visitor();
    expect(await flow(browser)).toMatch(/\/dashboard\/sign-in\?error=signup_disabled/);
    expect((await browser.ask('GET /me')).status).toBe(401);
  });

  it('lets somebody in who accepted an invitation without a password', async () => {
    const made = await ada.ask(`POST /organizations/${acme}/invitations`, {
      email: 'grace@example.com',
      role: 'developer',
    });
    const accepted = await visitor().ask('POST /invitations/accept', { token: tokenOf(made.body.url), name: 'Grace' });
    expect(accepted.status).toBe(200);
    issuer.be({ sub: 'grace', email: 'grace@example.com', email_verified: true });
    const browser = visitor();
    expect(await flow(browser)).toMatch(/\/dashboard\/wallet$/);
    expect((await browser.ask('GET /me')).body).toMatchObject({
      role: 'developer',
      user: { email: 'grace@example.com', hasPassword: false, singleSignOn: ['corp'] },
    });
  });

  it('does not believe an issuer about an address that it has not verified', async () => {
    const made = await ada.ask(`POST /organizations/${acme}/invitations`, {
      email: 'mary@example.com',
      role: 'viewer',
    });
    await visitor().ask('POST /invitations/accept', { token: tokenOf(made.body.url), name: 'Mary' });
    issuer.be({ sub: 'mallory', email: 'mary@example.com', email_verified: false });
    const browser = visitor();
    expect(await flow(browser)).toMatch(/\/dashboard\/sign-in\?error=/);
    expect((await browser.ask('GET /me')).status).toBe(401);
  });

  it('is not tied to an account whose address nobody has proven, until its owner links it', async () => {
    const bob = await member(ada, acme, 'bob@example.com', 'viewer');
    issuer.be({ sub: 'bob', email: 'bob@example.com', email_verified: true });
    expect(await flow(visitor())).toMatch(/\/dashboard\/sign-in\?error=account_not_linked/);
    expect(await flow(bob, 'link-social')).toMatch(/\/dashboard\/wallet$/);
    const browser = visitor();
    expect(await flow(browser)).toMatch(/\/dashboard\/wallet$/);
    expect((await browser.ask('GET /me')).body.user.email).toBe('bob@example.com');
  });

  it('keeps no token of the provider', async () => {
    const store = await gateway.database.open();
    const rows = await store.db.selectFrom('user_accounts').selectAll().where('provider_id', '=', 'corp').execute();
    expect(rows.length).toBeGreaterThan(0);
    expect(
      rows.map((row) => Object.entries(row).filter(([name, value]) => /token$/.test(name) && value !== null)),
    ).toEqual(rows.map(() => []));
  });

  it('never ends at another site', async () => {
    for (const callbackURL of ['https://evil.example/', '//evil.example', '/\\evil.example', 'javascript:alert(1)']) {
      const tried = await visitor().ask(
        'POST /auth/sign-in/social',
        { provider: 'corp', callbackURL },
        { cookie: 'x=y' },
      );
      expect(tried.status, callbackURL).toBe(403);
    }
  });
});
