/**
 * Holes S17, S18, S22: limits count what came, whatever was promised, on every road; a compressed body is none; and a
 * connection to a provider never hands one answer to another request. (S19: test/bad-input/corpus.test.ts. S18 of a
 * provider's answers, and S21: test/cases/h-bounds.test.ts.)
 */
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Rig, rigKey, startRig } from '../cases/rig.ts';
import { bodyOf } from '../cases/stream-reader.ts';
import { chatJson } from '../fakes/chat-wire.ts';
import { startRawUpstream } from '../fakes/raw-upstream.ts';
import { rawRequest } from '../harness/raw-client.ts';
import { answerWell } from './answers.ts';

const bodyBytesMax = 64 * 1024;
const megabytes = 1024 * 1024;
const doors = [
  ['/v1/chat/completions', 'chat'],
  ['/chat/completions', 'chat'],
  ['/v1/messages', 'messages'],
  ['/messages', 'messages'],
  ['/v1/messages/count_tokens', 'messages'],
] as const;
const ways = doors.flatMap(([path, kind]) => [false, true].map((stream) => [path, kind, stream] as const));

describe('S17, S18: at every door, streamed or not', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await startRig({ settings: { bodyBytesMax }, upstream: { script: answerWell } });
  });
  afterEach(() => {
    expect(rig.upstream.calls).toEqual([]);
    expect(rig.records).toEqual([]);
    rig.forget();
  });
  afterAll(() => rig.close());

  const chunked = (text: string, bytes: number): string => {
    const pieces: string[] = [];
    for (let at = 0; at < text.length; at += bytes) {
      const piece = text.slice(at, at + bytes);
      pieces.push(`${piece.length.toString(16)};ext=1\r\n${piece}\r\n`);
    }
    return `${pieces.join('')}0\r\n\r\n`;
  };
  const head = (path: string, headers: string) =>
    `POST ${path} HTTP/1.1\r\nhost: g\r\nconnection: close\r\nauthorization: Bearer ${rigKey}\r\n` +
    `content-type: application/json\r\n${headers}\r\n`;

  it.each(ways)('%s (%s), stream %s: one byte too many is 413, chunked or promised', async (path, kind, stream) => {
    const body = JSON.stringify({ ...bodyOf(kind, 'oa/m'), stream });
    const large = body.padEnd(bodyBytesMax + 1, ' ');
    for (const bytes of [1000, 16_384]) {
      const answer = await rawRequest(rig.url, head(path, 'transfer-encoding: chunked\r\n') + chunked(large, bytes));
      expect(answer.status).toBe(413);
    }
    expect((await rig.post(path, large)).status).toBe(413);
    const promise = await rawRequest(rig.url, head(path, `content-length: ${10 ** 12}\r\n`));
    expect(promise.status).toBe(413);
  });

  it.each(ways)('%s (%s), stream %s: a form instead of JSON is refused', async (path, kind, stream) => {
    const body = JSON.stringify({ ...bodyOf(kind, 'oa/m'), stream });
    const form = `--x\r\ncontent-disposition: form-data; name="model"\r\n\r\n${body}\r\n--x--\r\n`;
    for (const boundary of ['x', 'x'.repeat(20_000), '']) {
      const answer = await rig.post(path, form, { 'content-type': `multipart/form-data; boundary=${boundary}` });
      expect(answer.status).toBe(400);
    }
  });

  it.each(ways)('%s (%s), stream %s: a compressed body is refused, not unfolded', async (path, kind, stream) => {
    const text = JSON.stringify({ ...bodyOf(kind, 'oa/m'), stream, x: ' '.repeat(megabytes) });
    const bodies: readonly [string, Buffer][] = [
      ['gzip', gzipSync(text)],
      ['x-gzip', gzipSync(text)],
      ['deflate', deflateSync(text)],
      ['br', brotliCompressSync(text)],
      ['gzip, gzip', gzipSync(gzipSync(text))],
      ['identity, gzip', gzipSync(text)],
      ['GZIP', gzipSync(text)],
      [Array(1000).fill('gzip').join(','), gzipSync(text)],
    ];
    for (const [encoding, body] of bodies) {
      const answer = await rig.post(path, body, { 'content-encoding': encoding });
      expect(answer.status, encoding.slice(0, 40)).toBe(400);
      expect(answer.body).toContain('compressed');
    }
    // Without the header it is bytes that are no JSON.
    expect((await rig.post(path, gzipSync(text))).status).toBe(400);
    // A transfer coding is one more way to say it.
    const coded = head(path, 'transfer-encoding: gzip, chunked\r\n') + chunked('x', 10);
    expect([400, 501]).toContain((await rawRequest(rig.url, coded)).status);
  });

  it('50 bombs leave memory as it was', async () => {
    const bomb = gzipSync(Buffer.alloc(40 * megabytes, 0x20));
    const before = process.memoryUsage.rss();
    for (let i = 0; i < 50; i++) {
      const [path] = doors[i % doors.length] ?? doors[0];
      expect((await rig.post(path, bomb, { 'content-encoding': 'gzip' })).status).toBe(400);
    }
    expect(process.memoryUsage.rss() - before).toBeLessThan(64 * megabytes);
  });
});

