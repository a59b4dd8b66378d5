/**
 * Hole S13: canaries in every slot that can hold a secret, a real process, good and bad days; then everything that it
 * wrote, stored or said is searched for them. The stored hash of a key is the one form that may be found, in its column.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiRoutes } from '../../src/control/api/routes.ts';
import { startUpstream, type Upstream } from '../fakes/upstream.ts';
import { fakeProviders } from '../harness/fake-providers.ts';
import { type ConfigTree, startGateway, type TestGateway } from '../harness/gateway.ts';
import { type Answer, call } from '../harness/sse-client.ts';
import { runSql, type TestDatabase, testDatabase } from '../postgres.ts';
import { until } from '../until.ts';
import { answerWell } from './answers.ts';

/** Secrets of no known shape: nothing but their own text gives them away. */
const canaries = {
  providerOa: 'q7ProviderCanaryOne4f81',
  providerAn: 'q7ProviderCanaryTwo9c02',
  caller: 'q7CallerKeyCanary0000000000000001',
  limited: 'q7LimitedKeyCanary000000000000002',
  expired: 'q7ExpiredKeyCanary000000000000003',
  wrong: 'tg-q7WrongKeyCanary0000000000000000000000000004',
  prompt: 'q7PromptCanary',
  answer: 'q7AnswerCanary',
  header: 'q7HeaderCanary',
  /** Of what is kept, and lies sealed in the database. */
  kept: 'q7KeptPromptCanary',
  manager: 'tgm-q7ManagerKeyCanary00000000000005',
  master: 'q7UppermostCanary+Vw/Xz_Lk=6E5d4C3b2A',
} as const;
type Canary = keyof typeof canaries;

const sha256 = (text: string, form: 'hex' | 'base64'): string => createHash('sha256').update(text).digest(form);

/** A canary in the ways in which programs spell things. Of base64, the part that does not depend on what is around. */
function formsOf(text: string): Readonly<Record<string, string>> {
  const shifted = (before: string) =>
    Buffer.from(before + text)
      .toString('base64')
      .slice(Math.ceil((before.length * 4) / 3) + 1, -4);
  return {
    plain: text,
    'base64, at 0': shifted(''),
    'base64, at 1': shifted('x'),
    'base64, at 2': shifted('xx'),
    hexadecimal: Buffer.from(text).toString('hex'),
    'url-encoded': encodeURIComponent(text),
    'base64 for addresses': Buffer.from(text).toString('base64url').slice(0, -2),
    'half of it': text.slice(0, Math.ceil(text.length * 0.7)),
    'backwards half': text.slice(Math.floor(text.length * 0.3)),
  };
}

let upstream: Upstream;
let database: TestDatabase;
let gateway: TestGateway;
const answers: { readonly what: string; readonly answer: Answer }[] = [];

const models = ['good', 'refuse', 'quote', 'quote-500', 'stream-quote', 'cut', 'garbage', 'redirect', 'reset'];

beforeAll(async () => {
  upstream = await startUpstream({ script: answerWell });
  playFaults(upstream);
  database = await testDatabase();
  const providers = fakeProviders(upstream, models) as { providers: Record<string, ConfigTree>; models: ConfigTree };
  const { oa, an } = providers.providers;
  gateway = await startGateway({
    database,
    config: {
      ...providers,
      providers: {
        oa: { ...oa, apiKey: canaries.providerOa },
        an: { ...an, apiKey: canaries.providerAn },
        gone: { ...oa, baseUrl: 'http://127.0.0.1:1/v1', apiKey: canaries.providerOa },
      },
      models: { ...providers.models, 'gone/m': { price: { input: 1, output: 1 } } },
      log: { level: 'debug', format: 'json' },
      secrets: { masterKey: canaries.master },
      keys: {
        caller: { key: canaries.caller },
        limited: { key: canaries.limited, models: ['oa/nothing'] },
        expired: { key: canaries.expired, expiresAt: '2020-01-01T00:00:00Z' },
        manager: { key: canaries.manager },
      },
    },
  });
  await playScenario();
}, 60_000);
afterAll(async () => {
  await gateway.stop();
  await upstream.close();
  await database.close();
});

