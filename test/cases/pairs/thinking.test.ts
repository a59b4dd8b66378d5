/** Cases 64, 65, 70 and FX10 on all roads: how much thinking is asked for, by the numbers that providers take. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DialectId } from '../../../src/llm/chat.ts';
import { object } from '../../golden/features.ts';
import { answering, type Turn, take } from '../../golden/run.ts';
import { type Rig, startRig } from '../rig.ts';
import { answerOf, type Road, requestOf, translatedRoads } from './road.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({
    models: {
      'effort-m': { thinking: 'effort', outputTokensMax: 64_000 },
      'budget-m': { thinking: 'budget', outputTokensMax: 64_000 },
      'adaptive-m': { thinking: 'adaptive', outputTokensMax: 64_000 },
      'fixed-m': { thinking: 'effort', fixedSampling: true, outputTokensMax: 64_000 },
    },
  });
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

const weak: Wish = { effort: 'low', tokens: 2048 };
const config = { functionCallingConfig: { mode: 'ANY' } };
/** A caller's forced call and temperature beside its wish to think; some providers take the three together. */
const forced: Readonly<Record<DialectId, (body: Wire) => Wire>> = {
  'openai-chat': (body) => ({ ...body, temperature: 0.2, tool_choice: 'required' }),
  'openai-responses': (body) => ({ ...body, temperature: 0.2, tool_choice: 'required' }),
  anthropic: (body) => ({ ...body, temperature: 0.2, tool_choice: { type: 'any' } }),
  gemini: ({ generationConfig, ...body }) => ({
    ...body,
    generationConfig: { ...object(generationConfig), temperature: 0.2 },
    toolConfig: config,
  }),
  'bedrock-converse': ({ toolConfig, ...body }) => ({
    ...body,
    inferenceConfig: { temperature: 0.2 },
    toolConfig: { ...object(toolConfig), toolChoice: { any: {} } },
  }),
};

/** The same provider by another of its models. */
const by = ({ caller, provider }: Road, model: string): Road => ({ caller, provider: { ...provider, model } });

function askForced(road: Road): Promise<Turn> {
  const body = { ...requestOf(road, 'parallel tools', false), ...asks[road.caller.id](weak, undefined) };
  const answer = answering(answerOf(road.provider, 'text', false));
  return take(rig, road, forced[road.caller.id](body), false, answer);
}

describe('FX10: a temperature and a forced call beside thinking', () => {
  it.each(translatedRoads)('%s over %s: all three, or what the provider takes of them', async (_to, from, road) => {
    const turn = await askForced(road);
    expect(turn.asked, turn.answer.body.toString()).toContain('choice required');
    expect(turn.askedText).toContain('"temperature":0.2');
    const { budget, effort } = asked(turn);
    // Claude's models refuse a forced call and a temperature when they think: the call wins, and that is told.
    expect(budget !== undefined || effort !== undefined).toBe(!claudeRule.includes(from));
    expect(turn.dropped.includes('thinking')).toBe(claudeRule.includes(from));
  });

  const fixed = translatedRoads.filter(([, from]) => from.startsWith('openai'));
  it.each(fixed)('%s over %s: a model of fixed sampling is asked without the temperature', async (_to, from, road) => {
    const turn = await askForced(by(road, 'fixed-m'));
    expect(turn.asked, turn.answer.body.toString()).toEqual(expect.arrayContaining(['choice required', 'effort low']));
    expect(turn.askedText).not.toContain('temperature');
    expect(turn.dropped).toContain('temperature');
    const limited = await ask(by(road, 'fixed-m'), weak, 16_000);
    expect(limited.askedText).toContain(
      from === 'openai-chat' ? '"max_completion_tokens":16000' : '"max_output_tokens":16000',
    );
    expect(limited.askedText).not.toContain('"max_tokens"');
  });
});

describe('case 64: a model that thinks as it likes is asked by a word', () => {
  const roads = translatedRoads.filter(([, from]) => claudeRule.includes(from));
  it.each(roads)('%s over %s', async (_to, _from, road) => {
    const strengths: number[] = [];
    for (const wish of wishes) {
      const { askedText, answer } = await ask(by(road, 'adaptive-m'), wish, undefined);
      expect(answer.status, answer.body.toString()).toBe(200);
      expect(askedText).toMatch(/"thinking":\{"type":"adaptive"/);
      expect(askedText).not.toContain('budget_tokens');
      strengths.push(words.indexOf(/"output(?:_c|C)onfig":\{"effort":"(\w+)"/.exec(askedText)?.[1] ?? ''));
    }
    expect(isGrowing(strengths), strengths.join(' ')).toBe(true);
    expect(strengths.at(-1)).toBeGreaterThan(strengths[0] ?? 0);
  });
});
