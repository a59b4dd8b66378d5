/** Every route by every role: the matrix is complete, and the server does what it says. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestApi, testApi } from '../../../test/api/harness.ts';
import { access, type Rule } from './access.ts';
import { createApi } from './api.ts';
import { memberRoles, roles } from './roles.ts';
import { type ApiRoute, rawRoute, route, routeName } from './route.ts';
import { apiRoutes } from './routes.ts';

describe('the table of access', () => {
  it('has a rule for every route, and none for anything else', () => {
    expect(apiRoutes.map(routeName).toSorted()).toEqual(Object.keys(access).toSorted());
  });

  it('names each route once', () => {
    expect(new Set(apiRoutes.map(routeName)).size).toBe(apiRoutes.length);
  });

  it('says why where no key is needed, and what each role may where one is', () => {
    for (const rule of Object.values(access)) {
      if ('auth' in rule) expect(rule.why).toMatch(/\w{3}/);
      else expect(Object.keys(rule).toSorted()).toEqual([...roles].toSorted());
    }
  });

  it('keeps whoever is no operator to its own, everywhere', () => {
    const wide = Object.entries(access).filter(
      ([, rule]) => !('auth' in rule) && memberRoles.some((role) => rule[role] === 'all'),
    );
    expect(wide).toEqual([]);
  });

  it('is asked at the start: a route without a rule is never served', async () => {
    const stray = route({ method: 'GET', path: '/stray', tag: 'x', summary: 'x', handle: async () => {} });
    const raw = rawRoute({ method: 'POST', path: '/keys', tag: 'x', summary: 'x', receive: async () => ({}) });
    const never = () => Promise.reject(new Error('nothing is asked'));
    const parts = { store: undefined as never, snapshot: undefined as never, log: undefined as never, refresh: never };
    const clock = { nowMs: () => 0, monotonicMs: () => 0 };
    await expect(createApi({ ...parts, clock, routes: [stray] })).rejects.toThrow('GET /stray has no rule');
    await expect(createApi({ ...parts, clock, routes: [raw] })).rejects.toThrow('POST /keys is raw');
  });
});

describe('every route', () => {
  let api: TestApi;
  let acme: { id: string; key: string };
  let other: { id: string; key: string };

  beforeAll(async () => {
    api = await testApi();
    acme = await api.tenant('acme');
    other = await api.tenant('other');
  });

  afterAll(() => api.close());

  const closed = apiRoutes.filter((each) => !('auth' in ruleOf(each)));
  const ask = (each: ApiRoute, organizationId: string, key: string) =>
    api.ask(`${each.method} ${fill(each.path, organizationId)}`, { key });

  it.each(closed.map((each) => [routeName(each), each] as const))(
    '%s: nobody gets in without a key',
    async (_, each) => {
      expect((await ask(each, acme.id, '')).status).toBe(401);
      expect((await ask(each, acme.id, 'tgm-unknown')).status).toBe(401);
    },
  );

  it.each(closed.map((each) => [routeName(each), each] as const))(
    '%s: each role gets as far as the table says',
    async (_, each) => {
      const rule = ruleOf(each);
      const { status } = await ask(each, acme.id, acme.key);
      if ('auth' in rule || rule.owner === 'never') expect(status).toBe(403);
      else expect(status).not.toBe(403);
      expect((await ask(each, acme.id, api.operator)).status).not.toBe(403);
    },
  );

  it.each(
    closed.filter(({ path }) => path.includes('{organizationId}')).map((each) => [routeName(each), each] as const),
  )("%s: another's organization is not there, and tells nothing more than one that never was", async (_, each) => {
    const rule = ruleOf(each);
    const refused = 'auth' in rule || rule.owner === 'never' ? 403 : 404;
    const [strange, missing] = [await ask(each, other.id, acme.key), await ask(each, 'org_none', acme.key)];
    expect([strange.status, missing.status]).toEqual([refused, refused]);
    expect((await ask(each, 'org_none', api.operator)).status).toBe(404);
  });
});

function ruleOf(each: ApiRoute): Rule {
  const rule = access[routeName(each)];
  if (rule === undefined) throw new Error(`${routeName(each)} has no rule`);
  return rule;
}

/** Ids of other things lead nowhere. */
function fill(path: string, organizationId: string): string {
  return path.replace('{organizationId}', organizationId).replaceAll(/\{\w+\}/g, 'none');
}
