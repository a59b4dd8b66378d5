/** Case 102 and FX11: a caller hangs up, at every moment at which it could. Fault F14 overlaps. */

import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SettlementRecord } from '../../src/journal/record.ts';
import { wireText } from '../fakes/answer.ts';
import { chatJson, chatStream } from '../fakes/chat-wire.ts';
import { Gate } from '../fakes/gate.ts';
import { messagesJson, messagesStream } from '../fakes/messages-wire.ts';
import { type Reply, sseHeaders } from '../fakes/reply.ts';
import { RawClient, rawRequestText } from '../harness/raw-client.ts';
import { steadyClock } from '../steady-clock.ts';
import { until } from '../until.ts';
import { type Rig, rigKey, startRig } from './rig.ts';
import { ask, bodyOf, type DoorName, roads, type UpstreamName } from './stream-reader.ts';

const clock = steadyClock();
let rig: Rig;
beforeAll(async () => {
  rig = await startRig({ routes: { both: ['oa/first', 'an/second'] } });
});
afterAll(() => rig.close());
beforeEach(() => rig.forget());

async function open(door: DoorName, model: string, stream: boolean): Promise<RawClient> {
  const client = await RawClient.connect(rig.url);
  const path = door === 'chat' ? '/v1/chat/completions' : '/v1/messages';
  const headers = { authorization: `Bearer ${rigKey}`, 'content-type': 'application/json' };
  client.send(rawRequestText(path, headers, JSON.stringify(bodyOf(door, model, { stream }))));
  return client;
}

/** What must be true after any hang-up: the provider is hung up on within a second, one row, nothing is left open. */
async function hangUp(client: RawClient): Promise<SettlementRecord> {
  const at = clock.monotonicMs();
  client.abort();
  await rig.upstream.waitForClosed(1000);
  const row = await rig.row();
  expect(clock.monotonicMs() - at).toBeLessThan(1000);
  await until('nothing in flight', () => rig.gateway.inFlight === 0);
  expect(rig.records.filter((record) => record.type === 'settlement')).toHaveLength(1);
  return row;
}

const say = { text: 'Hello there, good friend', tools: [{ id: 'a', name: 'f', args: '{"city":"Bern and around"}' }] };
const events = (upstream: UpstreamName) =>
  upstream === 'oa' ? chatStream(say, { includeUsage: true }) : messagesStream(say);
/** The stream up to and with the first event that has this text. */
const upTo = (upstream: UpstreamName, text: string) => {
  const all = events(upstream);
  return wireText(all.slice(0, all.findIndex((event) => event.text.includes(text)) + 1));
};

/** Streams as far as `wire`, then waits at the gate and for the end of the connection. */
function streamUntil(gate: Gate, wire: string) {
  return async (_call: unknown, reply: Reply) => {
    reply.head(200, sseHeaders);
    await reply.write(wire);
    await gate.pass();
    await reply.hang();
  };
}