describe('S17: a rate limit holds on every road', () => {
  it.each(ways)('%s (%s), stream %s: the second request is refused', async (path, kind, stream) => {
    const rig = await startRig({ key: { limits: { requestsPerMinute: 1 } }, upstream: { script: answerWell } });
    try {
      const body = JSON.stringify({ ...bodyOf(kind, 'oa/m'), stream });
      expect((await rig.post(path, body)).status).toBe(200);
      for (const [other, otherKind, otherStream] of ways) {
        const again = await rig.post(other, JSON.stringify({ ...bodyOf(otherKind, 'oa/m'), stream: otherStream }));
        expect(again.status, `${other} after ${path}`).toBe(429);
      }
    } finally {
      await rig.close();
    }
  });
});

describe('S22: connections to providers', () => {
  const wholeAnswer = (text: string): string => {
    const body = chatJson({ text });
    return `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
  };

  it.each([
    ['a second answer in the same packet', (text: string) => wholeAnswer(text) + wholeAnswer('poison')],
    ['half of an answer', (text: string) => `${wholeAnswer(text)}HTTP/1.1 200 OK\r\ncontent-le`],
    ['noise', (text: string) => `${wholeAnswer(text)}\r\n\r\nxx`],
  ])('%s behind an answer: nobody is ever given it', async (_name, bytesOf) => {
    const asked: number[] = [];
    const raw = await startRawUpstream((socket, connection) => {
      socket.on('data', () => {
        asked.push(connection);
        socket.write(bytesOf(`answer ${asked.length}`));
      });
    });
    const rig = await startRig({ routes: { raw: ['oa/m@raw'] }, addresses: { raw: raw.url } });
    try {
      for (let i = 1; i <= 5; i++) {
        const answer = await rig.chat(bodyOf('chat', 'raw'));
        expect(answer.body).not.toContain('poison');
        expect(answer.body).toContain(`answer ${i}`);
      }
      // A connection that said too much is not used again.
      expect(new Set(asked).size).toBe(asked.length);
    } finally {
      await rig.close();
      await raw.close();
    }
  });

  it('bytes that come while nobody asks end the connection', async () => {
    const gone: Promise<unknown>[] = [];
    const raw = await startRawUpstream((socket) => {
      gone.push(new Promise((resolve) => socket.once('close', resolve)));
      socket.once('data', () => {
        socket.write(wholeAnswer('fine'));
        setTimeout(() => socket.write(wholeAnswer('poison')), 20);
      });
    });
    const rig = await startRig({ routes: { raw: ['oa/m@raw'] }, addresses: { raw: raw.url } });
    try {
      for (let i = 0; i < 3; i++) {
        expect((await rig.chat(bodyOf('chat', 'raw'))).body).toContain('fine');
        await gone.at(-1);
      }
      expect(raw.connections).toBe(3);
    } finally {
      await rig.close();
      await raw.close();
    }
  });

  it('two credentials at one address never share a connection', async () => {
    const seen: string[][] = [];
    const raw = await startRawUpstream((socket, connection) => {
      socket.on('data', (bytes) => {
        const model = /"model":"(\w+)"/.exec(bytes.toString())?.[1] ?? '?';
        seen[connection] = [...(seen[connection] ?? []), model];
        socket.write(wholeAnswer('fine'));
      });
    });
    const addresses = { one: raw.url, two: raw.url };
    const rig = await startRig({ routes: { one: ['oa/a@one'], two: ['oa/b@two'] }, addresses });
    try {
      for (let i = 0; i < 12; i++) {
        expect((await rig.chat(bodyOf('chat', i % 3 === 0 ? 'one' : 'two'))).status).toBe(200);
      }
      expect(seen.length).toBeGreaterThan(1);
      for (const models of seen) expect(new Set(models).size).toBe(1);
    } finally {
      await rig.close();
      await raw.close();
    }
  });
});
