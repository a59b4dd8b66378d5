import { describe, expect, it } from 'vitest';
import { type Config, ConfigError, parseConfig } from '../config.ts';
import { providers } from '../providers/index.ts';
import { activeProviders, nameParts } from './names.ts';

function parse(text: string, env: Record<string, string> = {}): Config {
  return parseConfig(text, { cwd: '/', env, registry: [...providers.values()], file: '/etc/tollgate.yaml' });
}

function active(text: string, id: string, env: Record<string, string> = {}) {
  return activeProviders(parse(text, env), providers).find((each) => each.id === id);
}

function mistake(text: string, env: Record<string, string> = {}): string {
  try {
    parse(text, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return '';
}

describe("a vendor's settings", () => {
  it('make its address', () => {
    expect(active('providers: { azure: { apiKey: k, resource: acme } }', 'azure')?.baseUrl).toBe(
      'https://acme.openai.azure.com',
    );
    const account = '0123456789abcdef0123456789abcdef';
    const cloudflare = `providers: { cloudflare: { apiKey: k, accountId: "${account}" } }`;
    expect(active(cloudflare, 'cloudflare')?.baseUrl).toBe(
      `https://api.cloudflare.com/client/v4/accounts/${account}/ai`,
    );
  });

  it('have the defaults of the vendor', () => {
    const vertex = active('providers: { vertex: { project: my-project } }', 'vertex');
    expect(vertex?.settings).toEqual({ project: 'my-project', location: 'global' });
    expect(vertex?.baseUrl).toBe('https://aiplatform.googleapis.com');
    const near = active('providers: { vertex: { project: my-project, location: europe-west4 } }', 'vertex');
    expect(near?.baseUrl).toBe('https://europe-west4-aiplatform.googleapis.com');
  });

  it("come from the vendor's own variables, which the file overrules", () => {
    const env = { GOOGLE_CLOUD_PROJECT: 'from-env', GOOGLE_CLOUD_LOCATION: 'us-east5' };
    expect(active('providers: { vertex: }', 'vertex', env)?.settings).toEqual({
      project: 'from-env',
      location: 'us-east5',
    });
    expect(active('providers: { vertex: { project: from-file } }', 'vertex', env)?.settings?.project).toBe('from-file');
    expect(
      active('providers: { vertex: }', 'vertex', { ...env, TOLLGATE_PROVIDERS_VERTEX_PROJECT: 'told' })?.settings,
    ).toMatchObject({ project: 'told' });
  });

  it('turn nothing on by themselves', () => {
    expect(parse('', { GOOGLE_CLOUD_PROJECT: 'p', AZURE_RESOURCE_NAME: 'acme', AWS_REGION: 'x' }).providers).toEqual(
      {},
    );
  });

  it('an address in the environment stands for the settings that are parts of one', () => {
    const env = { AZURE_OPENAI_API_KEY: 'k', AZURE_OPENAI_ENDPOINT: 'https://acme.openai.azure.com/' };
    expect(active('', 'azure', env)?.baseUrl).toBe('https://acme.openai.azure.com');
    expect(mistake('providers: { vertex: { baseUrl: "https://proxy.example" } }')).toContain(
      'providers.vertex.project',
    );
  });

  it('a key alone does not turn on what cannot be asked without more: it is said, and nothing else fails', () => {
    const config = parse('', { CLOUDFLARE_API_TOKEN: 'k', AZURE_OPENAI_API_KEY: 'k' });
    expect(config.providers).toEqual({});
    expect(config.warnings).toEqual([
      'AZURE_OPENAI_API_KEY is set, but Azure OpenAI stays off: it also needs AZURE_RESOURCE_NAME or providers.azure.resource.',
      'CLOUDFLARE_API_TOKEN is set, but Cloudflare Workers AI stays off: it also needs CLOUDFLARE_ACCOUNT_ID or providers.cloudflare.accountId.',
    ]);
    expect(
      active('', 'cloudflare', { CLOUDFLARE_API_TOKEN: 'k', CLOUDFLARE_ACCOUNT_ID: 'a'.repeat(32) }),
    ).toBeDefined();
  });

  it.each([
    [
      'of another vendor',
      'providers: { openai: { apiKey: k, region: eu } }',
      /openai\.region .*not a setting of OpenAI.*nothing to set/,
    ],
    [
      'of a vendor that has others',
      'providers: { azure: { apiKey: k, resource: a1, region: eu } }',
      /azure\.region.*What can be set: resource, apiVersion/,
    ],
    [
      'of no form that it has',
      'providers: { azure: { apiKey: k, resource: a1, apiVersion: v1 } }',
      /apiVersion.*not what Azure OpenAI takes.*2024-10-21/,
    ],
    ['that is a part of a path', 'providers: { vertex: { project: "../x" } }', /vertex\.project/],
    ['that is missing', 'providers: { vertex: }', /vertex\.project.*is missing.*set GOOGLE_CLOUD_PROJECT/],
    [
      'at an own address',
      'providers: { x: { type: openai-compatible, baseUrl: "http://h", region: eu } }',
      /x\.region.*not a setting/,
    ],
    [
      'deployments of a vendor without',
      'providers: { openai: { apiKey: k, deployments: { a: b } } }',
      /openai\.deployments/,
    ],
    [
      'deployments that are no map',
      'providers: { azure: { apiKey: k, resource: a1, deployments: [a] } }',
      /azure\.deployments/,
    ],
  ])('one %s is refused with a remedy', (_, text, expected) => {
    expect(mistake(text)).toMatch(expected);
  });

  it('may be the JSON of a service account in place of a key, also from the environment', () => {
    const json = JSON.stringify(
      { type: 'service_account', private_key: '-----BEGIN PRIVATE KEY-----\nabc\n' },
      null,
      1,
    );
    const text = 'providers: { vertex: { project: my-project, apiKey: "${ACCOUNT}" } }';
    expect(active(text, 'vertex', { ACCOUNT: json })?.secret).toBe(json);
  });
});

describe('deployments', () => {
  const text = `providers: { azure: { apiKey: k, resource: acme, deployments: { gpt-4o: prod-4o, gpt-5-mini: cheap } } }`;
  const catalog = nameParts(parse(text), providers, Date.UTC(2026, 10, 21)).catalog;

  it('are what is listed, and what goes on the wire under the name of the model', () => {
    const listed = catalog.models.filter((model) => model.provider === 'azure');
    expect(listed.map((model) => model.id)).toEqual(['azure/gpt-4o', 'azure/gpt-5-mini']);
    expect(listed.map((model) => model.target.name)).toEqual(['prod-4o', 'cheap']);
  });

  it('have the prices and facts of their models', () => {
    const row = catalog.find('azure', 'gpt-5-mini');
    expect(row?.priceAt(Date.UTC(2026, 10, 21))?.id).toContain('openai/gpt-5-mini');
    expect(row?.target.developerRole).toBe(true);
  });

  it('are no walls: another deployment is called by its own name, if that has a price', () => {
    expect(catalog.find('azure', 'gpt-4.1')?.target.name).toBe('gpt-4.1');
    expect(catalog.find('azure', 'my-own')).toBeUndefined();
  });

  it('stand in the environment as pairs', () => {
    const env = {
      AZURE_OPENAI_API_KEY: 'k',
      AZURE_RESOURCE_NAME: 'acme',
      TOLLGATE_PROVIDERS_AZURE_DEPLOYMENTS: 'gpt-4o=prod, o3=b',
    };
    expect(active('', 'azure', env)?.deployments).toEqual({ 'gpt-4o': 'prod', o3: 'b' });
  });
});

describe('headers', () => {
  it('go with every call, and may come from the environment', () => {
    const text = 'providers: { vllm: { headers: { x-team: blue, cf-access-client-secret: "${CF_SECRET}" } } }';
    expect(active(text, 'vllm', { CF_SECRET: 'canary-1234' })?.headers).toEqual({
      'x-team': 'blue',
      'cf-access-client-secret': 'canary-1234',
    });
  });

  it.each(['Host', 'host', 'content-length', 'transfer-encoding', 'connection', 'x team', 'proxy-authorization'])(
    '%s is none that an operator sets',
    (name) => {
      expect(mistake(`providers: { vllm: { headers: { "${name}": "a" } } }`)).toContain('headers');
    },
  );

  it('are never shown in a message, wrong as they may be', () => {
    for (const value of ['"canary\\nx: y"', '"canary "', '"canaryé"', '[canary]', '{ a: canary }', '5']) {
      const told = mistake(`providers: { vllm: { headers: { x-secret: ${value} } } }`);
      expect(told).toContain('x-secret');
      expect(told).not.toContain('canary');
    }
  });
});

it('a model that no dialect of its vendor is spoken with is not found', () => {
  const { catalog } = nameParts(parse('providers: { vertex: { project: my-project } }'), providers, Date.now());
  expect(catalog.find('vertex', 'gemini-2.5-flash')).toBeDefined();
  expect(catalog.find('vertex', 'claude-sonnet-4-5@20250929')).toBeDefined();
  expect(catalog.find('vertex', 'gpt-5')).toBeUndefined();
});

describe('a second account of a vendor', () => {
  const two =
    'providers: { azure: { apiKey: one, resource: acme }, azure-eu: { type: azure, apiKey: two, resource: acme-eu, apiVersion: 2024-10-21 } }';

  it('is one under its own name, with the settings and the address of the vendor', () => {
    const [first, second] = activeProviders(parse(two), providers);
    expect(first).toMatchObject({ id: 'azure', secret: 'one', baseUrl: 'https://acme.openai.azure.com' });
    expect(second).toMatchObject({ id: 'azure-eu', secret: 'two', baseUrl: 'https://acme-eu.openai.azure.com' });
    expect(second?.provider).toBe(first?.provider);
    expect(second?.settings?.apiVersion).toBe('2024-10-21');
  });

  it("has the vendor's prices and dialects under its own name", () => {
    const text =
      'providers: { openai-b: { type: openai, apiKey: two } }\nmodels: { openai-b/gpt-4o: { outputTokensMax: 100 } }';
    const { catalog, credentials } = nameParts(parse(text), providers, Date.UTC(2026, 0, 1));
    const model = catalog.find('openai-b', 'gpt-4o');
    expect(model).toMatchObject({ id: 'openai-b/gpt-4o', provider: 'openai-b', outputTokensMax: 100 });
    expect(catalog.find('openai', 'gpt-4o')).toBeUndefined();
    expect(credentials.find(({ id }) => id === 'openai-b')?.provider.speaks['openai-responses']?.path).toBe(
      '/responses',
    );
  });

  it("gets nothing of the vendor's variables unless it is written there", () => {
    const env = { AZURE_OPENAI_API_KEY: 'theirs', AZURE_RESOURCE_NAME: 'theirs', OPENAI_API_VERSION: '2024-10-21' };
    const text = 'providers: { azure-eu: { type: azure, apiKey: "${AZURE_EU_KEY}", resource: acme-eu } }';
    const all = activeProviders(parse(text, { ...env, AZURE_EU_KEY: 'mine' }), providers);
    expect(all.find(({ id }) => id === 'azure-eu')).toMatchObject({
      secret: 'mine',
      settings: { resource: 'acme-eu' },
    });
    expect(all.find(({ id }) => id === 'azure')).toMatchObject({ secret: 'theirs' });
    // Its own, by its name in the file, are read.
    const named = 'providers: { azure-eu: { type: azure, resource: acme-eu } }';
    expect(active(named, 'azure-eu', { TOLLGATE_PROVIDERS_AZURE_EU_API_KEY: 'told' })?.secret).toBe('told');
  });

  it('also under the name of its vendor gets nothing of them', () => {
    const told = mistake('providers: { openai: { type: openai } }', { OPENAI_API_KEY: 'theirs' });
    expect(told).toContain('providers.openai.apiKey');
  });

  it('is checked as the vendor is, and no variable is named that would not be read', () => {
    const told = mistake('providers: { azure-eu: { type: azure, region: eu } }', { AZURE_OPENAI_API_KEY: 'theirs' });
    expect(told).toContain('providers.azure-eu.region');
    expect(told).toContain('is not a setting of Azure OpenAI');
    expect(told).toContain('providers.azure-eu.resource');
    expect(told).not.toContain('AZURE_RESOURCE_NAME');
    expect(told).toContain("the environment's AZURE_OPENAI_API_KEY is that of providers.azure");
  });

  it('of nobody is refused with the nearest guess and all that there are', () => {
    const told = mistake('providers: { x: { type: azur, apiKey: k } }');
    expect(told).toContain('providers.x.type');
    expect(told).toContain('Did you mean azure?');
    for (const id of ['bedrock', 'openai-compatible', 'zai']) expect(told).toContain(id);
    expect(mistake('providers: { x: { type: qqqqqqqq } }')).toContain('Known are openai, anthropic');
  });

  it('of the built-in provider is refused: it is there once', () => {
    expect(mistake('providers: { x: { type: mock } }')).toContain('is no vendor and no wire format');
  });
});
