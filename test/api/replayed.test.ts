/**
 * Whatever one organization gets, asked byte for byte by another one's owner and admin, by a key for calling and by nobody:
 * before, so that it may be seen to have changed nothing, and afterwards. Files and streams too.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { access } from '../../src/control/api/access.ts';
import { type ApiRoute, routeName } from '../../src/control/api/route.ts';
import { apiRoutes } from '../../src/control/api/routes.ts';
import { prepareJobs } from '../../src/control/jobs/queue.ts';
import { silentLog } from '../../src/lib/log.ts';
import { bodies, makeThings, parametersOf, pathOf, queryOf } from './bodies.ts';
import { type ApiAnswer, endingLive, type TestApi, testApi } from './harness.ts';
import { openaiAlone, testNaming } from './naming.ts';

let api: TestApi;
let acme: { id: string; key: string };
/** By who they are; of the other organization, but for nobody. */
let strangers: Readonly<Record<string, string>>;
const good = new Set<string>();

beforeAll(async () => {
  api = await testApi({ requestsPerMinute: 1_000_000, naming: testNaming(openaiAlone), live: endingLive });
  await prepareJobs(api.store, silentLog);
  acme = await api.tenant('acme');
  const { key: owner } = await api.tenant('other');
  const admin = await api.makeKey({ name: 'admin', kind: 'management', scope: 'admin', organization: 'other' });
  const call = await api.makeKey({ name: 'call', organization: 'acme' });
  strangers = { owner, admin: admin.key, call: call.key, nobody: '' };
}, 120_000);

afterAll(() => api.close());

const own = apiRoutes.filter((each) => {
  const rule = access[routeName(each)];
  return rule !== undefined && !('auth' in rule) && rule.owner !== 'never';
});

interface Sent {
  readonly what: string;
  readonly body: object | undefined;
  /** It says by itself whose it is. */
  readonly names: boolean;
}

async function requestsOf(each: ApiRoute): Promise<readonly Sent[]> {
  const things = await makeThings(api, acme.id, [...new Set(['organizationId', ...parametersOf(each)])]);
  const given = bodies(things)[routeName(each)];
  const body = each.body === undefined ? undefined : (given ?? {});
  const what = `${each.method} ${pathOf(each, things)}${queryOf(each)}`;
  const names = each.path.includes('{') || Object.values(given ?? {}).includes(acme.id);
  const plain = { what, body, names };
  if (!('organizationId' in (shapeOf(each.query) ?? {}))) return [plain];
  return [plain, { ...plain, what: `${what}${what.includes('?') ? '&' : '?'}organizationId=${acme.id}`, names: true }];
}

const shapeOf = (schema: ApiRoute['query']): object | undefined =>
  schema !== undefined && 'shape' in schema ? (schema.shape as object) : undefined;

const send = ({ what, body }: Sent, key: string) => api.ask(what, { key, ...(body !== undefined && { body }) });

function expectNothing({ status, text }: ApiAnswer, { what, names }: Sent, who: string): void {
  const hint = `${what} as ${who}: ${text.slice(0, 300)}`;
  if (who === 'call' || who === 'nobody') expect(status, hint).toBe(401);
  else if (names && !ofEverybody.test(what)) expect(status, hint).toBe(404);
  else expect(text, hint).not.toContain(acme.id);
}

/** Of a person, whatever the organization. */
const ofEverybody = /\/me\/sessions\//;

describe('what an organization gets', () => {
  it.each(own.map((each) => [routeName(each), each] as const))('%s: is not there for others', async (name, each) => {
    for (const sent of await requestsOf(each)) {
      for (const [who, key] of Object.entries(strangers)) expectNothing(await send(sent, key), sent, who);
      const { status } = await send(sent, acme.key);
      if (status < 300) good.add(name);
      for (const [who, key] of Object.entries(strangers)) expectNothing(await send(sent, key), sent, who);
    }
  });

  it('was there for the organization itself, but for what needs more than its key', () => {
    expect(own.map(routeName).filter((name) => !good.has(name))).toEqual(elsewhere);
  });
});

/** Sessions of a person, payments by Stripe, a running plan, and content that is kept: their own tests replay them. */
const elsewhere: readonly string[] = [
  'GET /logs/{requestId}/content',
  'GET /organizations/{organizationId}/subscription',
  'POST /organizations/{organizationId}/subscription',
  'POST /organizations/{organizationId}/subscription/preview',
  'POST /organizations/{organizationId}/subscription/change',
  'POST /organizations/{organizationId}/subscription/cancel',
  'POST /organizations/{organizationId}/checkout',
  'PUT /organizations/{organizationId}/automatic-top-up',
  'POST /organizations/{organizationId}/portal',
  'POST /invoices/{invoiceId}/collect',
  'POST /organizations/{organizationId}/leave',
  'POST /organizations/{organizationId}/invitations',
  'PATCH /me',
  'DELETE /me/sessions/{accountSessionId}',
];
