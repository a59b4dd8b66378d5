/** What is kept of each way to end, and whose key it is: never two charges for one key, unless the first was refused. */
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SettlementRecord } from '../../src/journal/record.ts';
import { allRoads, answerOf, framesOf, type Road, requestOf, untilError } from '../cases/pairs/road.ts';
import { Gate } from '../fakes/gate.ts';
import type { Script } from '../fakes/upstream.ts';
import { answering } from '../golden/run.ts';
import { codeOf, type KeyedRig, open, otherKey, quiet, say, startKeyedRig } from './keyed.ts';

const keptMax = 64 * 1024;
let rig: KeyedRig;
beforeAll(async () => {
  rig = await startKeyedRig({ settings: { idempotentAnswerBytesMax: keptMax } });
});
afterAll(() => rig.close());
beforeEach(() => rig.forget());

const settlements = () => rig.records.filter((record): record is SettlementRecord => record.type === 'settlement');
const roadOf = (caller: string, provider: string): Road => {
  const found = allRoads.find(([from, to]) => from === caller && to === provider);
  if (found === undefined) throw new Error(`no road ${caller} ${provider}`);
  return found[2];
};
const relayed = roadOf('openai-chat', 'openai-chat');
const translated = roadOf('openai-chat', 'anthropic');
const both = [
  ['relayed', relayed],
  ['translated', translated],
] as const;

let keys = 0;
const newKey = () => `key ${keys++}`;
const refusing = (status: number): Script => {
  return (_call, reply) => reply.json(status, { error: { message: 'no', type: 'x' } });
};

/** A script that sends the first `count` frames, waits at the gate, and then does the rest. */
function inTheMiddle({ provider }: Road, gate: Gate, rest: 'goes on' | 'breaks' | 'hangs'): Script {
  const answer = answerOf(provider, 'text', true);
  const frames = framesOf(provider, answer);
  return async (_call, reply) => {
    reply.head(answer.status, answer.headers);
    await reply.write(Buffer.concat(frames.slice(0, -3)));
    await gate.pass();
    if (rest === 'hangs') return reply.hang();
    if (rest === 'breaks') return reply.reset();
    await reply.write(Buffer.concat(frames.slice(-3)));
    reply.end();
  };
}

async function rowOf(key: string) {
  await quiet(rig);
  const { rows } = await sql<{ state: string; answer: Buffer | null }>`SELECT state, answer FROM idempotent_requests
    WHERE request_id IN (${sql.join(settlements().map(({ requestId }) => requestId))})`.execute(rig.store.db);
  if (rows.length > 1) throw new Error(`${rows.length} rows for ${key}`);
  return rows[0];
}

