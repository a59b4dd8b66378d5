/** Requests that ask the same at the same time: one call, whatever becomes of whoever was first. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Rig } from '../cases/rig.ts';
import { rigKey } from '../cases/rig.ts';
import { wireText } from '../fakes/answer.ts';
import { chatJson, chatStream } from '../fakes/chat-wire.ts';
import { Gate } from '../fakes/gate.ts';
import { sseHeaders } from '../fakes/reply.ts';
import type { Script } from '../fakes/upstream.ts';
import { RawClient, rawRequestText } from '../harness/raw-client.ts';
import { type Answer, call } from '../harness/sse-client.ts';
import { until } from '../until.ts';
import { cacheOf, minute, quiet, startCachedRig } from './cached-rig.ts';

let rig: Rig;
afterEach(() => rig.close());

const said = { text: 'one two three four five' };
const events = chatStream(said, { includeUsage: true });
const stream = { stream: true, stream_options: { include_usage: true } };
const bodyOf = (more: object = {}) => ({ model: 'oa/m', messages: [{ role: 'user', content: 'hello' }], ...more });

const ask = (more: object = {}, headers: Record<string, string> = {}): Promise<Answer> =>
  call(`${rig.url}/v1/chat/completions`, bodyOf(more), { key: rigKey, headers });

/** On a socket that can be hung up. */
async function hold(more: object): Promise<RawClient> {
  const client = await RawClient.connect(rig.url);
  const headers = { authorization: `Bearer ${rigKey}`, 'content-type': 'application/json' };
  client.send(rawRequestText('/v1/chat/completions', headers, JSON.stringify(bodyOf(more))));
  return client;
}

/** Half of the answer, then the gate, then the rest; whole answers wait at the gate as a whole. */
function throughGate(gate: Gate): Script {
  return async (asked, reply) => {
    if (JSON.parse(asked.body.toString()).stream !== true) {
      await gate.pass();
      return reply.send(200, { 'content-type': 'application/json' }, chatJson(said));
    }
    reply.head(200, sseHeaders);
    await reply.write(wireText(events.slice(0, 4)));
    await gate.pass();
    await reply.write(wireText(events.slice(4)));
    reply.end();
  };
}

const open = new Gate();
open.release();
const inFlight = (count: number) => until(`${count} in flight`, () => rig.gateway.inFlight === count);
const statuses = async () => (await rig.rows(0)).map(({ status }) => status);

