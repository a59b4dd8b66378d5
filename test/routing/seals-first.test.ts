/**
 * No loss first: a conversation whose thinking somebody has sealed goes on with them, wherever the route's strategy would
 * send it; and with another one, without the thinking, where they fail.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Rig, startRig } from '../cases/rig.ts';
import { startUpstream, type Upstream } from '../fakes/upstream.ts';

/** Each seals its thinking, as a credential of its own. */
interface Sealer {
  readonly upstream: Upstream;
  fails: boolean;
}

let sealers: Sealer[];
let rig: Rig;

beforeEach(async () => {
  sealers = [await startSealer('One'), await startSealer('Two')];
  rig = await startRig({
    routes: { both: ['an/m@one', 'an/m@two'] },
    addresses: { one: sealers[0]?.upstream.url ?? '', two: sealers[1]?.upstream.url ?? '' },
  });
});
afterEach(async () => {
  await rig.close();
  for (const { upstream } of sealers) await upstream.close();
});

async function startSealer(name: string): Promise<Sealer> {
  const sealer = { fails: false };
  const upstream = await startUpstream({
    script: (_call, reply) =>
      sealer.fails
        ? reply.json(529, { type: 'error', error: { type: 'overloaded_error', message: 'no' } })
        : reply.json(200, answerOf(name)),
  });
  return Object.assign(sealer, { upstream });
}

const signature = (name: string) => Buffer.from(`${name} `.repeat(60)).toString('base64');

function answerOf(name: string) {
  return {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'm',
    content: [
      { type: 'thinking', thinking: 'hm', signature: signature(name) },
      { type: 'tool_use', id: `toolu_${name}`, name: 'f', input: { a: 1 } },
    ],
    stop_reason: 'tool_use',
    usage: { input_tokens: 9, output_tokens: 9 },
  };
}

const asked = () => sealers.map(({ upstream }) => upstream.calls.length);
const tool = { name: 'f', input_schema: { type: 'object' } };

/** A first turn that the second provider answers, as the first one fails. */
async function begin(turn: (messages: readonly unknown[]) => Promise<{ status: number; json(): unknown }>) {
  const [one] = sealers as [Sealer];
  one.fails = true;
  const first = await turn([{ role: 'user', content: 'q' }]);
  one.fails = false;
  expect([first.status, asked()]).toEqual([200, [1, 1]]);
  return first.json();
}

describe('a conversation that the second of two providers has sealed', () => {
  const turn = (messages: readonly unknown[]) =>
    rig.messages({
      model: 'both',
      max_tokens: 4096,
      thinking: { type: 'enabled', budget_tokens: 2048 },
      tools: [tool],
      messages,
    });
  const goOn = (content: unknown) => [
    { role: 'user', content: 'q' },
    { role: 'assistant', content },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_Two', content: 'r' }] },
  ];

  it('goes on there, with its thinking, though the first is listed before it', async () => {
    const { content } = (await begin(turn)) as { content: unknown };
    const next = await turn(goOn(content));
    expect(next.status).toBe(200);
    expect(next.headers['x-tollgate-dropped']).toBeUndefined();
    expect(asked()).toEqual([1, 2]);
    expect(sealers[1]?.upstream.calls[1]?.body.toString()).toContain(signature('Two'));
  });

  it('goes on elsewhere where that one fails: told what is lost, and without a seal that would be refused', async () => {
    const { content } = (await begin(turn)) as { content: unknown };
    (sealers[1] as Sealer).fails = true;
    const next = await turn(goOn(content));
    expect(next.status).toBe(200);
    expect(next.headers['x-tollgate-dropped']).toContain('thinking');
    expect(sealers[0]?.upstream.calls.at(-1)?.body.toString()).not.toContain(signature('Two'));
  });

  it('a new conversation is asked as listed', async () => {
    await begin(turn);
    expect((await turn([{ role: 'user', content: 'another' }])).status).toBe(200);
    expect(asked()).toEqual([2, 1]);
  });
});

describe('a caller of another dialect', () => {
  const turn = (messages: readonly unknown[]) =>
    rig.chat({
      model: 'both',
      reasoning_effort: 'high',
      tools: [{ type: 'function', function: { name: 'f', parameters: { type: 'object' } } }],
      messages,
    });

  it('returns to who sealed it also where only the gateway kept the seal', async () => {
    const { choices } = (await begin(turn)) as {
      choices: readonly { message: { tool_calls: readonly { id: string }[] } }[];
    };
    const call = choices[0]?.message.tool_calls[0];
    // As a client that knows nothing of reasoning brings its call back.
    const plain = { role: 'assistant', content: null, tool_calls: [call] };
    const next = await turn([
      { role: 'user', content: 'q' },
      plain,
      { role: 'tool', tool_call_id: call?.id, content: 'r' },
    ]);
    expect(next.status).toBe(200);
    expect(asked()).toEqual([1, 2]);
    expect(sealers[1]?.upstream.calls[1]?.body.toString()).toContain(signature('Two'));
  });
});
