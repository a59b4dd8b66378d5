/** Cases 64 and FX10 on all roads: how much thinking is asked for, by the numbers that providers take. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DialectId } from '../../../src/llm/chat.ts';
import { startMatrixRig } from '../../golden/matrix.ts';
import { answering, type Turn, take } from '../../golden/run.ts';
import type { Rig } from '../rig.ts';
import { answerOf, type Road, requestOf, translatedRoads } from './road.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startMatrixRig();
});
afterAll(() => rig.close());

type Wire = Readonly<Record<string, unknown>>;
/** From the weakest to the strongest; 0 tokens are none. */
interface Wish {
  readonly effort: 'none' | 'minimal' | 'low' | 'medium' | 'high';
  readonly tokens: number;
}

const wishes: readonly Wish[] = [
  { effort: 'minimal', tokens: 1024 },
  { effort: 'low', tokens: 2048 },
  { effort: 'medium', tokens: 8192 },
  { effort: 'high', tokens: 16_384 },
];
const none: Wish = { effort: 'none', tokens: 0 };

/** A limit and a wish in each caller's words. Messages always has a limit, and one that leaves room for its budget. */
const asks: Readonly<Record<DialectId, (wish: Wish, limit: number | undefined) => Wire>> = {
  'openai-chat': ({ effort }, limit) => ({ reasoning_effort: effort, ...(limit && { max_completion_tokens: limit }) }),
  'openai-responses': ({ effort }, limit) => ({ reasoning: { effort }, ...(limit && { max_output_tokens: limit }) }),
  anthropic: ({ tokens }, limit) => ({ max_tokens: limit ?? 40_000, thinking: claude(tokens) }),
  gemini: ({ tokens }, limit) => ({
    generationConfig: { thinkingConfig: { thinkingBudget: tokens }, ...(limit && { maxOutputTokens: limit }) },
  }),
  'bedrock-converse': ({ tokens }, limit) => ({
    additionalModelRequestFields: { thinking: claude(tokens) },
    ...(limit && { inferenceConfig: { maxTokens: limit } }),
  }),
};

function claude(tokens: number): Wire {
  return tokens === 0 ? { type: 'disabled' } : { type: 'enabled', budget_tokens: tokens };
}

function ask(road: Road, wish: Wish, limit: number | undefined, more: Wire = {}): Promise<Turn> {
  const body = { ...requestOf(road, 'text', false), ...asks[road.caller.id](wish, limit), ...more };
  return take(rig, road, body, false, answering(answerOf(road.provider, 'text', false)));
}

/** The number behind a fact, or its word's place. */
function asked({ asked: facts = [] }: Turn) {
  const said = (what: string) => facts.find((fact) => fact.startsWith(`${what} `))?.slice(what.length + 1);
  const numeric = (text: string | undefined) => (text === undefined ? undefined : Number(text));
  return { limit: numeric(said('limit')), budget: numeric(said('thinking budget')), effort: said('effort') };
}

const words = ['minimal', 'low', 'medium', 'high', 'xhigh', 'max'];
const isGrowing = (numbers: readonly number[]) => numbers.every((each, i) => each >= (numbers[i - 1] ?? each));

/** Converse and Messages have Claude's rule: a budget of at least 1,024 tokens that leaves room in the limit. */
const claudeRule: readonly DialectId[] = ['anthropic', 'bedrock-converse'];

describe.each([undefined, 20_000])('case 64: thinking grows with the wish (limit %s)', (limit) => {
  it.each(translatedRoads)('%s over %s', async (_to, from, road) => {
    const strengths: number[] = [];
    for (const wish of wishes) {
      const turn = await ask(road, wish, limit);
      expect(turn.answer.status, turn.answer.body.toString()).toBe(200);
      const { limit: sent, budget, effort } = asked(turn);
      // The budget is inside the limit: it is never added to it.
      if (limit !== undefined) expect(sent).toBe(limit);
      if (budget === undefined) expect(words).toContain(effort);
      strengths.push(budget ?? words.indexOf(effort ?? ''));
      if (!claudeRule.includes(from) || budget === undefined) continue;
      expect(budget).toBeGreaterThanOrEqual(1024);
      expect(budget).toBeLessThan(sent ?? Number.POSITIVE_INFINITY);
    }
    expect(isGrowing(strengths), strengths.join(' ')).toBe(true);
    expect(strengths.at(-1)).toBeGreaterThan(strengths[0] ?? 0);
  });
});

describe('FX10: no thinking', () => {
  it.each(translatedRoads)('%s over %s: none asked for is none', async (_to, _from, road) => {
    const turn = await ask(road, none, undefined);
    const { budget, effort } = asked(turn);
    expect([undefined, 0]).toContain(budget);
    // A model that always thinks is asked for as little as it can, and that is told.
    if (effort !== undefined && effort !== 'none') expect(turn.dropped).toContain('thinking');
  });

  const claudes = translatedRoads.filter(([, from]) => claudeRule.includes(from));
  // A caller with Claude's own words names a budget that the limit has no room for, which no API takes.
  it.each(claudes)('%s over %s: 900 tokens leave no room for it, and that is told', async (to, _from, road) => {
    const turn = await ask(road, { effort: 'high', tokens: 600 }, 900);
    if (turn.asked === undefined) {
      expect(claudeRule, to).toContain(to);
      expect(turn.answer.status).toBe(400);
      return;
    }
    expect(asked(turn)).toEqual({ limit: 900, budget: undefined, effort: undefined });
    expect(turn.dropped).toContain('thinking');
  });
});

/** A caller's forced call and temperature. Chat and Responses alone ask so: Claude's own APIs refuse the three together. */
const forced: Readonly<Partial<Record<DialectId, Wire>>> = {
  'openai-chat': { temperature: 0.2, tool_choice: 'required' },
  'openai-responses': { temperature: 0.2, tool_choice: 'required' },
};

describe('FX10: a temperature and a forced call beside thinking', () => {
  const roads = translatedRoads.filter(([to, from]) => forced[to] !== undefined && claudeRule.includes(from));
  it.each(roads)('%s over %s: the call wins, thinking is told to be off', async (to, _from, road) => {
    const { tools } = requestOf(road, 'parallel tools', false) as Wire;
    const turn = await ask(road, { effort: 'low', tokens: 2048 }, undefined, { ...forced[to], tools });
    expect(turn.asked).toContain('choice required');
    expect(turn.askedText).toContain('"temperature":0.2');
    expect(asked(turn)).toMatchObject({ budget: undefined, effort: undefined });
    expect(turn.dropped).toEqual(['thinking']);
  });
});