describe('an answer', () => {
  it("of a provider's own verdict on the body is kept as it is", async () => {
    const key = newKey();
    rig.upstream.once(refusing(400));
    const first = await say(rig, relayed, false, key);
    await quiet(rig);
    const again = await say(rig, relayed, false, key);
    expect(first.status).toBe(400);
    expect([again.status, again.body]).toEqual([400, first.body]);
    expect(again.headers['x-tollgate-idempotent-replay']).toBe('true');
    expect(rig.upstream.calls).toHaveLength(1);
  });

  it.each([429, 500, 503])('%i is not kept: the next one runs, and is kept', async (status) => {
    const key = newKey();
    for (let i = 0; i < 8; i++) rig.upstream.once(refusing(status));
    const first = await say(rig, relayed, false, key);
    expect(first.status).toBe(status === 500 ? 502 : status);
    expect(await rowOf(key)).toBeUndefined();
    rig.forget();
    rig.upstream.once(answering(answerOf(relayed.provider, 'text', false)));
    const second = await say(rig, relayed, false, key);
    expect(second.status).toBe(200);
    await quiet(rig);
    expect((await say(rig, relayed, false, key)).body).toEqual(second.body);
    expect(rig.upstream.calls).toHaveLength(1);
  });

  it('of the gateway before anybody was asked is not kept', async () => {
    const key = newKey();
    const unknown = await say(rig, relayed, false, key, { body: { model: 'oa/missing', messages: [] } });
    expect(unknown.status).toBe(404);
    rig.journal.writable = false;
    expect((await say(rig, relayed, false, key)).status).toBe(503);
    rig.journal.writable = true;
    rig.upstream.once(answering(answerOf(relayed.provider, 'text', false)));
    expect((await say(rig, relayed, false, key)).status).toBe(200);
  });

  it.each(both)('%s that broke in the middle is never made again', async (_name, road) => {
    const key = newKey();
    const gate = new Gate();
    gate.release();
    rig.upstream.once(inTheMiddle(road, gate, 'breaks'));
    const broken = await say(rig, road, true, key);
    expect(broken.status).toBe(200);
    await quiet(rig);
    const again = await say(rig, road, true, key);
    expect(again.status).toBe(409);
    expect(again.headers['x-should-retry']).toBe('false');
    expect(codeOf(again).code).toBe('idempotent_request_interrupted');
    const [row] = settlements();
    expect(codeOf(again).message).toContain(`usage row of ${row?.requestId}`);
    expect(codeOf(again).message).toContain('send a new Idempotency-Key');
    expect(Number(row?.costNanoUsd)).toBeGreaterThan(0);
    expect(rig.upstream.calls).toHaveLength(1);
  });

  it('that ends in an error of the provider is never made again', async () => {
    const key = newKey();
    rig.upstream.once(answering(untilError(translated.provider)));
    await say(rig, translated, true, key);
    await quiet(rig);
    expect((await say(rig, translated, true, key)).status).toBe(409);
    expect(rig.upstream.calls).toHaveLength(1);
  });

  it('larger than the limit is given once, and the limit is named', async () => {
    const key = newKey();
    const text = 'x'.repeat(keptMax);
    const answer = answerOf(relayed.provider, 'text', false);
    const body = JSON.parse(answer.body.toString());
    body.choices[0].message.content = text;
    rig.upstream.once(answering({ ...answer, body: Buffer.from(JSON.stringify(body)) }));
    const first = await say(rig, relayed, false, key);
    expect(first.body.toString()).toContain(text);
    expect(await rowOf(key)).toEqual({ state: 'too-large', answer: null });
    const again = await say(rig, relayed, false, key);
    expect(again.status).toBe(409);
    expect(codeOf(again).code).toBe('idempotent_answer_too_large');
    expect(codeOf(again).message).toContain(`${keptMax} bytes that are kept (server.limits.idempotentAnswerBytesMax)`);
    expect(rig.upstream.calls).toHaveLength(1);
  });

  it('lies sealed in the database, without a word of it', async () => {
    const key = newKey();
    const answer = answerOf(relayed.provider, 'text', false);
    rig.upstream.once(answering(answer));
    const first = await say(rig, relayed, false, key);
    const row = await rowOf(key);
    expect(row?.state).toBe('done');
    expect(row?.answer?.length).toBeGreaterThan(first.body.length);
    for (const word of ['content', 'choices', 'status', 'application/json'])
      expect(row?.answer?.includes(word)).toBe(false);
  });

  it('whose bytes were changed in the database is not given', async () => {
    const key = newKey();
    rig.upstream.once(answering(answerOf(relayed.provider, 'text', false)));
    await say(rig, relayed, false, key);
    await rowOf(key);
    await sql`UPDATE idempotent_requests SET answer = set_byte(answer, 40, get_byte(answer, 40) # 1)
      WHERE request_id = ${settlements()[0]?.requestId}`.execute(rig.store.db);
    const again = await say(rig, relayed, false, key);
    expect([again.status, codeOf(again).code]).toEqual([409, 'idempotent_answer_unreadable']);
  });

  it('is made anew after 24 hours', async () => {
    const key = newKey();
    rig.upstream.once(answering(answerOf(relayed.provider, 'text', false)));
    const first = await say(rig, relayed, false, key);
    await rowOf(key);
    const age = (spell: string) =>
      sql`UPDATE idempotent_requests SET expires_at = expires_at - ${spell}::interval`.execute(rig.store.db);
    await age('23 hours 59 minutes');
    expect((await say(rig, relayed, false, key)).headers['x-tollgate-idempotent-replay']).toBe('true');
    await age('2 minutes');
    rig.upstream.once(answering(answerOf(relayed.provider, 'text', false)));
    const second = await say(rig, relayed, false, key);
    expect(second.headers['x-tollgate-idempotent-replay']).toBeUndefined();
    expect(second.headers['x-request-id']).not.toBe(first.headers['x-request-id']);
    expect(rig.upstream.calls).toHaveLength(2);
  });
});

