/** Cases 80 to 83, 86, 87 and FX6 on all roads: stops, counts, refusals, empty answers and lies. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DialectId } from '../../../src/llm/chat.ts';
import { startMatrixRig } from '../../golden/matrix.ts';
import { modelOf } from '../../golden/run.ts';
import type { Rig } from '../rig.ts';
import { allRoads, answerOf, changed, go, heard, translatedRoads } from './road.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startMatrixRig();
});
afterAll(() => rig.close());

const forms = [false, true];

describe('case 80: why the answer ended', () => {
  const stops = [
    ['text', 'stop end'],
    ['parallel tools', 'stop tool-call'],
    ['max tokens', 'stop length'],
    ['refusal', 'stop refusal'],
  ] as const;
  it.each(allRoads)('%s over %s', async (_to, _from, road) => {
    for (const stream of forms)
      for (const [feature, stop] of stops)
        expect(heard(road, await go(rig, road, stream, answerOf(road.provider, feature, stream)), stream)).toContain(
          stop,
        );
  });
});

/** How a plain answer's end is written by each provider, in any of its words for it. */
const endsBy: Readonly<Partial<Record<DialectId, (word: string) => (json: string) => string>>> = {
  'openai-chat': (word) => (json) => json.replaceAll('"finish_reason":"stop"', `"finish_reason":"${word}"`),
  anthropic: (word) => (json) => json.replaceAll('"stop_reason":"end_turn"', `"stop_reason":"${word}"`),
  gemini: (word) => (json) => json.replaceAll('"finishReason":"STOP"', `"finishReason":"${word}"`),
  'bedrock-converse': (word) => (json) => json.replaceAll('"stopReason":"end_turn"', `"stopReason":"${word}"`),
};
const meanings: readonly (readonly [DialectId, string, readonly string[]])[] = [
  ['openai-chat', 'refusal', ['content_filter']],
  ['openai-chat', 'length', ['length']],
  ['anthropic', 'length', ['max_tokens', 'model_context_window_exceeded']],
  ['anthropic', 'refusal', ['refusal']],
  ['anthropic', 'end', ['pause_turn']],
  ['gemini', 'length', ['MAX_TOKENS']],
  ['gemini', 'refusal', ['SAFETY', 'RECITATION', 'PROHIBITED_CONTENT', 'BLOCKLIST', 'SPII', 'LANGUAGE']],
  ['gemini', 'end', ['OTHER']],
  ['gemini', 'broken', ['MALFORMED_FUNCTION_CALL']],
  ['bedrock-converse', 'length', ['max_tokens', 'model_context_window_exceeded']],
  ['bedrock-converse', 'refusal', ['content_filtered', 'guardrail_intervened']],
  ['bedrock-converse', 'broken', ['malformed_model_output', 'malformed_tool_use']],
];

describe.each(meanings)('case 80: %s, %s', (provider, meaning, reasons) => {
  it.each(translatedRoads.filter(([, from]) => from === provider))('%s over %s', async (to, from, road) => {
    for (const reason of reasons)
      for (const stream of forms) {
        const odd = changed(
          road.provider,
          answerOf(road.provider, 'text', stream),
          stream,
          endsBy[from]?.(reason) ?? String,
        );
        const turn = await go(rig, road, stream, odd);
        const facts = heard(road, turn, stream);
        const last = facts.find((fact) => /^(stop|error) /.test(fact));
        // Messages and Converse share this word, which says more than a length.
        if (last === 'stop unknown') {
          expect(turn.answer.body.toString()).toContain('model_context_window_exceeded');
          expect([to, from].toSorted()).toEqual(['anthropic', 'bedrock-converse']);
          continue;
        }
        expect(last, `${reason} ${String(stream)}`).toBe(meaning === 'broken' ? 'error failure' : `stop ${meaning}`);
        expect(turn.row.status).toBe(meaning === 'broken' ? 'failed' : 'completed');
      }
  });
});

/** What ends a plain answer in each provider's words, and a word in its place that nobody knows yet. */
const unknownEnds: Readonly<Record<DialectId, (json: string) => string>> = {
  'openai-chat': (json) => json.replaceAll('"finish_reason":"stop"', '"finish_reason":"new_reason"'),
  'openai-responses': (json) =>
    json
      .replaceAll('"incomplete_details":null', '"incomplete_details":{"reason":"new_reason"}')
      .replaceAll('"status":"completed"', '"status":"incomplete"')
      .replaceAll('response.completed', 'response.incomplete'),
  anthropic: (json) => json.replaceAll('"stop_reason":"end_turn"', '"stop_reason":"new_reason"'),
  gemini: (json) => json.replaceAll('"finishReason":"STOP"', '"finishReason":"new_reason"'),
  'bedrock-converse': (json) => json.replaceAll('"stopReason":"end_turn"', '"stopReason":"new_reason"'),
};

