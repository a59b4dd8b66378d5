/** The real process: uploads do not fill its memory, a kill leaves one row, and what it knows survives a restart. */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGateway, type TestGateway } from '../harness/gateway.ts';
import { until } from '../until.ts';

const megabyte = 1024 * 1024;
const theirKey = `tg-other-${randomBytes(12).toString('hex')}`;

/** Counts what comes and keeps nothing. */
let upstream: Server;
let seen: { path: string; bytes: number; hash: string }[] = [];
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let asked: () => void = () => {};
let gateway: TestGateway;

beforeAll(async () => {
  upstream = createServer((incoming, response) => {
    const hash = createHash('sha256');
    let bytes = 0;
    asked();
    incoming.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      hash.update(chunk);
    });
    incoming.on('error', () => {});
    incoming.on('end', () => {
      seen.push({ path: incoming.url ?? '', bytes, hash: hash.digest('hex') });
      answer(incoming, response);
    });
  });
  upstream.listen(0, '127.0.0.1');
  await once(upstream, 'listening');
  const baseUrl = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}/v1`;
  gateway = await startGateway({
    config: {
      providers: { local: { type: 'openai-compatible', baseUrl, apiKey: 'sk-local-operations-000' } },
      models: {
        'local/whisper': { price: { input: 0, output: 0, perAudioSecond: 0.0001 } },
        'local/chat': { price: { input: 1, output: 2 } },
      },
      organizations: { other: {} },
      keys: { theirs: { key: theirKey, organization: 'other' } },
    },
  });
});
afterAll(async () => {
  await gateway.stop();
  upstream.closeAllConnections();
  upstream.close();
});

const json = (body: unknown) => (_request: IncomingMessage, response: ServerResponse) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
};

const boundary = 'operations-test-boundary';
const field = (name: string, value: string) =>
  `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