describe('a caller that hangs up', () => {
  it.each(both)('in the middle of a stream finds the whole of it when it comes back: %s', async (_name, road) => {
    const plain = newKey();
    rig.upstream.once(answering(answerOf(road.provider, 'text', true)));
    const undisturbed = await say(rig, road, true, plain);
    await quiet(rig);
    rig.forget();

    const key = newKey();
    const gate = new Gate();
    rig.upstream.once(inTheMiddle(road, gate, 'goes on'));
    const client = await open(rig, road, true, key);
    await gate.reached;
    await client.untilBytes(500);
    client.abort();
    const meanwhile = await say(rig, road, true, key);
    expect([meanwhile.status, codeOf(meanwhile).code]).toEqual([409, 'idempotent_request_running']);
    gate.release();
    await quiet(rig);
    const again = await say(rig, road, true, key);
    expect(again.status).toBe(200);
    expect(road.caller.readAnswer(again, true)).toEqual(road.caller.readAnswer(undisturbed, true));
    expect(rig.upstream.calls).toHaveLength(1);
    expect(settlements()).toHaveLength(1);
    expect(settlements()[0]).toMatchObject({ status: 'completed', estimated: false });
  });

  it.each(both)('before anything came finds the whole answer too: %s', async (_name, road) => {
    const key = newKey();
    const gate = new Gate();
    const answer = answerOf(road.provider, 'text', false);
    rig.upstream.once(async (_call, reply) => {
      await gate.pass();
      await reply.send(answer.status, answer.headers, answer.body);
    });
    const client = await open(rig, road, false, key);
    await gate.reached;
    client.abort();
    // By then the gateway has seen that nobody is there.
    expect((await say(rig, road, false, key)).status).toBe(409);
    gate.release();
    await quiet(rig);
    const again = await say(rig, road, false, key);
    expect(again.status).toBe(200);
    expect(road.caller.readAnswer(again, false).some((fact) => fact.startsWith('text '))).toBe(true);
    expect(rig.upstream.calls).toHaveLength(1);
    expect(settlements()).toMatchObject([{ status: 'completed', httpStatus: 200 }]);
  });

  it('or reads nothing is cut, and finds the whole answer too', async () => {
    // More than the kernel holds for a caller.
    const bytes = 16 * 1024 * 1024;
    const slow = await startKeyedRig({ settings: { clientStallMs: 200, idempotentAnswerBytesMax: 2 * bytes } });
    try {
      const answer = answerOf(relayed.provider, 'text', true);
      const frames = framesOf(relayed.provider, answer);
      const said = `"content":"${'x'.repeat(64 * 1024)}"`;
      const frame = Buffer.from((frames[1]?.toString() ?? '').replace(/"content":"[^"]*"/, said));
      const middle = Buffer.concat(Array.from({ length: Math.ceil(bytes / frame.length) }, () => frame));
      slow.upstream.once(async (_call, reply) => {
        reply.head(answer.status, answer.headers);
        for (const piece of [frames[0], middle, ...frames.slice(2)]) await reply.write(piece ?? '');
        reply.end();
      });
      const client = await open(slow, relayed, true, 'stalled');
      await client.untilText('data:');
      client.pause();
      const [row] = await slow.rows();
      expect(row?.status).toBe('completed');
      await quiet(slow);
      const again = await say(slow, relayed, true, 'stalled');
      expect(again.status).toBe(200);
      expect(again.body.length).toBeGreaterThan(bytes);
      expect(again.body.toString().trimEnd().endsWith('data: [DONE]')).toBe(true);
      expect(slow.upstream.calls).toHaveLength(1);
      client.abort();
    } finally {
      await slow.close();
    }
  });

  it('keeps nobody at work on an answer that is too large to be kept', async () => {
    const key = newKey();
    const gate = new Gate();
    const answer = answerOf(relayed.provider, 'text', true);
    const [first = Buffer.alloc(0), second = Buffer.alloc(0)] = framesOf(relayed.provider, answer);
    rig.upstream.once(async (_call, reply) => {
      reply.head(answer.status, answer.headers);
      await reply.write(Buffer.concat([first, second]));
      await gate.pass();
      while (await reply.write(Buffer.concat(Array.from({ length: 200 }, () => second))));
    });
    const client = await open(rig, relayed, true, key);
    await gate.reached;
    await client.untilText('data:');
    client.abort();
    gate.release();
    await rig.upstream.waitForClosed();
    const [row] = await rig.rows();
    expect(row?.status).toBe('cancelled');
    expect(await rowOf(key)).toEqual({ state: 'interrupted', answer: null });
    expect((await say(rig, relayed, true, key)).status).toBe(409);
  });

  it('without a key still ends its request', async () => {
    const gate = new Gate();
    rig.upstream.once(inTheMiddle(relayed, gate, 'hangs'));
    const headers = { authorization: `Bearer ${otherKey}` };
    const controller = new AbortController();
    const asked = fetch(`${rig.url}/v1/chat/completions`, {
      method: 'POST',
      headers,
      body: JSON.stringify(requestOf(relayed, 'text', true)),
      signal: controller.signal,
    });
    await gate.reached;
    await asked;
    controller.abort();
    gate.release();
    await rig.upstream.waitForClosed(1000);
    expect((await rig.row()).status).toBe('cancelled');
  });
});

describe('a key', () => {
  it('is one for each API key: the same word of two organizations are two requests', async () => {
    const key = newKey();
    rig.upstream.once(answering(answerOf(relayed.provider, 'text', false)));
    rig.upstream.once(answering(answerOf(relayed.provider, 'text', false)));
    await say(rig, relayed, false, key);
    await quiet(rig);
    const other = await say(rig, relayed, false, key, { apiKey: otherKey });
    expect(other.status).toBe(200);
    expect(other.headers['x-tollgate-idempotent-replay']).toBeUndefined();
    expect(rig.upstream.calls).toHaveLength(2);
  });

  it('belongs to its path, its query and the bytes of its body', async () => {
    const key = newKey();
    rig.upstream.once(answering(answerOf(relayed.provider, 'text', false)));
    await say(rig, relayed, false, key);
    await quiet(rig);
    const paths = ['/v1/messages', '/v1/chat/completions?a=1'];
    for (const path of paths) expect((await say(rig, relayed, false, key, { path })).status).toBe(422);
    const body = { ...requestOf(relayed, 'text', false), user: 'x' };
    expect((await say(rig, relayed, false, key, { body })).status).toBe(422);
    expect((await say(rig, relayed, false, key)).status).toBe(200);
    expect(rig.upstream.calls).toHaveLength(1);
  });

  it.each([
    ['empty', ''],
    ['of 256 characters', 'x'.repeat(256)],
    ['with a tab', 'a\tb'],
    ['with a letter that is not ASCII', 'sch\u00f6n'],
  ])('%s gets 400, and nobody is asked', async (_what, key) => {
    const answer = await say(rig, relayed, false, key);
    expect([answer.status, codeOf(answer).code]).toEqual([400, 'idempotency_key_invalid']);
    expect(codeOf(answer).message).toContain('1 to 255 printable ASCII characters');
    expect(rig.upstream.calls).toHaveLength(0);
  });

  it('may have one character, or 255 with spaces', async () => {
    for (const key of ['1', `a ${'~'.repeat(253)}`]) {
      rig.upstream.once(answering(answerOf(relayed.provider, 'text', false)));
      expect((await say(rig, relayed, false, key)).status).toBe(200);
    }
  });

  it('is not what x-request-id is: the same twice are two requests', async () => {
    for (let i = 0; i < 2; i++) {
      rig.upstream.once(answering(answerOf(relayed.provider, 'text', false)));
      const body = requestOf(relayed, 'text', false);
      expect((await rig.chat(body, { 'x-request-id': 'mine' })).status).toBe(200);
    }
    expect(rig.upstream.calls).toHaveLength(2);
  });
});
