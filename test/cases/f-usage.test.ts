/** Case 81 and FX6: token counts in the other API's words, and counts that are missing or lie. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { wireText } from '../fakes/answer.ts';
import { chatJson, chatStream } from '../fakes/chat-wire.ts';
import { messagesJson, messagesStream } from '../fakes/messages-wire.ts';
import { sseHeaders } from '../fakes/reply.ts';
import { readEvents, readObject } from '../validators/sse-events.ts';
import { type Rig, startRig } from './rig.ts';
import { ask, askStream, type DoorName, roads, type UpstreamName } from './stream-reader.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());
beforeEach(() => rig.forget());

type Json = Record<string, unknown>;
/** Eight words: what we count ourselves when nobody else does. */
const text = 'the people of this old town know that';

/** The next answer has this `usage`; a stream tells it where its API does. Undefined: it has none. */
function answerWith(upstream: UpstreamName, usage: Json | null | undefined): void {
  rig.upstream.once(async (call, reply) => {
    if (!call.stream) {
      const body = JSON.parse(upstream === 'oa' ? chatJson({ text }) : messagesJson({ text })) as Json;
      return reply.json(200, { ...body, usage });
    }
    const events = upstream === 'oa' ? chatStream({ text }, { includeUsage: true }) : messagesStream({ text });
    const wire = wireText(events).replace(/data: (\{.*\})/g, (_line, data: string) => `data: ${edited(data, usage)}`);
    reply.head(200, sseHeaders);
    await reply.write(wire);
    reply.end();
  });
}

function edited(data: string, usage: Json | null | undefined): string {
  const event = JSON.parse(data) as Json & { message?: Json };
  if (event.message !== undefined) return JSON.stringify({ ...event, message: { ...event.message, usage } });
  return 'usage' in event && event.usage !== null ? JSON.stringify({ ...event, usage }) : data;
}

/** `usage` as the caller got it, whole and at the end of a stream: the same, but for what we had to estimate ourselves. */
async function usageOf(door: DoorName, upstream: UpstreamName, usage: Json, isTrue = true): Promise<Json> {
  answerWith(upstream, usage);
  const whole = (await ask(rig, door, `${upstream}/m`)).json() as Json;
  answerWith(upstream, usage);
  const stream = await askStream(rig, door, `${upstream}/m`);
  const events = readEvents(stream.body).events.map(({ data }) => readObject(data ?? ''));
  const last = events.findLast((event) => event?.usage !== undefined && event.usage !== null);
  if (isTrue) expect(last?.usage).toEqual(whole.usage);
  else expect(Object.keys(last?.usage ?? {})).toEqual(Object.keys(whole.usage ?? {}));
  return whole.usage as Json;
}

const fx6 = {
  input_tokens: 10,
  cache_creation_input_tokens: 1000,
  cache_creation: { ephemeral_5m_input_tokens: 400, ephemeral_1h_input_tokens: 600 },
  cache_read_input_tokens: 50,
  output_tokens: 5,
  output_tokens_details: { thinking_tokens: 3 },
};
const read = { cached_tokens: 50 };
const openai = (details: Json, prompt: unknown = 1060, completion: unknown = 5) => ({
  prompt_tokens: prompt,
  completion_tokens: completion,
  total_tokens: 1065,
  prompt_tokens_details: details,
  completion_tokens_details: { reasoning_tokens: 3 },
});

describe('case 81 and FX6: usage', () => {
  it('of anthropic is complete for a chat caller, and each kind has its price', async () => {
    expect(await usageOf('chat', 'an', fx6)).toEqual({
      prompt_tokens: 1060,
      completion_tokens: 5,
      total_tokens: 1065,
      prompt_tokens_details: { cached_tokens: 50, cache_write_tokens: 1000 },
      completion_tokens_details: { reasoning_tokens: 3 },
    });
    for (const row of await rig.rows(2)) {
      expect(row).toMatchObject({
        usage: { input: 10, cacheRead: 50, cacheWrite5m: 400, cacheWrite1h: 600, output: 5, thinking: 3 },
        estimated: false,
        flags: [],
        costNanoUsd: String(10_000 + 5000 + 500_000 + 1_200_000 + 10_000),
      });
    }
  });

  it('of openai-chat leaves out the cache for a Messages caller, and counts reasoning once', async () => {
    expect(await usageOf('messages', 'oa', openai(read))).toMatchObject({
      input_tokens: 1010,
      cache_read_input_tokens: 50,
      cache_creation_input_tokens: 0,
      output_tokens: 5,
    });
    for (const row of await rig.rows(2)) {
      expect(row).toMatchObject({ usage: { input: 1010, cacheRead: 50, output: 5, thinking: 3 }, estimated: false });
      expect(row.costNanoUsd).toBe(String(1_010_000 + 5000 + 10_000));
    }
  });

  it('of openai-chat knows cache writes where they are told', async () => {
    const usage = openai({ ...read, cache_write_tokens: 1000 });
    expect(await usageOf('messages', 'oa', usage)).toMatchObject({
      input_tokens: 10,
      cache_read_input_tokens: 50,
      cache_creation_input_tokens: 1000,
      output_tokens: 5,
    });
    for (const row of await rig.rows(2)) {
      expect(row.usage).toMatchObject({ input: 10, cacheRead: 50, cacheWrite5m: 1000 });
    }
  });

  it.each([
    ['chat', 'oa', openai(read)],
    ['messages', 'an', fx6],
  ] as const)('is relayed as it was said: %s over %s', async (door, upstream, usage) => {
    expect(await usageOf(door, upstream, usage)).toEqual(usage);
    for (const row of await rig.rows(2)) expect(row).toMatchObject({ estimated: false, flags: [] });
  });
});

