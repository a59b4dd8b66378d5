/**
 * Routes that are made through the management API: served by their strategy on every instance within a second, replaced
 * and deleted as fast, and checked before they are written.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startTwo, type TwoGateways } from '../byok/two-gateways.ts';
import { startUpstream, type Upstream } from '../fakes/upstream.ts';
import { fakeProviders } from '../harness/fake-providers.ts';
import { merge, type TestGateway } from '../harness/gateway.ts';
import { call, jsonOf } from '../harness/sse-client.ts';
import { until } from '../until.ts';

const withinMs = 1_000;
let upstream: Upstream;
let two: TwoGateways;
let acme: { id: string; manage: string; call: string };

beforeAll(async () => {
  upstream = await startUpstream();
  const price = (dollars: number) => ({ price: { input: dollars, output: dollars } });
  const config = {
    models: { 'oa/echo': price(1), 'oa/lorem-5': price(5), 'an/echo': price(2) },
    routes: { declared: { targets: ['oa/echo'] } },
  };
  two = await startTwo(merge(fakeProviders(upstream, ['echo', 'lorem-5']), config));
  acme = await two.tenant('acme');
  await until('the operator to be known', async () => (await two.api('GET /routes')).status === 200);
  await until('the customer to be known', async () => (await served(two.second, 'declared')) === 'oa/echo');
});
afterEach(() => upstream.clear());
afterAll(async () => {
  await two.stop();
  await upstream.close();
});

/** The target that answers this route now; a status where none does. */
async function served(gateway: TestGateway, model: string): Promise<unknown> {
  const body = { model, max_tokens: 20, messages: [{ role: 'user', content: 'hello' }] };
  const answer = await call(`${gateway.url}/v1/chat/completions`, body, { key: acme.call });
  return answer.status === 200 ? answer.headers['x-tollgate-model'] : answer.status;
}

async function everywhere(model: string, by: unknown): Promise<void> {
  for (const gateway of [two.first, two.second])
    await until(`${model} to be answered by ${by}`, async () => (await served(gateway, model)) === by, withinMs);
}

describe('a route', () => {
  it('is served by its strategy, moves as it is replaced, and is gone when it is deleted, everywhere', async () => {
    const definition = { strategy: 'cheapest', targets: ['oa/lorem-5', 'oa/echo'], explore: 0 };
    const made = await two.api('POST /routes', { name: 'best', definition });
    expect(made.status).toBe(201);
    expect(jsonOf(made)).toMatchObject({ name: 'best', definition: { ...definition, sticky: 'auto' } });
    await everywhere('best', 'oa/echo');

    const replaced = await two.api('PUT /routes/best', { definition: { targets: ['oa/lorem-5'] } });
    expect(replaced.status).toBe(200);
    // This instance knows at once.
    expect(await served(two.first, 'best')).toBe('oa/lorem-5');
    await everywhere('best', 'oa/lorem-5');
    expect(jsonOf(await two.api('GET /routes/best'))).toMatchObject({ definition: { targets: ['oa/lorem-5'] } });

    expect((await two.api('DELETE /routes/best')).status).toBe(204);
    expect(await served(two.first, 'best')).toBe(404);
    await everywhere('best', 404);
    expect((await two.api('GET /routes/best')).status).toBe(404);
    expect((await two.api('DELETE /routes/best')).status).toBe(404);
  });

  it('has limits as in the file', async () => {
    const definition = { targets: ['oa/echo'], limits: { requestsPerMinute: 2 } };
    expect((await two.api('POST /routes', { name: 'narrow', definition })).status).toBe(201);
    const answers = [await served(two.first, 'narrow'), await served(two.first, 'narrow')];
    expect([...answers, await served(two.first, 'narrow')]).toEqual(['oa/echo', 'oa/echo', 429]);
    expect((await two.api('DELETE /routes/narrow')).status).toBe(204);
  });

  it('may lead to routes of the file and of the API, follows them, and keeps them from being deleted', async () => {
    await two.api('POST /routes', { name: 'inner', definition: { targets: [{ route: 'declared' }] } });
    const definition = { targets: [{ route: 'inner' }, 'oa/lorem-5'] };
    expect((await two.api('POST /routes', { name: 'outer', definition })).status).toBe(201);
    await everywhere('outer', 'oa/echo');
    const refused = await two.api('DELETE /routes/inner');
    expect([refused.status, refused.body]).toEqual([409, expect.stringContaining('outer')]);
    await two.api('PUT /routes/inner', { definition: { targets: ['an/echo'] } });
    await everywhere('outer', 'an/echo');
    for (const name of ['outer', 'inner']) expect((await two.api(`DELETE /routes/${name}`)).status).toBe(204);
  });

  it('is listed by name, in pages', async () => {
    for (const name of ['b', 'c', 'a']) await two.api('POST /routes', { name, definition: { targets: ['oa/echo'] } });
    const { data, next } = jsonOf(await two.api('GET /routes?limit=2')) as { data: { name: string }[]; next: string };
    expect([data.map(({ name }) => name), next]).toEqual([['a', 'b'], 'b']);
    expect(jsonOf(await two.api(`GET /routes?limit=2&after=${next}`))).toMatchObject({
      data: [{ name: 'c' }],
      next: null,
    });
    expect(jsonOf(await call(`${two.first.url}/v1/models/a`, undefined, { key: acme.call }))).toMatchObject({
      id: 'a',
    });
    for (const name of ['a', 'b', 'c']) await two.api(`DELETE /routes/${name}`);
  });
});

