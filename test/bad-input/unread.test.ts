/** F15, F16: callers that do not read the end of their answer, and bodies that nobody reads. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Rig, rigKey, startRig } from '../cases/rig.ts';
import { bodyOf, roads } from '../cases/stream-reader.ts';
import { chatJson } from '../fakes/chat-wire.ts';
import { messagesJson } from '../fakes/messages-wire.ts';
import { RawClient, rawRequestText } from '../harness/raw-client.ts';
import { until } from '../until.ts';

let rig: Rig;
afterEach(async () => {
  await rig.close();
  accepted.clear();
});

/** The other ends of connections, by the port of this end: a caller that does not read cannot see that they closed. */
const accepted = new Map<number | undefined, Socket>();
const onAccepted = (message: unknown): void => {
  const { socket } = message as { socket: Socket };
  accepted.set(socket.remotePort, socket);
};
beforeAll(() => subscribe('net.server.socket', onAccepted));
afterAll(() => unsubscribe('net.server.socket', onAccepted));
const gatewaySide = (client: RawClient) => accepted.get(client.socket.localPort);

const auth = { authorization: `Bearer ${rigKey}`, 'content-type': 'application/json' };
const megabytes = 1024 * 1024;

describe('a whole answer of 20 MB', () => {
  const text = 'x'.repeat(20 * megabytes);
  const ask = async (door: 'chat' | 'messages', upstream: 'oa' | 'an'): Promise<RawClient> => {
    const json = upstream === 'oa' ? chatJson({ text }) : messagesJson({ text });
    rig.upstream.once((_call, reply) => reply.send(200, { 'content-type': 'application/json' }, json));
    const client = await RawClient.connect(rig.url);
    const path = door === 'chat' ? '/v1/chat/completions' : '/v1/messages';
    const headers = { ...auth, connection: 'keep-alive' };
    await client.send(rawRequestText(path, headers, JSON.stringify(bodyOf(door, `${upstream}/m`))));
    return client;
  };

  it.each(roads)('that is not read is dropped after clientStallMs: %s over %s', async (door, upstream) => {
    rig = await startRig({ settings: { clientStallMs: 300 } });
    const client = await ask(door, upstream);
    await client.untilBytes(1);
    client.pause();
    expect(await rig.row()).toMatchObject({ status: 'completed' });
    await until('the gateway to drop it', () => gatewaySide(client)?.destroyed === true, 5000);
    // What the kernel had taken is still there to read; the rest went with the connection.
    client.resume();
    await until('the end', () => client.ended);
    expect(client.answer.whole).toBe(false);
  });

  it.each(roads.slice(0, 2))('that is read slowly, but read, arrives whole: %s over %s', async (door, upstream) => {
    rig = await startRig({ settings: { clientStallMs: 400 } });
    const client = await ask(door, upstream);
    await client.untilBytes(1);
    for (let i = 0; i < 8; i++) {
      client.pause();
      await pause(150);
      const before = client.bytesRead;
      client.resume();
      await client.untilBytes(Math.min(before + megabytes, 20 * megabytes));
    }
    await client.until((answer) => answer.whole, 'the whole answer');
    expect(client.answer.body.length).toBeGreaterThan(20 * megabytes);
    // The watch over the last answer is over: the connection lasts, and serves.
    await pause(800);
    expect(client.ended).toBe(false);
    const seen = client.bytesRead;
    await client.send(rawRequestText('/health', { connection: 'keep-alive' }, '', 'GET'));
    await client.untilBytes(seen + 50);
    client.abort();
  });
});

describe('a body at an address that reads none', () => {
  const head = (line: string) => `${line} HTTP/1.1\r\nhost: g\r\ntransfer-encoding: chunked\r\n\r\n`;
  const lines = ['POST /v1/embeddings', 'GET /health', 'PUT /v1/messages', 'GET /v1/models'];

  it.each(lines)('is cut at twice the largest body: %s', async (line) => {
    rig = await startRig({ settings: { bodyBytesMax: 1024 * 1024 } });
    const client = await RawClient.connect(rig.url);
    await client.send(head(line));
    const piece = `10000\r\n${'a'.repeat(65536)}\r\n`;
    let sent = 0;
    while (!client.ended && sent < 64 * megabytes && (await client.send(piece))) sent += piece.length;
    await until('the end', () => client.ended);
    expect(sent).toBeLessThan(16 * megabytes);
    expect(client.answer.status).toBeGreaterThanOrEqual(200);
  });

  it('is cut after a few seconds, however slowly it comes', async () => {
    rig = await startRig();
    const clients = await Promise.all(
      lines.map(async (line) => {
        const client = await RawClient.connect(rig.url);
        await client.send(head(line));
        return client;
      }),
    );
    await until(
      'the end of all',
      async () => {
        for (const client of clients) await client.send('1\r\na\r\n');
        return clients.every((client) => client.ended);
      },
      10_000,
    );
  });
});
