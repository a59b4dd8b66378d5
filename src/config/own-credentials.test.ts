import { describe, expect, it } from 'vitest';
import { parseConfig } from '../config.ts';
import { providers } from '../providers/index.ts';
import { nameParts } from './names.ts';
import { ConfigError } from './problem.ts';

const parse = (text: string, env: Record<string, string> = {}) =>
  parseConfig(text, { env, registry: [...providers.values()], cwd: '/' });

function ownOf(text: string, env: Record<string, string> = {}) {
  const { own = [], ownFees, credentials } = nameParts(parse(text, env), providers, Date.UTC(2026, 10, 21));
  return { own: Object.fromEntries(own.map((each) => [each.credential.id, each])), ownFees, credentials };
}

function problemsOf(text: string) {
  try {
    parse(text);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ path, expected }) => `${path} ${expected}`);
    throw error;
  }
}

describe('an organization’s own account', () => {
  it('has the address and the settings of the platform’s entry, and neither its key nor its headers', () => {
    const { own, credentials } = ownOf(`
      providers:
        local:
          { type: openai-compatible, baseUrl: 'http://127.0.0.1:9/v1', apiKey: sk-platform, headers: { x-account: platform }, dataCollection: deny }
      organizations: { acme: { providers: { local: { apiKey: sk-acme, fallback: true } } } }
    `);
    expect(credentials.find(({ id }) => id === 'local')).toMatchObject({ secret: 'sk-platform' });
    const { credential, fallback, organization } = own['acme:local'] ?? {};
    expect([fallback, organization]).toEqual([true, { name: 'acme' }]);
    expect(credential).toMatchObject({ id: 'acme:local', baseUrl: 'http://127.0.0.1:9/v1', secret: 'sk-acme' });
    expect(credential).not.toHaveProperty('headers');
    expect(credential).not.toHaveProperty('dataCollection');
  });

  it('has an address of its own where it says one, or a setting that is a part of one', () => {
    const { own } = ownOf(`
      providers: { azure: { apiKey: sk-1, resource: platform } }
      organizations:
        acme: { providers: { azure: { apiKey: sk-2, resource: acme } } }
        box: { providers: { azure: { apiKey: sk-3, baseUrl: 'https://box.example/v1' } } }
        same: { providers: { azure: { apiKey: sk-4 } } }
    `);
    expect(own['acme:azure']?.credential.baseUrl).toContain('//acme.');
    expect(own['box:azure']?.credential.baseUrl).toBe('https://box.example/v1');
    expect(own['same:azure']?.credential.baseUrl).toContain('//platform.');
  });

  it('may be at a vendor that the platform has not, with its key from the environment, and a fee', () => {
    const text = `organizations: { acme: { byokFeePercent: 2.5, providers: { anthropic: { apiKey: "\${ACME_KEY}" } } } }`;
    const { own, ownFees, credentials } = ownOf(text, { ACME_KEY: 'sk-from-there' });
    expect(own['acme:anthropic']?.credential.secret).toBe('sk-from-there');
    expect(credentials.map(({ id }) => id)).not.toContain('anthropic');
    expect(ownFees?.get('acme')).toBe(250);
  });

  it('may have its leaves in the environment, where the file has its entry', () => {
    const name = 'TOLLGATE_ORGANIZATIONS_ACME_PROVIDERS_OPENAI_API_KEY';
    const { own } = ownOf('organizations: { acme: { providers: { openai: { fallback: true } } } }', {
      [name]: 'sk-env',
    });
    expect(own['acme:openai']?.credential.secret).toBe('sk-env');
  });

  it.each([
    ['openay: { apiKey: a }', 'openay is not a known vendor'],
    ['mock: { apiKey: a }', 'mock is the built-in provider'],
    ['openai: { fallback: true }', 'openai.apiKey is missing'],
    ['azure: { apiKey: a }', 'azure.resource is missing'],
    ['openai: { apiKey: a, region: eu }', 'openai.region is not a setting of OpenAI'],
  ])('%s is refused, with the path', (entry, told) => {
    expect(problemsOf(`organizations: { acme: { providers: { ${entry} } } }`)).toEqual([
      expect.stringContaining(`organizations.acme.providers.${told}`),
    ]);
  });
});
