/** Signing in as the audit log tells it: who came and went, what was tried, and nothing that opens anything. */
import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeLink } from '../../src/control/sign-in/links.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { startGateway, type TestGateway } from '../harness/gateway.ts';
import { runSql } from '../postgres.ts';
import { Browser, member, owner, password } from './browser.ts';

let gateway: TestGateway;
let ada: Browser;
let acme: string;

beforeAll(async () => {
  gateway = await startGateway();
  ada = await owner(gateway);
  acme = (await ada.ask('POST /organizations', { name: 'acme' })).body.id;
});
afterAll(() => gateway.stop());

const visitor = () => new Browser(gateway.url);
const table = (name: string) => `"${gateway.database.schema}".${name}`;
const sql = (text: string) => runSql(gateway.database.url, text);

interface Entry {
  readonly action: string;
  readonly actorName: string;
  readonly organizationId: string | null;
  readonly after: Readonly<Record<string, unknown>>;
}
/** Of one person, oldest first. */
const told = async (email: string, by = ada): Promise<readonly Entry[]> => {
  const { data } = (await by.ask('GET /audit?limit=200')).body;
  return data.filter(({ actorName }: Entry) => actorName === email).toReversed();
};
const actionsOf = async (email: string) => (await told(email)).map(({ action }) => action);

describe('a sign-in', () => {
  it('is told with how and from where, to the organization too, as is what ends it', async () => {
    const bob = await member(ada, acme, 'bob@example.com', 'developer');
    await bob.ask('POST /auth/sign-out', {});
    const second = visitor();
    await second.signIn('bob@example.com', password);
    const [other] = (await second.ask('GET /me/sessions')).body.data;
    await second.ask(`DELETE /me/sessions/${other.id}`);
    expect(await actionsOf('bob@example.com')).toEqual([
      'invitation-accepted',
      'sign-in',
      'sign-out',
      'sign-in',
      'DELETE /me/sessions/{accountSessionId}',
    ]);
    const [entry] = (await ada.ask(`GET /audit?action=sign-in&organizationId=${acme}`)).body.data;
    expect(entry).toMatchObject({
      actorKind: 'user',
      actorName: 'bob@example.com',
      role: 'developer',
      ip: '127.0.0.1',
      resourceKind: 'users',
      after: { method: 'password' },
    });
    expect(entry.requestId).toMatch(/^req_/);
  });

  it('of the owner of the installation, and the link that made them one, are told', async () => {
    expect((await actionsOf('ada@example.com')).slice(0, 2)).toEqual(['first-owner-made', 'sign-in']);
  });

  it('counts once the second factor is there, and what is done to the factor is told', async () => {
    const email = 'factor@example.com';
    const browser = await member(ada, acme, email, 'developer');
    const enabled = await browser.ask('POST /auth/two-factor/enable', { password });
    const secret = Secret.fromBase32(new URL(enabled.body.totpURI).searchParams.get('secret') ?? '');
    const totp = new TOTP({ secret });
    await browser.ask('POST /auth/two-factor/verify-totp', { code: totp.generate() });
    const half = visitor();
    expect((await half.signIn(email, password)).body.twoFactorRedirect).toBe(true);
    const before = await actionsOf(email);
    expect(before).toEqual(['invitation-accepted', 'sign-in', 'second-factor-set-up', 'second-factor-turned-on']);
    await half.ask('POST /auth/two-factor/verify-totp', { code: '000000' });
    await half.ask('POST /auth/two-factor/verify-totp', { code: totp.generate() });
    const recovered = visitor();
    await recovered.signIn(email, password);
    await recovered.ask('POST /auth/two-factor/verify-backup-code', { code: enabled.body.backupCodes[0] });
    await recovered.ask('POST /auth/two-factor/generate-backup-codes', { password });
    await recovered.ask('POST /auth/two-factor/disable', { password });
    const since = (await told(email)).slice(before.length);
    expect(since.map(({ action, after }) => [action, after?.method, after?.refusedBefore])).toEqual([
      ['sign-in-refused', 'password and code of an app', undefined],
      ['sign-in', 'password and code of an app', 1],
      ['sign-in', 'password and recovery code', undefined],
      ['recovery-codes-made', undefined, undefined],
      ['second-factor-turned-off', undefined, undefined],
    ]);
  });

  it('of a new password: by its owner, by a guess at the old one, and by a link', async () => {
    const email = 'changes@example.com';
    const browser = await member(ada, acme, email, 'viewer');
    const change = (currentPassword: string) =>
      browser.ask('POST /auth/change-password', { currentPassword, newPassword: `${password} 2` });
    await change('not the password');
    await change(password);
    const [row] = await sql(`SELECT id FROM ${table('users')} WHERE email = '${email}'`);
    const store = await gateway.database.open();
    const token = await makeLink(store.db, 'recovery', String(row?.id), systemClock);
    await visitor().ask('POST /sign-in-links/use', { token, password: `${password} 3` });
    expect((await actionsOf(email)).slice(2)).toEqual([
      'password-changed-refused',
      'password-changed',
      'password-set-by-link',
      'sign-in',
    ]);
  });
});

