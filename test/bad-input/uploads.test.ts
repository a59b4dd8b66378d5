/** Back-pressure on the way in: 20 MB from a slow caller, 20 MB to a slow provider. Nobody else waits for either. */
import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { type Rig, rigKey, startRig } from '../cases/rig.ts';
import { bodyOf, type DoorName, dialectOf, roads, type UpstreamName } from '../cases/stream-reader.ts';
import { chatJson } from '../fakes/chat-wire.ts';
import { messagesJson } from '../fakes/messages-wire.ts';
import { type RawUpstream, startRawUpstream } from '../fakes/raw-upstream.ts';
import { RawClient, rawRequestText } from '../harness/raw-client.ts';
import { until } from '../until.ts';
import { errorViolations } from '../validators/error-answer.ts';

/** A relay and a translation. */
const twoRoads = roads.slice(0, 2);
const megabytes = 1024 * 1024;
const text = 'word '.repeat(4 * megabytes);

let rig: Rig;
let provider: RawUpstream | undefined;
afterEach(async () => {
  await rig.close();
  await provider?.close();
  provider = undefined;
});

function upload(door: DoorName, model: string): Buffer {
  const headers = { authorization: `Bearer ${rigKey}`, 'content-type': 'application/json' };
  const path = door === 'chat' ? '/v1/chat/completions' : '/v1/messages';
  const body = JSON.stringify(bodyOf(door, model, { messages: [{ role: 'user', content: text }] }));
  return rawRequestText(path, headers, body);
}

/** Asks short questions until `over`, and returns how long the slowest took, in milliseconds. */
async function askMeanwhile(over: () => boolean): Promise<number> {
  let slowest = 0;
  while (!over()) {
    const startedAt = performance.now();
    expect((await rig.chat(bodyOf('chat', 'an/other'))).status).toBe(200);
    slowest = Math.max(slowest, performance.now() - startedAt);
    await pause(20);
  }
  return slowest;
}

describe('a caller that sends 20 MB slowly', () => {
  it.each(twoRoads)('is served when it is done, and others meanwhile: %s over %s', async (door, upstream) => {
    rig = await startRig({ settings: { bodyIdleMs: 2000 } });
    const client = await RawClient.connect(rig.url);
    const bytes = upload(door, `${upstream}/large`);
    const piece = Math.ceil(bytes.length / 100);
    let sent = false;
    const others = askMeanwhile(() => sent);
    for (let at = 0; at < bytes.length; at += piece) {
      await client.send(bytes.subarray(at, at + piece));
      await pause(5);
    }
    sent = true;
    await client.until((answer) => answer.whole, 'the answer');
    expect(client.answer.status).toBe(200);
    expect(await others).toBeLessThan(1000);
    const call = rig.upstream.chats.find(({ model }) => model === 'large');
    expect(JSON.stringify(call?.json?.messages).includes(text)).toBe(true);
  });
});

/** A provider below HTTP. `reads`: a chunk every few milliseconds, then it answers; else it never reads a byte. */
async function startProvider(
  upstream: UpstreamName,
  reads: boolean,
): Promise<{ seen: () => number; sockets: Socket[] }> {
  let seen = 0;
  const sockets: Socket[] = [];
  const json = upstream === 'oa' ? chatJson({ text: 'read' }) : messagesJson({ text: 'read' });
  const answer = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(json)}\r\n\r\n${json}`;
  provider = await startRawUpstream((socket) => {
    sockets.push(socket);
    if (!reads) return socket.pause();
    let due = 0;
    socket.on('data', (chunk: Buffer) => {
      if (due === 0) due = bytesDue(chunk.toString('latin1'));
      seen += chunk.length;
      if (seen === due) return socket.write(answer);
      socket.pause();
      return setTimeout(() => socket.resume(), 5);
    });
  });
  return { seen: () => seen, sockets };
}

/** Of a whole request, by the beginning of it. */
function bytesDue(begin: string): number {
  return begin.indexOf('\r\n\r\n') + 4 + Number(/content-length: (\d+)/i.exec(begin)?.[1]);
}

describe('a provider that reads 20 MB slowly', () => {
  it.each(twoRoads)('answers when it is done, and others meanwhile: %s over %s', async (door, upstream) => {
    const slow = await startProvider(upstream, true);
    rig = await startRig({ addresses: { slow: provider?.url ?? '' }, routes: { large: [`${upstream}/large@slow`] } });
    const client = await RawClient.connect(rig.url);
    await client.send(upload(door, 'large'));
    const slowest = await askMeanwhile(() => client.answer.whole || client.ended);
    expect(client.answer.status).toBe(200);
    expect(client.answer.body.toString()).toContain('read');
    expect(slow.seen()).toBeGreaterThan(20 * megabytes);
    expect(slowest).toBeLessThan(1000);
  });
});

describe('a provider that reads nothing', () => {
  const start = async (upstream: UpstreamName) => {
    const silent = await startProvider(upstream, false);
    rig = await startRig({
      addresses: { silent: provider?.url ?? '' },
      routes: { large: [`${upstream}/large@silent`] },
      timeouts: { firstTokenMs: 700, totalMs: 700 },
    });
    return silent;
  };
  const gone = (sockets: readonly Socket[]) =>
    until(
      'the gateway to hang up',
      () => {
        for (const socket of sockets) socket.resume();
        return sockets.length > 0 && sockets.every((socket) => socket.destroyed);
      },
      1000,
    );

  it.each(twoRoads)('is given up at its time limit, and hung up on: %s over %s', async (door, upstream) => {
    const { sockets } = await start(upstream);
    const client = await RawClient.connect(rig.url);
    await client.send(upload(door, 'large'));
    await client.until((answer) => answer.whole, 'the answer');
    const answer = { ...client.answer, body: client.answer.body.toString() };
    expect(errorViolations(answer, { dialect: dialectOf(door), status: 504 })).toEqual([]);
    expect(await rig.row()).toMatchObject({ status: 'failed', errorKind: 'timeout' });
    await gone(sockets);
  });

  it.each(twoRoads)('is hung up on within a second of its caller’s end: %s over %s', async (door, upstream) => {
    const { sockets } = await start(upstream);
    const client = await RawClient.connect(rig.url);
    await client.send(upload(door, 'large'));
    await until('the provider to be asked', () => sockets.length > 0);
    client.abort();
    expect(await rig.row()).toMatchObject({ status: 'cancelled' });
    await gone(sockets);
  });
});
