/** Cases 70, 71 and 75 on all roads: numbers that no provider takes are refused by the gateway, and 0 stays 0. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DialectId } from '../../../src/llm/chat.ts';
import { startMatrixRig } from '../../golden/matrix.ts';
import type { Rig } from '../rig.ts';
import { translatedRoads } from './road.ts';
import { say, user } from './write.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startMatrixRig();
});
afterAll(() => rig.close());

interface Words {
  readonly limit: string;
  readonly temperature: string;
  /** Responses has none. */
  readonly stop?: string;
  /** Where the three stand, if not on the top. */
  readonly inside?: string;
}

const words: Readonly<Record<DialectId, Words>> = {
  'openai-chat': { limit: 'max_completion_tokens', temperature: 'temperature', stop: 'stop' },
  'openai-responses': { limit: 'max_output_tokens', temperature: 'temperature' },
  anthropic: { limit: 'max_tokens', temperature: 'temperature', stop: 'stop_sequences' },
  gemini: { limit: 'maxOutputTokens', temperature: 'temperature', stop: 'stopSequences', inside: 'generationConfig' },
  'bedrock-converse': {
    limit: 'maxTokens',
    temperature: 'temperature',
    stop: 'stopSequences',
    inside: 'inferenceConfig',
  },
};

function field(caller: DialectId, what: 'limit' | 'temperature' | 'stop', value: unknown): object {
  const { [what]: name = '', inside } = words[caller];
  return inside === undefined ? { [name]: value } : { [inside]: { [name]: value } };
}

describe('case 70: limits that are none', () => {
  it.each(translatedRoads)('%s over %s: are refused by name, and nobody is asked', async (caller, _from, road) => {
    for (const limit of [-1, 100.5, 1e300, '100', {}]) {
      const turn = await say(rig, road, [user('hi')], field(caller, 'limit', limit));
      expect(turn.answer.status, `${JSON.stringify(limit)} ${turn.askedText}`).toBe(400);
      expect(turn.answer.body.toString()).toContain(words[caller].limit);
      expect(rig.upstream.calls).toEqual([]);
      expect(turn.row).toMatchObject({ costNanoUsd: '0', usage: { input: 0, output: 0 } });
    }
  });

  it.each(translatedRoads)('%s over %s: more than there is means as much as there is', async (caller, from, road) => {
    const turn = await say(rig, road, [user('hi')], field(caller, 'limit', 1_000_000));
    expect(turn.answer.status, turn.answer.body.toString()).toBe(200);
    expect(turn.asked, from).toContain('limit 64000');
  });
});

const claudes: readonly DialectId[] = ['anthropic', 'bedrock-converse'];

describe('case 75: temperatures', () => {
  it.each(translatedRoads)('%s over %s: 0 stays 0', async (caller, _from, road) => {
    const turn = await say(rig, road, [user('hi')], field(caller, 'temperature', 0));
    expect(turn.askedText).toContain('"temperature":0');
    expect(turn.dropped).not.toContain('temperature');
  });

  const warm = translatedRoads.filter(([caller]) => !claudes.includes(caller));
  it.each(warm)('%s over %s: 1.7 arrives, or is refused by name', async (caller, from, road) => {
    const turn = await say(rig, road, [user('hi')], field(caller, 'temperature', 1.7));
    if (!claudes.includes(from)) return expect(turn.askedText).toContain('"temperature":1.7');
    expect(turn.answer.status).toBe(400);
    expect(turn.answer.body.toString()).toContain('temperature');
    expect(rig.upstream.calls).toEqual([]);
  });
});

describe('case 71: more stop sequences than the provider takes', () => {
  const roads = translatedRoads.filter(([caller]) => words[caller].stop !== undefined);
  it.each(roads)('%s over %s: are given, or refused by name: none is left out', async (caller, _from, road) => {
    for (const count of [4, 5, 6]) {
      const stops = Array.from({ length: count }, (_, i) => `END${i}`);
      const turn = await say(rig, road, [user('hi')], field(caller, 'stop', stops));
      if (turn.answer.status === 200) {
        for (const stop of stops) expect(turn.asked).toContain(`stop at ${stop}`);
        continue;
      }
      expect(turn.answer.status).toBe(400);
      expect(turn.answer.body.toString()).toMatch(/stop/i);
      expect(rig.upstream.calls).toEqual([]);
    }
  });
});
