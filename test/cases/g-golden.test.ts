/** Cases 88 to 90 and FX9: golden streams, cut anywhere, in every syntax that server-sent events allow. */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Say, wireText } from '../fakes/answer.ts';
import { chatStream } from '../fakes/chat-wire.ts';
import { Gate } from '../fakes/gate.ts';
import { messagesStream } from '../fakes/messages-wire.ts';
import { sseHeaders } from '../fakes/reply.ts';
import type { Script } from '../fakes/upstream.ts';
import { RawClient, rawRequestText } from '../harness/raw-client.ts';
import { call } from '../harness/sse-client.ts';
import { steadyClock } from '../steady-clock.ts';
import { type Rig, rigKey, startRig } from './rig.ts';
import { askStream, bodyOf, readStream, roads, type UpstreamName, violations } from './stream-reader.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());
beforeEach(() => rig.forget());

const golden: Say = {
  thinking: 'Hm, so',
  text: 'Par😀is é\u2028 "quoted" \\ data: [DONE]\n\nis it',
  tools: [{ id: 'call_1', name: 'get_weather', args: '{"city":"Zürich 😀","n":12345678901234567890}' }],
  usage: { input: 12, output: 9 },
};

const streamOf = (upstream: UpstreamName, say: Say) =>
  upstream === 'oa' ? chatStream(say, { includeUsage: true }) : messagesStream(say);

/** The stream's bytes in slices, one write each. */
function sliced(upstream: UpstreamName, cuts: readonly number[], wire = wireText(streamOf(upstream, golden))): Script {
  return async (_call, reply) => {
    reply.head(200, sseHeaders);
    await reply.slices(Buffer.from(wire), cuts);
    reply.end();
  };
}

/** Enough of everything that a cut could break. */
const small: Say = { text: '😀 é\u2028\\', tools: [{ id: 'call_1', name: 'f', args: '{"a":"\\u00e9"}' }] };

/** Ids, times and names differ from request to request. */
const constant = (body: string) =>
  body
    .replace(/cut-\d{4}/g, 'cut')
    .replace(/"(id|request_id)":"(chatcmpl-|msg_|req_)[^"]*"/g, '"$1":"$2"')
    .replace(/"created":\d+/g, '"created":0');

describe('case 88: a golden stream', () => {
  it.each(roads)('%s over %s: valid, whole, and the same in each field', async (door, upstream) => {
    rig.upstream.once(sliced(upstream, []));
    const answer = await askStream(rig, door, `${upstream}/m`);
    expect(violations(door, answer.body, 'whole')).toEqual([]);
    expect(answer.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': expect.stringContaining('no-cache'),
      'x-accel-buffering': 'no',
    });
    expect(answer.headers['content-encoding']).toBeUndefined();
    const read = readStream(door, answer.body);
    expect(read).toMatchObject({
      text: golden.text,
      thinking: golden.thinking,
      calls: golden.tools,
      stop: door === 'chat' ? 'tool_calls' : 'tool_use',
      usage: { input: 12, output: 9 },
    });
    expect(await rig.row()).toMatchObject({
      status: 'completed',
      estimated: false,
      usage: { input: 12, output: 9 },
      costNanoUsd: String(12_000 + 18_000),
    });
  });

  it.each(roads)('%s over %s: each event is with the caller within 50 ms', async (door, upstream) => {
    const events = streamOf(upstream, { text: 'one two three four five' });
    const gates = events.map(() => new Gate());
    rig.upstream.once(async (_call, reply) => {
      reply.head(200, sseHeaders);
      for (const [i, event] of events.entries()) {
        await reply.write(event.text);
        await gates[i]?.pass();
      }
      reply.end();
    });
    let seen = '';
    const path = door === 'chat' ? 'chat/completions' : 'messages';
    const running = call(`${rig.url}/v1/${path}`, bodyOf(door, `${upstream}/m`, { stream: true }), {
      key: rigKey,
      onPiece: (bytes) => {
        seen += bytes.toString();
      },
    });
    const clock = steadyClock();
    const lateMs: number[] = [];
    for (const [i, event] of events.entries()) {
      await gates[i]?.reached;
      const word = ['one', 'two', 'three', 'four', 'five'].find((each) => event.text.includes(each));
      const sentAtMs = clock.monotonicMs();
      // The provider says nothing more until this word has arrived.
      if (word !== undefined) {
        while (!seen.includes(word) && clock.monotonicMs() - sentAtMs < 2000) await pause(1);
        lateMs.push(clock.monotonicMs() - sentAtMs);
      }
      gates[i]?.release();
    }
    await running;
    // Once in a while a process is late by itself, but not most of the time.
    expect(lateMs.sort((a, b) => a - b)[2]).toBeLessThan(50);
    expect(lateMs).toHaveLength(5);
    expect(Math.max(...lateMs)).toBeLessThan(2000);
  });
});

