/** What one organization gets, asked again by another, by nobody and by a key for calling: it is not there. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { access } from '../../src/control/api/access.ts';
import { type ApiRoute, routeName } from '../../src/control/api/route.ts';
import { apiRoutes } from '../../src/control/api/routes.ts';
import { makeThings } from './bodies.ts';
import { fixtures } from './fixtures.ts';
import { type ApiAnswer, type TestApi, testApi } from './harness.ts';
import { openaiAlone, testNaming } from './naming.ts';

let api: TestApi;
let acme: { id: string; key: string };
let other: { id: string; key: string };
let callKey: string;

beforeAll(async () => {
  api = await testApi({ requestsPerMinute: 1_000_000, naming: testNaming(openaiAlone) });
  acme = await api.tenant('acme');
  other = await api.tenant('other');
  callKey = (await api.makeKey({ name: 'call', organization: 'acme' })).key;
});

afterAll(() => api.close());

/** Bodies that are valid, so that a write gets as far as the thing itself. Absent: `{}`. */
const bodies: Readonly<Record<string, object>> = {
  'POST /keys/{keyId}/rotate': { overlapSeconds: 0 },
};

async function fill(path: string, idOf: (name: string) => Promise<string>): Promise<string> {
  let filled = path;
  for (const [, name = ''] of path.matchAll(/\{(\w+)\}/g)) filled = filled.replace(`{${name}}`, await idOf(name));
  return filled;
}

const own = (organizationId: string) => async (name: string) => {
  const make = fixtures[name];
  if (make === undefined) throw new Error(`the parameter {${name}} has no line in test/api/fixtures.ts`);
  return make(api, organizationId, {});
};

const nothing = async (name: string) => `${name.slice(0, 3)}_never`;

/** Refused before anybody looks at what it names. */
function isForOperators(each: ApiRoute): boolean {
  const rule = access[routeName(each)];
  return rule !== undefined && !('auth' in rule) && rule.owner === 'never';
}

const send = (each: ApiRoute, path: string, key: string) => {
  const body = each.body === undefined ? undefined : (bodies[routeName(each)] ?? {});
  return api.ask(`${each.method} ${path}`, { key, ...(body !== undefined && { body }) });
};

/** Without what names the thing or the request. */
const told = ({ status, text }: ApiAnswer) =>
  `${status} ${text.replaceAll(/\b([a-z]{2,4}_[0-9a-z]{26}|\w{3}_never)\b/g, 'id')}`;

const named = apiRoutes
  .filter((each) => !('auth' in (access[routeName(each)] ?? {})) && each.path.includes('{'))
  .map((each) => [routeName(each), each] as const);

describe('what belongs to an organization', () => {
  it.each(named)(
    '%s: is for another as if it had never been, and for nobody without a management key',
    async (_, each) => {
      const path = await fill(each.path, isForOperators(each) ? nothing : own(acme.id));
      const never = await fill(each.path, nothing);
      const strange = await send(each, path, other.key);
      expect(strange.status).toBeGreaterThanOrEqual(400);
      if (each.method === 'GET') expect([403, 404]).toContain(strange.status);
      expect(told(strange)).toBe(told(await send(each, never, other.key)));
      expect((await send(each, path, callKey)).status).toBe(401);
      expect((await send(each, path, '')).status).toBe(401);
    },
  );

  // What people said is nowhere kept here, and no operator's to read: src/control/content has the tests of that.
  const isContent = (each: ApiRoute) =>
    ['/logs/{requestId}/content', '/end-users/{endUserId}/export'].includes(each.path);
  const things = named.filter(
    ([, each]) =>
      each.method === 'GET' && !each.path.includes('{organizationId}') && !isForOperators(each) && !isContent(each),
  );

  it.each(things)('%s: is there for its owner and for the operator', async (_, each) => {
    const path = await fill(each.path, own(acme.id));
    expect((await send(each, path, acme.key)).status).toBe(200);
    expect((await send(each, path, api.operator)).status).toBe(200);
  });
});

describe('lists', () => {
  beforeAll(() => makeThings(api, acme.id));

  const lists = apiRoutes.filter(
    ({ method, path, tag, produces }) =>
      // A stream does not end: what it shows of whom is in control/live/routes.test.ts.
      method === 'GET' && !path.includes('{') && tag !== 'reference' && !produces?.startsWith('text/event-stream'),
  );

  it.each(lists.map((each) => [routeName(each), each] as const))('%s: show nothing of another', async (_, each) => {
    const query = each.path === '/usage/summary' ? '?by=organization' : '';
    const { status, text } = await api.ask(`GET ${each.path}${query}`, { key: other.key });
    expect([200, 403]).toContain(status);
    expect(text).not.toContain(acme.id);
  });
});
