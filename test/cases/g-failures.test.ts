/** Cases 98 to 100, 104, 105 and FX5: streams that break, or are none. Faults F7 and F8 overlap. */
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { wireText } from '../fakes/answer.ts';
import { chatJson, chatStream } from '../fakes/chat-wire.ts';
import { messagesJson, messagesStream } from '../fakes/messages-wire.ts';
import { errorBody, streamError } from '../fakes/persona-script.ts';
import { sseHeaders } from '../fakes/reply.ts';
import type { Script } from '../fakes/upstream.ts';
import { errorViolations } from '../validators/error-answer.ts';
import { readEvents } from '../validators/sse-events.ts';
import { type Rig, rigKey, startRig } from './rig.ts';
import { ask, askStream, dialectOf, readStream, roads, type UpstreamName, violations } from './stream-reader.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());
beforeEach(() => rig.forget());

const whole = (upstream: UpstreamName) =>
  upstream === 'oa' ? chatStream({ text: 'Hel lo' }, { includeUsage: true }) : messagesStream({ text: 'Hel lo' });
/** The stream as far as "Hel". */
const begun = (upstream: UpstreamName) => {
  const events = whole(upstream);
  return wireText(events.slice(0, events.findIndex((event) => event.text.includes('Hel')) + 1));
};

/** Where the failure stands after "Hel". */
function breaks(upstream: UpstreamName, how: Script): Script {
  return async (call, reply, fake) => {
    reply.head(200, sseHeaders);
    await reply.write(begun(upstream));
    await how(call, reply, fake);
  };
}

const sayError: Script = async (call, reply) => {
  await reply.write(streamError(call).text);
  reply.end();
};

describe('case 98, FX5: the provider says in its stream that it failed', () => {
  it.each(roads)('%s over %s: the failure form, with what was said before it', async (door, upstream) => {
    rig.upstream.once(breaks(upstream, sayError));
    const { body, status } = await askStream(rig, door, `${upstream}/m`);
    expect(status).toBe(200);
    expect(violations(door, body, 'failed')).toEqual([]);
    const read = readStream(door, body);
    expect(read).toMatchObject({ text: 'Hel', stop: undefined });
    if (door === 'messages') {
      expect(read.error?.type).toBe(upstream === 'an' ? 'overloaded_error' : 'api_error');
    } else if (upstream === 'an') {
      expect(read.error).toMatchObject({ type: 'server_error', param: null, code: 'overloaded' });
    } else {
      expect(read.error?.type).toBe('server_error');
    }
    const row = await rig.row();
    expect(row).toMatchObject({ status: 'failed', estimated: true, attempts: [{ status: 200 }] });
    expect(row.usage.output).toBeGreaterThan(0);
    expect(row.usage.input).toBeGreaterThan(0);
    expect(Number(row.costNanoUsd)).toBeGreaterThan(0);
    expect(rig.upstream.chats).toHaveLength(1);
  });

  it.each(roads)('%s over %s: the official SDK raises', async (door, upstream) => {
    rig.upstream.once(breaks(upstream, sayError));
    const body = {
      model: `${upstream}/m`,
      messages: [{ role: 'user' as const, content: 'hi' }],
      stream: true as const,
    };
    const read = async () => {
      if (door === 'chat') {
        const client = new OpenAI({ baseURL: `${rig.url}/v1`, apiKey: rigKey, maxRetries: 0 });
        for await (const _chunk of await client.chat.completions.create(body));
      } else {
        const client = new Anthropic({ baseURL: rig.url, apiKey: rigKey, maxRetries: 0 });
        for await (const _event of await client.messages.create({ ...body, max_tokens: 50 }));
      }
    };
    await expect(read()).rejects.toThrow(upstream === 'an' ? /overloaded/i : /server had an error/i);
  });

  it('an error in the middle of a thought, a tool call, or behind a finish is never a whole answer', async () => {
    const say = { thinking: 'hm so', tools: [{ id: 'a', name: 'f', args: '{"key":"value of it"}' }] };
    for (const [door, upstream] of roads) {
      const events = upstream === 'oa' ? chatStream(say) : messagesStream(say);
      for (let cut = 2; cut < events.length - 2; cut++) {
        rig.upstream.on(`breaks-${cut}`, async (call, reply) => {
          reply.head(200, sseHeaders);
          await reply.write(wireText(events.slice(0, cut)) + streamError(call).text);
          reply.end();
        });
        const { status, body, headers } = await askStream(rig, door, `${upstream}/breaks-${cut}`);
        // Before any content another provider could still answer: the failure is a status.
        if (status !== 200)
          expect(errorViolations({ status, body, headers }, { dialect: dialectOf(door) })).toEqual([]);
        else
          expect(violations(door, body, 'failed').filter((what) => !what.includes('stop reason although'))).toEqual([]);
      }
    }
    const rows = await rig.rows();
    expect(rows.filter((row) => row.status !== 'failed')).toEqual([]);
  });
});