describe('case 89: any cut of the bytes gives the same answer', () => {
  it.each(roads)(
    '%s over %s: cut in two at each offset',
    async (door, upstream) => {
      const wire = wireText(streamOf(upstream, small));
      const askCut = async (at: number) => {
        const name = `cut-${String(at).padStart(4, '0')}`;
        rig.upstream.on(name, sliced(upstream, [at], wire));
        return constant((await askStream(rig, door, `${upstream}/${name}`)).body);
      };
      const whole = await askCut(0);
      const { length } = Buffer.from(wire);
      for (let from = 1; from < length; from += 16) {
        const cuts = Array.from({ length: Math.min(16, length - from) }, (_, i) => from + i);
        const answers = await Promise.all(cuts.map(askCut));
        for (const [i, answer] of answers.entries()) expect(answer, `cut at ${from + i}`).toBe(whole);
      }
    },
    120_000,
  );

  it.each(roads)('%s over %s: one byte to a write, LF and CRLF', async (door, upstream) => {
    const text = wireText(streamOf(upstream, golden));
    const answers: string[] = [];
    for (const wire of [text, text.replaceAll('\n', '\r\n')]) {
      const cuts = Array.from({ length: Buffer.byteLength(wire) }, (_, i) => i);
      rig.upstream.once(sliced(upstream, cuts, wire));
      const { body } = await askStream(rig, door, `${upstream}/m`);
      expect(violations(door, body, 'whole')).toEqual([]);
      answers.push(constant(body).replaceAll('\r\n', '\n'));
    }
    expect(answers[1]).toBe(answers[0]);
    expect(readStream(door, answers[0] ?? '')).toMatchObject({ text: golden.text, calls: golden.tools });
  });
});

const chunk = (content: string) =>
  `{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":${JSON.stringify(content)}},"finish_reason":null}]}`;
const finish =
  '{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}';
const usage =
  '{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"m","choices":[],"usage":{"prompt_tokens":10,"completion_tokens":2,"total_tokens":12}}';
const halves = (json: string) => [json.slice(0, json.indexOf('"choices"')), json.slice(json.indexOf('"choices"'))];

/** Each torture: the stream's bytes, in writes. All mean "héllo😀" and 10/2. */
const tortures: Readonly<Record<string, readonly (string | Buffer)[]>> = {
  'data: without a space': [`data:${chunk('héllo😀')}\n\ndata:${finish}\n\ndata:${usage}\n\ndata:[DONE]\n\n`],
  'several data lines, a named event, comments, id and retry': [
    `: keepalive\n\n: OPENROUTER PROCESSING\n\nevent: message\nid: 7\nretry: 100\ndata: ${halves(chunk('héllo😀'))[0]}\ndata: ${halves(chunk('héllo😀'))[1]}\n\n`,
    `data: ${finish}\nevent: message\n\ndata: ${usage}\n\ndata: [DONE]\n\n`,
  ],
  CRLF: [`data: ${chunk('héllo😀')}\r\n\r\ndata: ${finish}\r\n\r\n`, `data: ${usage}\r\n\r\ndata: [DONE]\r\n\r\n`],
  'lone CR': [`data: ${chunk('héllo😀')}\r\rdata: ${finish}\r\rdata: ${usage}\r\rdata: [DONE]\r\r`],
  'a byte order mark': [`\ufeffdata: ${chunk('héllo😀')}\n\ndata: ${finish}\n\ndata: ${usage}\n\ndata: [DONE]\n\n`],
  'blank lines and spaces first': [
    '\n',
    '\r\n\n',
    `data: ${chunk('héllo😀')}\n\ndata: ${finish}\n\ndata: ${usage}\n\ndata: [DONE]\n\n`,
  ],
  'an emoji in two writes': [
    Buffer.from(`data: ${chunk('héllo😀')}`).subarray(0, -70),
    Buffer.from(`data: ${chunk('héllo😀')}`).subarray(-70),
    `\n\ndata: ${finish}\n\ndata: ${usage}\n\nda`,
    'ta: [DONE]\n\n',
  ],
  'cut between CR and LF': [
    `data: ${chunk('héllo😀')}\r`,
    `\n\r`,
    `\ndata: ${finish}\r\n\r`,
    `\ndata: ${usage}\r\n\r\ndata: [DONE]\r\n\r\n`,
  ],
  'empty data': [
    `data:\n\ndata: \n\ndata: ${chunk('héllo😀')}\n\ndata\n\ndata: ${finish}\n\ndata: ${usage}\n\ndata: [DONE]\n\n`,
  ],
  'no blank line at the end': [`data: ${chunk('héllo😀')}\n\ndata: ${finish}\n\ndata: ${usage}\n\ndata: [DONE]`],
  'one line break at the end': [`data: ${chunk('héllo😀')}\n\ndata: ${finish}\n\ndata: ${usage}\n\ndata: [DONE]\n`],
  'no [DONE], and no blank line behind the usage': [`data: ${chunk('héllo😀')}\n\ndata: ${finish}\n\ndata: ${usage}`],
  'no [DONE]': [`data: ${chunk('héllo😀')}\n\ndata: ${finish}\n\ndata: ${usage}\n\n`],
  '[DONE] with a space behind it': [
    `data: ${chunk('héllo😀')}\n\ndata: ${finish}\n\ndata: ${usage}\n\ndata: [DONE] \n\n`,
  ],
};