describe('refused', () => {
  const targets = ['oa/echo'];
  it.each([
    ['an unknown model', { targets: ['oa/echo', 'oa/ecko'] }, 'definition.targets[1]', 'Did you mean oa/echo'],
    ['an unknown route', { targets: [{ route: 'nowhere' }] }, 'definition.targets[0]', 'routes.nowhere'],
    ['a circle', { targets: [{ route: 'bad' }] }, 'definition.targets[0]', 'Name its targets here'],
    ['no target', { targets: [] }, 'definition.targets', ''],
    ['an unknown strategy', { strategy: 'best', targets }, 'definition.strategy', ''],
    ['an unknown field', { targets, weight: 1 }, 'definition.weight', ''],
    [
      'thresholds that do not fit',
      { strategy: 'smart', targets: ['oa/echo', 'oa/lorem-5'], smart: { thresholds: [0.2, 0.4] } },
      'definition.smart.thresholds',
      'fewer than there are targets',
    ],
    ['a limit below one', { targets, limits: { requestsPerMinute: 0 } }, 'definition.limits.requestsPerMinute', ''],
  ])('%s: with the path and the remedy', async (_, definition, at, remedy) => {
    const answer = await two.api('POST /routes', { name: 'bad', definition });
    expect([answer.status, answer.body]).toEqual([400, expect.stringContaining(remedy)]);
    expect(jsonOf(answer)).toMatchObject({ error: { code: 'invalid_request', path: at } });
    expect(await served(two.first, 'bad')).toBe(404);
  });

  it('a circle that a replacement would close', async () => {
    await two.api('POST /routes', { name: 'one', definition: { targets } });
    await two.api('POST /routes', { name: 'two', definition: { targets: [{ route: 'one' }] } });
    const answer = await two.api('PUT /routes/one', { definition: { targets: [{ route: 'two' }] } });
    expect(answer.status).toBe(400);
    expect(await served(two.first, 'two')).toBe('oa/echo');
    for (const name of ['two', 'one']) await two.api(`DELETE /routes/${name}`);
  });

  it('a name that is taken, and one that the file has', async () => {
    await two.api('POST /routes', { name: 'mine', definition: { targets } });
    expect((await two.api('POST /routes', { name: 'mine', definition: { targets } })).status).toBe(409);
    const declared = await two.api('POST /routes', { name: 'declared', definition: { targets } });
    expect([declared.status, declared.body]).toEqual([409, expect.stringContaining('configuration file')]);
    expect((await two.api('PUT /routes/declared', { definition: { targets } })).status).toBe(409);
    await two.api('DELETE /routes/mine');
  });

  it('whoever is no operator', async () => {
    for (const what of ['GET /routes', 'GET /routes/declared', 'DELETE /routes/declared'])
      expect([what, (await two.api(what, undefined, acme.manage)).status]).toEqual([what, 403]);
    const body = { name: 'theirs', definition: { targets } };
    expect((await two.api('POST /routes', body, acme.manage)).status).toBe(403);
    expect((await two.api('POST /routes', body, acme.call)).status).toBe(401);
  });
});