describe('case 99, F8: the connection dies in the middle of a stream', () => {
  const deaths: Readonly<Record<string, Script>> = {
    'FIN without the end of the chunks': (_call, reply) => reply.fin(),
    RST: (_call, reply) => reply.reset(),
    'a broken chunk': (_call, reply) => reply.brokenChunk(),
    'a clean end without an end mark': (_call, reply) => reply.end(),
    'half an event, then a clean end': async (_call, reply) => {
      await reply.write('data: {"id":"chatcmpl-1","choices":[{"index":0,"delta":{"content":"lo');
      reply.end();
    },
    'half an event, then RST': async (_call, reply) => {
      await reply.write(
        'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"te',
      );
      await reply.reset();
    },
  };

  describe.each(Object.entries(deaths))('%s', (_name, die) => {
    it.each(roads)('%s over %s', async (door, upstream) => {
      rig.upstream.once(breaks(upstream, die));
      const { body } = await askStream(rig, door, `${upstream}/m`);
      expect(violations(door, body, 'failed')).toEqual([]);
      const read = readStream(door, body);
      expect(read).toMatchObject({ text: 'Hel', stop: undefined });
      expect(read.error).toMatchObject({ type: door === 'chat' ? 'server_error' : 'api_error' });
      expect(String(read.error?.message)).toMatch(/ended before/);
      const row = await rig.row();
      expect(row).toMatchObject({ status: 'failed', errorKind: 'upstream', estimated: true });
      expect(row.usage.output).toBeGreaterThan(0);
      expect(rig.upstream.chats).toHaveLength(1);
    });
  });

  it.each(roads)('%s over %s: a content-length that promises more than came', async (door, upstream) => {
    rig.upstream.once((_call, reply) => reply.wrongLength(200, sseHeaders, begun(upstream), 1_000_000));
    const { body } = await askStream(rig, door, `${upstream}/m`);
    expect(violations(door, body, 'failed')).toEqual([]);
    expect(readStream(door, body).text).toBe('Hel');
  });

  it.each(roads)(
    '%s over %s: reset at each byte, never a clean end before the provider’s own',
    async (door, upstream) => {
      const wire = Buffer.from(wireText(whole(upstream)));
      const ended = wire.indexOf(upstream === 'oa' ? '"finish_reason":"stop"' : 'event: message_stop');
      const cutAt = async (at: number) => {
        rig.upstream.on(`reset-${at}`, async (_call, reply) => {
          reply.head(200, sseHeaders);
          await reply.write(wire.subarray(0, at));
          await reply.reset();
        });
        const answer = await askStream(rig, door, `${upstream}/reset-${at}`);
        const isWhole = readStream(door, answer.body).events.some(
          (type) => type === '[DONE]' || type === 'message_stop',
        );
        if (answer.status !== 200) {
          expect(errorViolations(answer, { dialect: dialectOf(door), status: 502 })).toEqual([]);
        } else if (isWhole) {
          expect(at, `a clean end although reset at ${at}`).toBeGreaterThan(ended);
          expect(violations(door, answer.body, 'whole').filter((what) => !what.includes('usage chunks'))).toEqual([]);
        } else {
          // Bytes that said why the answer ended cannot be taken back from a relay.
          const wrong = violations(door, answer.body, 'failed').filter(
            (what) => !what.includes('stop reason although'),
          );
          expect(wrong, `reset at ${at}`).toEqual([]);
        }
      };
      for (let from = 0; from < wire.length; from += 24)
        await Promise.all(Array.from({ length: Math.min(24, wire.length - from) }, (_, i) => cutAt(from + i)));
    },
    60_000,
  );

  it.each(roads)('%s over %s: half of a whole answer is an error, not an answer', async (door, upstream) => {
    const json = upstream === 'oa' ? chatJson({ text: 'hello' }) : messagesJson({ text: 'hello' });
    for (const claimed of [json.length + 500, undefined]) {
      rig.forget();
      const half: Script = async (_call, reply) => {
        if (claimed !== undefined)
          return reply.wrongLength(200, { 'content-type': 'application/json' }, json.slice(0, 60), claimed);
        return reply.send(200, { 'content-type': 'application/json' }, json.slice(0, 60));
      };
      rig.upstream.once(half).once(half);
      const answer = await ask(rig, door, `${upstream}/m`);
      expect(errorViolations(answer, { dialect: dialectOf(door), status: 502 })).toEqual([]);
      expect(await rig.row()).toMatchObject({ status: 'failed', costNanoUsd: '0' });
    }
  });
});

