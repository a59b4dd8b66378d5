/**
 * Every route in every role, on things that are there: who may gets something other than a refusal, everybody else 403, or
 * 404 for what is another organization's. Made of the routes themselves, so a new one is in it.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { access } from '../../src/control/api/access.ts';
import { type MemberRole, memberRoles } from '../../src/control/api/roles.ts';
import { type ApiRoute, routeName } from '../../src/control/api/route.ts';
import { apiRoutes } from '../../src/control/api/routes.ts';
import { prepareJobs } from '../../src/control/jobs/queue.ts';
import { silentLog } from '../../src/lib/log.ts';
import { bodies, makeThings, pathOf, queryOf } from './bodies.ts';
import { endingLive, type TestApi, testApi } from './harness.ts';
import { openaiAlone, testNaming } from './naming.ts';

let api: TestApi;
let acme: { id: string; key: string };
let other: { id: string; key: string };
let keys: Readonly<Record<MemberRole, string>>;
let strangers: Readonly<Record<'admin' | 'viewer', string>>;
let things: Readonly<Record<string, string>>;
let operatorThings: Readonly<Record<string, string>>;

beforeAll(async () => {
  api = await testApi({ requestsPerMinute: 1_000_000, naming: testNaming(openaiAlone), live: endingLive });
  await prepareJobs(api.store, silentLog);
  acme = await api.tenant('acme');
  other = await api.tenant('other');
  const make = async (scope: MemberRole, organization: string) =>
    (await api.makeKey({ name: scope, kind: 'management', scope, organization })).key;
  keys = {
    owner: await make('owner', 'acme'),
    admin: await make('admin', 'acme'),
    billing: await make('billing', 'acme'),
    developer: await make('developer', 'acme'),
    viewer: await make('viewer', 'acme'),
  };
  strangers = { admin: await make('admin', 'other'), viewer: await make('viewer', 'other') };
  things = await makeThings(api, acme.id);
  operatorThings = await makeThings(api, other.id);
}, 120_000);

afterAll(() => api.close());

const closed = apiRoutes
  .filter((each) => each.receive === undefined && !('auth' in (access[routeName(each)] ?? {})))
  .map((each) => [routeName(each), each] as const);

const ask = (each: ApiRoute, key: string, of: Readonly<Record<string, string>>) => {
  const body = each.body === undefined ? undefined : (bodies(of)[routeName(each)] ?? {});
  return api.ask(`${each.method} ${pathOf(each, of)}${queryOf(each)}`, { key, ...(body !== undefined && { body }) });
};

const mayBe = (each: ApiRoute, role: MemberRole) => {
  const rule = access[routeName(each)];
  return rule !== undefined && !('auth' in rule) && rule[role] !== 'never';
};

describe('each role', () => {
  it.each(closed)('at %s gets as far as the table says', async (name, each) => {
    // The narrowest first: what the wide ones may, they do, and the thing may be gone afterwards.
    for (const role of memberRoles.toReversed()) {
      const { status, body } = await ask(each, keys[role], things);
      if (mayBe(each, role)) {
        // A handler may refuse for another reason than the role, and then says which.
        if (status === 403) expect(body.error.message, `${name} as ${role}`).not.toMatch(/^This is for/);
        expect([401, 500], `${name} as ${role}`).not.toContain(status);
      } else expect([status, body.error.code], `${name} as ${role}`).toEqual([403, 'forbidden']);
    }
  });

  it.each(closed)('at %s of another organization finds nothing: its admin and viewer neither', async (name, each) => {
    for (const [role, key] of Object.entries(strangers)) {
      const { status, text } = await ask(each, key, things);
      const isNamed = each.path.includes('{');
      if (!mayBe(each, role as MemberRole)) expect(status, `${name} as a stranger`).toBe(403);
      else if (isNamed && status < 300) expect(text, `${name} as a stranger`).not.toContain(acme.id);
      else if (isNamed) expect([400, 404, 409], `${name} as a stranger`).toContain(status);
      else if (status < 300) expect(text).not.toContain(acme.id);
      else expect([400, 404, 409, 503], `${name} as a stranger`).toContain(status);
    }
  });

  it.each(closed)('at %s, nobody and a key for calling get 401', async (_, each) => {
    expect((await ask(each, '', operatorThings)).status).toBe(401);
    expect((await ask(each, 'tg-never', operatorThings)).status).toBe(401);
  });
});

it('most routes were really answered: the things and bodies are right', async () => {
  const reads = closed.filter(([, each]) => each.method === 'GET' && mayBe(each, 'owner'));
  const fresh = await makeThings(api, acme.id);
  const failed: string[] = [];
  for (const [name, each] of reads) {
    const { status } = await ask(each, keys.owner, fresh);
    if (status !== 200) failed.push(`${name}: ${status}`);
  }
  expect(failed.filter((each) => !/: (404|409|503)$/.test(each))).toEqual([]);
  expect(failed.length).toBeLessThan(reads.length / 4);
}, 60_000);