describe('case 80: a reason that nobody knows yet', () => {
  it.each(translatedRoads)('%s over %s: ends the answer, and is reported by its field', async (_to, from, road) => {
    for (const stream of forms) {
      const plain = answerOf(road.provider, 'text', stream);
      const odd = changed(road.provider, plain, stream, unknownEnds[from]);
      expect(odd.body.toString()).toContain('new_reason');
      const turn = await go(rig, road, stream, odd);
      const facts = heard(road, turn, stream);
      expect(facts).toContain('text Hi there.');
      // A Responses provider says of such an answer that it is not complete.
      expect(facts).toContain(from === 'openai-responses' ? 'stop length' : 'stop end');
      expect(turn.row).toMatchObject({ status: 'completed' });
      expect(
        turn.dropped.filter((field) => /^(finish_?reason|stop_?reason|incomplete_details)$/i.test(field)),
      ).toHaveLength(1);
    }
  });
});

describe('case 81 and FX6: each kind of tokens is counted once', () => {
  // Gemini has no word for what was written to a cache.
  const writes = (provider: string) => provider !== 'gemini';
  it.each(allRoads)('%s over %s: caller and settlement', async (_to, from, road) => {
    for (const stream of forms) {
      const turn = await go(rig, road, stream, answerOf(road.provider, 'usage with cache', stream));
      const facts = heard(road, turn, stream);
      expect(facts).toEqual(expect.arrayContaining(['input 1060', 'output 8', 'cached 50']));
      const { input, output, cacheRead, cacheWrite5m, cacheWrite1h } = turn.row.usage;
      expect([output, cacheRead]).toEqual([8, 50]);
      expect([input, cacheWrite5m + cacheWrite1h]).toEqual(writes(from) ? [10, 1000] : [1010, 0]);
      const nano = input * 1000 + output * 2000 + cacheRead * 100 + cacheWrite5m * 1250 + cacheWrite1h * 2000;
      expect(turn.row).toMatchObject({ status: 'completed', estimated: false, costNanoUsd: String(nano) });
    }
  });
});

describe('case 82: a refusal is an answer, and says that it is one', () => {
  it.each(allRoads)('%s over %s', async (_to, _from, road) => {
    for (const stream of forms) {
      const turn = await go(rig, road, stream, answerOf(road.provider, 'refusal', stream));
      expect(turn.answer.status).toBe(200);
      const facts = heard(road, turn, stream);
      expect(facts).toContain('stop refusal');
      expect(turn.row.status).toBe('completed');
    }
  });
});

describe('case 86: a provider that lies', () => {
  const lies: readonly (readonly [string, string, string])[] = [
    ['an error under status 200', 'application/json', '{"error":{"message":"no","type":"server_error","code":500}}'],
    ['HTML', 'text/html', '<html><body>Bad gateway</body></html>'],
    ['half of a body', 'application/json', '{"id":"x","choices":[{"mess'],
    ['nothing', 'application/json', ''],
    ['JSON that is no answer', 'application/json', '{"hello":"world"}'],
    ['an array', 'application/json', '[]'],
  ];
  it.each(translatedRoads)('%s over %s: 502, nothing charged', async (_to, _from, road) => {
    for (const stream of forms)
      for (const [name, type, body] of lies) {
        const turn = await go(rig, road, stream, (_call, reply) => reply.send(200, { 'content-type': type }, body));
        expect(turn.answer.status, `${name} ${String(stream)}`).toBe(502);
        expect(turn.row, name).toMatchObject({ status: 'failed', costNanoUsd: '0' });
        expect(heard(road, turn, stream), name).toEqual(['status 502', 'error failure']);
      }
  });
});

describe('case 87: the caller sees the model that it asked for', () => {
  // Gemini, Responses and chat say it in the answer, Converse nowhere.
  it.each(translatedRoads)('%s over %s', async (to, _from, road) => {
    for (const stream of forms) {
      const turn = await go(rig, road, stream, answerOf(road.provider, 'text', stream));
      const text = turn.answer.body.toString();
      expect(text).not.toContain('up-model');
      if (to !== 'bedrock-converse') expect(text).toContain(modelOf(road.provider));
      expect(turn.answer.headers['x-request-id']).toMatch(/^req_/);
    }
  });
});