const fileHead = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\nContent-Type: audio/wav\r\n\r\n`;
const close = `\r\n--${boundary}--\r\n`;

/** A form of `bytes` of sound, made as it is sent, and its hash as the provider should see it. */
function form(bytes: number, order: 'model-first' | 'file-first') {
  const chunk = Buffer.alloc(256 * 1024, 'sound ');
  const model = (name: string) => field('model', name);
  const parts = (name: string) =>
    order === 'model-first' ? [model(name) + fileHead, close] : [fileHead, `\r\n${model(name)}--${boundary}--\r\n`];
  const hash = createHash('sha256').update(parts('whisper')[0] ?? '');
  for (let sent = 0; sent < bytes; sent += chunk.length) hash.update(chunk);
  const [head, tail] = parts('local/whisper') as [string, string];
  const stream = Readable.from(
    (function* () {
      yield Buffer.from(head);
      for (let sent = 0; sent < bytes; sent += chunk.length) yield chunk;
      yield Buffer.from(tail);
    })(),
    { objectMode: false },
  );
  return {
    stream,
    hash: hash.update(parts('whisper')[1] ?? '').digest('hex'),
    bytes: head.length + bytes + tail.length,
  };
}

async function send(stream: Readable, bytes: number) {
  return request(`${gateway.url}/v1/audio/transcriptions`, {
    method: 'POST',
    headers: {
      authorization: gateway.headers.authorization,
      'content-type': `multipart/form-data; boundary=${boundary}`,
      'content-length': String(bytes),
    },
    body: stream,
  });
}

describe.runIf(process.platform === 'linux')('an upload of 200 MB', () => {
  it.each(['model-first', 'file-first'] as const)(
    '%s passes whole and is never held in memory',
    async (order) => {
      seen = [];
      answer = json({ text: 'done', usage: { type: 'duration', seconds: 5 } });
      const before = await gateway.process.residentBytes();
      let most = before;
      const look = async () => {
        most = Math.max(most, await gateway.process.residentBytes());
      };
      const watch = setInterval(() => void look(), 20);
      try {
        const upload = form(200 * megabyte, order);
        const got = await send(upload.stream, upload.bytes);
        expect(got.statusCode).toBe(200);
        await got.body.text();
        expect(seen).toEqual([
          { path: '/v1/audio/transcriptions', bytes: upload.bytes - 'local/'.length, hash: upload.hash },
        ]);
      } finally {
        clearInterval(watch);
      }
      expect(Math.round((most - before) / megabyte)).toBeLessThan(100);
    },
    60_000,
  );
});

describe('kill -9', () => {
  it('in the middle of a transcription leaves one recovered row, charged by what was sent', async () => {
    const rowsBefore = (await gateway.usageRows()).length;
    const reached = new Promise<void>((resolve) => {
      asked = resolve;
    });
    answer = () => {};
    const { stream, bytes } = form(4 * megabyte, 'model-first');
    const call = send(stream, bytes).catch(() => undefined);
    await reached;
    asked = () => {};
    await gateway.kill9();
    await call;
    await gateway.restart();
    const rows = await until('the recovered row', async () => {
      const found = (await gateway.usageRows()).filter((row) => row.recovered === true);
      return found.length > 0 ? found : undefined;
    });
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ operation: 'transcriptions', status: 'interrupted', estimated: true });
    expect(Number(rows[0]?.audio_seconds)).toBeGreaterThan(0);
    expect(Number(rows[0]?.cost_nano_usd)).toBe(Number(rows[0]?.audio_seconds) * 100_000);
    expect((await gateway.usageRows()).length).toBeGreaterThan(rowsBefore);
  }, 60_000);
});

describe('files and batches', () => {
  const get = async (path: string, key = gateway.key) => {
    const got = await request(gateway.url + path, { headers: { authorization: `Bearer ${key}` } });
    return { status: got.statusCode, text: await got.body.text() };
  };
  const fileObject = (id: string) => ({ id, object: 'file', purpose: 'batch' });

  it('are known after a restart to whom they belong, and answers are charged once by whoever reads them', async () => {
    const line = JSON.stringify({ custom_id: 'r0', body: { model: 'chat' } });
    answer = json(fileObject('file-p'));
    const upload = `${field('purpose', 'batch')}${fileHead}${line}${close}`;
    const made = await request(`${gateway.url}/v1/files`, {
      method: 'POST',
      headers: { ...gateway.headers, 'content-type': `multipart/form-data; boundary=${boundary}` },
      body: upload,
    });
    expect(made.statusCode).toBe(200);
    await made.body.text();
    answer = json({ id: 'batch_p', object: 'batch', input_file_id: 'file-p', output_file_id: 'file-q' });
    const batch = await request(`${gateway.url}/v1/batches`, {
      method: 'POST',
      headers: gateway.headers,
      body: JSON.stringify({ input_file_id: 'file-p', endpoint: '/v1/chat/completions', completion_window: '24h' }),
    });
    expect(batch.statusCode).toBe(200);
    await batch.body.text();
    await gateway.restart();

    const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };
    const result = { custom_id: 'r0', response: { status_code: 200, body: { model: 'chat', usage } } };
    answer = (_request, response) => response.end(`${JSON.stringify(result)}\n`);
    expect((await get('/v1/files/file-q/content', theirKey)).status).toBe(404);
    expect((await get('/v1/files/file-q/content')).status).toBe(200);
    await gateway.restart();
    expect((await get('/v1/files/file-q/content')).text).toBe(`${JSON.stringify(result)}\n`);
    const items = await until('both reads to be shipped', async () => {
      const rows = await gateway.usageRows();
      const reads = rows.filter((row) => row.operation === 'files' && row.http_status === 200);
      return reads.length >= 3 ? rows.filter((row) => row.operation === 'batch-item') : undefined;
    });
    // 10 at $1 and 5 at $2 a million.
    expect(items.map((row) => [row.cost_nano_usd, row.input_tokens, row.served_model])).toEqual([
      ['20000', '10', 'local/chat'],
    ]);

    answer = (incoming, response) => json(fileObject((incoming.url ?? '').split('/').at(-1) ?? ''))(incoming, response);
    const list = JSON.parse((await get('/v1/files?order=asc')).text) as { data: { id: string }[] };
    expect(list.data.map(({ id }) => id).sort()).toEqual(['file-p', 'file-q']);
    expect(JSON.parse((await get('/v1/files', theirKey)).text)).toMatchObject({ data: [] });
    answer = json({ id: 'file-p', deleted: true });
    const gone = await request(`${gateway.url}/v1/files/file-p`, { method: 'DELETE', headers: gateway.headers });
    expect(gone.statusCode).toBe(200);
    await gone.body.text();
    await gateway.restart();
    expect((await get('/v1/files/file-p')).status).toBe(404);
  }, 60_000);
});
