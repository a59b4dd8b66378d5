/**
 * Providers and credentials that are made through the API, against real gateways: in force on every instance within a
 * second, several credentials of one provider, new keys and new master keys while requests run.
 */
import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { providerCredentialPlace } from '../../src/control/secrets/places.ts';
import { rotateSecrets, verifySecrets } from '../../src/control/secrets/rotation.ts';
import { SecretBox } from '../../src/lib/secret-box.ts';
import { startTwo, type TwoGateways } from '../byok/two-gateways.ts';
import { startUpstream, type Upstream } from '../fakes/upstream.ts';
import { fakeProviders } from '../harness/fake-providers.ts';
import { merge, type TestGateway } from '../harness/gateway.ts';
import { call, jsonOf } from '../harness/sse-client.ts';
import { runSql } from '../postgres.ts';
import { until } from '../until.ts';

const masterKey = 'Vq8-tJ3nX1wZ5rK7mB2cY6pL9sD4fG0h';
const nextMasterKey = 'hG0f4Ds9Lp6Yc2Bm7Kr5Zw1Xn3Jt-8qV';
const withinMs = 1_000;

let upstream: Upstream;
let two: TwoGateways;
let caller: string;
/** Keys that the provider refuses. */
const revoked = new Set<string>();
/** Keys whose quota is used up. */
const spent = new Set<string>();

beforeAll(async () => {
  upstream = await startUpstream();
  upstream.on('echo', ({ headers }, reply) => {
    const key = headers.authorization?.slice(7) ?? '';
    if (revoked.has(key)) return reply.json(401, { error: { message: `Incorrect API key provided: ${key}` } });
    if (spent.has(key)) return reply.json(429, { error: { message: 'slow down', type: 'rate_limit_error' } });
    return reply.json(200, answer);
  });
  two = await startTwo(
    merge(fakeProviders(upstream, ['echo']), {
      secrets: { masterKey: nextMasterKey, previousMasterKeys: [masterKey] },
    }),
  );
  caller = (await two.tenant('callers')).call;
  await until('both gateways to know the operator', async () => {
    const views = await Promise.all(
      [two.first, two.second].map(({ url }) => call(`${url}/api/v1/secrets`, undefined, { key: two.operator })),
    );
    const chats = await Promise.all([two.first, two.second].map((gateway) => chat(gateway, 'oa/echo')));
    return [...views, ...chats].every(({ status }) => status === 200);
  });
});
afterEach(() => {
  revoked.clear();
  spent.clear();
  upstream.calls.length = 0;
});
afterAll(async () => {
  await two.stop();
  await upstream.close();
});

