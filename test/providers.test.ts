/** What every vendor file must be. A new vendor is under these rules by its line in the registry. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { pricedRows } from '../src/catalog/genai-prices.ts';
import { dialects } from '../src/dialects/index.ts';
import { providers } from '../src/providers/index.ts';
import { baseUrlOf, type Endpoint, type Provider, pathFor } from '../src/providers/provider.ts';
import { applyQuirks } from '../src/providers/quirk.ts';

const folder = new URL('../src/providers/', import.meta.url);
const vendors = [...providers.values()];
const endpoints = (vendor: Provider) => Object.entries(vendor.speaks) as [string, Endpoint][];
const exampleSettings = (vendor: Provider) =>
  Object.fromEntries((vendor.settings ?? []).map(({ name, example }) => [name, example]));
const calls = [
  { model: 'a/b', stream: true },
  { model: 'a/b', stream: false },
];
const parsed = (vendor: string, status: number, body: unknown) => providers.get(vendor)?.parseError?.(status, body);

describe.each(vendors.map((vendor) => [vendor.id, vendor] as const))('%s', (id, vendor) => {
  it('is one small file, named after its id', () => {
    const lines = readFileSync(new URL(`${id}.ts`, folder), 'utf8')
      .trimEnd()
      .split('\n');
    expect(lines.length).toBeLessThanOrEqual(60);
  });

  it('has an id that can stand in front of a model name, and a name for people', () => {
    expect(id).toMatch(/^[a-z][a-z0-9-]*$/);
    expect(vendor.name).not.toBe('');
  });

  it('has an address without a slash at its end: https, or on this machine, or the operator gives it', () => {
    if (vendor.baseUrl === '') return expect(id).toMatch(/-compatible$/);
    const url = new URL(baseUrlOf(vendor, exampleSettings(vendor)));
    expect(url.href).not.toMatch(/%7B|[{}]|undefined/);
    const local = vendor.selfHosted === true || id === 'mock';
    expect(url.protocol).toBe(local ? 'http:' : 'https:');
    expect(url.hostname === '127.0.0.1').toBe(local);
    expect(vendor.baseUrl.endsWith('/')).toBe(false);
    expect(url.search + url.hash + url.username + url.password).toBe('');
  });

  it('names the page that it was written from', () => {
    expect(new URL(vendor.docs).protocol).toBe('https:');
  });

  it('has a key in the environment, or needs none', () => {
    for (const name of vendor.keyEnv) expect(name).toMatch(/^[A-Z][A-Z0-9_]*_API_KEY$/);
    expect(vendor.keyEnv.length > 0).toBe(vendor.keyless !== true);
    if (vendor.selfHosted) expect(vendor.keyless).toBe(true);
  });

  it('sends its key in lower-case headers and nowhere else', () => {
    const headers = vendor.auth.headers('sk-canary');
    expect(Object.keys(headers).length).toBeGreaterThan(0);
    for (const [name, value] of Object.entries(headers)) {
      expect(name).toBe(name.toLowerCase());
      expect(value).toContain('sk-canary');
    }
  });

  it('speaks at least one dialect that this gateway has, at absolute paths', () => {
    expect(endpoints(vendor).length).toBeGreaterThan(0);
    for (const [dialect, endpoint] of endpoints(vendor)) {
      expect(dialects).toHaveProperty([dialect]);
      const settings = exampleSettings(vendor);
      const paths = [endpoint.path, endpoint.countTokensPath, vendor.modelsPath].filter((path) => path !== undefined);
      for (const each of paths.flatMap((path) => calls.map((call) => pathFor(path, { ...call, settings })))) {
        expect(each).toMatch(/^\/[^?#\s{}]*[^/?#\s{}](\?[\w.-]+=[\w.-]+(&[\w.-]+=[\w.-]+)*)?$/);
        expect(each).not.toContain('undefined');
      }
      for (const name of Object.keys(endpoint.headers ?? {})) expect(name).toBe(name.toLowerCase());
    }
    expect(vendor.modelsPath).toBeDefined();
  });

  it('gives a reason for each quirk', () => {
    for (const quirk of endpoints(vendor).flatMap(([, endpoint]) => endpoint.quirks ?? [])) {
      expect(quirk.why.length).toBeGreaterThan(10);
    }
  });

  it('leaves the fields alone that its dialect needs', () => {
    for (const [, endpoint] of endpoints(vendor)) {
      const body = { model: 'm', messages: [{ role: 'user', content: 'hi' }], stream: true, tools: [], max_tokens: 5 };
      expect(applyQuirks(endpoint.quirks ?? [], { model: 'm', stream: true }, body).body).toEqual(body);
    }
  });

  it('has prices, where it says that they are known', () => {
    if (vendor.catalogId === undefined || id === 'mock') return;
    expect(pricedRows(vendor.catalogId).length).toBeGreaterThan(3);
  });

  it('reads no error into what is none of its own', () => {
    for (const body of [
      '',
      '<html>',
      null,
      undefined,
      5,
      [],
      {},
      { error: { message: 'x' } },
      { detail: {} },
      { detail: [null] },
    ]) {
      expect(vendor.parseError?.(500, body)).toBeUndefined();
    }
  });
});

describe('the registry', () => {
  it('has every vendor file, each id once, sealed', () => {
    const files = readdirSync(folder).filter(
      (file) => file.endsWith('.ts') && !/^(index|provider|quirk)\.|\.test\./.test(file),
    );
    expect(vendors.map((vendor) => `${vendor.id}.ts`).sort()).toEqual(files.sort());
    for (const vendor of vendors) expect(Object.isFrozen(vendor)).toBe(true);
  });

  it('has the vendors that were promised', () => {
    const promised = [
      'openai',
      'anthropic',
      'deepseek',
      'openrouter',
      'groq',
      'mistral',
      'xai',
      'together',
      'fireworks',
    ];
    const local = ['ollama', 'vllm', 'lmstudio', 'openai-compatible', 'anthropic-compatible', 'mock'];
    for (const id of [...promised, ...local]) expect(providers.has(id)).toBe(true);
  });

  it('uses no environment variable twice', () => {
    const names = vendors.flatMap((vendor) => vendor.keyEnv);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('the example of a vendor file', () => {
  it.each(['docs/adding-a-vendor.md', 'CONTRIBUTING.md'])('%s shows a real file, as it is', (name) => {
    const page = readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');
    expect(page).toContain(readFileSync(new URL('cerebras.ts', folder), 'utf8'));
  });
});

describe('what vendors do differently', () => {
  const adapt = (vendor: string, body: Record<string, unknown>) => {
    const quirks = providers.get(vendor)?.speaks['openai-chat']?.quirks ?? [];
    const { body: out, losses } = applyQuirks(quirks, { model: 'm', stream: true }, body);
    return { out, losses: losses.map((loss) => loss.field) };
  };

  it('Mistral is sent no field that it forbids', () => {
    const body = {
      model: 'm',
      max_completion_tokens: 5,
      seed: 1,
      store: false,
      stream_options: { include_usage: true },
      user: 'u',
    };
    expect(adapt('mistral', body)).toEqual({
      out: { model: 'm', max_tokens: 5, random_seed: 1 },
      losses: ['stream_options', 'store', 'user'],
    });
  });

  it('DeepSeek is given the instructions of role developer as role system', () => {
    const messages = ['developer', 'user', 'developer'].map((role) => ({ role, content: 'x' }));
    const { out, losses } = adapt('deepseek', { messages });
    expect(out.messages).toEqual(['system', 'user', 'system'].map((role) => ({ role, content: 'x' })));
    expect(losses).toEqual([]);
    expect(messages[0]?.role).toBe('developer');
  });

  it('DeepSeek gets the schema as an instruction, and the caller is told', () => {
    const format = { type: 'json_schema', json_schema: { name: 'n', schema: { type: 'object' } } };
    const messages = [{ role: 'user', content: 'hi' }];
    const { out, losses } = adapt('deepseek', { messages, response_format: format, max_completion_tokens: 9 });
    expect(out.response_format).toEqual({ type: 'json_object' });
    expect(out.messages).toMatchObject([
      { role: 'system', content: expect.stringContaining('{"type":"object"}') },
      messages[0],
    ]);
    expect(JSON.stringify(out.messages)).toContain('JSON');
    expect(out.max_tokens).toBe(9);
    expect(losses).toEqual(['response_format.json_schema']);
    expect(messages).toHaveLength(1);
    const raw = { type: 'json_schema', json_schema: { schema: '{"b":1.0,"a":2}' } };
    expect(JSON.stringify(adapt('deepseek', { messages, response_format: raw }).out.messages)).toContain(
      '{\\"b\\":1.0,\\"a\\":2}',
    );
    for (const other of [{ type: 'json_object' }, { type: 'text' }, 'json', null, 5]) {
      expect(adapt('deepseek', { messages, response_format: other })).toEqual({
        out: { messages, response_format: other },
        losses: [],
      });
    }
  });

  it("Mistral's and xAI's errors are read, and a refused key is nobody's but the gateway's", () => {
    const wire = (path: string) =>
      JSON.parse(readFileSync(new URL(`../../shared/wire/${path}/response.json`, import.meta.url), 'utf8')) as unknown;
    const mistral = parsed(
      'mistral',
      401,
      wire('openai-chat/mistral/error--error-handling-with-mistral-mistral-small-latest-raises-appropri'),
    );
    expect(mistral).toMatchObject({ kind: 'upstream-credential', internal: 'Invalid API Key' });
    const xai = parsed(
      'xai',
      400,
      wire('openai-responses/xai/error--error-handling-with-xai-grok-4-1-fast-non-reasoning-raises-appro'),
    );
    expect(xai).toMatchObject({ kind: 'upstream-credential' });
    for (const error of [mistral, xai]) expect(error?.message).not.toMatch(/key provided|Invalid API/i);
    const detail = [
      { type: 'extra_forbidden', loc: ['body', 'store'], msg: 'Extra inputs are not permitted', input: false },
    ];
    expect(parsed('mistral', 422, { detail })).toEqual({
      kind: 'invalid-request',
      message: 'store: Extra inputs are not permitted',
    });
    expect(parsed('xai', 400, { code: 'x', error: 'Model does not support parameter stop' })).toEqual({
      message: 'Model does not support parameter stop',
    });
  });
});