describe('case 102, F14: the caller hangs up', () => {
  it.each(roads)('(a) before the provider’s headers: %s over %s', async (door, upstream) => {
    rig.upstream.once((_call, reply) => reply.hang());
    const client = await open(door, `${upstream}/m`, true);
    await rig.upstream.waitForCalls(1);
    const row = await hangUp(client);
    // The provider works on the prompt as soon as it has it, so the prompt is charged, by our count.
    expect(row).toMatchObject({
      status: 'cancelled',
      estimated: true,
      usage: { output: 0 },
      attempts: [{ status: 0 }],
    });
    expect(row.usage.input).toBeGreaterThan(0);
    expect(Number(row.costNanoUsd)).toBe(row.usage.input * 1000);
    expect(rig.upstream.chats).toHaveLength(1);
  });

  const moments: readonly (readonly [string, Record<UpstreamName, string>, Record<DoorName, string>])[] = [
    ['(b) after the first delta', { oa: 'Hello', an: 'Hello' }, { chat: 'Hello', messages: 'Hello' }],
    ['(c) in the middle of a tool call', { oa: 'city', an: 'city' }, { chat: 'city', messages: 'city' }],
    [
      '(d) after the last delta, before the end',
      { oa: 'ound', an: 'content_block_stop","index":1' },
      { chat: 'ound', messages: 'ound' },
    ],
  ];
  describe.each(moments)('%s', (_name, sent, seen) => {
    it.each(roads)('%s over %s', async (door, upstream) => {
      const gate = new Gate();
      rig.upstream.once(streamUntil(gate, upTo(upstream, sent[upstream])));
      const client = await open(door, `${upstream}/m`, true);
      await gate.reached;
      await client.untilText(seen[door]);
      const row = await hangUp(client);
      expect(row).toMatchObject({ status: 'cancelled', estimated: true, attempts: [{ status: 200 }] });
      // Anthropic names the input at the start; elsewhere it is counted here.
      if (upstream === 'an') expect(row.usage.input).toBe(10);
      else expect(row.usage.input).toBeGreaterThan(0);
      expect(row.usage.output).toBeGreaterThan(0);
      expect(row.usage.output).toBeLessThan(20);
      expect(BigInt(row.costNanoUsd)).toBe(BigInt(row.usage.input * 1000 + row.usage.output * 2000));
    });
  });

  it.each(roads)('(e) not a stream, while half of the body is here: %s over %s', async (door, upstream) => {
    const gate = new Gate();
    const json = upstream === 'oa' ? chatJson(say) : messagesJson(say);
    rig.upstream.once(async (_call, reply) => {
      reply.head(200, { 'content-type': 'application/json', 'content-length': json.length });
      await reply.write(json.slice(0, json.length / 2));
      await gate.pass();
      await reply.hang();
    });
    const client = await open(door, `${upstream}/m`, false);
    await gate.reached;
    const row = await hangUp(client);
    expect(row).toMatchObject({ status: 'cancelled', estimated: true });
    expect(Number(row.costNanoUsd)).toBeGreaterThan(0);
  });

  it.each(roads)('(f) while the body of a 500 is read: %s over %s', async (door, upstream) => {
    const gate = new Gate();
    rig.upstream.once(async (_call, reply) => {
      reply.head(500, { 'content-type': 'application/json' });
      await reply.write('{"error":{"mess');
      await gate.pass();
      await reply.hang();
    });
    const client = await open(door, `${upstream}/m`, true);
    await gate.reached;
    const row = await hangUp(client);
    expect(row).toMatchObject({ status: 'cancelled' });
    expect(rig.upstream.chats).toHaveLength(1);
  });

  it('while its own body is still on the way: no row, no call, no trace', async () => {
    const client = await RawClient.connect(rig.url);
    const bytes = rawRequestText(
      '/v1/chat/completions',
      { authorization: `Bearer ${rigKey}` },
      '{"model":"oa/m","messages":[]}',
    );
    await client.send(bytes.subarray(0, -10));
    await until('the request to be read', () => rig.gateway.inFlight === 1);
    client.abort();
    await until('the end of the request', () => rig.gateway.inFlight === 0);
    expect(rig.upstream.calls).toEqual([]);
    expect(rig.records).toEqual([]);
  });

  it('between two attempts: nobody else is asked', async () => {
    const slow = await startRig({ settings: { retryDelayMs: 400 } });
    slow.upstream.once((_call, reply) => reply.json(503, { error: { message: 'busy', type: 'server_error' } }));
    const client = await RawClient.connect(slow.url);
    const headers = { authorization: `Bearer ${rigKey}`, 'content-type': 'application/json' };
    client.send(rawRequestText('/v1/chat/completions', headers, JSON.stringify(bodyOf('chat', 'oa/m'))));
    await slow.upstream.waitForCalls(1);
    await slow.upstream.waitForClosed();
    client.abort();
    expect(await slow.row()).toMatchObject({ status: 'cancelled', costNanoUsd: '0' });
    expect(slow.upstream.chats).toHaveLength(1);
    await slow.close();
  });

  it('is no illness of the provider: others are served by it at once', async () => {
    for (let i = 0; i < 8; i++) {
      rig.forget();
      rig.upstream.once((_call, reply) => reply.hang());
      const client = await open('chat', 'both', true);
      await rig.upstream.waitForCalls(1);
      await hangUp(client);
    }
    rig.forget();
    const answer = await ask(rig, 'chat', 'both');
    expect(answer.status).toBe(200);
    expect(rig.upstream.chat.model).toBe('first');
  });
});

describe('FX11: five aborts in a row at the tenth of fifty deltas', () => {
  it.each(roads)('%s over %s', async (door, upstream) => {
    const words = Array.from({ length: 50 }, (_, i) => `word${i}`).join(' ');
    const fifty = upstream === 'oa' ? chatStream({ text: words }) : messagesStream({ text: words });
    for (let round = 0; round < 5; round++) {
      rig.forget();
      rig.upstream.once(async (_call, reply) => {
        reply.head(200, sseHeaders);
        await reply.events(fifty, 20);
      });
      const client = await open(door, `${upstream}/m`, true);
      await client.untilText('word9');
      const row = await hangUp(client);
      const call = rig.upstream.chat;
      expect(call.aborted).toBe(true);
      expect(call.tokensSent).toBeLessThan(20);
      expect(row).toMatchObject({ status: 'cancelled', estimated: true, stream: true });
      // The fake counts a word as a token; `word7` is two or three to a real one.
      const exact = tokensIn(words, call.tokensSent);
      expect(row.usage.output).toBeGreaterThanOrEqual(exact * 0.8 - 2);
      expect(row.usage.output).toBeLessThanOrEqual(exact * 1.2 + 2);
      if (upstream === 'an') expect(row.usage.input).toBe(10);
    }
    rig.forget();
    expect((await ask(rig, door, `${upstream}/echo`)).status).toBe(200);
  });
});

/** Tokens of the first words, by a real tokenizer. */
function tokensIn(words: string, count: number): number {
  return encode(words.split(' ').slice(0, count).join(' ')).length;
}