describe('case 100: an error before the first byte is a status, though a stream was asked for', () => {
  describe.each([400, 429, 500, 529])('%i', (status) => {
    it.each(roads)('%s over %s', async (door, upstream) => {
      const fail: Script = (call, reply) => reply.json(status, errorBody(call, 'it failed', status));
      rig.upstream.once(fail).once(fail);
      const answer = await askStream(rig, door, `${upstream}/m`);
      const due = status === 500 ? 502 : status === 529 && door === 'chat' ? 503 : status;
      expect(errorViolations(answer, { dialect: dialectOf(door), status: due })).toEqual([]);
      expect(await rig.row()).toMatchObject({ status: 'failed', costNanoUsd: '0' });
    });
  });

  it.each(roads)('%s over %s: also when the stream began and failed before any content', async (door, upstream) => {
    const events = whole(upstream);
    const fail: Script = async (call, reply) => {
      reply.head(200, sseHeaders);
      // A role, a ping, a message_start: nothing that a caller could show.
      await reply.write(wireText(events.slice(0, upstream === 'oa' ? 1 : 3)) + streamError(call).text);
      reply.end();
    };
    // Retries are a share of the requests: this one needs its own.
    const fresh = await startRig();
    fresh.upstream.once(fail);
    const answer = await askStream(fresh, door, `${upstream}/m`);
    // The second attempt answered.
    expect(answer.status).toBe(200);
    expect(violations(door, answer.body, 'whole')).toEqual([]);
    expect(fresh.upstream.chats).toHaveLength(2);
    expect(await fresh.row()).toMatchObject({ status: 'completed', attempts: [{ status: 200 }, { status: 200 }] });
    await fresh.close();
  });
});

describe('case 104: a stream where none was asked for, and the reverse', () => {
  it.each(roads)('%s over %s: asked for a stream, got JSON', async (door, upstream) => {
    const say = {
      thinking: 'hm',
      text: 'hello',
      tools: [{ id: 'a', name: 'f', args: '{"x":1}' }],
      usage: { input: 4, output: 3 },
    };
    const json = upstream === 'oa' ? chatJson(say) : messagesJson(say);
    rig.upstream.once((_call, reply) => reply.send(200, { 'content-type': 'application/json' }, json));
    const { body, headers } = await askStream(rig, door, `${upstream}/m`);
    expect(headers['content-type']).toContain('text/event-stream');
    expect(violations(door, body, 'whole')).toEqual([]);
    expect(readStream(door, body)).toMatchObject({
      text: 'hello',
      thinking: 'hm',
      calls: say.tools,
      usage: { input: 4, output: 3 },
    });
    expect(await rig.row()).toMatchObject({ status: 'completed', usage: { input: 4, output: 3 }, estimated: false });
  });

  it.each(roads)('%s over %s: asked for JSON, got a stream', async (door, upstream) => {
    rig.upstream.once((_call, reply) => reply.send(200, sseHeaders, wireText(whole(upstream))));
    const answer = await ask(rig, door, `${upstream}/m`);
    expect(answer.headers['content-type']).toContain('application/json');
    const body = answer.json() as { choices?: { message: { content: string } }[]; content?: { text: string }[] };
    expect(body.choices?.[0]?.message.content ?? body.content?.[0]?.text).toBe('Hel lo');
    expect(await rig.row()).toMatchObject({ status: 'completed', usage: { input: 10, output: 2 }, estimated: false });
  });
});

describe('case 105: a stream with nothing in it', () => {
  const empty: Readonly<Record<string, string>> = {
    'no byte': '',
    'only [DONE]': 'data: [DONE]\n\n',
    'only a comment': ': hello\n\n',
    'only blank lines': '\n\n\n\n',
    HTML: '<html><body>502 Bad Gateway</body></html>',
    garbage: 'lorem ipsum dolor sit amet',
    'JSON that is no answer': '{"ok":true}',
  };
  describe.each(Object.entries(empty))('%s', (_name, wire) => {
    it.each(roads)('%s over %s is 502', async (door, upstream) => {
      const nothing: Script = (_call, reply) => reply.send(200, sseHeaders, wire);
      rig.upstream.once(nothing).once(nothing);
      const answer = await askStream(rig, door, `${upstream}/m`);
      expect(errorViolations(answer, { dialect: dialectOf(door), status: 502 })).toEqual([]);
      expect(readEvents(answer.body).events).toEqual([]);
      expect(await rig.row()).toMatchObject({ status: 'failed', errorKind: 'upstream', costNanoUsd: '0' });
    });
  });
});
