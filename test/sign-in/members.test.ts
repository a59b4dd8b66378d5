/** Members and invitations over real HTTP: who may give what, and who always stays. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGateway, type TestGateway } from '../harness/gateway.ts';
import { runSql } from '../postgres.ts';
import { Browser, member, owner, password, tokenOf } from './browser.ts';

let gateway: TestGateway;
let ada: Browser;
let acme: string;
let people: Record<'owner' | 'admin' | 'billing' | 'developer' | 'viewer', Browser>;

beforeAll(async () => {
  gateway = await startGateway();
  ada = await owner(gateway);
  acme = (await ada.ask('POST /organizations', { name: 'acme' })).body.id;
  const join = (role: string) => member(ada, acme, `${role}@example.com`, role);
  people = {
    owner: await join('owner'),
    admin: await join('admin'),
    billing: await join('billing'),
    developer: await join('developer'),
    viewer: await join('viewer'),
  };
});
afterAll(() => gateway.stop());

const visitor = () => new Browser(gateway.url);
const idOf = async (email: string) =>
  (await ada.ask(`GET /organizations/${acme}/members?limit=200`)).body.data.find(
    (each: { email: string }) => each.email === email,
  )?.id;
const invite = (by: Browser, email: string, role: string) =>
  by.ask(`POST /organizations/${acme}/invitations`, { email, role });

describe('invitations', () => {
  it('are made by owners and administrators, and never for a role above their own', async () => {
    const statuses = async (by: Browser) =>
      Promise.all(
        ['owner', 'admin', 'viewer'].map(async (role) => (await invite(by, `${role}-x@example.com`, role)).status),
      );
    expect(await statuses(people.owner)).toEqual([201, 201, 201]);
    expect(await statuses(people.admin)).toEqual([403, 201, 201]);
    for (const role of ['billing', 'developer', 'viewer'] as const) {
      expect(await statuses(people[role]), role).toEqual([403, 403, 403]);
      expect((await people[role].ask(`GET /organizations/${acme}/invitations`)).status).toBe(403);
    }
  });

  it('work once, for one address, until they are revoked or replaced', async () => {
    const first = (await invite(people.admin, 'Once@Example.com', 'viewer')).body;
    const second = (await invite(people.admin, 'once@example.com', 'developer')).body;
    const use = (url: string) =>
      visitor().ask('POST /invitations/accept', { token: tokenOf(url), name: 'O', password });
    expect((await use(first.url)).status).toBe(403);
    expect((await visitor().ask('POST /invitations/look', { token: tokenOf(second.url) })).body).toMatchObject({
      organization: 'acme',
      email: 'once@example.com',
      role: 'developer',
      invitedBy: 'admin@example.com',
      hasAccount: false,
    });
    const answers = await Promise.all([use(second.url), use(second.url), use(second.url)]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 403, 403]);
    expect((await invite(people.admin, 'once@example.com', 'viewer')).status).toBe(409);
    const third = (await invite(people.admin, 'never@example.com', 'viewer')).body;
    expect((await people.admin.ask(`DELETE /organizations/${acme}/invitations/${third.id}`)).status).toBe(204);
    expect((await use(third.url)).status).toBe(403);
  });

  it('keep nothing but a hash of their token', async () => {
    const { body } = await invite(people.admin, 'hashed@example.com', 'viewer');
    const rows = await runSql(gateway.database.url, `SELECT * FROM "${gateway.database.schema}".invitations`);
    expect(JSON.stringify(rows)).not.toContain(tokenOf(body.url));
    expect(JSON.stringify((await ada.ask(`GET /organizations/${acme}/invitations`)).body)).not.toContain(
      tokenOf(body.url),
    );
  });

  it('let nobody into an account that is there, and nobody who is somebody else', async () => {
    const other = (await ada.ask('POST /organizations', { name: 'second' })).body.id;
    const made = await ada.ask(`POST /organizations/${other}/invitations`, {
      email: 'viewer@example.com',
      role: 'admin',
    });
    const token = tokenOf(made.body.url);
    expect(
      (await visitor().ask('POST /invitations/accept', { token, name: 'Eve', password: `${password}!` })).status,
    ).toBe(401);
    expect((await people.billing.ask('POST /invitations/accept', { token })).status).toBe(401);
    expect((await people.viewer.ask('POST /invitations/accept', { token })).status).toBe(200);
  });
});

describe('roles', () => {
  it('are never given above the giver, nor taken from above', async () => {
    const change = async (by: Browser, whom: string, role: string) =>
      (await by.ask(`PATCH /organizations/${acme}/members/${await idOf(whom)}`, { role })).status;
    expect(await change(people.admin, 'viewer@example.com', 'owner')).toBe(403);
    expect(await change(people.admin, 'owner@example.com', 'viewer')).toBe(403);
    expect(
      (await people.admin.ask(`DELETE /organizations/${acme}/members/${await idOf('owner@example.com')}`)).status,
    ).toBe(403);
    expect(await change(people.developer, 'viewer@example.com', 'developer')).toBe(403);
    expect(await change(people.billing, 'billing@example.com', 'admin')).toBe(403);
    expect(await change(people.admin, 'admin@example.com', 'owner')).toBe(403);
  });

  it('keep one owner, also when two owners go at once', async () => {
    const second = await member(ada, acme, 'second@example.com', 'owner');
    const leave = (by: Browser) =>
      by.ask(`POST /organizations/${acme}/leave`, undefined, { 'x-tollgate-organization': acme });
    const answers = await Promise.all([leave(people.owner), leave(second)]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([204, 409]);
    const { data } = (await ada.ask(`GET /organizations/${acme}/members?limit=200`)).body;
    const owners = data.filter((each: { role: string }) => each.role === 'owner');
    expect(owners).toHaveLength(1);
    const path = `/organizations/${acme}/members/${owners[0].id}`;
    expect((await ada.ask(`PATCH ${path}`, { role: 'viewer' })).status).toBe(409);
    expect((await ada.ask(`DELETE ${path}`)).status).toBe(409);
  });

  it('are shown to members, and to nobody else', async () => {
    expect((await people.viewer.ask(`GET /organizations/${acme}/members`)).status).toBe(200);
    expect((await visitor().ask(`GET /organizations/${acme}/members`)).status).toBe(401);
  });
});
