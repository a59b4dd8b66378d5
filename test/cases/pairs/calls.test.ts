/** Cases 48, 50, 51, 54 and 60 on all roads: the ids and the arguments of calls, and calls that are forced. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DialectId } from '../../../src/llm/chat.ts';
import { Gate } from '../../fakes/gate.ts';
import { startMatrixRig } from '../../golden/matrix.ts';
import { answering, take } from '../../golden/run.ts';
import type { Rig } from '../rig.ts';
import { answerOf, go, heard, open, translatedRoads } from './road.ts';
import { assistant, bodyOf, say, spoken, user } from './write.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startMatrixRig();
});
afterAll(() => rig.close());

const called = (id: string, k: number) => ({ call: id, args: `{"k":${k}}` });
const result = (id: string, text: string) => ({ result: id, texts: [text] });
const idKeys = /"(?:id|call_id|tool_call_id|tool_use_id|toolUseId)":"([^"]*)"/g;
const idsIn = (text: string) => [...text.matchAll(idKeys)].map(([, id]) => id ?? '');
/** Ids of calls in any answer or stream; those of messages and items begin otherwise. */
const madeIds = (body: Buffer) =>
  new Set([...body.toString().matchAll(/"(?:id|call_id|toolUseId)":"(call_[^"]*|toolu[^"]*)"/g)].map(([, id]) => id));
/** What the provider's API takes for an id of a call. */
const legal: Readonly<Record<DialectId, RegExp>> = {
  'openai-chat': /^.{1,40}$/,
  'openai-responses': /^.{1,64}$/,
  anthropic: /^[a-zA-Z0-9_-]+$/,
  gemini: /^.+$/,
  'bedrock-converse': /^[a-zA-Z0-9_.:-]{1,64}$/,
};

describe('case 48: odd ids become legal, stay apart, and lead each result to its call', () => {
  it.each(translatedRoads)('%s over %s', async (_to, from, road) => {
    const ids = ['functions.get:0', 'call_1|2', 'call_1_2', `call_${'x'.repeat(65)}`];
    const turn = await say(rig, road, [
      user('go'),
      assistant(...ids.map(called)),
      user(...ids.map((id, i) => result(id, `r${i}`))),
    ]);
    expect(spoken(turn)).toEqual([
      'user go',
      ...ids.map((_id, i) => `call f {"k":${i}}`),
      ...ids.map((_id, i) => `result of {"k":${i}} r${i}`),
    ]);
    const sent = idsIn(turn.askedText);
    expect(sent).toHaveLength(8);
    expect(new Set(sent).size).toBe(4);
    for (const id of sent) expect(id).toMatch(legal[from]);
  });
});

describe('case 50: arguments in the history that are no object', () => {
  // The other callers write arguments as JSON, where nothing can be broken.
  const roads = translatedRoads.filter(([caller]) => caller.startsWith('openai'));
  it.each(roads)('%s over %s: nothing at all is {}', async (_to, _from, road) => {
    const turn = await say(rig, road, [user('go'), assistant({ call: 'a', args: '' }), user(result('a', 'r'))]);
    expect(spoken(turn)).toEqual(['user go', 'call f {}', 'result of {} r']);
  });

  const isObject: readonly DialectId[] = ['anthropic', 'gemini', 'bedrock-converse'];
  it.each(roads.filter(([, provider]) => isObject.includes(provider)))(
    '%s over %s: anything else is refused by its place',
    async (_to, _from, road) => {
      for (const args of ['{bad', 'null', '[1]', '"x"', '{"a":1}{']) {
        const turn = await say(rig, road, [user('go'), assistant({ call: 'a', args }), user(result('a', 'r'))]);
        expect(turn.answer.status, args).toBe(400);
        expect(turn.answer.body.toString()).toMatch(/(messages|input)\[1\]/);
        expect(rig.upstream.calls).toEqual([]);
      }
    },
  );
});

/** A call in the history whose arguments are no object, in the words of callers that write them as JSON. */
const noObjects: Readonly<Partial<Record<DialectId, readonly [place: RegExp, body: (args: unknown) => object]>>> = {
  anthropic: [
    /messages\[1\]\.content\[0\]/,
    (input) => ({
      messages: [
        { role: 'user', content: 'go' },
        { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'f', input }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content: 'r' }] },
      ],
    }),
  ],
  gemini: [
    /contents\[1\]\.parts\[0\]/,
    (args) => ({
      contents: [
        { role: 'user', parts: [{ text: 'go' }] },
        { role: 'model', parts: [{ functionCall: { id: 'a', name: 'f', args } }] },
        { role: 'user', parts: [{ functionResponse: { id: 'a', name: 'f', response: { output: 'r' } } }] },
      ],
    }),
  ],
  'bedrock-converse': [
    /messages\[1\]\.content\[0\]/,
    (input) => ({
      messages: [
        { role: 'user', content: [{ text: 'go' }] },
        { role: 'assistant', content: [{ toolUse: { toolUseId: 'a', name: 'f', input } }] },
        { role: 'user', content: [{ toolResult: { toolUseId: 'a', content: [{ text: 'r' }] } }] },
      ],
    }),
  ],
};

