/** What is kept of requests through a real gateway: in every dialect, streamed or not, only when somebody asks, and never at a request's cost. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGateway, type TestGateway } from '../harness/gateway.ts';
import { runSql } from '../postgres.ts';
import { until } from '../until.ts';

const manager = 'tgm-of-the-content-test-0123456789';
const quiet = 'tg-quiet-key-of-the-content-test-01';
let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startGateway({
    config: {
      organizations: {
        silent: { content: { keep: 'none' } },
        open: { content: { keep: 'all', days: 3, bytesMax: 1_024, redact: { patterns: ['email'] } } },
      },
      keys: {
        manager: { key: manager },
        quiet: { key: quiet },
        silent: { key: 'tg-silent-key-of-the-content-test', organization: 'silent' },
        open: { key: 'tg-open-key-of-the-content-test-1', organization: 'open' },
        'open-manager': { key: 'tgm-open-manager-of-the-test-0001', organization: 'open' },
      },
    },
  });
}, 60_000);
afterAll(() => gateway.stop());

async function api(path: string, key = manager): Promise<{ status: number; body: ReturnType<typeof JSON.parse> }> {
  const answer = await fetch(`${gateway.url}/api/v1${path}`, { headers: { authorization: `Bearer ${key}` } });
  return { status: answer.status, body: JSON.parse(await answer.text()) };
}

interface Sent {
  readonly path: string;
  readonly body: object;
  readonly key?: string;
  readonly header?: string;
}

/** Resolves to the request's id. */
async function send({ path, body, key = gateway.key, header }: Sent): Promise<string> {
  const answer = await fetch(gateway.url + path, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      ...(header !== undefined && { 'x-tollgate-content': header }),
    },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${text}`);
  return answer.headers.get('x-request-id') ?? '';
}

const said = 'What is kept?';
const messages = [{ role: 'user', content: said }];
const ways: readonly (readonly [string, Sent])[] = [
  ['openai-chat', { path: '/v1/chat/completions', body: { model: 'mock/echo', messages } }],
  ['openai-chat, streamed', { path: '/v1/chat/completions', body: { model: 'mock/echo', messages, stream: true } }],
  ['anthropic', { path: '/v1/messages', body: { model: 'mock/echo', max_tokens: 50, messages } }],
  [
    'anthropic, streamed',
    { path: '/v1/messages', body: { model: 'mock/echo', max_tokens: 50, messages, stream: true } },
  ],
  ['openai-responses', { path: '/v1/responses', body: { model: 'mock/echo', input: said } }],
  ['openai-responses, streamed', { path: '/v1/responses', body: { model: 'mock/echo', input: said, stream: true } }],
  [
    'gemini, streamed',
    {
      path: '/v1beta/models/mock%2Fecho:streamGenerateContent?alt=sse',
      body: { contents: [{ role: 'user', parts: [{ text: said }] }] },
    },
  ],
];

describe('a request that asks for it', () => {
  it.each(ways)('%s: is kept as a conversation', async (_, sent) => {
    const id = await send({ ...sent, header: 'keep' });
    const { body } = await until('the content', async () => {
      const answer = await api(`/logs/${id}/content`);
      return answer.status === 200 && answer;
    });
    const texts = (blocks: readonly { text: string }[]) => blocks.map(({ text }) => text).join('');
    expect(texts(body.turns.at(-1).blocks)).toBe(said);
    expect(texts(body.answerBlocks)).toContain(said);
    expect(body.asked).toBe(`POST ${sent.path.split('?')[0]}`);
  });
});

const rows = async (): Promise<number> =>
  Number((await runSql(gateway.database.url, `SELECT count(*) AS n FROM "${gateway.database.schema}".contents`))[0]?.n);

describe('nothing is kept', () => {
  it('where nobody asks, where the request says no, and where the organization allows none', async () => {
    const before = await rows();
    const body = { model: 'mock/echo', messages };
    const path = '/v1/chat/completions';
    const ids = [
      await send({ path, body }),
      await send({ path, body, header: 'none' }),
      await send({ path, body, header: 'keep', key: 'tg-silent-key-of-the-content-test' }),
      await send({ path, body, header: 'none', key: 'tg-open-key-of-the-content-test-1' }),
    ];
    // What comes after them is there, so they would be too.
    const last = await send({ path, body, header: 'keep' });
    await until('the last', async () => (await api(`/logs/${last}/content`)).status === 200);
    expect(await rows()).toBe(before + 1);
    for (const id of ids) expect((await api(`/logs/${id}/content`)).status).not.toBe(200);
  });

  it('of a key that says no, from the moment it says so', async () => {
    const { body } = await api('/keys?limit=50');
    const { id } = body.data.find(({ name }: { name: string }) => name === 'quiet');
    const answer = await fetch(`${gateway.url}/api/v1/keys/${id}/content`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${manager}`, 'content-type': 'application/json' },
      body: JSON.stringify({ content: 'none' }),
    });
    expect(answer.status).toBe(200);
    const before = await rows();
    await send({ path: '/v1/chat/completions', body: { model: 'mock/echo', messages }, key: quiet, header: 'keep' });
    const last = await send({ path: '/v1/chat/completions', body: { model: 'mock/echo', messages }, header: 'keep' });
    await until('the last', async () => (await api(`/logs/${last}/content`)).status === 200);
    expect(await rows()).toBe(before + 1);
  });
});

it("is kept by the organization's own rules: all of it, cut, redacted, and for so many days", async () => {
  const key = 'tg-open-key-of-the-content-test-1';
  const long = `Write to ada@example.com. ${'x'.repeat(3_000)}`;
  const body = { model: 'mock/echo', messages: [{ role: 'user', content: long }] };
  const id = await send({ path: '/v1/chat/completions', body, key });
  const kept = await until('the content', async () => {
    const answer = await api(`/logs/${id}/content`, 'tgm-open-manager-of-the-test-0001');
    return answer.status === 200 && answer.body;
  });
  expect(kept.request).toMatchObject({ isCut: true, bytes: Buffer.byteLength(JSON.stringify(body)) });
  expect(kept.request.text).toContain('Write to [redacted]');
  expect(kept.request.text.length).toBeLessThanOrEqual(1_024);
  const [row] = await runSql(
    gateway.database.url,
    `SELECT extract(epoch FROM expires_at - started_at) AS seconds FROM "${gateway.database.schema}".contents WHERE request_id = '${id}'`,
  );
  expect(Number(row?.seconds)).toBe(3 * 86_400);
  expect((await api(`/logs/${id}/content`)).status).toBe(403);
});

it('what is kept and what could not be is counted, for operators alone', async () => {
  const metrics = (key: string) =>
    fetch(`${gateway.url}/api/v1/metrics`, { headers: { authorization: `Bearer ${key}` } });
  expect((await metrics('tgm-open-manager-of-the-test-0001')).status).toBe(403);
  const answer = await metrics(manager);
  expect(answer.headers.get('content-type')).toContain('text/plain; version=0.0.4');
  const lines = (await answer.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const samples = Object.fromEntries(lines.map((line) => line.split(' ')));
  expect(Number(samples.tollgate_content_kept_total)).toBeGreaterThan(0);
  for (const reason of ['no-room', 'no-key', 'key-erased', 'not-stored'])
    expect(samples[`tollgate_content_dropped_total{reason="${reason}"}`]).toBe('0');
});
