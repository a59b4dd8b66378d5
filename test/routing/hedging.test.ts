/**
 * A second target is asked where the first is silent: the caller gets one clean answer and one charge, the one that was
 * not needed is stopped, and what it has used is the house's.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Hedge } from '../../src/snapshot/snapshot.ts';
import { type Rig, startRig } from '../cases/rig.ts';
import { Gate } from '../fakes/gate.ts';
import { type Script, startUpstream, type Upstream } from '../fakes/upstream.ts';
import { until } from '../until.ts';

let first: Upstream;
let second: Upstream;
let rig: Rig;

beforeEach(async () => {
  first = await startUpstream();
  second = await startUpstream();
});
afterEach(async () => {
  await rig.close();
  await first.close();
  await second.close();
});

async function start(hedge: Hedge | undefined): Promise<void> {
  rig = await startRig({
    routes: { main: ['oa/m@first', 'an/m@second'], free: ['oa/m@first', 'an/m@second'] },
    routeRules: { main: hedge ? { hedge } : {}, free: { hedge: { afterMs: 20 } } },
    addresses: { first: first.url, second: second.url },
  });
}

const ask = (stream: boolean, model = 'main') =>
  rig.chat({ model, stream, messages: [{ role: 'user', content: 'Hello?' }] });

/** Answers once the gate is open, as the built-in echo does. */
const behind =
  (gate: Gate, script: Script): Script =>
  async (call, reply, upstream) => {
    await gate.pass();
    await script(call, reply, upstream);
  };

const chatAnswer: Script = (call, reply) =>
  call.json?.stream === true
    ? reply.send(
        200,
        { 'content-type': 'text/event-stream' },
        [
          '{"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"from the first"},"finish_reason":null}]}',
          '{"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}',
          '{"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[],"usage":{"prompt_tokens":7,"completion_tokens":3,"total_tokens":10}}',
          '[DONE]',
        ]
          .map((data) => `data: ${data}\n\n`)
          .join(''),
      )
    : reply.json(200, {
        id: 'c',
        object: 'chat.completion',
        created: 1,
        model: 'm',
        choices: [{ index: 0, message: { role: 'assistant', content: 'from the first' }, finish_reason: 'stop' }],
        usage: { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 },
      });

const messagesAnswer: Script = (call, reply) => {
  const message = { id: 'msg_1', type: 'message', role: 'assistant', model: 'm', stop_sequence: null };
  if (call.json?.stream !== true)
    return reply.json(200, {
      ...message,
      content: [{ type: 'text', text: 'from the second' }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 11, output_tokens: 5 },
    });
  const events = [
    {
      type: 'message_start',
      message: { ...message, content: [], stop_reason: null, usage: { input_tokens: 11, output_tokens: 1 } },
    },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'from the second' } },
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 5 } },
    { type: 'message_stop' },
  ];
  const body = events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('');
  return reply.send(200, { 'content-type': 'text/event-stream' }, body);
};

describe.each([false, true])('a silent target (stream: %s)', (stream) => {
  it('is stopped when a second one answers: one answer, one charge, the loser is the house’s', async () => {
    await start({ afterMs: 20 });
    const gate = new Gate();
    first.on('m', behind(gate, chatAnswer));
    second.on('m', messagesAnswer);
    const answer = await ask(stream);
    expect(answer.status).toBe(200);
    expect(answer.body).toContain('from the second');
    expect(answer.body).not.toContain('from the first');
    expect(answer.headers).toMatchObject({ 'x-tollgate-model': 'an/m', 'x-tollgate-attempts': '2' });
    const row = await rig.row();
    // 11 tokens in at $1 and 5 out at $2 for a million.
    expect(row).toMatchObject({
      status: 'completed',
      servedModel: 'an/m',
      costNanoUsd: '21000',
      chargeNanoUsd: '21000',
    });
    expect(Number(row.houseCostNanoUsd)).toBeGreaterThan(0);
    expect(row.attempts.map(({ target, error }) => [target, error])).toEqual([
      ['oa/m', 'unavailable'],
      ['an/m', undefined],
    ]);
    await until('the first is told', () => first.calls.every(({ closedAtMs }) => closedAtMs !== undefined));
    gate.release();
  });

  it('wins where it is the first to answer after all, and the second is stopped', async () => {
    await start({ afterMs: 20 });
    const gate = new Gate();
    const never = new Gate();
    first.on('m', behind(gate, chatAnswer));
    second.on('m', behind(never, messagesAnswer));
    const asked = ask(stream);
    await second.waitForCalls(1);
    gate.release();
    const answer = await asked;
    expect(answer.body).toContain('from the first');
    const row = await rig.row();
    expect(row).toMatchObject({ status: 'completed', servedModel: 'oa/m', chargeNanoUsd: '13000' });
    expect(Number(row.houseCostNanoUsd)).toBeGreaterThan(0);
    await until('the second is told', () => second.calls.every(({ closedAtMs }) => closedAtMs !== undefined));
    never.release();
  });

  it('that fails beside a second one is not noticed', async () => {
    await start({ afterMs: 20 });
    const gate = new Gate();
    first.on(
      'm',
      behind(gate, (_call, reply) => reply.json(500, { error: { message: 'no' } })),
    );
    second.on('m', behind(gate, messagesAnswer));
    const asked = ask(stream);
    await second.waitForCalls(1);
    gate.release();
    const answer = await asked;
    expect(answer.status).toBe(200);
    expect(answer.body).toContain('from the second');
    expect((await rig.row()).chargeNanoUsd).toBe('21000');
  });

  it('is waited for where the second would be dearer than the route allows', async () => {
    await start({ afterMs: 20, nanoUsdMax: 10 });
    const gate = new Gate();
    first.on('m', behind(gate, chatAnswer));
    second.on('m', messagesAnswer);
    const asked = ask(stream);
    await first.waitForCalls(1);
    // Asked later and patient for as long: when this one has been hedged, the other has thought of it too.
    expect((await ask(stream, 'free')).body).toContain('from the second');
    gate.release();
    expect((await asked).body).toContain('from the first');
    expect(second.calls).toHaveLength(1);
  });
});

it('nobody hedges where the route does not say so', async () => {
  await start(undefined);
  const gate = new Gate();
  first.on('m', behind(gate, chatAnswer));
  second.on('m', messagesAnswer);
  const asked = ask(true);
  await first.waitForCalls(1);
  expect((await ask(true, 'free')).body).toContain('from the second');
  gate.release();
  expect((await asked).body).toContain('from the first');
  expect(second.calls).toHaveLength(1);
});
