/** Idempotency-Key at every route that writes: the same request twice is one change and one answer, and no other request. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { access } from '../../src/control/api/access.ts';
import { isAudited } from '../../src/control/api/auditing.ts';
import { type ApiRoute, routeName } from '../../src/control/api/route.ts';
import { apiRoutes } from '../../src/control/api/routes.ts';
import { prepareJobs } from '../../src/control/jobs/queue.ts';
import { silentLog } from '../../src/lib/log.ts';
import { bodies, makeThings, parametersOf, pathOf } from './bodies.ts';
import { type TestApi, testApi } from './harness.ts';
import { openaiAlone, testNaming } from './naming.ts';

let api: TestApi;
const done = new Set<string>();
const compared = new Set<string>();

beforeAll(async () => {
  api = await testApi({ requestsPerMinute: 1_000_000, naming: testNaming(openaiAlone) });
  await prepareJobs(api.store, silentLog);
}, 120_000);

afterAll(() => api.close());

const writes = apiRoutes.filter(
  (each) => each.method !== 'GET' && each.receive === undefined && !('auth' in (access[routeName(each)] ?? {})),
);

const audited = async () =>
  Number(
    (
      await api.store.db
        .selectFrom('audit_log')
        .select(({ fn }) => fn.countAll().as('count'))
        .executeTakeFirstOrThrow()
    ).count,
  );

async function requestOf(each: ApiRoute) {
  const { id: organizationId } = (await api.ask('POST /organizations', { body: { name: `of ${crypto.randomUUID()}` } }))
    .body;
  const names = [
    ...parametersOf(each),
    ...(each.path.includes('/subscription') ? ['planId'] : []),
    ...(each.path === '/upstreams' ? ['providerName'] : []),
  ];
  const things = { organizationId, ...(await makeThings(api, organizationId, names)) };
  const body = each.body === undefined ? undefined : (bodies(things)[routeName(each)] ?? {});
  return { what: `${each.method} ${pathOf(each, things)}`, body, things };
}

describe('the same write twice', () => {
  it.each(writes.map((each) => [routeName(each), each] as const))(
    '%s: is one change and one answer',
    async (name, each) => {
      const { what, body, things } = await requestOf(each);
      const headers = { 'idempotency-key': crypto.randomUUID() };
      const send = (sent: unknown = body) => api.ask(what, { headers, ...(sent !== undefined && { body: sent }) });
      const before = await audited();
      const first = await send();
      // Nothing was changed, and so nothing is kept.
      if (first.status >= 300) return expect(await audited()).toBe(before);
      done.add(name);
      const once = await audited();
      expect(once - before).toBe(isAudited(each) ? 1 : 0);
      const second = await send();
      expect([second.status, second.text]).toEqual([first.status, first.text]);
      expect(second.headers['idempotency-replayed']).toBe('true');
      // A body that no request may have is refused for that.
      const other = await send({ ...body, another: 'body' });
      expect([400, 422]).toContain(other.status);
      const fresh = bodies(things)[name];
      if (fresh !== undefined && JSON.stringify(fresh) !== JSON.stringify(body)) {
        expect((await send(fresh)).body.error.code).toBe('idempotency_mismatch');
        compared.add(name);
      }
      expect(await audited()).toBe(once);
    },
  );

  it('was done, but for what needs more than an operator has here', () => {
    expect(writes.map(routeName).filter((name) => !done.has(name) && !elsewhere.includes(name))).toEqual([]);
    expect(compared.size).toBeGreaterThan(8);
  });
});

/** Its tests have the money, the provider, the person, the plan or the whole gateway that it needs. */
const elsewhere: readonly string[] = [
  'POST /organizations/{organizationId}/wallet/take-backs',
  'POST /drift/import',
  'POST /models/discover',
  'POST /models/sync-pricing',
  'POST /routes/simulate',
  'POST /routes/backtest',
  'POST /organizations/{organizationId}/provider-keys/{provider}/test',
  'POST /organizations/{organizationId}/subscription/preview',
  'POST /organizations/{organizationId}/subscription/change',
  'POST /organizations/{organizationId}/subscription/cancel',
  'POST /organizations/{organizationId}/checkout',
  'PUT /organizations/{organizationId}/automatic-top-up',
  'POST /organizations/{organizationId}/portal',
  'POST /payments/{paymentId}/refund',
  'POST /invoices/{invoiceId}/collect',
  'POST /invoices/{invoiceId}/credit-notes',
  'POST /organizations/{organizationId}/invoices',
  'POST /organizations/{organizationId}/leave',
  'POST /organizations/{organizationId}/invitations',
  'PATCH /me',
  'DELETE /me/sessions/{accountSessionId}',
];
