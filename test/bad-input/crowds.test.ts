/** F16: many connections that do nothing. They end by themselves, and keep nobody out below the limit of connections. */
import { afterEach, describe, expect, it } from 'vitest';
import { type Rig, rigKey, startRig } from '../cases/rig.ts';
import { bodyOf } from '../cases/stream-reader.ts';
import { RawClient, rawRequest, rawRequestText } from '../harness/raw-client.ts';
import { until } from '../until.ts';

let rig: Rig;
afterEach(() => rig.close());

const open = (count: number) => Promise.all(Array.from({ length: count }, () => RawClient.connect(rig.url)));
const allEnded = (clients: readonly RawClient[]) =>
  until('the gateway to hang up', () => clients.every((client) => client.ended), 15_000);
const health = () => rawRequest(rig.url, rawRequestText('/health', {}, '', 'GET'));

describe('500 callers that are silent in the middle of their headers', () => {
  it('keep nobody out, and are cut at the time limit', async () => {
    rig = await startRig({ settings: { headersTimeoutMs: 4000 } });
    const idle = await open(500);
    await Promise.all(idle.map((client) => client.send('POST /v1/messages HTTP/1.1\r\nhost: g\r\nx-a: ')));
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        i % 2 === 0 ? rig.chat(bodyOf('chat', 'an/echo')) : rig.messages(bodyOf('messages', 'oa/echo')),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(idle.filter((client) => client.ended)).toEqual([]);
    await allEnded(idle);
    expect(idle.filter((client) => client.answer.status !== 408)).toEqual([]);
  });
});

describe('500 callers that are silent in the middle of their body', () => {
  it('keep nobody out, and are cut at the time limit', async () => {
    rig = await startRig({ settings: { bodyIdleMs: 4000 } });
    const text = rawRequestText('/v1/messages', { authorization: `Bearer ${rigKey}` }, '{"model":"oa/echo"');
    const idle = await open(500);
    await Promise.all(idle.map((client) => client.send(text.subarray(0, -1))));
    await until('all to be read', () => rig.gateway.inFlight === 500);
    expect((await rig.chat(bodyOf('chat', 'an/echo'))).status).toBe(200);
    expect(idle.filter((client) => client.ended)).toEqual([]);
    await allEnded(idle);
    expect(idle.filter((client) => client.answer.status !== 408)).toEqual([]);
    expect(rig.gateway.inFlight).toBe(0);
    expect(rig.upstream.chats).toHaveLength(1);
  });
});

describe('server.limits.connectionsMax', () => {
  it('closes what is above it at once, and takes new ones when others have gone', async () => {
    rig = await startRig({ settings: { connectionsMax: 5, headersTimeoutMs: 2000 } });
    const five = await open(5);
    await until('a sixth to be closed', async () => {
      const sixth = await RawClient.connect(rig.url).catch(() => undefined);
      await until('an end', () => sixth === undefined || sixth.ended, 1000);
      return sixth?.bytesRead === 0;
    });
    expect(five.filter((client) => client.ended)).toEqual([]);
    five[0]?.abort();
    await until('a free place', async () => (await health()).status === 200, 1500);
  });
});

describe('server.limits.connectionsPerAddressMax', () => {
  it('closes what one address has above it, and takes new ones when others have gone', async () => {
    rig = await startRig({ settings: { connectionsPerAddressMax: 5, headersTimeoutMs: 2000 } });
    const five = await open(5);
    await until('a sixth to be closed', async () => {
      const sixth = await RawClient.connect(rig.url).catch(() => undefined);
      await until('an end', () => sixth === undefined || sixth.ended, 1000);
      return sixth?.bytesRead === 0;
    });
    expect(five.filter((client) => client.ended)).toEqual([]);
    five[0]?.abort();
    await until('a free place', async () => (await health().catch(() => undefined))?.status === 200, 1500);
  });
});