describe.each([
  ['whole', {}],
  ['stream', stream],
])('%s: the same request', (_, more) => {
  it('a thousand times at once is one call of the provider, and a thousand usage rows', async () => {
    rig = await startCachedRig({ hitPricePercent: 10 });
    const gate = new Gate();
    rig.upstream.once(throughGate(gate));
    const crowd = Array.from({ length: 1_000 }, () => ask(more));
    await gate.reached;
    await inFlight(1_000);
    gate.release();
    const answers = await Promise.all(crowd);
    expect(rig.upstream.calls).toHaveLength(1);
    expect(new Set(answers.map(({ status, body }) => `${status} ${body}`)).size).toBe(1);
    expect(answers[0]?.status).toBe(200);
    expect(answers.filter((answer) => cacheOf(answer) === 'hit')).toHaveLength(999);
    expect(answers.filter((answer) => cacheOf(answer) === 'miss')).toHaveLength(1);
    expect(new Set(answers.map(({ headers }) => headers['x-request-id'])).size).toBe(1_000);

    const rows = await rig.rows(1_000);
    expect(rows).toHaveLength(1_000);
    expect(rows.every(({ status }) => status === 'completed')).toBe(true);
    const [first, ...hits] = rows.toSorted((a, b) => b.attempts.length - a.attempts.length);
    const charge = BigInt(first?.chargeNanoUsd ?? 0);
    expect(charge).toBeGreaterThan(0n);
    expect(new Set(hits.map(({ chargeNanoUsd }) => chargeNanoUsd))).toEqual(new Set([String((charge + 5n) / 10n)]));
    expect(hits.every(({ costNanoUsd, attempts }) => costNanoUsd === '0' && attempts.length === 0)).toBe(true);
  }, 120_000);

  it('goes on for those who wait when the first caller hangs up, and is charged to it once', async () => {
    rig = await startCachedRig();
    const gate = new Gate();
    rig.upstream.once(throughGate(gate));
    const first = await hold(more);
    await gate.reached;
    const others = [ask(more), ask(more)];
    await inFlight(3);
    first.abort();
    gate.release();
    for (const answer of await Promise.all(others)) expect([answer.status, cacheOf(answer)]).toEqual([200, 'hit']);
    await quiet(rig);
    expect(rig.upstream.calls).toHaveLength(1);
    const rows = await rig.rows(3);
    expect(rows.map(({ status }) => status)).toEqual(['completed', 'completed', 'completed']);
    expect(rows.filter(({ costNanoUsd }) => costNanoUsd !== '0')).toHaveLength(1);
  });

  it('ends at its provider when everybody who wanted it has hung up, and the next one asks anew', async () => {
    rig = await startCachedRig();
    const gate = new Gate();
    rig.upstream.once(throughGate(gate));
    const callers = [await hold(more)];
    await gate.reached;
    callers.push(await hold(more), await hold(more));
    await inFlight(3);
    for (const caller of callers) caller.abort();
    await quiet(rig);
    await until('the provider to be left', () => rig.upstream.calls[0]?.closedAtMs !== undefined);
    expect(rig.upstream.calls[0]?.aborted).toBe(true);
    // Those who only waited asked nobody, and have no row.
    expect(await statuses()).toEqual(['cancelled']);
    rig.upstream.once(throughGate(open));
    const next = await ask(more);
    expect([next.status, cacheOf(next)]).toEqual([200, 'miss']);
    expect(rig.upstream.calls).toHaveLength(2);
    gate.release();
  });

  it('is asked by each for itself where the first one failed', async () => {
    rig = await startCachedRig();
    const gate = new Gate();
    const failing: Script = async (_asked, reply) => {
      await gate.pass();
      await reply.json(400, { error: { message: 'no', type: 'invalid_request_error' } });
    };
    rig.upstream.once(failing);
    const first = ask(more);
    await gate.reached;
    const others = [ask(more), ask(more)];
    await inFlight(3);
    rig.upstream.once(throughGate(open)).once(throughGate(open));
    gate.release();
    expect((await first).status).toBe(400);
    for (const answer of await Promise.all(others)) expect([answer.status, cacheOf(answer)]).toEqual([200, 'miss']);
    expect(rig.upstream.calls).toHaveLength(3);
    expect(await statuses()).toEqual(['failed', 'completed', 'completed']);
  });

  it('waits no longer once the answer is too large to be kept, and is not kept', async () => {
    rig = await startCachedRig({ answerBytesMax: 1_024 });
    const long = { text: 'word '.repeat(600) };
    const large: Script = (asked, reply) =>
      JSON.parse(asked.body.toString()).stream === true
        ? reply.send(200, sseHeaders, wireText(chatStream(long)))
        : reply.send(200, { 'content-type': 'application/json' }, chatJson(long));
    rig.upstream.once(large).once(large).once(large);
    const both = await Promise.all([ask(more), ask(more)]);
    await quiet(rig);
    both.push(await ask(more));
    for (const answer of both) expect([answer.status, cacheOf(answer)]).toEqual([200, 'miss']);
    expect(rig.upstream.calls).toHaveLength(3);
  });
});

describe('who waits for one that is refused', () => {
  it('goes next, and is waited for in turn', async () => {
    // Whoever looks in the shared store is held there, so that others come while it looks.
    const gates: Gate[] = [];
    const bytes = {
      get: async () => {
        const gate = new Gate();
        gates.push(gate);
        await gate.pass();
        return undefined;
      },
      set: async () => {},
    };
    const second = 'tg-second-key-0000000000000000000000000000000';
    rig = await startCachedRig(
      { sharedMs: 60_000 },
      {
        sharedAnswers: { bytes, secret: 's'.repeat(32) },
        otherKeys: { [second]: 'org_rig' },
        key: { cache: minute, limits: { requestsPerMinute: 3 } },
      },
    );
    const fill = { headers: { 'x-tollgate-cache-control': 'no-store' } };
    for (let i = 0; i < 3; i++) {
      rig.upstream.once(throughGate(open));
      expect((await ask({}, fill.headers)).status).toBe(200);
    }
    const refused = ask();
    await until('the first to look', () => gates.length === 1);
    const others = [1, 2, 3].map(() => call(`${rig.url}/v1/chat/completions`, bodyOf(), { key: second }));
    await inFlight(4);
    rig.upstream.once(throughGate(open));
    gates[0]?.release();
    expect((await refused).status).toBe(429);
    await until('the next to look', () => gates.length === 2);
    gates[1]?.release();
    const answers = await Promise.all(others);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(answers.map(cacheOf).toSorted()).toEqual(['hit', 'hit', 'miss']);
    expect([gates.length, rig.upstream.calls.length]).toEqual([2, 4]);
  });

  it('has what another instance had, as soon as the first one has found it', async () => {
    const kept = new Map<string, Buffer>();
    const gate = new Gate();
    let looks = 0;
    const bytes = {
      get: async (name: string) => {
        looks++;
        await gate.pass();
        return kept.get(name);
      },
      set: async (name: string, value: Buffer) => void kept.set(name, value),
    };
    rig = await startCachedRig(
      { sharedMs: 60_000, bytesMax: 5_000 },
      { sharedAnswers: { bytes, secret: 's'.repeat(32) } },
    );
    gate.release();
    rig.upstream.once(throughGate(open));
    const made = await ask();
    // What is kept here goes, to make room: what is shared stays.
    for (const content of ['b', 'c', 'd', 'e']) {
      rig.upstream.once(throughGate(open));
      await ask({ messages: [{ role: 'user', content }] });
    }
    looks = 0;
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask()));
    expect(new Set(answers.map(({ body }) => body))).toEqual(new Set([made.body]));
    expect(answers.map(cacheOf)).toEqual(Array.from({ length: 20 }, () => 'hit'));
    expect([looks, rig.upstream.calls.length]).toEqual([1, 5]);
  });
});

