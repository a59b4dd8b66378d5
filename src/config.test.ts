import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Problem } from './config/problem.ts';
import { type Config, ConfigError, loadConfig, parseConfig } from './config.ts';
import { defaultSettings } from './gateway/settings.ts';
import { providers } from './providers/index.ts';

const registry = [...providers.values()];

function parse(text: string, env: Record<string, string> = {}, flags: Record<string, string> = {}): Config {
  return parseConfig(text, { cwd: '/', env, registry, file: '/etc/tollgate.yaml', flags });
}

function problemsOf(text: string, env: Record<string, string> = {}): readonly Problem[] {
  try {
    parse(text, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('without any configuration', () => {
  it('listens on loopback, port 7070, keeps its data in ./tollgate-data and uses the embedded database', () => {
    const config = parse('');
    expect(config.server).toMatchObject({ host: '127.0.0.1', port: 7070, workers: 1, drainMs: 120_000 });
    expect(config.server.limits).toMatchObject({ bodyBytesMax: 33_554_432, headerBytesMax: 32_768 });
    expect(config.dataDir).toBe('./tollgate-data');
    expect(config.database.url).toBeUndefined();
    expect(config.timeouts).toEqual({
      connectMs: 10_000,
      firstTokenMs: 600_000,
      wholeMs: 600_000,
      idleMs: 120_000,
      totalMs: 3_600_000,
    });
    expect(config.warnings).toEqual([]);
  });

  it('has the limits of the data plane by their own names and values', () => {
    const { limits, keepaliveMs } = parse('').server;
    expect(defaultSettings).toMatchObject({ ...limits, keepaliveMs });
  });

  it('cannot be changed after loading, at any depth', () => {
    const config = parse('providers: { ollama: { models: [llama3] } }');
    expect(() => Object.assign(config.server.limits, { bodyBytesMax: 1 })).toThrow(TypeError);
    expect(() => Object.assign(config.providers.ollama?.models ?? {}, { 0: 'other' })).toThrow(TypeError);
  });

  it('turns a vendor on whose key is in the environment', () => {
    expect(parse('', { DEEPSEEK_API_KEY: 'sk-1' }).providers.deepseek?.apiKey).toBe('sk-1');
    expect(
      parse('providers: { deepseek: { enabled: false } }', { DEEPSEEK_API_KEY: 'sk-1' }).providers.deepseek,
    ).toEqual({
      enabled: false,
      apiKey: 'sk-1',
      dataCollection: 'allow',
    });
  });

  it('uses DATABASE_URL, also with several hosts', () => {
    const url = 'postgres://u:p@one:5432,two:5432/tollgate?target_session_attrs=read-write';
    expect(parse('', { DATABASE_URL: url }).database.url).toBe(url);
  });
});

describe('what wins', () => {
  it('command line over TOLLGATE_ variable over file over general variable over default', () => {
    const file = 'server: { port: 1111, drainMs: 5 }\ndatabase: { url: "postgres://file/db" }';
    const env = { TOLLGATE_SERVER_PORT: '2222', DATABASE_URL: 'postgres://env/db' };
    expect(parse(file, env, { 'server.port': '3333' }).server.port).toBe(3333);
    expect(parse(file, env).server).toMatchObject({ port: 2222, drainMs: 5, keepaliveMs: 15_000 });
    expect(parse(file, env).database.url).toBe('postgres://file/db');
    expect(parse(file, { ...env, TOLLGATE_DATABASE_URL: 'postgres://own/db' }).database.url).toBe('postgres://own/db');
  });

  it('names of variables reach nested leaves, entries with hyphens, and new providers', () => {
    const config = parse('providers: { local-ai: { type: openai-compatible } }', {
      TOLLGATE_PROVIDERS_LOCAL_AI_BASE_URL: 'http://127.0.0.1:8000/v1/',
      TOLLGATE_PROVIDERS_LOCAL_AI_MODELS: 'llama, qwen',
      TOLLGATE_PROVIDERS_FAR_AWAY_TYPE: 'anthropic-compatible',
      TOLLGATE_PROVIDERS_FAR_AWAY_BASE_URL: 'https://far.example',
      TOLLGATE_SERVER_LIMITS_BODY_BYTES_MAX: '4096',
    });
    expect(config.providers['local-ai']).toMatchObject({
      baseUrl: 'http://127.0.0.1:8000/v1',
      models: ['llama', 'qwen'],
    });
    expect(config.providers['far-away']?.type).toBe('anthropic-compatible');
    expect(config.server.limits.bodyBytesMax).toBe(4096);
  });

  it('an empty variable counts as unset, and service links of a cluster are not settings', () => {
    const config = parse('', { TOLLGATE_SERVER_PORT: '', OPENAI_API_KEY: '', TOLLGATE_PORT: 'tcp://10.0.0.1:7070' });
    expect(config.server.port).toBe(7070);
    expect(config.providers).toEqual({});
    expect(config.warnings).toEqual([]);
  });
});

describe('placeholders', () => {
  it('read the environment, fall back, leave out, and can be escaped', () => {
    const text = [
      'dataDir: "${HOME_DIR}/data"',
      'log: { level: "${LEVEL:-warn}" }',
      'database: { url: "${NOT_SET:-}" }',
      'providers: { ollama: { models: ["$${literal}"] } }',
    ].join('\n');
    const config = parse(text, { HOME_DIR: '/srv' });
    expect(config.dataDir).toBe('/srv/data');
    expect(config.log.level).toBe('warn');
    expect(config.database).toEqual({ schema: 'tollgate' });
    expect(config.providers.ollama?.models).toEqual(['${literal}']);
  });

  it('cannot change the structure of the file', () => {
    expect(problemsOf('server: { host: "${EVIL}" }', { EVIL: 'x, port: 1 }\nredis: {' })).toHaveLength(1);
  });

  it('that name an unset variable are one mistake each, with the variable and the line', () => {
    const problems = problemsOf('\nproviders: { openai: { apiKey: "${OPENAI_API_KEY}" } }');
    expect(problems).toEqual([
      expect.objectContaining({
        path: 'providers.openai.apiKey',
        source: 'tollgate.yaml:2',
        expected: expect.stringContaining('OPENAI_API_KEY'),
      }),
    ]);
  });
});

describe('limits', () => {
  it('can be set for keys, organizations, routes and models, by file and by environment', () => {
    const text = `
      keys: { ci: { key: "${'k'.repeat(256)}", limits: { requestsPerMinute: 60 } } }
      organizations: { acme: { limits: { tokensPerMinute: 100000 } } }
      routes: { main: { targets: [mock/echo], limits: { requestsPerMinute: 5 } } }
      models: { mock/echo: { limits: { requestsPerMinute: 7 } } }`;
    const config = parse(text, { TOLLGATE_KEYS_CI_LIMITS_TOKENS_PER_MINUTE: '9000' });
    expect(config.keys.ci?.limits).toEqual({ requestsPerMinute: 60, tokensPerMinute: 9000 });
    expect(config.organizations.acme?.limits).toEqual({ tokensPerMinute: 100_000 });
    expect(config.routes.main?.limits).toEqual({ requestsPerMinute: 5 });
    expect(config.models['mock/echo']?.limits).toEqual({ requestsPerMinute: 7 });
  });
});

describe('mistakes', () => {
  const table: readonly [string, string, string, string][] = [
    ['an unknown section', 'serverr: 3', 'serverr', 'Did you mean server?'],
    ['an unknown leaf', 'server: { prot: 3 }', 'server.prot', 'Did you mean server.port?'],
    ['an unknown leaf without a neighbour', 'log: { colour: 3 }', 'log.colour', 'Known here: level, format.'],
    ['a number out of range', 'server: { port: 99999 }', 'server.port', 'default (7070)'],
    ['text for a number', 'server: { drainMs: soon }', 'server.drainMs', 'default (120000)'],
    ['a value for a group', 'server: 5', 'server', 'Correct it'],
    ['a wrong word', 'journal: { fsync: sometimes }', 'journal.fsync', 'default (interval)'],
    ['a misspelt vendor', 'providers: { opnai: { apiKey: x } }', 'providers.opnai', 'Did you mean openai?'],
    ['another mock', 'providers: { mock: { type: openai-compatible } }', 'providers.mock', 'another name'],
    ['a vendor without key', 'providers: { openai: }', 'providers.openai.apiKey', 'Set OPENAI_API_KEY'],
    [
      'an own address without baseUrl',
      'providers: { x: { type: openai-compatible } }',
      'providers.x.baseUrl',
      'Add it',
    ],
    [
      'an address with a password',
      'providers: { ollama: { baseUrl: "http://u:p@h" } }',
      'providers.ollama.baseUrl',
      'Correct',
    ],
    [
      'its own address',
      'providers: { ollama: { baseUrl: "http://localhost:7070/v1" } }',
      'providers.ollama.baseUrl',
      "provider's",
    ],
    ['a target without provider', 'routes: { a: { targets: [gpt-5] } }', 'routes.a.targets.0', 'Correct it'],
    ['a target of no provider', 'routes: { a: { targets: [nope/x] } }', 'routes.a.targets.0', 'Add providers.nope'],
    ['a target of a vendor that is off', 'routes: { a: { targets: [groq/x] } }', 'routes.a.targets.0', 'GROQ_API_KEY'],
    ['a route without targets', 'routes: { a: { targets: [] } }', 'routes.a.targets', 'Correct it'],
    ['a price without output', 'models: { mock/m: { price: { input: 1 } } }', 'models.mock/m.price.output', 'Add it'],
    [
      'a negative price',
      'models: { mock/m: { price: { input: -1, output: 1 } } }',
      'models.mock/m.price.input',
      'Correct',
    ],
    [
      'an organization that is not there',
      'keys: { a: { key: abcdefgh, organization: b } }',
      'keys.a.organization',
      'Add',
    ],
    ['one key twice', 'keys: { a: { key: abcdefgh }, b: { key: abcdefgh } }', 'keys.b.key', 'own key'],
    ['a key name with spaces', 'keys: { "a b": { key: abcdefgh } }', 'keys.a b', 'another name'],
    ['a key that is too long', `keys: { a: { key: ${'k'.repeat(257)} } }`, 'keys.a.key', 'Correct it'],
    [
      'a limit of nothing',
      'keys: { a: { key: abcdefgh, limits: { requestsPerMinute: 0 } } }',
      'keys.a.limits.requestsPerMinute',
      'remove the line',
    ],
    [
      'a limit of another time',
      'organizations: { a: { limits: { requestsPerHour: 5 } } }',
      'organizations.a.limits.requestsPerHour',
      'limits.requestsPer',
    ],
    ['broken YAML', 'server: [1', '', 'Correct the line'],
    ['a list as file', '- a', '', 'See docs'],
    ['a second document', 'log: { level: info }\n---\nlog: { level: warn }', '', 'Keep one'],
    ['a key twice', 'log: { level: info }\nlog: { level: warn }', '', 'Correct the line'],
    ['a placeholder without end', 'dataDir: "${HOME"', 'dataDir', '${NAME:-default}'],
  ];
  const budgets: readonly [string, string][] = [
    ['[{ window: month }]', 'keys.ci.budgets.0'],
    ['[{ usd: 1, tokens: 5 }]', 'keys.ci.budgets.0'],
    ['[{ usd: 0.0000000001 }]', 'keys.ci.budgets.0.usd'],
    ['[{ usd: 1, window: year }]', 'keys.ci.budgets.0.window'],
    ['[{ usd: 1, action: switch }]', 'keys.ci.budgets.0.switchTo'],
    ['[{ usd: 1 }, { usd: 2, window: month }]', 'keys.ci.budgets'],
  ];
  it.each(budgets)('a budget that is none is named: %s', (text, path) => {
    const problems = problemsOf(`keys: { ci: { key: abcdefgh, budgets: ${text} } }`);
    expect(problems.map((problem) => problem.path)).toEqual([path]);
  });

  it.each(table)('%s is named with its path and a remedy', (_, text, path, remedy) => {
    const problem = problemsOf(text).find((each) => each.path === path);
    expect(problem?.remedy).toContain(remedy);
    expect(problem?.source).toMatch(/^tollgate\.yaml:\d+$/);
  });

  const refused: readonly [string, string][] = [['server: { workers: 4 }', 'server.workers']];
  it.each(refused)('what cannot be honoured yet is refused, not ignored: %s', (text, path) => {
    expect(problemsOf(text)).toEqual([
      expect.objectContaining({
        path,
        expected: expect.stringContaining('this version of Tollgate cannot do that yet'),
      }),
    ]);
  });

  it("are all listed at once, the environment's too", () => {
    const paths = problemsOf('server: { port: x, prot: 1 }\nredis: { url: 3 }\nkeys: { a: {} }', {
      TOLLGATE_LOG_LEVEL: 'loud',
      TOLLGATE_LOG_LEVLE: 'info',
    }).map((problem) => problem.path);
    const expected = ['server.port', 'server.prot', 'redis.url', 'keys.a.key', 'log.level', 'TOLLGATE_LOG_LEVLE'];
    expect(paths.toSorted()).toEqual(expected.toSorted());
  });

  it('never show a secret, wherever it was put', () => {
    const secret = 'sk-canary-0123456789';
    const texts = [
      `providers: { openai: { apikey: ${secret} } }`,
      `providers: { openai: { apiKey: [${secret}] } }`,
      `server: { port: ${secret} }`,
      'server: { port: "${SECRET}" }',
      'nonsense: "${SECRET}"',
      `keys: { a: { key: "${secret} x" }, b: ${secret} }`,
      'database: { url: "mysql://user:canary@host/db" }',
      `keys: { a: { key: ${secret}, organisation: ${secret} } }`,
      ...['postgres://u:canary secret@h/x', 'u:canary@h', 'mysql://u:a/canary@h', 'postgres://h?password=canary'].map(
        (url) => `database: { url: "${url}", port: 1 }`,
      ),
      'providers: { openai: { apiKey: x, baseUrl: "https://h/v1?key=canary" } }',
    ];
    for (const text of texts) {
      const shown = JSON.stringify(problemsOf(text, { SECRET: 'word-canary' }));
      expect(shown).not.toBe('[]');
      expect(shown).not.toContain('canary');
    }
  });

  it('never show a key of digits, and say that it lacks quotes', () => {
    const [key] = problemsOf('keys: { a: { key: 1234567890 } }');
    expect(key?.value).toBe('a hidden number, not a text in quotes');
    expect(problemsOf('providers: { openai: { apiKey: 1234567890 } }')[0]?.value).toBe(key?.value);
    expect(problemsOf('keys: { a: { key: abcdefgh, limits: { requestsPerMinute: 0 } } }')[0]?.value).toBe('0');
  });

  it('an unknown variable that begins like a section is a mistake, any other a warning', () => {
    expect(problemsOf('', { TOLLGATE_SERVER_PROT: '1' })[0]?.remedy).toBe('Did you mean TOLLGATE_SERVER_PORT?');
    expect(parse('', { TOLLGATE_PRT: '1', REDIS_URL: 'redis://h' }).warnings).toHaveLength(1);
  });

  it('REDIS_URL is the shared Redis, and the file comes before it', () => {
    const env = { REDIS_URL: 'redis://general' };
    expect(parse('', env).redis).toEqual({ url: 'redis://general', timeoutMs: 40, instances: 1 });
    expect(parse('redis: { url: "rediss://own", timeoutMs: 20 }', env).redis.url).toBe('rediss://own');
    expect(parse('').redis.url).toBeUndefined();
    expect(problemsOf('', { REDIS_URL: 'http://general' })[0]?.path).toBe('redis.url');
  });

  it('a variable of an entry that the file does not have says where the entry belongs', () => {
    const env = { TOLLGATE_KEYS_CI_KEY: 'tg-canary0123456789' };
    expect(problemsOf('', env)).toMatchObject([{ remedy: expect.stringContaining('must have the entry of keys') }]);
  });

  it('any text at all is either a configuration or a ConfigError', () => {
    const words = [
      'server',
      'port',
      ':',
      ' ',
      '\n',
      '  ',
      '- ',
      '{',
      '}',
      '[',
      ']',
      '"',
      '${',
      '}',
      'A',
      '&a',
      '*a',
      '<<',
      '!!set',
      '? ',
      '|',
      '>',
      '#',
      '__proto__',
      'constructor',
      'keys',
      'providers',
      '1e400',
      '0x1',
      '~',
      '\u0000',
      '---',
      '\t',
    ];
    const garbage = fc.oneof(
      fc.string({ maxLength: 200 }),
      fc.array(fc.constantFrom(...words), { maxLength: 60 }).map((parts) => parts.join('')),
      fc.json(),
    );
    fc.assert(
      fc.property(garbage, (text) => {
        try {
          parse(text);
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError);
        }
      }),
      { numRuns: 1_500 },
    );
  });

  it('a small file that unfolds into an endless one is refused', () => {
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]'];
    for (let i = 1; i < 12; i++) {
      const last = String.fromCharCode(96 + i);
      bomb.push(
        `${String.fromCharCode(97 + i)}: &${String.fromCharCode(97 + i)} [${Array(9).fill(`*${last}`).join(', ')}]`,
      );
    }
    expect(problemsOf(bomb.join('\n')).some((problem) => problem.expected.includes('too large'))).toBe(true);
    expect(problemsOf('a: &a [*a]').length).toBeGreaterThan(0);
  });
});

describe('files', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'tollgate-config-'));
  const load = (file?: string) => loadConfig({ file, cwd: directory, env: {}, registry });

  it('a file that was asked for must exist and be a file', () => {
    expect(() => load('absent.yaml')).toThrow(/absent\.yaml: does not exist/);
    expect(() => load('.')).toThrow(/is a directory/);
  });

  it('tollgate.yaml in the working directory is read without being asked for', () => {
    expect(load().file).toBeUndefined();
    writeFileSync(path.join(directory, 'tollgate.yaml'), 'server: { port: 8181 }');
    expect(load()).toMatchObject({ file: path.join(directory, 'tollgate.yaml'), server: { port: 8181 } });
  });

  it('the example in the repository loads', () => {
    const file = path.resolve(import.meta.dirname, '../tollgate.example.yaml');
    expect(() => loadConfig({ file, cwd: directory, env: { OPENAI_API_KEY: 'sk-1' }, registry })).not.toThrow();
  });
});