/** Providers that repeat what they were told, in every place where a client might look. */
function playFaults(fake: Upstream): void {
  const quoted = ({ headers, body }: { headers: Record<string, unknown>; body: Buffer }): string =>
    `no account for ${String(headers.authorization ?? headers['x-api-key'])}, ${body.toString().slice(0, 300)}`;
  const error = (text: string) => ({ type: 'error', error: { type: text, message: text, code: text, param: text } });
  fake.on('refuse', (asked, reply) => reply.json(401, error(quoted({ ...asked, headers: asked.headers }))));
  fake.on('quote', (asked, reply) => {
    const text = String(asked.headers.authorization ?? asked.headers['x-api-key']).replace('Bearer ', '');
    return reply.json(400, {
      type: 'error',
      error: { type: 'invalid_request_error', message: `who is ${text}?`, param: text },
    });
  });
  fake.on('quote-500', (asked, reply) => reply.send(500, { 'content-type': 'text/html' }, `<p>${quoted(asked)}</p>`));
  fake.on('stream-quote', async (asked, reply) => {
    const text = String(asked.headers.authorization ?? asked.headers['x-api-key']).replace('Bearer ', '');
    reply.head(200, { 'content-type': 'text/event-stream', 'x-ratelimit-note': text });
    const begun =
      asked.dialect === 'anthropic'
        ? [
            'event: message_start\ndata: {"type":"message_start","message":{"id":"m","type":"message","role":"assistant","model":"m","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":1,"output_tokens":1}}}\n\n',
            'event: content_block_start\ndata: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}\n\n',
            'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"hi"}}\n\n',
            `event: error\ndata: {"type":"error","error":{"type":"api_error","message":"key ${text} failed"}}\n\n`,
          ]
        : [
            'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"hi"},"finish_reason":null}]}\n\n',
            `data: {"error":{"message":"key ${text} failed","type":"server_error","code":null,"param":null}}\n\n`,
          ];
    for (const each of begun) await reply.write(each);
    reply.end();
  });
  fake.on('cut', async (_asked, reply) => {
    reply.head(200, { 'content-type': 'text/event-stream' });
    await reply.write(`data: {"choices":[{"index":0,"delta":{"content":"${canaries.answer}"}}]}\n\n`);
    await reply.reset();
  });
  fake.on('garbage', (_asked, reply) =>
    reply.send(200, { 'content-type': 'application/json' }, `{"${canaries.answer}`),
  );
  fake.on('redirect', (asked, reply) => reply.send(307, { location: `/${String(asked.headers.authorization)}` }, ''));
  fake.on('reset', (_asked, reply) => reply.reset());
}