describe('case 90, FX9: the syntax of server-sent events', () => {
  describe.each(['messages', 'chat'] as const)('%s over oa', (door) => {
    it.each(Object.entries(tortures))('%s', async (_name, writes) => {
      rig.upstream.once(async (_call, reply) => {
        reply.head(200, sseHeaders);
        for (const bytes of writes) {
          await reply.write(bytes);
          await reply.flushed();
        }
        reply.end();
      });
      const { body } = await askStream(rig, door, 'oa/m');
      // A caller's own parser takes CR for the end of a line, and spaces behind [DONE]; the validator is stricter.
      const plain = body
        .replaceAll(/\r\n?/g, '\n')
        .replace('[DONE] \n', '[DONE]\n')
        .replace(/^[\ufeff\n]+/, '')
        .replaceAll(/event: message\n|data:? ?\n\n/g, '');
      expect(violations(door, plain, 'whole')).toEqual([]);
      expect(readStream(door, plain)).toMatchObject({ text: 'héllo😀', usage: { input: 10, output: 2 } });
      expect(await rig.row()).toMatchObject({ status: 'completed', estimated: false, usage: { input: 10, output: 2 } });
    });
  });

  it.each(roads)('%s over %s: a line of 2 MB passes whole', async (door, upstream) => {
    const text = 'x'.repeat(2 * 1024 * 1024);
    rig.upstream.once(sliced(upstream, [1000, 100_000, 1_000_000], wireText(streamOf(upstream, { text }))));
    const { body } = await askStream(rig, door, `${upstream}/m`);
    expect(violations(door, body, 'whole')).toEqual([]);
    expect(readStream(door, body).text === text).toBe(true);
  });

  it.each(roads)('%s over %s: comments of the provider never become content', async (door, upstream) => {
    const wire = wireText(streamOf(upstream, { text: 'hello' })).replaceAll('\n\n', '\n\n: OPENROUTER PROCESSING\n\n');
    rig.upstream.once(sliced(upstream, [], wire));
    const { body } = await askStream(rig, door, `${upstream}/m`);
    expect(violations(door, body, 'whole')).toEqual([]);
    expect(readStream(door, body).text).toBe('hello');
  });

  it('the row and the caller agree on a stream that a raw client reads', async () => {
    rig.upstream.once(sliced('oa', []));
    const client = await RawClient.connect(rig.url);
    const headers = { authorization: `Bearer ${rigKey}`, 'content-type': 'application/json' };
    client.send(
      rawRequestText('/v1/chat/completions', headers, JSON.stringify(bodyOf('chat', 'oa/m', { stream: true }))),
    );
    await client.until((answer) => answer.whole, 'the answer');
    // Usage was not asked for, so it is withheld; it is counted all the same.
    expect(violations('chat', client.answer.body.toString(), 'whole', false)).toEqual([]);
    expect(await rig.row()).toMatchObject({ usage: { input: 12, output: 9 } });
    client.abort();
  });
});
