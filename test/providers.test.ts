/** What every vendor file must be. A new vendor is under these rules by its line in the registry. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { renderProviderTable, renderQuirkTable } from '../scripts/provider-table.ts';
import { bundledPrices } from '../src/catalog/genai-prices.ts';
import { dialects } from '../src/dialects/index.ts';
import type { DialectId } from '../src/llm/chat.ts';
import { providers } from '../src/providers/index.ts';
import {
  baseUrlOf,
  type Endpoint,
  endpointFor,
  type Provider,
  pathFor,
  settingNames,
} from '../src/providers/provider.ts';
import { applyQuirks } from '../src/providers/quirk.ts';

const folder = new URL('../src/providers/', import.meta.url);
const vendors = [...providers.values()];
const endpoints = (vendor: Provider) => Object.entries(vendor.speaks) as [string, Endpoint][];
const exampleSettings = (vendor: Provider) =>
  Object.fromEntries((vendor.settings ?? []).map(({ name, example }) => [name, example]));
const formats: readonly DialectId[] = ['openai-chat', 'openai-responses', 'anthropic', 'gemini', 'bedrock-converse'];
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
    expect(lines.length).toBeLessThanOrEqual(90);
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
    for (const name of vendor.keyEnv) expect(name).toMatch(/^[A-Z][A-Z0-9_]*_(API_KEY|TOKEN|BEDROCK)$/);
    expect(vendor.keyEnv.length > 0).toBe(vendor.keyless !== true);
    if (vendor.selfHosted) expect(vendor.keyless).toBe(true);
  });

  it('sends its key in lower-case headers and nowhere else', () => {
    const headers = vendor.auth.headers('sk-canary');
    if (vendor.auth.signer === undefined) expect(Object.keys(headers).length).toBeGreaterThan(0);
    for (const [name, value] of Object.entries(headers)) {
      expect(name).toBe(name.toLowerCase());
      expect(value).toContain('sk-canary');
    }
  });

  it('speaks at least one dialect that this gateway has, at absolute paths', () => {
    expect(endpoints(vendor).length).toBeGreaterThan(0);
    for (const [dialect, endpoint] of endpoints(vendor)) {
      expect(formats).toContain(dialect);
      const settings = exampleSettings(vendor);
      const paths = [endpoint.path, endpoint.countTokensPath, vendor.modelsPath].filter((path) => path !== undefined);
      for (const each of paths.flatMap((path) => calls.map((call) => pathFor(path, { ...call, settings })))) {
        expect(each).toMatch(/^\/[^?#\s{}]*[^/?#\s{}](\?[\w.-]+=[\w.-]+(&[\w.-]+=[\w.-]+)*)?$/);
        expect(each).not.toContain('undefined');
      }
      for (const name of Object.keys(endpoint.headers ?? {})) expect(name).toBe(name.toLowerCase());
    }
  });

  it('serves other operations at absolute paths, by a page that says so', () => {
    const settings = exampleSettings(vendor);
    for (const service of Object.values(vendor.serves ?? {})) {
      for (const call of calls) {
        const path = pathFor(service.path, { ...call, settings });
        expect(path).toMatch(/^\/[^?#\s{}]*[^/?#\s{}](\?[\w.-]+=[\w.-]+(&[\w.-]+=[\w.-]+)*)?$/);
        expect(path).not.toContain('undefined');
      }
      expect(new URL(service.docs ?? vendor.docs).protocol).toBe('https:');
      for (const name of Object.keys(service.headers ?? {})) expect(name).toBe(name.toLowerCase());
    }
  });

  it('gives a reason for each quirk, and the page it was learnt from', () => {
    for (const [, endpoint] of endpoints(vendor)) {
      expect(new URL(endpoint.docs ?? vendor.docs).protocol).toBe('https:');
      for (const quirk of endpoint.quirks ?? []) expect(quirk.why.length).toBeGreaterThan(10);
    }
  });

  it('says of each setting what it is, how it looks and where it may stand', () => {
    const settings = vendor.settings ?? [];
    expect(new Set(settings.map(({ name }) => name)).size).toBe(settings.length);
    for (const setting of settings) {
      expect(settingNames).toContain(setting.name);
      expect(setting.what).toMatch(/^[A-Z].*\.$/);
      expect(setting.example).toMatch(setting.pattern);
      if (setting.default !== undefined) expect(setting.default).toMatch(setting.pattern);
      expect(setting.required === true && setting.default !== undefined).toBe(false);
      for (const env of setting.env ?? []) expect(env).toMatch(/^[A-Z][A-Z0-9_]*$/);
      // A setting goes into addresses and paths: it can never be more than a part of one.
      for (const bad of ['', 'a/b', 'a?b', 'a#b', 'a b', 'a\n', '../x', '{x}', 'x@evil.example', 'a%2fb']) {
        expect(bad).not.toMatch(setting.pattern);
      }
    }
  });

  it('takes each of its models in one dialect at least, and every setting in braces is one of its own', () => {
    const limited = endpoints(vendor).filter(([, endpoint]) => endpoint.models !== undefined);
    for (const [, endpoint] of limited) expect(endpoint.models?.flags).toBe('');
    const names = (vendor.settings ?? []).map(({ name }) => name as string);
    for (const [, name] of vendor.baseUrl.matchAll(/\{(\w+)\}/g)) expect(names).toContain(name);
  });

  it('leaves the fields alone that its dialect needs', () => {
    for (const [, endpoint] of endpoints(vendor)) {
      const needed = { messages: [{ role: 'user', content: 'hi' }], stream: true, tools: [], max_tokens: 5 };
      const body = { model: 'm', ...needed };
      const { body: sent, losses } = applyQuirks(endpoint.quirks ?? [], { model: 'm', stream: true }, body);
      expect(losses).toEqual([]);
      const quirks = endpoint.quirks ?? [];
      const inPath = quirks.flatMap((quirk) => ('drop' in quirk && quirk.silent === true ? [quirk.drop] : []));
      for (const field of inPath) expect(['model', 'stream']).toContain(field);
      expect(sent).toMatchObject(Object.fromEntries(Object.entries(body).filter(([field]) => !inPath.includes(field))));
    }
  });

  it('has prices, where it says that they are known', () => {
    if (vendor.catalogId === undefined || id === 'mock') return;
    expect(bundledPrices(vendor.catalogId).length).toBeGreaterThan(2);
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
      (file) => file.endsWith('.ts') && !/^(index|provider|quirk|aws-keys)\.|\.test\./.test(file),
    );
    expect(vendors.map((vendor) => `${vendor.id}.ts`).sort()).toEqual(files.sort());
    for (const vendor of vendors) expect(Object.isFrozen(vendor)).toBe(true);
  });

  it('has the vendors that were promised', () => {
    const promised =
      'openai azure anthropic vertex deepseek mistral xai groq cerebras together fireworks openrouter perplexity ' +
      'cohere moonshot zai dashscope minimax nvidia sambanova hyperbolic novita deepinfra nebius baseten siliconflow ' +
      'huggingface github cloudflare';
    const local = 'ollama vllm sglang llamacpp lmstudio localai openai-compatible anthropic-compatible mock';
    for (const id of `${promised} ${local}`.split(' ')) expect(providers.has(id)).toBe(true);
  });

  it('uses no environment variable twice', () => {
    const names = vendors.flatMap((vendor) => [
      ...vendor.keyEnv,
      ...(vendor.baseUrlEnv ?? []),
      ...(vendor.settings ?? []).flatMap(({ env = [] }) => env),
    ]);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('Azure serves embeddings', () => {
  const { path } = providers.get('azure')?.serves?.['openai-embeddings'] ?? { path: '' };
  it.each([
    [{}, '/openai/v1/embeddings'],
    [{ apiVersion: '2024-10-21' }, '/openai/deployments/emb%2F3/embeddings?api-version=2024-10-21'],
  ])('at the address of its API: %j', (settings, due) => {
    expect(pathFor(path, { model: 'emb/3', stream: false, settings })).toBe(due);
  });
});

it('the reference page says what the files say; "npm run docs" writes it', () => {
  const page = readFileSync(new URL('../docs/reference/providers.md', import.meta.url), 'utf8');
  expect(page).toContain(renderProviderTable());
  expect(page).toContain(renderQuirkTable());
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

  const pathsOf = (id: string, dialect: DialectId, model: string, settings: Record<string, string>) =>
    [false, true].map((stream) => pathFor(providers.get(id)?.speaks[dialect]?.path ?? '', { model, stream, settings }));

  it("Azure's deployments stand in the path with an api-version, and in the body without one", () => {
    const classic = '/openai/deployments/my%20gpt/chat/completions?api-version=2024-10-21';
    expect(pathsOf('azure', 'openai-chat', 'my gpt', { apiVersion: '2024-10-21' })).toEqual([classic, classic]);
    expect(pathsOf('azure', 'openai-chat', 'my gpt', {})[0]).toBe('/openai/v1/chat/completions');
    expect(providers.get('azure')?.auth.headers('k')).toEqual({ 'api-key': 'k' });
  });

  it('Vertex is asked in the dialect of the model, at the host of its location', () => {
    const vertex = providers.get('vertex') as Provider;
    const at = { project: 'p1', location: 'europe-west4' };
    const place = '/v1/projects/p1/locations/europe-west4';
    expect(pathsOf('vertex', 'gemini', 'gemini-2.5-flash', at)).toEqual([
      `${place}/publishers/google/models/gemini-2.5-flash:generateContent`,
      `${place}/publishers/google/models/gemini-2.5-flash:streamGenerateContent?alt=sse`,
    ]);
    expect(pathsOf('vertex', 'anthropic', 'claude-sonnet-4-5@20250929', at)).toEqual([
      `${place}/publishers/anthropic/models/claude-sonnet-4-5%4020250929:rawPredict`,
      `${place}/publishers/anthropic/models/claude-sonnet-4-5%4020250929:streamRawPredict`,
    ]);
    expect(pathsOf('vertex', 'openai-chat', 'meta/llama-3.3-70b-instruct-maas', at)[0]).toBe(
      `${place}/endpoints/openapi/chat/completions`,
    );
    const spoken = (model: string) =>
      endpoints(vertex).flatMap(([id]) => (endpointFor(vertex, id as DialectId, model) ? [id] : []));
    expect(spoken('gemini-2.5-flash')).toEqual(['gemini']);
    expect(spoken('claude-sonnet-4-5@20250929')).toEqual(['anthropic']);
    expect(spoken('meta/llama-3.3-70b-instruct-maas')).toEqual(['openai-chat']);
    const body = { model: 'claude-sonnet-4-5', max_tokens: 5, messages: [] };
    expect(applyQuirks(vertex.speaks.anthropic?.quirks ?? [], { model: 'm', stream: false }, body)).toEqual({
      body: { max_tokens: 5, messages: [], anthropic_version: 'vertex-2023-10-16' },
      losses: [],
    });
    const hosts = ['global', 'us', 'eu', 'us-east5'].map((location) => baseUrlOf(vertex, { location }));
    expect(hosts).toEqual([
      'https://aiplatform.googleapis.com',
      'https://aiplatform.us.rep.googleapis.com',
      'https://aiplatform.eu.rep.googleapis.com',
      'https://us-east5-aiplatform.googleapis.com',
    ]);
  });

  it('Perplexity gets the format where it reads it, and no field that it forbids', () => {
    const quirks = providers.get('perplexity')?.speaks['openai-responses']?.quirks ?? [];
    const call = { model: 'm', stream: false };
    const schema = '{"type":"object"}';
    const text = { format: { type: 'json_schema', name: 'n', schema, strict: true }, verbosity: 'low' };
    const sent = applyQuirks(quirks, call, { input: 'hi', text, include: ['x'] });
    expect(sent.body).toEqual({
      input: 'hi',
      response_format: { type: 'json_schema', json_schema: { name: 'n', schema, strict: true } },
    });
    expect(sent.losses.map((loss) => loss.field)).toEqual(['text.verbosity', 'include']);
    const plain = { input: 'hi', text: { format: { type: 'text' } } };
    expect(applyQuirks(quirks, call, plain)).toEqual({ body: { input: 'hi' }, losses: [] });
  });

  it("Cohere's errors are read, and a refused key is the gateway's", () => {
    const path = 'cohere-v2-chat/cohere/error--error-handling-with-cohere-command-a-03-2025-raises-appropriate';
    const file = new URL(`../../shared/wire/${path}/response.json`, import.meta.url);
    const refused = parsed('cohere', 401, JSON.parse(readFileSync(file, 'utf8')));
    expect(refused).toMatchObject({ kind: 'upstream-credential' });
    expect(refused?.message).not.toContain('Incorrect');
    expect(parsed('cohere', 404, { id: 'x', message: "model 'm' not found" })).toEqual({
      message: "model 'm' not found",
    });
  });

  it.each([
    ['openai-chat/azure/error--chat-reasoning--1', 404, 'model-not-found'],
    [
      'openai-chat/azure/error--error-handling-with-azure-grok-4-1-fast-non-reasoning-raises-app',
      401,
      'upstream-credential',
    ],
    [
      'openai-chat/perplexity/error--error-handling-with-perplexity-sonar-raises-appropriate-auth-err',
      401,
      'upstream-credential',
    ],
    ['openai-chat/openrouter/error--openrouter-errors-raised', 429, 'rate-limited'],
    ['openai-chat/groq/error--tool-use-failed-error', 400, 'invalid-request'],
    ['openai-chat/ollama/error--real-error-scenarios-ollama-cloud-gpt-oss-120b-handles-context-l', 400, 'too-long'],
    [
      'gemini-generateContent/vertex/error--real-error-scenarios-vertexai-gemini-2-5-flash-handles-context-l--1',
      400,
      'too-long',
    ],
    ['openai-responses/deepseek/error--deepseek-responses-rejects-interleaved-function-calls', 400, 'invalid-request'],
  ])('the recorded refusal %s is told as what it is', (id, status, kind) => {
    const text = readFileSync(new URL(`../../shared/wire/${id}/response.json`, import.meta.url), 'utf8');
    const [format = '', vendor = ''] = id.split('/');
    const dialect = dialects[format === 'gemini-generateContent' ? 'gemini' : (format as DialectId)];
    const read = { ...dialect?.parseError(status, {}, text), ...parsed(vendor, status, JSON.parse(text)) };
    expect(read.kind).toBe(kind);
  });

  it('a workspace of Model Studio has a host of its own', () => {
    const dashscope = providers.get('dashscope') as Provider;
    expect(baseUrlOf(dashscope, { region: 'ap-southeast-1' })).toBe('https://dashscope-intl.aliyuncs.com');
    expect(baseUrlOf(dashscope, { region: 'ap-northeast-1', workspaceId: 'llm-1' })).toBe(
      'https://llm-1.ap-northeast-1.maas.aliyuncs.com',
    );
  });
});
