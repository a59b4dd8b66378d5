/** Fault F9 and the bounds of cases 90, 104 and 117: providers that send far too much, or nonsense. */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { wireText } from '../fakes/answer.ts';
import { chatJson, chatStream } from '../fakes/chat-wire.ts';
import { messagesJson, messagesStream } from '../fakes/messages-wire.ts';
import { startRawUpstream } from '../fakes/raw-upstream.ts';
import { sseHeaders } from '../fakes/reply.ts';
import type { Script } from '../fakes/upstream.ts';
import { watchStalls } from '../thread-time.ts';
import { until } from '../until.ts';
import { errorViolations } from '../validators/error-answer.ts';
import { type Rig, startRig } from './rig.ts';
import { ask, askStream, dialectOf, readStream, roads, type UpstreamName, violations } from './stream-reader.ts';

const megabytes = 1024 * 1024;
const json = { 'content-type': 'application/json' };
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

let rig: Rig;
beforeEach(async () => {
  rig = await startRig();
});
afterEach(() => rig.close());

const held = () => {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

/**
 * What this process cannot let go of, while `work` runs and after it, stays below `bytesMax` over what it held before.
 * Memory behind buffers is given back some time after its collection, so what counts is a rise that lasts.
 */
async function grownLess(bytesMax: number, work: () => Promise<unknown>): Promise<void> {
  collectGarbage();
  const before = held();
  let lasting = 0;
  let worst = 0;
  const isOver = () => {
    if (held() - before > bytesMax) collectGarbage();
    return held() - before > bytesMax;
  };
  const watch = setInterval(() => {
    lasting = isOver() ? lasting + 1 : 0;
    worst = Math.max(worst, lasting);
  }, 25);
  await work().finally(() => clearInterval(watch));
  expect(worst, 'looks in a row that found too much').toBeLessThan(5);
  await until('memory to be given back', () => !isOver());
}

const streamOf = (upstream: UpstreamName, text: string) =>
  upstream === 'oa' ? chatStream({ text }, { includeUsage: true }) : messagesStream({ text });

describe('F9: too much of a stream', () => {
  it.each(roads)(
    '%s over %s: a line of 10 MB is taken for no event; the failure form, in bounded memory',
    async (door, upstream) => {
      const begun = wireText(streamOf(upstream, 'Hel lo').slice(0, upstream === 'oa' ? 2 : 4));
      rig.upstream.once(async (_call, reply) => {
        reply.head(200, sseHeaders);
        await reply.write(`${begun}data: {"x":"`);
        await reply.flood(10 * megabytes);
        await reply.write('"}\n\n');
        reply.end();
      });
      let body = '';
      await grownLess(32 * megabytes, async () => {
        body = (await askStream(rig, door, `${upstream}/m`)).body;
      });
      expect(violations(door, body, 'failed')).toEqual([]);
      expect(readStream(door, body).text).toBe('Hel');
      expect(await rig.row()).toMatchObject({ status: 'failed' });
      await rig.upstream.waitForClosed(1000);
    },
  );

  it.each(roads)('%s over %s: a line without end before any content is 502', async (door, upstream) => {
    rig.upstream.on('m', async (_call, reply) => {
      reply.head(200, sseHeaders);
      await reply.write('data: ');
      await reply.flood(1024 * megabytes);
    });
    await grownLess(40 * megabytes, async () => {
      const answer = await askStream(rig, door, `${upstream}/m`);
      expect(errorViolations(answer, { dialect: dialectOf(door), status: 502 })).toEqual([]);
    });
    await rig.upstream.waitForClosed(1000);
  });

  it.each(roads)(
    '%s over %s: 300,000 tiny events are relayed or refused, without a long stall',
    async (door, upstream) => {
      const events = streamOf(upstream, 'a b');
      const end = events.findIndex((event) => event.text.includes(' b')) + 1;
      const tiny = upstream === 'oa' ? 'data: {}\n\n' : 'event: ping\ndata: {"type":"ping"}\n\n';
      const many = Buffer.from(tiny.repeat(3000));
      rig.upstream.once(async (_call, reply) => {
        reply.head(200, sseHeaders);
        await reply.write(wireText(events.slice(0, end)));
        for (let i = 0; i < 100; i++) if (!(await reply.write(many))) return;
        await reply.write(wireText(events.slice(end)));
        reply.end();
      });
      const stalls = watchStalls();
      const { body } = await askStream(rig, door, `${upstream}/m`);
      expect(stalls()).toBeLessThan(500);
      expect(readStream(door, body)).toMatchObject({ text: 'a b', stop: door === 'chat' ? 'stop' : 'end_turn' });
      expect(await rig.row()).toMatchObject({ status: 'completed', usage: { input: 10, output: 2 } });
    },
  );

  it.each(['chat', 'messages'] as const)('%s: a million events that say nothing, first, are given up', async (door) => {
    const upstream = door === 'chat' ? 'oa' : 'an';
    const many = Buffer.from('data: {"type":"ping"}\n\n'.repeat(3000));
    rig.upstream.on('m', async (_call, reply) => {
      reply.head(200, sseHeaders);
      for (let i = 0; i < 333; i++) if (!(await reply.write(many))) return;
      reply.end();
    });
    const answer = await askStream(rig, door, `${upstream}/m`);
    expect(errorViolations(answer, { dialect: dialectOf(door), status: 502 })).toEqual([]);
  });

  it.each(roads)(
    '%s over %s: a stream without end for a caller of a whole answer ends at the limit',
    async (door, upstream) => {
      await rig.close();
      rig = await startRig({ settings: { answerBytesMax: 4 * megabytes } });
      const events = streamOf(upstream, `la ${'x'.repeat(64 * 1024)}`);
      const delta = events.find((event) => event.text.includes('xxx'))?.text ?? '';
      const begun = wireText(
        events.slice(
          0,
          events.findIndex((event) => event.text.includes('xxx')),
        ),
      );
      rig.upstream.on('m', async (_call, reply) => {
        reply.head(200, sseHeaders);
        await reply.write(begun);
        while (await reply.write(delta));
      });
      const answer = await ask(rig, door, `${upstream}/m`);
      expect(errorViolations(answer, { dialect: dialectOf(door), status: 502 })).toEqual([]);
      expect(answer.body).toContain(String(4 * megabytes));
      await rig.upstream.waitForClosed(1000);
    },
  );
});

describe('F9: too much of a whole answer', () => {
  it.each(roads)('%s over %s: JSON without end is 502 at the limit', async (door, upstream) => {
    await rig.close();
    rig = await startRig({ settings: { answerBytesMax: 4 * megabytes } });
    rig.upstream.on('m', async (_call, reply) => {
      reply.head(200, json);
      await reply.write('{"x":"');
      await reply.flood(1024 * megabytes);
    });
    await grownLess(16 * megabytes, async () => {
      const answer = await ask(rig, door, `${upstream}/m`);
      expect(errorViolations(answer, { dialect: dialectOf(door), status: 502 })).toEqual([]);
    });
  });

  it.each(roads)(
    'case 117, %s over %s: an error body of 1 GB is read as far as it says something',
    async (door, upstream) => {
      for (const status of [400, 500]) {
        rig.upstream.on('m', async (_call, reply) => {
          reply.head(status, { 'content-type': 'text/html', 'content-length': 1024 * megabytes });
          await reply.flood(1024 * megabytes);
        });
        await grownLess(8 * megabytes, async () => {
          const answer = await ask(rig, door, `${upstream}/m`);
          expect(errorViolations(answer, { dialect: dialectOf(door) })).toEqual([]);
        });
        await rig.upstream.waitForClosed(1000);
        for (const call of rig.upstream.chats) expect(call.bytesSent).toBeLessThan(16 * megabytes);
      }
    },
  );

  const zeros = gzipSync(Buffer.alloc(100 * megabytes, 'x'));
  describe.each<[string, number, Record<string, string>]>([
    ['a whole answer', 200, json],
    ['a stream', 200, { 'content-type': 'text/event-stream' }],
    ['an error', 500, json],
  ])('a gzip bomb as %s', (_name, status, headers) => {
    it.each(roads)('%s over %s: an error, in bounded memory', async (door, upstream) => {
      await rig.close();
      rig = await startRig({ settings: { answerBytesMax: 8 * megabytes } });
      const bomb: Script = (_call, reply) => reply.send(status, { ...headers, 'content-encoding': 'gzip' }, zeros);
      rig.upstream.on('m', bomb);
      await grownLess(48 * megabytes, async () => {
        const answer = await (status === 200 && headers !== json ? askStream : ask)(rig, door, `${upstream}/m`);
        expect(errorViolations(answer, { dialect: dialectOf(door), status: 502 })).toEqual([]);
      });
    });
  });

  it.each(roads)(
    '%s over %s: a provider that compresses without being asked is understood all the same',
    async (door, upstream) => {
      const whole = upstream === 'oa' ? chatJson({ text: 'hello' }) : messagesJson({ text: 'hello' });
      rig.upstream
        .once((_call, reply) => reply.gzip(200, json, whole))
        .once((_call, reply) => reply.gzip(200, sseHeaders, wireText(streamOf(upstream, 'hello'))));
      const answer = await ask(rig, door, `${upstream}/m`);
      expect(answer.status).toBe(200);
      expect(answer.headers['content-encoding']).toBeUndefined();
      expect(answer.body).toContain('hello');
      const { body } = await askStream(rig, door, `${upstream}/m`);
      expect(violations(door, body, 'whole')).toEqual([]);
      expect(rig.upstream.chats[0]?.headers['accept-encoding']).toBe('identity');
    },
  );

  it.each(['gzip, gzip', 'zstd', 'compress'])('an encoding of %s is refused', async (encoding) => {
    rig.upstream.on('m', (_call, reply) => reply.send(200, { ...json, 'content-encoding': encoding }, 'xxxx'));
    expect(errorViolations(await ask(rig, 'chat', 'oa/m'), { dialect: 'openai-chat', status: 502 })).toEqual([]);
  });
});

describe('F9: headers', () => {
  const whole = chatJson({ text: 'hello' });
  const rawRig = async (head: string) => {
    const odd = await startRawUpstream((socket) => {
      socket.once('data', () =>
        socket.end(`${head}content-type: application/json\r\ncontent-length: ${whole.length}\r\n\r\n${whole}`),
      );
    });
    await rig.close();
    rig = await startRig({ addresses: { odd: odd.url }, routes: { odd: ['oa/m@odd'] } });
    return odd;
  };

  it('10,000 of them: the answer without them, or 502; the caller is not given them', async () => {
    for (const name of ['x', 'x-ratelimit-made-up']) {
      const odd = await rawRig(
        `HTTP/1.1 200 OK\r\n${Array.from({ length: 10_000 }, (_, i) => `${name}-${i}: 1\r\n`).join('')}`,
      );
      const answer = await ask(rig, 'chat', 'odd');
      if (answer.status !== 200) expect(errorViolations(answer, { dialect: 'openai-chat', status: 502 })).toEqual([]);
      expect(Object.keys(answer.headers).length).toBeLessThan(80);
      await odd.close();
    }
  });

  it('2,000 rate limit headers are too many to pass on', async () => {
    const odd = await rawRig(
      `HTTP/1.1 200 OK\r\n${Array.from({ length: 2000 }, (_, i) => `x-ratelimit-${i}: 1\r\n`).join('')}`,
    );
    const answer = await ask(rig, 'chat', 'odd');
    expect(answer.status).toBe(200);
    expect(Object.keys(answer.headers).length).toBeLessThan(80);
    await odd.close();
  });

  it('bytes that are no text in a header that is passed on', async () => {
    for (const value of ['7\u0001', 'sieben \u00fc', '7 😀']) {
      const odd = await rawRig(
        `HTTP/1.1 200 OK\r\nretry-after: ${value}\r\nx-ratelimit-limit-requests: ${value}\r\nx-request-id: ${value}\r\n`,
      );
      const answer = await ask(rig, 'chat', 'odd');
      if (answer.status === 200) expect(answer.body).toContain('hello');
      else expect(errorViolations(answer, { dialect: 'openai-chat', status: 502 })).toEqual([]);
      await odd.close();
    }
  });

  it('a thousand interim answers come before the real one', async () => {
    const odd = await rawRig(`${'HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n'.repeat(1000)}HTTP/1.1 200 OK\r\n`);
    const answer = await ask(rig, 'chat', 'odd');
    if (answer.status === 200) expect(answer.body).toBe(whole);
    else expect(errorViolations(answer, { dialect: 'openai-chat', status: 502 })).toEqual([]);
    await odd.close();
  });
});