async function playScenario(): Promise<void> {
  const odd = { 'x-secret': canaries.header, cookie: `a=${canaries.header}`, 'user-agent': canaries.header };
  const ask = async (what: string, path: string, body: unknown, key: string, headers = {}): Promise<void> => {
    const answer = await call(gateway.url + path, body, { key, headers: { ...odd, ...headers } }).catch(
      () => undefined,
    );
    if (answer !== undefined) answers.push({ what, answer });
  };
  const messages = [{ role: 'user', content: canaries.prompt }];
  for (const path of ['/v1/chat/completions', '/v1/messages', '/v1/messages/count_tokens']) {
    for (const provider of ['oa', 'an']) {
      for (const name of models) {
        for (const stream of [false, true]) {
          const body = { model: `${provider}/${name}`, max_tokens: 5, stream, messages };
          await ask(`${path} ${provider}/${name} ${stream}`, path, body, canaries.caller);
        }
      }
    }
    await ask('a provider that is not there', path, { model: 'gone/m', max_tokens: 5, messages }, canaries.caller);
    for (const key of ['limited', 'expired', 'wrong'] as const) {
      await ask(`${key} key`, path, { model: 'oa/good', max_tokens: 5, messages }, canaries[key]);
    }
    await ask('an unknown model', path, { model: 'no/such', messages }, canaries.caller);
    await ask('a body that is no JSON', path, `{"messages":"${canaries.prompt}`, canaries.caller);
    await ask(
      'a wrong role',
      path,
      { model: 'oa/good', messages: [{ role: 1, content: canaries.prompt }] },
      canaries.caller,
    );
    await ask('a compressed body', path, `"${canaries.prompt}"`, canaries.caller, { 'content-encoding': 'gzip' });
    await ask('two keys', path, {}, canaries.caller, { 'x-api-key': canaries.wrong });
    await ask('a key in the query', `${path}?key=${canaries.caller}`, {}, canaries.wrong);
  }
  await ask('a path that is none', `/v1/${'x'.repeat(10)}`, { messages }, canaries.caller);
  await ask('a list', '/v1/models', undefined, canaries.caller);
  for (const [stream, path] of [
    [false, '/v1/chat/completions'],
    [true, '/v1/messages'],
  ] as const) {
    const body = { model: 'oa/good', max_tokens: 5, stream, messages: [{ role: 'user', content: canaries.kept }] };
    await ask('what is kept', path, body, canaries.caller, { 'x-tollgate-content': 'keep' });
  }
  await until('what is kept', async () => (await tableText('contents')) !== '[]');
}

/** All that a table holds: bytes as the characters that they would be. */
async function tableText(name: string): Promise<string> {
  const rows = await runSql(database.url, `SELECT * FROM "${database.schema}"."${name}"`);
  const plain = (value: unknown) => (Buffer.isBuffer(value) ? value.toString('latin1') : value);
  const texts = rows.map((row) =>
    Object.fromEntries(Object.entries(row).map(([column, value]) => [column, plain(value)])),
  );
  return JSON.stringify(texts, (key, value: unknown) =>
    (name === 'keys' && key === 'hash') || typeof value === 'bigint' ? String(value).slice(0, 4) : value,
  );
}

/** Every list of the management API, and each request in full, as an operator sees them. */
async function managementAnswers(): Promise<Readonly<Record<string, string>>> {
  const texts: Record<string, string> = {};
  const ask = async (path: string): Promise<string> => {
    const answer = await fetch(`${gateway.url}/api/v1${path}`, {
      headers: { authorization: `Bearer ${canaries.manager}` },
    });
    texts[path] = `${JSON.stringify([...answer.headers])}${await answer.text()}`;
    return texts[path];
  };
  // A stream of events does not end.
  const lists = apiRoutes.filter(
    ({ method, path, produces }) =>
      method === 'GET' && !path.includes('{') && !produces?.startsWith('text/event-stream'),
  );
  for (const { path } of lists) await ask(path);
  for (const { request_id: id } of (await gateway.usageRows()).slice(-20)) await ask(`/logs/${String(id)}`);
  await ask('/logs/req_q7nothing');
  return texts;
}

/** Each canary of `names` in each of its forms; the texts that hold one. */
function found(texts: Readonly<Record<string, string>>, names: readonly Canary[]): string[] {
  return Object.entries(texts).flatMap(([where, text]) =>
    names.flatMap((name) =>
      Object.entries(formsOf(canaries[name]))
        .filter(([, form]) => form.length >= 8 && text.includes(form))
        .map(([form]) => `${name}, ${form}, in ${where}: ${around(text, formsOf(canaries[name])[form] ?? '')}`),
    ),
  );
}

function around(text: string, form: string): string {
  const at = text.indexOf(form);
  return text.slice(Math.max(0, at - 80), at + form.length + 20);
}

