/** Case 106 on all roads: several answers, log probabilities and sound pass where they exist, and are refused where they do not. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DialectId } from '../../../src/llm/chat.ts';
import { startMatrixRig } from '../../golden/matrix.ts';
import { answering, take } from '../../golden/run.ts';
import type { Rig } from '../rig.ts';
import { chunk, counts, done, event, sse, type Wire } from './frames.ts';
import { allRoads, answerOf, requestOf } from './road.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startMatrixRig();
});
afterAll(() => rig.close());

const chatOf = (index: number, delta: Wire, finish: string | null = null) =>
  chunk({}, null, { choices: [{ index, delta, finish_reason: finish }] });
const tokens = { promptTokenCount: 12, candidatesTokenCount: 5, totalTokenCount: 17 };
const geminiOf = (candidate: Wire) =>
  `data: ${JSON.stringify({ candidates: [{ index: 0, finishReason: 'STOP', ...candidate }], usageMetadata: tokens })}\r\n\r\n`;
const says = (text: string) => ({ content: { role: 'model', parts: [{ text }] } });

const logprobs = [{ token: 'hi', logprob: -0.1, bytes: [104, 105], top_logprobs: [] }];
const said = { type: 'output_text', text: 'hi', annotations: [], logprobs };
const item = { id: 'msg_1', type: 'message', status: 'completed', role: 'assistant', content: [said] };
const response = {
  ...{ id: 'resp_1', object: 'response', model: 'm', status: 'completed', error: null, incomplete_details: null },
  ...{ output: [item], usage: { input_tokens: 12, output_tokens: 5, total_tokens: 17 } },
};
const inItem = { item_id: 'msg_1', output_index: 0, content_index: 0 };
const responsesEvents: (Wire & { type: string })[] = [
  { type: 'response.created', response: { ...response, status: 'in_progress', output: [], usage: null } },
  { type: 'response.output_item.added', output_index: 0, item: { ...item, content: [] } },
  { type: 'response.output_text.delta', ...inItem, delta: 'hi', logprobs },
  { type: 'response.output_text.done', ...inItem, text: 'hi', logprobs },
  { type: 'response.output_item.done', output_index: 0, item },
  { type: 'response.completed', response },
];

/** The caller, what it asks for, and a stream of its own dialect with it. Messages and Converse have no such thing. */
const asks: readonly (readonly [DialectId, string, Wire, readonly string[]])[] = [
  [
    'openai-chat',
    'n of 2',
    { n: 2 },
    [
      ...[chatOf(0, { role: 'assistant', content: 'one' }), chatOf(1, { role: 'assistant', content: 'uno' })],
      ...[chatOf(1, {}, 'stop'), chatOf(0, {}, 'stop'), counts, done],
    ],
  ],
  [
    'openai-chat',
    'logprobs',
    { logprobs: true, top_logprobs: 2 },
    [
      chunk({ content: 'hi' }, null, { logprobs: { content: [{ token: 'hi', logprob: -0.1 }] } }),
      chunk({}, 'stop'),
      counts,
      done,
    ],
  ],
  [
    'openai-chat',
    'sound',
    { modalities: ['text', 'audio'], audio: { voice: 'alloy', format: 'pcm16' } },
    [
      chunk({ audio: { id: 'a', transcript: 'hi' } }),
      chunk({ audio: { data: 'AAAA' } }),
      chunk({}, 'stop'),
      counts,
      done,
    ],
  ],
  [
    'openai-responses',
    'logprobs',
    { top_logprobs: 2, include: ['message.output_text.logprobs'] },
    responsesEvents.map((each, i) => event(each.type, { ...each, sequence_number: i })),
  ],
  [
    'gemini',
    'two candidates',
    { generationConfig: { candidateCount: 2 } },
    [geminiOf(says('one')), geminiOf({ ...says('uno'), index: 1 })],
  ],
  [
    'gemini',
    'logprobs',
    { generationConfig: { responseLogprobs: true, logprobs: 2 } },
    [geminiOf({ ...says('hi'), avgLogprobs: -0.1, logprobsResult: { chosenCandidates: [{ token: 'hi' }] } })],
  ],
  [
    'gemini',
    'sound',
    { generationConfig: { responseModalities: ['AUDIO'] } },
    [geminiOf({ content: { role: 'model', parts: [{ inlineData: { mimeType: 'audio/pcm', data: 'AAAA' } }] } })],
  ],
];

describe.each(asks)('case 106: %s, %s', (caller, _what, fields, frames) => {
  it.each(allRoads.filter(([to]) => to === caller))('%s over %s', async (to, from, road) => {
    const body = { ...requestOf(road, 'text', true), ...fields };
    const answer = to === from ? sse(frames) : answerOf(road.provider, 'text', true);
    const turn = await take(rig, road, body, true, answering(answer));
    if (to !== from) {
      expect([turn.answer.status, turn.asked], turn.askedText).toEqual([400, undefined]);
      return;
    }
    expect(turn.answer.body.toString()).toBe(frames.join(''));
    expect(JSON.parse(turn.askedText)).toMatchObject(fields);
    expect(turn.row).toMatchObject({ status: 'completed', estimated: false, usage: { input: 12, output: 5 } });
  });
});