const answer = {
  id: 'c',
  object: 'chat.completion',
  created: 1,
  model: 'echo',
  choices: [{ index: 0, message: { role: 'assistant', content: 'hi' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 5, completion_tokens: 1, total_tokens: 6 },
};

const newKey = () => `sk-pool-${randomBytes(16).toString('hex')}`;
const chat = (gateway: TestGateway, model: string) =>
  call(
    `${gateway.url}/v1/chat/completions`,
    { model, max_tokens: 50, messages: [{ role: 'user', content: `hello ${randomBytes(4).toString('hex')}` }] },
    { key: caller },
  );
const keysUsed = () => upstream.calls.map(({ headers }) => headers.authorization?.slice(7));

async function make(name: string, apiKey = newKey()) {
  const made = await two.api('POST /providers', {
    name,
    vendor: 'vllm',
    baseUrl: `${upstream.url}/v1`,
    apiKey,
  });
  expect(made.status, made.body).toBe(201);
  return { apiKey, ...(jsonOf(made) as { credentials: { id: string }[] }) };
}

async function add(provider: string, more: object) {
  const made = await two.api(`POST /providers/${provider}/credentials`, more);
  expect(made.status, made.body).toBe(201);
  return jsonOf(made) as { id: string };
}

/** Everywhere, and for good: a gateway that has heard of it stays with it. */
async function everywhere(what: string, isSo: (gateway: TestGateway) => Promise<boolean>): Promise<void> {
  for (const gateway of [two.first, two.second]) await until(what, () => isSo(gateway), withinMs);
}

/** Calls again and again until it is told to stop; gives every status. */
function traffic(model: string) {
  let goesOn = true;
  const statuses: number[] = [];
  const worker = async (gateway: TestGateway) => {
    while (goesOn) statuses.push((await chat(gateway, model)).status);
  };
  const working = [two.first, two.first, two.second, two.second].map(worker);
  return {
    statuses,
    async stop() {
      goesOn = false;
      await Promise.all(working);
      return statuses;
    },
  };
}

describe('a provider that is made through the API', () => {
  it('is asked by every instance within a second with its key, and no more after its end', async () => {
    const { apiKey } = await make('first');
    await everywhere('it to be asked', async (gateway) => (await chat(gateway, 'first/echo')).status === 200);
    expect(keysUsed().slice(-1)).toEqual([apiKey]);
    expect((await two.api('DELETE /providers/first')).status).toBe(204);
    await everywhere('it to be gone', async (gateway) => (await chat(gateway, 'first/echo')).status === 404);
    const rows = await runSql(
      two.first.database.url,
      `SELECT * FROM "${two.first.database.schema}".provider_credentials`,
    );
    expect(rows.every(({ sealed, ended_at }) => sealed === '' || ended_at === null)).toBe(true);
  });
});

describe('several credentials of one provider', () => {
  let keys: { main: string; side: string; reserve: string };
  let ids: { main: string; side: string; reserve: string };

  beforeAll(async () => {
    const { apiKey: main, credentials } = await make('pool');
    keys = { main, side: newKey(), reserve: newKey() };
    const side = await add('pool', { apiKey: keys.side, weight: 3 });
    const reserve = await add('pool', { apiKey: keys.reserve, priority: 5 });
    ids = { main: credentials[0]?.id ?? '', side: side.id, reserve: reserve.id };
    await everywhere('all of them to be known', async (gateway) => {
      const view = jsonOf(await call(`${gateway.url}/providers`, undefined, { key: two.operator })) as {
        data: { id: string }[];
      };
      return view.data.filter(({ id }) => id.endsWith(':pool')).length === 3;
    });
  });

  it('are asked in proportion to their weights, the ones of a higher number not at all', async () => {
    const used: unknown[] = [];
    for (let i = 0; i < 200; i++) {
      expect((await chat(two.first, 'pool/echo')).status).toBe(200);
      used.push(keysUsed().at(-1));
    }
    const share = used.filter((key) => key === keys.side).length / used.length;
    expect(share).toBeGreaterThan(0.6);
    expect(share).toBeLessThan(0.9);
    expect(used).not.toContain(keys.reserve);
  });

  it('stand in for each other: a key that is refused or out of quota fails no request', async () => {
    revoked.add(keys.main);
    spent.add(keys.side);
    for (let i = 0; i < 20; i++) expect((await chat(two.first, 'pool/echo')).status).toBe(200);
    const used = keysUsed();
    expect(used.at(-1)).toBe(keys.reserve);
    // What is refused is not asked again and again.
    expect(used.filter((key) => key === keys.main).length).toBeLessThan(6);
  });

  it('tell how they do, and what failed last, without the provider’s words', async () => {
    const view = await two.api('GET /providers/pool');
    const { credentials } = jsonOf(view) as { credentials: { id: string; health: Record<string, unknown> }[] };
    const main = credentials.find(({ id }) => id === ids.main)?.health;
    expect(main).toMatchObject({ state: 'ejected', lastError: { kind: 'upstream-credential', status: 401 } });
    expect(credentials.find(({ id }) => id === ids.reserve)?.health).toMatchObject({ state: 'up', failures: 0 });
    for (const key of Object.values(keys)) expect(view.body).not.toContain(key);
  });

  it('are asked again at once with a new key', async () => {
    revoked.add(keys.main);
    const next = newKey();
    const path = `/providers/pool/credentials/${ids.main}`;
    expect((await two.api(`PATCH ${path}`, { apiKey: next })).status).toBe(200);
    await two.api(`PATCH /providers/pool/credentials/${ids.side}`, { enabled: false });
    await everywhere('the new key to be used', async (gateway) => {
      upstream.calls.length = 0;
      await chat(gateway, 'pool/echo');
      return keysUsed()[0] === next;
    });
  });
});

describe('while requests run', () => {
  let id: string;
  let key: string;

  beforeAll(async () => {
    const made = await make('rot');
    id = made.credentials[0]?.id ?? '';
    key = made.apiKey;
    await everywhere('it to be asked', async (gateway) => (await chat(gateway, 'rot/echo')).status === 200);
  });

  it('a key is changed, and the old one revoked a second later, without a failed request', async () => {
    const load = traffic('rot/echo');
    for (let round = 0; round < 3; round++) {
      const before = key;
      key = newKey();
      expect((await two.api(`PATCH /providers/rot/credentials/${id}`, { apiKey: key })).status).toBe(200);
      await everywhere('the new key to be used', async (gateway) => {
        await chat(gateway, 'rot/echo');
        return keysUsed().at(-1) === key;
      });
      await until('the old one to have been used for the last time', () => {
        const last = keysUsed().slice(-40);
        return last.length === 40 && !last.includes(before);
      });
      revoked.add(before);
    }
    const statuses = await load.stop();
    expect(statuses.length).toBeGreaterThan(50);
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
  });

  it('a master key comes in, for every secret, without a failed request', async () => {
    // As an instance with the key of before would have left it.
    const before = new SecretBox([masterKey]);
    const sealed = before.seal(key, providerCredentialPlace({ id, provider: 'rot' }));
    await two.store.db.updateTable('provider_credentials').set({ sealed }).where('id', '=', id).execute();
    const load = traffic('rot/echo');
    await until('some requests', () => load.statuses.length > 20);
    const asked = await two.api('POST /secrets/rotate');
    expect(asked.status).toBe(202);
    await until('all to be under the new one', async () => {
      const { rows, current } = jsonOf(await two.api('GET /secrets')) as { rows: number; current: number };
      return rows > 0 && rows === current;
    });
    const done = load.statuses.length;
    await until('some more requests', () => load.statuses.length > done + 20);
    expect((await load.stop()).filter((status) => status !== 200)).toEqual([]);
    expect((await verifySecrets(two.store.db, new SecretBox([nextMasterKey]))).refused.count).toBe(0);
  });

  it('a master key that the instances do not know yet takes no credential from them', async () => {
    const other = new SecretBox([randomBytes(24).toString('hex'), nextMasterKey, masterKey]);
    const load = traffic('rot/echo');
    await rotateSecrets(two.store.db, other);
    await until(
      'them to say so',
      () => two.first.stderr.includes('cannot be opened') && two.second.stderr.includes('cannot be opened'),
    );
    expect((await load.stop()).filter((status) => status !== 200)).toEqual([]);
  });

  it('a secret that was swapped with another’s is refused and named, and sent nowhere', async () => {
    const box = new SecretBox([nextMasterKey]);
    const stolen = newKey();
    const sealed = box.seal(stolen, providerCredentialPlace({ id: 'crd_another', provider: 'rot' }));
    await two.store.db.updateTable('provider_credentials').set({ sealed }).where('id', '=', id).execute();
    await everywhere('it to be refused', async (gateway) => (await chat(gateway, 'rot/echo')).status !== 200);
    expect(keysUsed()).not.toContain(stolen);
    expect(two.first.stderr).toContain(id);
    expect(two.first.stderr).not.toContain(stolen);
  });
});