describe('what is refused', () => {
  it('is told the first and the tenth time, and counted into the sign-in that follows', async () => {
    const email = 'tried@example.com';
    await member(ada, acme, email, 'viewer');
    await sql(`DELETE FROM ${table('sign_in_attempts')}`);
    for (let i = 0; i < 9; i++) await visitor().signIn(email, `guess ${i}`);
    const refusals = async () => (await told(email)).filter(({ action }) => action === 'sign-in-refused');
    expect((await refusals()).map(({ after }) => after.attempts)).toEqual([1]);
    await visitor().signIn(email, password);
    expect((await told(email)).at(-1)).toMatchObject({ action: 'sign-in', after: { refusedBefore: 9 } });
    for (let i = 0; i < 12; i++) await visitor().signIn(email, `guess ${i}`);
    expect((await refusals()).map(({ after }) => after.attempts)).toEqual([1, 1, 10]);
    expect((await refusals()).map(({ organizationId }) => organizationId)).toEqual([acme, acme, acme]);
    await sql(`DELETE FROM ${table('sign_in_attempts')}`);
  });

  it('of nobody is the installation’s, and what is no address is not written down', async () => {
    await visitor().signIn('nobody@example.com', 'guess');
    await visitor().signIn('my secret passphrase', 'guess');
    await visitor().ask('POST /auth/sign-in/email', { email: 'no@example.com' });
    expect(await told('nobody@example.com')).toMatchObject([{ action: 'sign-in-refused', organizationId: null }]);
    const { data } = (await ada.ask('GET /audit?limit=200')).body;
    expect(JSON.stringify(data)).not.toContain('passphrase');
    expect(JSON.stringify(data)).not.toContain('no@example.com');
  });

  it('cannot fill the log: only so many in an hour, of however many accounts', async () => {
    const count = async () => Number((await sql(`SELECT count(*) FROM ${table('audit_log')}`))[0]?.count);
    await visitor().signIn('first@example.com', 'guess');
    await sql(`DELETE FROM ${table('sign_in_attempts')} WHERE subject LIKE 'sign-in %'`);
    await sql(`UPDATE ${table('sign_in_attempts')} SET attempts = 2000 WHERE subject LIKE 'refusals told %'`);
    const before = await count();
    for (let i = 0; i < 5; i++) await visitor().signIn(`botnet-${i}@example.com`, 'guess');
    expect(await count()).toBe(before + 1);
    const [last] = (await ada.ask('GET /audit?action=sign-in-refused')).body.data;
    expect(last).toMatchObject({ actorName: 'many', organizationId: null });
    await sql(`DELETE FROM ${table('sign_in_attempts')}`);
  });

  it('holds no password, code, token or cookie', async () => {
    const log = JSON.stringify(await sql(`SELECT * FROM ${table('audit_log')}`));
    const tokens = await sql(`SELECT token FROM ${table('user_sessions')}`);
    for (const secret of [password, 'guess 1', 'not the password', ...tokens.map(({ token }) => String(token))])
      expect(log).not.toContain(secret);
  });
});
