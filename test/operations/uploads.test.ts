/** Forms that go wrong on their way: each is refused in the caller's words, and never the provider's fault. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RawClient } from '../harness/raw-client.ts';
import { type OperationsRig, ourKey, startOperationsRig } from './operations-rig.ts';

let rig: OperationsRig;
beforeAll(async () => {
  rig = await startOperationsRig({
    price: { id: 'rig:4', perAudioSecond: 1_000_000n },
    settings: { uploadBytesMax: 1024 * 1024, bodyIdleMs: 300 },
    routes: { both: ['up/m', 'other/n'] },
  });
});
beforeEach(() => rig.forget());
afterAll(() => rig.close());

const field = (name: string, value: string) =>
  `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
const file = (content: string) =>
  `--b\r\nContent-Disposition: form-data; name="file"; filename="a.mp3"\r\n\r\n${content}\r\n`;
const path = '/v1/audio/transcriptions';
const type = { 'content-type': 'multipart/form-data; boundary=b' };

/** Chunked, so that nobody knows its length before it is there. */
async function sendChunked(pieces: readonly string[], end: boolean) {
  const client = await RawClient.connect(rig.url);
  const head = `POST ${path} HTTP/1.1\r\nhost: g\r\nauthorization: Bearer ${ourKey}\r\ncontent-type: ${type['content-type']}\r\ntransfer-encoding: chunked\r\n\r\n`;
  await client.send(head);
  for (const piece of pieces) if (!(await client.send(`${piece.length.toString(16)}\r\n${piece}\r\n`))) break;
  if (end) await client.send('0\r\n\r\n');
  return client;
}

const sound = 'sound '.repeat(20_000);
const opened = field('model', 'up/m') + file(sound).slice(0, -2);

describe('an upload', () => {
  it('whose declared length is over the limit is refused before a provider is asked', async () => {
    const got = await rig.send('POST', path, field('model', 'up/m') + file('x'.repeat(1024 * 1024)), type);
    expect(got.status).toBe(413);
    expect(rig.upstream.calls).toEqual([]);
    expect(rig.records).toEqual([]);
  });

  it('that grows over the limit on its way ends in 413, and one row', async () => {
    const client = await sendChunked([opened, ...Array.from({ length: 12 }, () => sound)], false);
    await client.until(({ status }) => status > 0, 'an answer');
    expect(client.answer.status).toBe(413);
    client.abort();
    expect(await rig.row()).toMatchObject({ status: 'failed', errorKind: 'body-too-large', costNanoUsd: '0' });
  });

  it('that turns out to be no form is a 400, and no other provider is asked', async () => {
    const client = await sendChunked([`${field('model', 'both')}${file(sound)}--bad`], true);
    await client.until(({ status }) => status > 0, 'an answer');
    expect(client.answer.status).toBe(400);
    client.abort();
    expect(await rig.row()).toMatchObject({ status: 'failed', errorKind: 'invalid-request' });
    expect(rig.other.calls).toEqual([]);
  });

  it('with a second model behind the file is a 400: two readers could see two models', async () => {
    const pieces = [field('model', 'up/m') + file(sound), `${field('model', 'dear')}--b--\r\n`];
    const client = await sendChunked(pieces, true);
    await client.until(({ status }) => status > 0, 'an answer');
    expect(client.answer.status).toBe(400);
    client.abort();
    expect(await rig.row()).toMatchObject({ status: 'failed', errorKind: 'invalid-request' });
  });

  it('that falls silent ends in 408', async () => {
    const client = await sendChunked([opened], false);
    await client.until(({ status }) => status > 0, 'an answer');
    expect(client.answer.status).toBe(408);
    client.abort();
    expect(await rig.row()).toMatchObject({ status: 'failed', errorKind: 'request-timeout' });
  });

  it('whose caller hangs up is one row that cost nothing', async () => {
    const client = await sendChunked([opened], false);
    await rig.upstream.waitForCalls(0);
    client.abort();
    const row = await rig.row();
    expect(['cancelled', 'failed']).toContain(row.status);
    await rig.upstream.waitForClosed();
  });

  it('without a model, with a model that is a file, without a boundary: 400', async () => {
    for (const [body, headers] of [
      [`${file('x')}--b--\r\n`, type],
      ['--b\r\nContent-Disposition: form-data; name="model"; filename="m"\r\n\r\nm\r\n--b--\r\n', type],
      [`${field('model', 'up/m')}--b--\r\n`, { 'content-type': 'multipart/form-data' }],
    ] as const) {
      const got = await rig.send('POST', path, body, headers);
      expect([got.status, got.json().error]).toEqual([400, expect.objectContaining({ type: 'invalid_request_error' })]);
    }
    expect(rig.upstream.calls.filter(({ bodyComplete }) => bodyComplete)).toEqual([]);
  });

  it('that is on the disk goes on to the next provider when the first fails', async () => {
    rig.upstream.once((_call, reply) => reply.json(503, { error: { message: 'busy' } }));
    rig.other.once((_call, reply) => reply.json(200, { text: 'hi', usage: { type: 'duration', seconds: 2 } }));
    const got = await rig.send('POST', path, `${file(sound.repeat(5))}${field('model', 'both')}--b--\r\n`, type);
    expect(got.status).toBe(200);
    expect(rig.other.calls[0]?.body.toString()).toContain('name="model"\r\n\r\nn\r\n');
    expect((await rig.row()).attempts).toHaveLength(2);
  });
});
