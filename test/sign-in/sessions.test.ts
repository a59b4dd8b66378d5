/** Signing in over real HTTP: the first owner, passwords, second factors, and what ends a session. */
import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeLink } from '../../src/control/sign-in/links.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { startGateway, type TestGateway } from '../harness/gateway.ts';
import { runSql } from '../postgres.ts';
import { Browser, member, owner, password, tokenOf } from './browser.ts';

let gateway: TestGateway;
let ada: Browser;
let house: string;
let acme: string;

beforeAll(async () => {
  gateway = await startGateway();
  ada = await owner(gateway);
  house = (await ada.ask('GET /me')).body.organization.id;
  acme = (await ada.ask('POST /organizations', { name: 'acme' })).body.id;
});
afterAll(() => gateway.stop());

const visitor = () => new Browser(gateway.url);
const sql = (text: string) => {
  const inSchema = (table: string) => `"${gateway.database.schema}".${table}`;
  return runSql(gateway.database.url, text.replace(/(?<=FROM )\w+/, inSchema));
};

describe('the first owner', () => {
  it('is an operator of the installation, and may do what operators may', async () => {
    const { body } = await ada.ask('GET /me');
    expect(body).toMatchObject({ role: 'operator', user: { email: 'ada@example.com', hasPassword: true } });
    expect(body.permissions).toContain('POST /organizations');
    expect((await visitor().ask('GET /bootstrap')).body.needed).toBe(false);
  });

  it('comes once: no link makes a second one', async () => {
    const store = await gateway.database.open();
    const token = await makeLink(store.db, 'first-owner', null, systemClock);
    const again = { token, email: 'eve@example.com', name: 'Eve', password };
    expect((await visitor().ask('POST /bootstrap', again)).status).toBe(409);
    expect((await visitor().ask('POST /bootstrap', { ...again, token: 'wrong' })).status).toBe(409);
  });

  it('has a cookie that no script and no other site gets', async () => {
    const { headers, body } = await visitor().signIn('ada@example.com', password);
    const [cookie = ''] = headers.getSetCookie();
    expect(cookie).toMatch(/^tollgate\.session_token=.*HttpOnly; SameSite=Lax$/);
    expect(cookie).not.toMatch(/domain=/i);
    expect(JSON.stringify(body)).not.toContain(cookie.slice(23, 50));
    expect(body.token).toBeUndefined();
  });
});

describe('passwords', () => {
  it('say the same of a wrong one and of nobody', async () => {
    const wrong = await visitor().signIn('ada@example.com', 'wrong wrong wrong');
    const nobody = await visitor().signIn('nobody@example.com', 'wrong wrong wrong');
    expect(wrong.status).toBe(401);
    expect({ ...wrong.body.error, requestId: '' }).toEqual({ ...nobody.body.error, requestId: '' });
  });

  it('are kept as scrypt hashes with a salt each, and the hash is no password', async () => {
    const bob = await member(ada, acme, 'hash@example.com', 'viewer');
    const rows = await sql(`SELECT password FROM user_accounts WHERE provider_id = 'credential'`);
    const hashes = rows.map((row) => String(row.password));
    for (const hash of hashes) expect(hash).toMatch(/^[0-9a-f]{32}:[0-9a-f]{128}$/);
    expect(new Set(hashes).size).toBe(hashes.length);
    expect((await visitor().signIn('hash@example.com', hashes.at(-1)?.slice(0, 128) ?? '')).status).toBe(401);
    expect((await bob.ask('GET /me')).status).toBe(200);
  });

  it('can be tried ten times in five minutes, from wherever', async () => {
    const statuses: number[] = [];
    for (let i = 0; i < 12; i++)
      statuses.push((await visitor().signIn('tried@example.com', `guess number ${i}`)).status);
    expect(statuses.slice(0, 10)).toEqual(Array(10).fill(401));
    expect(statuses.slice(10)).toEqual([429, 429]);
    const refused = await visitor().signIn('tried@example.com', 'one more guess');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    // Others are not shut out with it.
    expect((await visitor().signIn('ada@example.com', password)).status).toBe(200);
    await sql('DELETE FROM sign_in_attempts');
  });

  it('nobody signs up', async () => {
    const body = { email: 'new@example.com', password, name: 'New' };
    expect((await visitor().ask('POST /auth/sign-up/email', body)).status).toBe(404);
    for (const path of [
      'update-user',
      'change-email',
      'delete-user',
      'list-sessions',
      'get-session',
      'reset-password',
    ]) {
      expect((await ada.ask(`POST /auth/${path}`, {})).status).toBe(404);
    }
  });

  it('are refused when short, by the same rule at every door', async () => {
    const { body } = await ada.ask(`POST /organizations/${acme}/invitations`, {
      email: 'short@example.com',
      role: 'viewer',
    });
    const tried = await visitor().ask('POST /invitations/accept', {
      token: tokenOf(body.url),
      name: 'S',
      password: 'short',
    });
    expect(tried.status).toBe(400);
    expect(tried.body.error.path).toBe('password');
  });
});

