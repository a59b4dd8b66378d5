/** Keys of somebody who goes or gets another role: what they know the text of may no more than they may. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startGateway, type TestGateway } from '../harness/gateway.ts';
import { until } from '../until.ts';
import { Browser, member, owner, tokenOf } from './browser.ts';

let gateway: TestGateway;
let ada: Browser;
let acme: string;

beforeAll(async () => {
  gateway = await startGateway();
  ada = await owner(gateway);
  acme = (await ada.ask('POST /organizations', { name: 'acme' })).body.id;
});
afterAll(() => gateway.stop());

interface Made {
  readonly id: string;
  readonly name: string;
  readonly key: string;
}

const pathOf = async (email: string, organization = acme) => {
  const { data } = (await ada.ask(`GET /organizations/${organization}/members?limit=200`)).body;
  return `/organizations/${organization}/members/${data.find((each: { email: string }) => each.email === email).id}`;
};
const make = async (by: Browser, body: object): Promise<Made> => (await by.ask('POST /keys', body)).body;
const withKey = (key: string) => ({ cookie: undefined, authorization: `Bearer ${key}` });
const role = async (key: string) => {
  const { status, body } = await new Browser(gateway.url).ask('GET /me', undefined, withKey(key));
  return status === 200 ? body.role : status;
};
const fates = (body: { settledKeys: { name: string; fate: string }[] }) =>
  Object.fromEntries(body.settledKeys.map(({ name, fate }) => [name, fate]));

it('who is removed takes their management keys along, also those that these have made; calling keys go on, by name', async () => {
  const bob = await member(ada, acme, 'bob@example.com', 'admin');
  const first = await make(bob, { name: 'first', kind: 'management', scope: 'admin' });
  const made = await new Browser(gateway.url).ask(
    'POST /keys',
    { name: 'second', kind: 'management', scope: 'viewer' },
    withKey(first.key),
  );
  const app = await make(bob, { name: 'app' });
  const ofOthers = await make(ada, { name: 'of-ada', kind: 'management', scope: 'admin', organizationId: acme });
  const path = await pathOf('bob@example.com');
  const shown = (await ada.ask(`GET ${path}/keys`)).body.data;
  expect(shown.map(({ name }: Made) => name)).toEqual(['first', 'second', 'app']);
  const removed = await ada.ask(`DELETE ${path}`);
  expect(removed.status).toBe(200);
  expect(fates(removed.body)).toEqual({ first: 'revoked', second: 'revoked', app: 'kept' });
  expect(await until('the keys to be refused', async () => (await role(first.key)) === 401)).toBe(true);
  expect([await role(made.body.key), await role(ofOthers.key)]).toEqual([401, 'admin']);
  const models = await fetch(`${gateway.url}/v1/models`, { headers: { authorization: `Bearer ${app.key}` } });
  expect(models.status).toBe(200);
  const [entry] = (await ada.ask(`GET /audit?resourceId=${first.id}`)).body.data;
  expect(entry).toMatchObject({ action: 'key-revoked-with-member', organizationId: acme });
});

it('keys for calling go too, or none at all, where somebody says so', async () => {
  for (const [wish, expected] of [
    ['revoke-all', { tool: 'revoked', app: 'revoked' }],
    ['keep', { tool: 'kept', app: 'kept' }],
  ] as const) {
    const email = `${wish}@example.com`;
    const person = await member(ada, acme, email, 'developer');
    const tool = await make(person, { name: 'tool', kind: 'management', scope: 'developer' });
    const app = await make(person, { name: 'app' });
    expect(fates((await ada.ask(`DELETE ${await pathOf(email)}?keys=${wish}`)).body)).toEqual(expected);
    const isRevoked = (await ada.ask(`GET /keys/${app.id}`)).body.revokedAt !== null;
    expect([isRevoked, await role(tool.key)]).toEqual(wish === 'keep' ? [false, 'developer'] : [true, 401]);
  }
});

it('a lower role narrows management keys to what both may, and ends invitations above it', async () => {
  const carol = await member(ada, acme, 'carol@example.com', 'admin');
  const wide = await make(carol, { name: 'wide', kind: 'management', scope: 'admin' });
  const narrow = await make(carol, { name: 'narrow', kind: 'management', scope: 'viewer' });
  const invited = (email: string, as: string) =>
    carol.ask(`POST /organizations/${acme}/invitations`, { email, role: as });
  const above = (await invited('friend@example.com', 'admin')).body;
  const below = (await invited('viewer@example.com', 'viewer')).body;
  const changed = await ada.ask(`PATCH ${await pathOf('carol@example.com')}`, { role: 'billing' });
  expect([changed.body.role, fates(changed.body)]).toEqual(['billing', { wide: 'narrowed' }]);
  await until('the key to be narrowed', async () => (await role(wide.key)) === 'billing');
  expect(await role(narrow.key)).toBe('viewer');
  const look = async ({ url }: { url: string }) =>
    (await new Browser(gateway.url).ask('POST /invitations/look', { token: tokenOf(url) })).status;
  expect([await look(above), await look(below)]).toEqual([403, 200]);
  const raised = await ada.ask(`PATCH ${await pathOf('carol@example.com')}`, { role: 'admin' });
  expect(raised.body.settledKeys).toEqual([]);
  expect(await role(wide.key)).toBe('billing');
});

it('who rotated a key knows it, and who knew it before does no longer', async () => {
  const dora = await member(ada, acme, 'dora@example.com', 'admin');
  const key = await make(dora, { name: 'rotated', kind: 'management', scope: 'admin' });
  const anew = (await ada.ask(`POST /keys/${key.id}/rotate`, { overlapSeconds: 3600 })).body;
  await until('both to work', async () => (await role(anew.key)) === 'admin' && (await role(key.key)) === 'admin');
  const { body } = await ada.ask(`DELETE ${await pathOf('dora@example.com')}`);
  expect(fates(body)).toEqual({ rotated: 'rotation-ended' });
  await until('the old text to be refused', async () => (await role(key.key)) === 401);
  expect(await role(anew.key)).toBe('admin');
});

it('an operator who goes has no keys left in the organizations of others', async () => {
  const house = (await ada.ask('GET /me')).body.organization.id;
  const eve = await member(ada, house, 'eve@example.com', 'admin');
  const inAcme = await make(eve, { name: 'eves', kind: 'management', scope: 'owner', organizationId: acme });
  const customers = await make(eve, { name: 'customers', organizationId: acme });
  const everywhere = await make(eve, { name: 'everywhere', kind: 'management', scope: 'operator' });
  const removed = await ada.ask(`DELETE ${await pathOf('eve@example.com', house)}`);
  expect(fates(removed.body)).toEqual({ eves: 'revoked', everywhere: 'revoked' });
  await until('it to be refused', async () => (await role(everywhere.key)) === 401);
  expect(await role(inAcme.key)).toBe(401);
  expect((await ada.ask(`GET /keys/${customers.id}`)).body.revokedAt).toBeNull();
});

it('of keys that are made while somebody is removed, none outlives them', async () => {
  for (let round = 0; round < 3; round++) {
    const email = `fast-${round}@example.com`;
    const fast = await member(ada, acme, email, 'admin');
    const path = await pathOf(email);
    const old = await make(fast, { name: 'old', kind: 'management', scope: 'admin' });
    const more = Array.from({ length: 4 }, (_, i) =>
      fast.ask('POST /keys', { name: `fast-${i}`, kind: 'management', scope: 'admin' }),
    );
    const byKey = new Browser(gateway.url).ask(
      'POST /keys',
      { name: 'by-key', kind: 'management', scope: 'admin' },
      withKey(old.key),
    );
    const [removed, ...answers] = await Promise.all([ada.ask(`DELETE ${path}`), byKey, ...more]);
    expect(removed.status).toBe(200);
    for (const { status, body } of answers) {
      expect([201, 401, 403]).toContain(status);
      if (status === 201) await until('it to be refused', async () => (await role(body.key)) === 401);
    }
  }
});
