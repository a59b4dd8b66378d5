import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type TestApi, testApi } from '../../../test/api/harness.ts';
import { testNaming } from '../../../test/api/naming.ts';
import { parseConfig } from '../../config.ts';
import { driftTools } from '../../declared-things.ts';
import { providers } from '../../providers/index.ts';

const file = `
providers:
  openai: { apiKey: sk-canary-of-drift }
  local: { type: openai-compatible, baseUrl: "http://127.0.0.1:9/v1" }
models:
  local/filed: { price: { input: 1, output: 2 }, contextTokens: 4096 }
routes:
  fast: { targets: [local/filed] }
organizations:
  acme: { billing: prepaid, projects: { site: { limits: { requestsPerMinute: 5 } } }, budgets: [{ usd: 100 }, { tokens: 9, window: day }] }
keys:
  ci: { key: tg-canary-of-drift-0123456789, organization: acme, models: [fast], budgets: [{ usd: 10.5, action: warn }] }
mail: { url: "smtp://user:canary@127.0.0.1", from: "a@b.example" }
`;

let api: TestApi;
let imported = 0;

beforeAll(async () => {
  const config = parseConfig(file, { cwd: '/', env: {}, registry: [...providers.values()] });
  const drift = driftTools(config, async () => {
    imported++;
  });
  api = await testApi({ naming: testNaming(file), drift });
});
afterAll(() => api.close());

const get = async (query = '') => (await api.ask(`GET /drift${query}`)).body;

describe('what the file says beside the database', () => {
  it('is told by kind and path, without secrets', async () => {
    const tenant = await api.tenant('acme');
    await api.ask('POST /keys', { body: { name: 'ci', organizationId: tenant.id, models: ['other'] } });
    const { data, counts } = await get();
    expect(data.map(({ kind, name, state }: Record<string, string>) => `${kind} ${name} ${state}`)).toEqual(
      expect.arrayContaining([
        'organization acme different',
        'key acme/ci different',
        'provider openai file',
        'provider local file',
        'model local/filed file',
        'route fast file',
        'organization default database',
      ]),
    );
    expect(data.find(({ kind }: { kind: string }) => kind === 'key').differences).toEqual([
      { path: 'keys.ci.models', file: ['fast'], database: ['other'] },
      { path: 'keys.ci.budgets', file: { 'usd month': { usd: 10.5, action: 'warn' } }, database: null },
    ]);
    expect(counts.find(({ kind }: { kind: string }) => kind === 'route')).toEqual({
      kind: 'route',
      file: 1,
      database: 0,
      both: 0,
      different: 0,
    });
    expect(JSON.stringify(data)).not.toContain('canary');
  });

  it('tells budgets and projects, by unit, window and name, and gives them out as a file has them', async () => {
    const [acme] = (await api.ask('GET /organizations')).body.data.filter(
      ({ name }: { name: string }) => name === 'acme',
    );
    const organizationId = acme.id;
    const project = (await api.ask('POST /projects', { body: { organizationId, name: 'site' } })).body;
    const make = (body: object) => api.ask('POST /budgets', { body: { organizationId, ...body } });
    const made = [
      await make({ owner: 'organization', unit: 'usd', limit: '99.5', window: 'month' }),
      await make({ owner: 'organization', unit: 'tokens', limit: '9', window: 'day' }),
      await make({ owner: 'key', ownerName: 'ci', unit: 'usd', limit: '10.5', window: 'month', action: 'warn' }),
    ];
    expect([project.name, ...made.map(({ status }) => status)]).toEqual(['site', 201, 201, 201]);
    const { data } = await get();
    const of = (kind: string) =>
      data.find((each: Record<string, string>) => each.kind === kind && /acme/.test(each.name ?? ''));
    expect(of('organization').differences).toEqual([
      { path: 'organizations.acme.billing', file: 'prepaid', database: 'metered' },
      { path: 'organizations.acme.projects.site.limits', file: { requestsPerMinute: 5 }, database: null },
      { path: 'organizations.acme.budgets.usd month.usd', file: 100, database: 99.5 },
    ]);
    expect(of('key').differences).toEqual([{ path: 'keys.ci.models', file: ['fast'], database: ['other'] }]);
    const tree = parse((await api.ask('GET /drift/export')).text);
    expect(tree.organizations.acme).toMatchObject({
      projects: { site: {} },
      budgets: expect.arrayContaining([{ tokens: 9, window: 'day' }]),
    });
    expect(tree.keys.ci.budgets).toEqual([{ usd: 10.5, window: 'month', action: 'warn' }]);
  });

  it('is brought into the database: routes and models by name, the rest as at a start', async () => {
    const body = { declared: true, routes: ['fast'], models: ['local/filed'] };
    expect((await api.ask('POST /drift/import', { body })).status).toBe(200);
    expect(imported).toBe(1);
    const states = (await get('?all=true')).data.map(
      ({ kind, name, state, inForce }: Record<string, string>) => `${kind} ${name} ${state} ${inForce}`,
    );
    expect(states).toEqual(expect.arrayContaining(['route fast same file', 'model local/filed same file']));
    const unknown = await api.ask('POST /drift/import', { body: { routes: ['none'] } });
    expect(unknown.status).toBe(404);
  });

  it('comes out as a file that is valid again, with a variable for each secret', async () => {
    const { text, headers } = await api.ask('GET /drift/export');
    expect(String(headers['content-type'])).toMatch(/^application\/yaml/);
    const tree = parse(text);
    expect(tree).toMatchObject({
      models: { 'local/filed': { price: { input: 1, output: 2 }, contextTokens: 4096 } },
      routes: { fast: { targets: ['local/filed'] } },
      keys: { ci: { key: '${KEY_CI}', organization: 'acme', models: ['other'] } },
    });
    const env = {
      KEY_CI: 'tg-5f1c9ae07b3d48e2a6',
      KEY_OPERATOR: 'tgm-81d0c9ae07b3d48e2',
      KEY_ACME: 'tgm-4c9ae07b3d48e2a7',
    };
    const again = `${text}\nproviders: { local: { type: openai-compatible, baseUrl: "http://127.0.0.1:9/v1" } }`;
    expect(() => parseConfig(again, { cwd: '/', env, registry: [...providers.values()] })).not.toThrow();
  });
});