describe('a session ends everywhere', () => {
  const both = async (email: string) => {
    const first = await member(ada, acme, email, 'developer');
    const second = visitor();
    expect((await second.signIn(email, password)).status).toBe(200);
    return [first, second] as const;
  };
  const memberId = async (email: string) =>
    (await ada.ask(`GET /organizations/${acme}/members?limit=200`)).body.data.find(
      (each: { email: string }) => each.email === email,
    ).id;
  const isOver = async (browser: Browser) => (await browser.ask('GET /me')).status === 401;

  it('by signing out: the cookie is worth nothing any more', async () => {
    const [first, second] = await both('out@example.com');
    const kept = first.cookie;
    expect((await first.ask('POST /auth/sign-out', {})).status).toBe(200);
    expect((await visitor().ask('GET /me', undefined, { cookie: kept })).status).toBe(401);
    expect(await isOver(second)).toBe(false);
  });

  it('by a new password, but for the one that changed it', async () => {
    const [first, second] = await both('password@example.com');
    const change = { currentPassword: password, newPassword: `${password} 2`, revokeOtherSessions: false };
    expect((await first.ask('POST /auth/change-password', change)).status).toBe(200);
    expect(await isOver(second)).toBe(true);
    expect(await isOver(first)).toBe(false);
    expect((await visitor().signIn('password@example.com', password)).status).toBe(401);
  });

  it('by another role', async () => {
    const browsers = await both('role@example.com');
    const id = await memberId('role@example.com');
    expect((await ada.ask(`PATCH /organizations/${acme}/members/${id}`, { role: 'viewer' })).status).toBe(200);
    for (const browser of browsers) expect(await isOver(browser)).toBe(true);
    const again = visitor();
    await again.signIn('role@example.com', password);
    expect((await again.ask('GET /me')).body.role).toBe('viewer');
    expect((await again.ask('POST /keys', { name: 'x' })).status).toBe(403);
  });

  it('by being removed', async () => {
    const browsers = await both('gone@example.com');
    const id = await memberId('gone@example.com');
    expect((await ada.ask(`DELETE /organizations/${acme}/members/${id}`)).status).toBe(200);
    for (const browser of browsers) expect(await isOver(browser)).toBe(true);
    const again = visitor();
    await again.signIn('gone@example.com', password);
    expect((await again.ask('GET /me')).body).toMatchObject({ role: 'viewer', organization: null, memberships: [] });
    expect((await again.ask('GET /keys')).body.data).toEqual([]);
    expect((await again.ask(`GET /organizations/${acme}/members`)).status).toBe(404);
  });

  it('by its owner, one by one or all others', async () => {
    const [first, second] = await both('list@example.com');
    const { data } = (await first.ask('GET /me/sessions')).body;
    expect(data).toHaveLength(2);
    expect(JSON.stringify(data)).not.toContain('token');
    const other = data.find((each: { current: boolean }) => !each.current);
    expect((await ada.ask(`DELETE /me/sessions/${other.id}`)).status).toBe(404);
    expect((await first.ask(`DELETE /me/sessions/${other.id}`)).status).toBe(204);
    expect(await isOver(second)).toBe(true);
    await second.signIn('list@example.com', password);
    expect((await first.ask('POST /me/sessions/end-others')).status).toBe(204);
    expect([await isOver(second), await isOver(first)]).toEqual([true, false]);
  });

  it('by a link of the operator, which sets a new password and works once', async () => {
    const browsers = await both('lost@example.com');
    const store = await gateway.database.open();
    const [row] = await sql(`SELECT id FROM users WHERE email = 'lost@example.com'`);
    const token = await makeLink(store.db, 'recovery', String(row?.id), systemClock);
    const fresh = `${password} anew`;
    const used = await visitor().ask('POST /sign-in-links/use', { token, password: fresh });
    expect(used).toMatchObject({ status: 200, body: { email: 'lost@example.com' } });
    for (const browser of browsers) expect(await isOver(browser)).toBe(true);
    expect((await visitor().ask('POST /sign-in-links/use', { token, password: fresh })).status).toBe(403);
    expect((await visitor().signIn('lost@example.com', fresh)).status).toBe(200);
  });

  it('a tampered or invented cookie is nobody', async () => {
    const [name = '', value = ''] = [...ada.cookies][0] ?? [];
    const flipped = value.replace(/.(?=[^.]*$)/, (last) => (last === 'A' ? 'B' : 'A'));
    const unsigned = value.split('.')[0] ?? '';
    for (const cookie of [`${name}=${flipped}`, `${name}=${unsigned}`, `${name}=x.y`, `${name}=`]) {
      expect((await visitor().ask('GET /me', undefined, { cookie })).status, cookie).toBe(401);
    }
  });
});

