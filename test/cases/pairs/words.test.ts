/** Cases 41, 43, 46, 83 and 102 on all roads: hostile text, stable prefixes, choices, silence, and callers that hang up. */
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startMatrixRig } from '../../golden/matrix.ts';
import { answering, modelOf, take } from '../../golden/run.ts';
import { type Rig, rigKey } from '../rig.ts';
import { allRoads, answerOf, changed, go, heard, requestOf, translatedRoads, untilError } from './road.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startMatrixRig();
});
afterAll(() => rig.close());

const hostile = 'é😀\u2028 \u0000 "quoted" \\ </s> data: [DONE]\n\nevent: error\r\n‮rtl';
const escaped = JSON.stringify(hostile).slice(1, -1);

describe('case 41: hostile text arrives as it was', () => {
  it.each(allRoads)('%s over %s: asked', async (_to, _from, road) => {
    const body = JSON.stringify(requestOf(road, 'text', false)).replace('Hello', () => escaped);
    const turn = await take(rig, road, body, false, answering(answerOf(road.provider, 'text', false)));
    expect(turn.asked).toContain(`user ${hostile}`);
  });

  it.each(allRoads)('%s over %s: answered, whole and as a stream', async (_to, _from, road) => {
    for (const stream of [false, true]) {
      const answer = answerOf(road.provider, 'text', stream);
      const turn = await go(
        rig,
        road,
        stream,
        changed(road.provider, answer, stream, (json) => json.replaceAll('there.', () => escaped)),
      );
      const facts = heard(road, turn, stream);
      expect(facts).toContain(`text Hi ${hostile}`);
      expect(facts).toContain('stop end');
    }
  });
});

describe('case 43: the same conversation plus one turn has the earlier bytes as a prefix', () => {
  it.each(translatedRoads)('%s over %s', async (_to, _from, road) => {
    const body = requestOf(road, 'parallel tools', false);
    const answer = answering(answerOf(road.provider, 'parallel tools', false));
    const first = await take(rig, road, body, false, answer);
    const again = await take(rig, road, body, false, answer);
    expect(again.askedText).toBe(first.askedText);
    const reply = JSON.parse(first.answer.body.toString()) as Record<string, unknown>;
    const next = await take(rig, road, road.caller.replay(body, reply), false, answer);
    // All but the brackets that close the list of messages and the body.
    const prefix = first.askedText.replace(/[\]}]+$/, '');
    expect(first.askedText.length - prefix.length).toBeLessThan(8);
    expect(next.askedText.startsWith(prefix)).toBe(true);
  });
});

/** How a caller of each dialect says it; undefined where it cannot. */
const choices: Readonly<Record<string, Readonly<Record<string, object | undefined>>>> = {
  'openai-chat': {
    none: { tool_choice: 'none' },
    required: { tool_choice: 'required' },
    weather: { tool_choice: { type: 'function', function: { name: 'weather' } } },
  },
  'openai-responses': {
    none: { tool_choice: 'none' },
    required: { tool_choice: 'required' },
    weather: { tool_choice: { type: 'function', name: 'weather' } },
  },
  anthropic: {
    none: { tool_choice: { type: 'none' } },
    required: { tool_choice: { type: 'any' } },
    weather: { tool_choice: { type: 'tool', name: 'weather' } },
  },
  gemini: {
    none: { toolConfig: { functionCallingConfig: { mode: 'NONE' } } },
    required: { toolConfig: { functionCallingConfig: { mode: 'ANY' } } },
    weather: { toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['weather'] } } },
  },
};

describe('case 46: the choice among tools reaches the provider', () => {
  const asked = translatedRoads.filter(([caller]) => choices[caller] !== undefined);
  it.each(asked)('%s over %s: none, required, one by name', async (caller, from, road) => {
    for (const [choice, fields] of Object.entries(choices[caller] ?? {})) {
      const body = { ...requestOf(road, 'parallel tools', false), ...fields };
      const turn = await take(rig, road, body, false, answering(answerOf(road.provider, 'text', false)));
      const facts = turn.asked ?? [];
      const isSaid = facts.some((fact) => fact.startsWith('choice ') && fact.includes(choice));
      // Converse has no word for none: the tools stay, because the history calls them, and the model is told.
      const isTold =
        from === 'bedrock-converse' && facts.some((fact) => /^system .*without calling any tool/.test(fact));
      // One tool alone that must be called is the same as a call that is required.
      const isOnly = choice === 'weather' && facts.includes('choice tool');
      expect(isSaid || isTold || isOnly, `${choice}: ${facts.join(' | ')}`).toBe(true);
    }
  });
});

describe('case 83: an answer without a word is an answer', () => {
  it.each(allRoads)('%s over %s', async (_to, _from, road) => {
    for (const stream of [false, true]) {
      const answer = answerOf(road.provider, 'max tokens', stream);
      const empty = changed(road.provider, answer, stream, (json) =>
        json.replaceAll('"Hi th"', '""').replaceAll('"Hi "', '""').replaceAll('"th"', '""'),
      );
      const turn = await go(rig, road, stream, empty);
      expect(turn.answer.status).toBe(200);
      expect(heard(road, turn, stream).filter((fact) => /^(text|stop) /.test(fact))).toEqual(['stop length']);
      expect(turn.row).toMatchObject({ status: 'completed', usage: { input: 12, output: 5 } });
    }
  });
});

describe('case 102: a caller that hangs up in the middle', () => {
  it.each(allRoads)('%s over %s: the provider is let go, and the row says so', async (_to, _from, road) => {
    const { headers, body } = untilError(road.provider);
    rig.forget();
    rig.upstream.once(async (_call, reply) => {
      reply.head(200, headers);
      await reply.write(body);
      await reply.hang();
    });
    const reply = await request(rig.url + road.caller.path(modelOf(road.provider), true), {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${rigKey}`, ...road.caller.headers },
      body: JSON.stringify(requestOf(road, 'text', true)),
    });
    await new Promise((resolve) => reply.body.once('data', resolve));
    reply.body.on('error', () => {}).destroy();
    await rig.upstream.waitForClosed();
    expect(await rig.row()).toMatchObject({ status: 'cancelled', estimated: true });
  });
});