describe('settings', () => {
  it("of the installation show what is in force, without secrets, and set new organizations' time zone", async () => {
    const { body } = await api.ask('GET /settings');
    expect(body.configuration).toContainEqual(
      expect.objectContaining({ path: 'server.port', value: '7070', isDefault: true }),
    );
    expect(JSON.stringify(body)).not.toContain('canary');
    expect((await api.ask('PATCH /settings', { body: { defaultTimeZone: 'Mars/Base' } })).status).toBe(400);
    expect((await api.ask('PATCH /settings', { body: { defaultTimeZone: 'Europe/Berlin' } })).body).toEqual({
      defaultTimeZone: 'Europe/Berlin',
    });
    expect((await api.ask('POST /organizations', { body: { name: 'later' } })).body.timeZone).toBe('Europe/Berlin');
  });

  it("of an organization are its owner's to change, and nothing that is billed", async () => {
    const shop = await api.tenant('shop');
    const path = `/organizations/${shop.id}/settings`;
    const ask = (body: object) => api.ask(`PATCH ${path}`, { key: shop.key, body });
    expect((await ask({ timeZone: 'Asia/Tokyo' })).body).toEqual({ name: 'shop', timeZone: 'Asia/Tokyo' });
    expect((await ask({ billing: 'metered' })).status).toBe(400);
    expect((await api.ask('GET /settings', { key: shop.key })).status).toBe(403);
    const rival = await api.tenant('rival');
    expect((await api.ask(`PATCH ${path}`, { key: rival.key, body: { timeZone: 'UTC' } })).status).toBe(404);
  });
});