describe('a second factor', () => {
  const enroll = async (email: string) => {
    const browser = await member(ada, acme, email, 'developer');
    const enabled = await browser.ask('POST /auth/two-factor/enable', { password });
    expect(enabled.status).toBe(200);
    const totp = new TOTP({
      secret: Secret.fromBase32(new URL(enabled.body.totpURI).searchParams.get('secret') ?? ''),
    });
    expect((await browser.ask('POST /auth/two-factor/verify-totp', { code: totp.generate() })).status).toBe(200);
    return { browser, totp, codes: enabled.body.backupCodes as string[] };
  };

  it('is asked after the password, and nothing else answers until it is given', async () => {
    const { totp } = await enroll('totp@example.com');
    const half = visitor();
    const first = await half.signIn('totp@example.com', password);
    expect(first.body).toMatchObject({ twoFactorRedirect: true });
    expect((await half.ask('GET /me')).status).toBe(401);
    expect((await half.ask('GET /keys')).status).toBe(401);
    for (const path of ['change-password', 'two-factor/disable', 'two-factor/generate-backup-codes']) {
      const tried = await half.ask(`POST /auth/${path}`, {
        password,
        currentPassword: password,
        newPassword: `${password}!`,
      });
      expect(tried.status, path).toBe(401);
    }
    expect((await half.ask('GET /auth/passkey/list-user-passkeys')).status).toBe(401);
    expect((await half.ask('POST /auth/two-factor/verify-totp', { code: '000000' })).status).toBe(401);
    const whole = await half.ask('POST /auth/two-factor/verify-totp', { code: totp.generate() });
    expect(whole.status).toBe(200);
    expect((await half.ask('GET /me')).body.user).toMatchObject({ email: 'totp@example.com', twoFactorEnabled: true });
  });

  it('has recovery codes that work once', async () => {
    const { codes } = await enroll('codes@example.com');
    const [code = ''] = codes;
    const use = async () => {
      const browser = visitor();
      await browser.signIn('codes@example.com', password);
      return (await browser.ask('POST /auth/two-factor/verify-backup-code', { code })).status;
    };
    expect(await use()).toBe(200);
    expect(await use()).toBe(401);
  });

  it('locks the account after ten wrong codes, across sign-ins', async () => {
    const { totp } = await enroll('locked@example.com');
    await sql('DELETE FROM sign_in_attempts');
    for (let round = 0; round < 3; round++) {
      const browser = visitor();
      await browser.signIn('locked@example.com', password);
      for (let i = 0; i < 4; i++) await browser.ask('POST /auth/two-factor/verify-totp', { code: `00000${i}` });
    }
    await sql('DELETE FROM sign_in_attempts');
    const browser = visitor();
    await browser.signIn('locked@example.com', password);
    expect((await browser.ask('POST /auth/two-factor/verify-totp', { code: totp.generate() })).status).toBe(429);
    expect((await browser.ask('GET /me')).status).toBe(401);
    await sql('DELETE FROM sign_in_attempts');
  });

  it('lies sealed in the database', async () => {
    const { totp, codes } = await enroll('sealed@example.com');
    const rows = JSON.stringify(await sql('SELECT * FROM user_two_factors'));
    expect(rows).not.toContain(totp.secret.base32);
    expect(rows).not.toContain(codes[0]);
  });
});

describe('organizations', () => {
  it('are chosen by a header, each with its own role, and others are not there', async () => {
    const bob = await member(ada, acme, 'bob@example.com', 'developer');
    const other = (await ada.ask('POST /organizations', { name: 'other' })).body.id;
    const invited = (
      await ada.ask(`POST /organizations/${other}/invitations`, { email: 'bob@example.com', role: 'owner' })
    ).body;
    expect((await visitor().ask('POST /invitations/accept', { token: tokenOf(invited.url) })).status).toBe(401);
    expect((await bob.ask('POST /invitations/accept', { token: tokenOf(invited.url) })).status).toBe(200);
    const me = (organization?: string) => bob.ask('GET /me', undefined, { 'x-tollgate-organization': organization });
    expect((await me()).body).toMatchObject({ role: 'developer', organization: { id: acme } });
    expect((await me(other)).body).toMatchObject({ role: 'owner', organization: { id: other } });
    expect((await me(house)).status).toBe(404);
    expect((await me('org_nothing')).status).toBe(404);
    expect((await bob.ask(`GET /organizations/${other}/members`)).status).toBe(404);
    expect((await ada.ask('GET /me', undefined, { 'x-tollgate-organization': other })).body.role).toBe('operator');
    expect((await ada.ask('GET /me', undefined, { 'x-tollgate-organization': 'org_nothing' })).status).toBe(404);
  });
});