describe('a stream that waits', () => {
  it('is kept alive, and then given the whole answer', async () => {
    rig = await startCachedRig({}, { settings: { keepaliveMs: 30 }, tickMs: 10 });
    const gate = new Gate();
    rig.upstream.once(throughGate(gate));
    const first = ask(stream);
    await gate.reached;
    const waiting = await hold(stream);
    await waiting.until(({ body }) => body.toString().split(': ').length > 3, 'keepalives');
    expect(cacheOf(waiting.answer)).toBe('pending');
    gate.release();
    const { body } = await first;
    await waiting.until(({ whole }) => whole, 'the whole answer');
    const heard = waiting.answer.body.toString();
    expect(heard.replaceAll(/^: .*\n\n/gm, '')).toBe(body.replaceAll(/^: .*\n\n/gm, ''));
    expect(heard).toMatch(/^: /);
    await quiet(rig);
    expect(rig.upstream.calls).toHaveLength(1);
    expect((await rig.rows(2))[1]?.flags[0]).toBe('cached');
  });

  it('is told of the end of the gateway', async () => {
    rig = await startCachedRig();
    const gate = new Gate();
    rig.upstream.once(throughGate(gate));
    const first = ask();
    await gate.reached;
    const waiting = ask();
    await inFlight(2);
    rig.gateway.failAll();
    expect([(await first).status, (await waiting).status]).toEqual([503, 503]);
    gate.release();
  });
});

describe('a hit that is read slowly', () => {
  // More than the sockets on its way hold: 400 frames of 64 KiB.
  const frames = chatStream({ text: 'x' });
  const text = wireText(frames.slice(0, -2));
  const end = wireText(frames.slice(-2));
  const delta = JSON.stringify({
    ...JSON.parse(frames[1]?.text.slice(6) ?? ''),
    choices: [{ index: 0, delta: { content: 'x'.repeat(65_536) } }],
  });
  const large: Script = async (_asked, reply) => {
    reply.head(200, sseHeaders);
    await reply.write(text);
    for (let i = 0; i < 400; i++) await reply.write(`data: ${delta}\n\n`);
    await reply.write(end);
    reply.end();
  };

  it('waits for its reader, and comes whole', async () => {
    rig = await startCachedRig({ answerBytesMax: 64 * 1024 * 1024 });
    rig.upstream.once(large);
    const first = await ask({ stream: true });
    const slow = await hold({ stream: true });
    slow.pause();
    await until('the hit', () => rig.records.filter(({ type }) => type === 'intent').length === 2);
    // What is not read is not settled either: the sockets are full.
    expect([rig.gateway.inFlight, await statuses()]).toEqual([1, ['completed']]);
    slow.resume();
    await slow.until(({ whole }) => whole, 'the whole answer');
    expect(slow.answer.body.toString() === first.body).toBe(true);
    await quiet(rig);
    expect(await statuses()).toEqual(['completed', 'completed']);
    expect(rig.upstream.calls).toHaveLength(1);
  }, 60_000);

  it('is charged nothing where the gateway stops in the middle of it, whose caller is told', async () => {
    rig = await startCachedRig({ answerBytesMax: 64 * 1024 * 1024, hitPricePercent: 100 });
    rig.upstream.once(large);
    await ask({ stream: true });
    const slow = await hold({ stream: true });
    slow.pause();
    await until('the hit', () => rig.records.filter(({ type }) => type === 'intent').length === 2);
    rig.gateway.failAll();
    slow.resume();
    await slow.until(({ whole }) => whole, 'the end');
    expect(slow.answer.body.toString().slice(-1_000)).toContain('shutting down');
    expect((await rig.rows(2))[1]).toMatchObject({ status: 'failed', errorKind: 'unavailable', chargeNanoUsd: '0' });
  }, 60_000);

  it('is cut where nothing is read for too long', async () => {
    rig = await startCachedRig({ answerBytesMax: 64 * 1024 * 1024 }, { settings: { clientStallMs: 100 }, tickMs: 10 });
    rig.upstream.once(large);
    await ask({ stream: true });
    const deaf = await hold({ stream: true });
    deaf.pause();
    expect((await rig.rows(2))[1]).toMatchObject({ status: 'cancelled', costNanoUsd: '0' });
    deaf.abort();
  }, 60_000);
});