describe('case 50: arguments that are JSON, and no object', () => {
  it.each(translatedRoads.filter(([caller]) => noObjects[caller] !== undefined))(
    '%s over %s: are refused by their place',
    async (caller, _from, road) => {
      const [place, body] = noObjects[caller] ?? [/never/, () => ({})];
      for (const args of ['x', [1], 7, '{"a":1}']) {
        const turn = await say(rig, road, [], body(args));
        expect(turn.answer.status, `${JSON.stringify(args)} ${turn.askedText}`).toBe(400);
        expect(turn.answer.body.toString()).toMatch(place);
        expect(rig.upstream.calls).toEqual([]);
      }
    },
  );
});

describe('case 51: a call without arguments is a call with none', () => {
  it.each(translatedRoads)('%s over %s', async (_to, _from, road) => {
    const answer = answerOf(road.provider, 'parallel tools', false);
    const text = answer.body
      .toString()
      .replaceAll('"{\\"city\\":\\"Oslo\\"}"', '""')
      .replaceAll('{"city":"Oslo"}', '{}');
    const facts = heard(road, await go(rig, road, false, { ...answer, body: Buffer.from(text) }), false);
    expect(facts.filter((fact) => fact.startsWith('call '))).toEqual([
      'call weather {}',
      'call weather {"city":"Bern"}',
    ]);
    expect(facts).toContain('stop tool-call');
  });
});

describe('case 54: two conversations in turns over Gemini, which gives its calls no ids', () => {
  const roads = translatedRoads.filter(([, provider]) => provider === 'gemini');
  it.each(roads)('%s over %s: every id is another, and names lead back', async (_to, _from, road) => {
    const answer = answerOf(road.provider, 'parallel tools', false);
    const bare = Buffer.from(answer.body.toString().replaceAll(/"id":"[^"]*",/g, ''));
    expect(bare.toString()).not.toContain('"id"');
    const by = answering({ ...answer, body: bare });
    const body = bodyOf(road, [user('go')]);
    // Neither knows of the other: what one was given, the other must not be given too.
    const both = [await take(rig, road, body, false, by), await take(rig, road, body, false, by)];
    const replies = both.map((turn) => JSON.parse(turn.answer.body.toString()) as Record<string, unknown>);
    const [first = [], second = []] = replies.map((reply) => idsIn(JSON.stringify(reply)));
    expect(first.length).toBeGreaterThanOrEqual(2);
    expect(first.filter((id) => second.includes(id))).toEqual([]);
    for (const reply of replies) {
      const next = await take(rig, road, road.caller.replay(body, reply), false, by);
      expect(next.askedText.match(/"functionResponse":\{[^}]*"name":"weather"/g)).toHaveLength(2);
      expect(next.askedText).not.toContain('unknown');
    }
  });
});

describe('case 54: two conversations on the wire at the same moment, over Gemini', () => {
  const roads = translatedRoads.filter(([, provider]) => provider === 'gemini');
  it.each(roads)('%s over %s: every id of both is another', async (_to, _from, road) => {
    for (const stream of [false, true]) {
      rig.forget();
      const answer = answerOf(road.provider, 'parallel tools', stream);
      // Each waits in the middle of its answer until the other is there too.
      const gates = [new Gate(), new Gate()];
      for (const gate of gates)
        rig.upstream.once(async (_call, reply) => {
          reply.head(200, answer.headers);
          await reply.write(answer.body.subarray(0, answer.body.length >> 1));
          await gate.pass();
          await reply.write(answer.body.subarray(answer.body.length >> 1));
          reply.end();
        });
      const clients = await Promise.all([open(rig, road, stream), open(rig, road, stream)]);
      for (const gate of gates) await gate.reached;
      for (const gate of gates) gate.release();
      for (const client of clients) await client.until(({ whole }) => whole, 'the whole answer');
      const [first, second] = clients.map(({ answer: { body } }) => madeIds(body));
      for (const client of clients) client.abort();
      expect(first?.size, clients[0]?.answer.body.toString()).toBe(2);
      expect([...(first ?? [])].filter((id) => second?.has(id))).toEqual([]);
      expect((await rig.rows(2)).map(({ status }) => status)).toEqual(['completed', 'completed']);
    }
  });
});

/** A forced call beside thinking, in the words of each caller. */
const forced: Readonly<Record<DialectId, object>> = {
  'openai-chat': { reasoning_effort: 'high', tool_choice: 'required' },
  'openai-responses': { reasoning: { effort: 'high' }, tool_choice: 'required' },
  anthropic: { thinking: { type: 'enabled', budget_tokens: 4000 }, tool_choice: { type: 'any' } },
  gemini: {
    generationConfig: { thinkingConfig: { thinkingBudget: 4000 } },
    toolConfig: { functionCallingConfig: { mode: 'ANY' } },
  },
  'bedrock-converse': {
    additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 4000 } },
    toolConfig: {
      tools: [{ toolSpec: { name: 'f', inputSchema: { json: { type: 'object' } } } }],
      toolChoice: { any: {} },
    },
  },
};

describe('case 60: a forced call and thinking exclude each other for models that think by a budget', () => {
  const roads = translatedRoads.filter(([, provider]) => provider === 'anthropic' || provider === 'bedrock-converse');
  it.each(roads)('%s over %s: the call wins, and that is reported', async (caller, _from, road) => {
    const turn = await take(
      rig,
      road,
      bodyOf(road, [user('go')], forced[caller]),
      false,
      answering(answerOf(road.provider, 'text', false)),
    );
    expect(turn.asked, turn.answer.body.toString()).toContain('choice required');
    expect(turn.asked?.filter((fact) => /^(thinking budget|effort) /.test(fact))).toEqual([]);
    expect(turn.dropped).toContain('thinking');
  });
});
