/** Case 10: keys that somebody guesses. None of them is remembered, whatever is tried. */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authenticate } from '../../src/gateway/authenticate.ts';
import { LlmFailure } from '../../src/llm/error.ts';
import type { Key, Snapshot } from '../../src/snapshot/snapshot.ts';
import { type Rig, startRig } from '../cases/rig.ts';
import { bodyOf } from '../cases/stream-reader.ts';
import { RawClient, rawRequestText } from '../harness/raw-client.ts';

const megabytes = 1024 * 1024;
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
const heapBytes = (): number => {
  collectGarbage();
  return process.memoryUsage().heapUsed;
};
const randomKey = (): string => `tg-${randomBytes(24).toString('hex')}`;

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());

describe('100,000 random keys', () => {
  it('are all unknown, and leave the heap as it was', () => {
    const snapshot: Snapshot = {
      version: 1,
      keys: new Map<string, Key>(),
      resolve: () => ({ missing: true }),
      listModels: () => [],
      listRoutes: () => [],
    };
    const attempt = (): void => {
      const key = randomKey();
      const headers = { authorization: `Bearer ${key}` };
      const request = { headers, rawHeaders: ['Authorization', headers.authorization] } as unknown as IncomingMessage;
      expect(() => authenticate(request, snapshot, 0)).toThrow(LlmFailure);
    };
    for (let i = 0; i < 1000; i++) attempt();
    const before = heapBytes();
    for (let i = 0; i < 100_000; i++) attempt();
    // One remembered hash is more than 100 bytes.
    expect(heapBytes() - before).toBeLessThan(2 * megabytes);
    expect(snapshot.keys.size).toBe(0);
  });
});

describe('10,000 requests with random keys', () => {
  it('are all refused before anything is asked or written, and leave the heap as it was', async () => {
    const batch = 500;
    const round = async (rounds: number): Promise<void> => {
      for (let i = 0; i < rounds; i++) expect(await refusals(rig, batch)).toBe(batch);
    };
    await round(4);
    const before = heapBytes();
    await round(20);
    expect(heapBytes() - before).toBeLessThan(3 * megabytes);
    expect(rig.upstream.calls).toEqual([]);
    expect(rig.records).toEqual([]);
    expect(rig.logged.length).toBeLessThan(10);
    expect((await rig.chat(bodyOf('chat', 'oa/echo'))).status).toBe(200);
  });
});

/** Sends requests in a row on one connection and counts the answers that are 401. */
async function refusals({ url }: Rig, count: number): Promise<number> {
  const client = await RawClient.connect(url);
  const body = JSON.stringify(bodyOf('messages', 'oa/echo'));
  const text = Array.from({ length: count }, (_, i) => {
    const connection = i === count - 1 ? 'close' : 'keep-alive';
    return rawRequestText('/v1/messages', { 'x-api-key': randomKey(), connection }, body).toString();
  });
  client.socket.write(text.join(''));
  await client.until(() => client.ended, 'the end');
  return client.answer.bytes.toString('latin1').match(/HTTP\/1\.1 401 /g)?.length ?? 0;
}