const all = Object.keys(canaries) as Canary[];
const secrets = all.filter((name) => !['prompt', 'answer', 'kept'].includes(name));

describe('S13: a canary is nowhere but where it was put', () => {
  it('the scenario was one: good answers, and every kind of failure', () => {
    const statuses = new Set(answers.map(({ answer }) => answer.status));
    for (const status of [200, 400, 401, 403, 404, 502]) expect([...statuses]).toContain(status);
    expect(upstream.calls.some((each) => each.body.includes(canaries.prompt))).toBe(true);
    expect(upstream.calls.some((each) => each.headers['x-api-key'] === canaries.providerAn)).toBe(true);
  });

  it('not in what callers are told: bodies and headers of answers and errors', () => {
    const texts = Object.fromEntries(
      answers.map(({ what, answer }, i) => [`${i} ${what}`, `${JSON.stringify(answer.headers)}\n${answer.body}`]),
    );
    expect(found(texts, secrets)).toEqual([]);
    const errors = answers.filter(({ answer, what }) => answer.status >= 400 && !/refuse|quote/.test(what));
    expect(
      found(Object.fromEntries(errors.map(({ what, answer }) => [what, answer.body])), ['prompt', 'answer']),
    ).toEqual([]);
  });

  it('wrong, expired and no longer valid keys are told alike', () => {
    const told = answers
      .filter(({ what }) => /^(expired|wrong) key/.test(what))
      .map(({ answer }) => answer.body.replaceAll(/req_\w+/g, ''));
    expect(told).toHaveLength(6);
    expect(new Set(told).size).toBe(2);
  });

  it('not in a table, the hash of a key in its own column apart', async () => {
    await gateway.waitForUsage((await gateway.usageRows()).length);
    const tables = await runSql(
      database.url,
      `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = '${database.schema}'`,
    );
    expect(tables.length).toBeGreaterThan(2);
    expect(tables.map(({ name }) => name)).toContain('contents');
    const dump: Record<string, string> = {};
    const hashes: string[] = [];
    for (const { name } of tables) {
      const rows = await runSql(database.url, `SELECT * FROM "${database.schema}"."${String(name)}"`);
      if (name === 'keys') hashes.push(...rows.map((row) => String(row.hash)));
      dump[String(name)] = await tableText(String(name));
    }
    expect(hashes).toContain(sha256(canaries.caller, 'hex'));
    expect(found(dump, all)).toEqual([]);
    for (const text of Object.values(dump)) {
      for (const name of secrets) {
        expect(text).not.toContain(sha256(canaries[name], 'hex'));
        expect(text).not.toContain(sha256(canaries[name], 'base64'));
      }
    }
  });

  it('not in an answer of the management API, and not on a page of the dashboard', async () => {
    const texts = await managementAnswers();
    expect(Object.keys(texts).length).toBeGreaterThan(30);
    expect(texts['/keys']).toContain('limited');
    expect(found(texts, all)).toEqual([]);
    const pages = await fetch(`${gateway.url}/dashboard/requests`).then((answer) => answer.text());
    expect(found({ pages }, all)).toEqual([]);
  });

  it('not in the journal, not in the log, not on the terminal, while all of them are in use', async () => {
    await gateway.kill9();
    const files: Record<string, string> = { stdout: gateway.process.stdout, stderr: gateway.stderr };
    const dataDir = join(gateway.dataDir, 'data');
    for (const entry of readdirSync(dataDir, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) files[entry.name] = readFileSync(join(entry.parentPath, entry.name), 'latin1');
    }
    expect(Object.keys(files)).toContainEqual(expect.stringMatching(/\d+/));
    expect(files.stderr?.length).toBeGreaterThan(1000);
    expect(found(files, all)).toEqual([]);
    for (const text of Object.values(files)) {
      for (const name of secrets) expect(text).not.toContain(sha256(canaries[name], 'hex'));
    }
  });
});