describe('case 81: usage that is not there', () => {
  const cases = roads.flatMap(([door, upstream]) => [null, undefined].map((usage) => [door, upstream, usage] as const));

  it.each(cases)(
    '%s over %s: %s is our own count, flagged; a caller that is translated for gets numbers',
    async (door, upstream, usage) => {
      answerWith(upstream, usage);
      const whole = (await ask(rig, door, `${upstream}/m`)).json() as { usage?: Json };
      answerWith(upstream, usage);
      await askStream(rig, door, `${upstream}/m`);
      const isRelay = (door === 'chat') === (upstream === 'oa');
      if (!isRelay) {
        const counts = Object.values(whole.usage ?? {}).filter((count) => typeof count !== 'object');
        expect(counts.every((count) => Number.isInteger(count) && Number(count) >= 0)).toBe(true);
      }
      for (const row of await rig.rows(2)) {
        expect(row).toMatchObject({ status: 'completed', estimated: true, flags: ['usage-missing'] });
        expect(row.usage.input).toBeGreaterThan(0);
        expect(row.usage.output).toBeGreaterThanOrEqual(7);
        expect(row.usage.output).toBeLessThan(12);
        expect(row.costNanoUsd).toBe(String(row.usage.input * 1000 + row.usage.output * 2000));
      }
    },
  );
});

describe('FX6: usage that lies', () => {
  const lies: [string, Json, Json][] = [
    ['more cached than there was', openai({ cached_tokens: 2000 }), { input: 0, cacheRead: 1060, output: 5 }],
    ['negative', openai(read, -1060, -5), { cacheRead: 0 }],
    ['text', openai(read, '1060', '5'), { cacheRead: 0 }],
    ['huge', openai(read, 1e18, 1e18), { cacheRead: 0 }],
    ['null counts', openai(read, null, null), { cacheRead: 0 }],
    ['a negative cache', openai({ cached_tokens: -50 }), { input: 1060, cacheRead: 0, output: 5 }],
    ['objects', { prompt_tokens: {}, completion_tokens: [] }, { cacheRead: 0 }],
  ];

  it.each(lies)('openai-chat: %s is clamped or counted anew, and flagged', async (_name, usage, kept) => {
    const shown = await usageOf('messages', 'oa', usage, false);
    expect(Number(shown.input_tokens)).toBeGreaterThanOrEqual(0);
    for (const row of await rig.rows(2)) {
      expect(row).toMatchObject({ status: 'completed', estimated: true, usage: kept });
      expect(row.flags.length).toBeGreaterThan(0);
      expect(row.usage.input + row.usage.cacheRead).toBeGreaterThan(0);
      expect(row.usage.output).toBeGreaterThan(0);
      expect(row.usage.output).toBeLessThan(20);
      expect(BigInt(row.costNanoUsd)).toBeGreaterThan(0n);
    }
  });

  it.each([
    ['negative', { ...fx6, input_tokens: -10, output_tokens: -5 }],
    ['text', { ...fx6, input_tokens: '10', output_tokens: '5' }],
    ['huge', { ...fx6, input_tokens: 1e18, output_tokens: 1e18 }],
    ['null counts', { ...fx6, input_tokens: null, output_tokens: null }],
  ])('anthropic: %s is counted anew, and flagged', async (_name, usage) => {
    const shown = await usageOf('chat', 'an', usage, false);
    expect(Number(shown.prompt_tokens)).toBeGreaterThan(0);
    expect(Number(shown.completion_tokens)).toBeGreaterThan(0);
    for (const row of await rig.rows(2)) {
      expect(row).toMatchObject({ status: 'completed', estimated: true });
      expect(row.usage.output).toBeGreaterThan(0);
      expect(row.usage.output).toBeLessThan(20);
    }
  });
});
