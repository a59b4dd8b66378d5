/** Cases 58 and 59 on all roads: streams of tools that the provider ran itself, and how such a turn is taken to another one. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DialectId } from '../../../src/llm/chat.ts';
import { encode } from '../../golden/bedrock-converse/event-stream.ts';
import { json, object, type WireAnswer } from '../../golden/features.ts';
import { startMatrixRig } from '../../golden/matrix.ts';
import { answering, take } from '../../golden/run.ts';
import type { Rig } from '../rig.ts';
import { args, begun, block, calls, chunk, done, ended, event, sse, started, type Wire } from './frames.ts';
import { allRoads, answerOf, go, heard, translatedRoads, words } from './road.ts';
import { violations } from './valid.ts';
import { bodyOf, user } from './write.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startMatrixRig();
});
afterAll(() => rig.close());

const url = 'https://x.example';
const source = { url, title: 'X' };

/** What a provider did by itself before it said "see" and called the caller's own `f`. */
interface ServerTool {
  readonly stream: WireAnswer;
  /** The same as a whole answer. */
  readonly whole: WireAnswer;
  readonly webSearches: number;
  /** What other callers are told to have missed. */
  readonly dropped: readonly string[];
}

const anthropicContent = [
  { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { query: 'q' } },
  {
    type: 'web_search_tool_result',
    tool_use_id: 'srvtoolu_1',
    content: [{ type: 'web_search_result', ...source, encrypted_content: 'Enc==', page_age: null }],
  },
  {
    type: 'text',
    text: 'see',
    citations: [{ type: 'web_search_result_location', ...source, encrypted_index: 'Idx==', cited_text: 'see' }],
  },
  { type: 'tool_use', id: 'toolu_1', name: 'f', input: { x: 1 } },
];
const anthropicUsage = { input_tokens: 12, output_tokens: 5, server_tool_use: { web_search_requests: 1 } };
const [asking, found, , calling] = anthropicContent;

const anthropic: ServerTool = {
  stream: sse([
    started(),
    block(0, { ...asking, input: {} }, { type: 'input_json_delta', partial_json: '{"query":"q"}' }),
    block(1, found ?? {}),
    block(
      2,
      { type: 'text', text: '' },
      { type: 'text_delta', text: 'see' },
      { type: 'citations_delta', citation: anthropicContent[2]?.citations?.[0] },
    ),
    block(3, { ...calling, input: {} }, { type: 'input_json_delta', partial_json: '{"x":1}' }),
    ended('tool_use', anthropicUsage),
  ]),
  whole: json(200, {
    ...{ id: 'm', type: 'message', role: 'assistant', model: 'm', content: anthropicContent },
    ...{ stop_reason: 'tool_use', stop_sequence: null, usage: anthropicUsage },
  }),
  webSearches: 1,
  dropped: ['server_tool_use', 'web_search_tool_result'],
};

const annotation = { type: 'url_citation', start_index: 0, end_index: 3, ...source };
const searchCall = { id: 'ws_1', type: 'web_search_call', status: 'completed', action: { type: 'search', query: 'q' } };
const said = { type: 'output_text', text: 'see', annotations: [annotation] };
const output = [
  searchCall,
  { id: 'msg_1', type: 'message', status: 'completed', role: 'assistant', content: [said] },
  { id: 'fc_1', type: 'function_call', status: 'completed', call_id: 'call_1', name: 'f', arguments: '{"x":1}' },
];
const [, message, functionCall] = output;
const response = {
  ...{
    id: 'resp_1',
    object: 'response',
    model: 'm',
    error: null,
    incomplete_details: null,
    status: 'completed',
    output,
  },
  usage: { input_tokens: 12, output_tokens: 5, total_tokens: 17 },
};
const inItem = { item_id: 'msg_1', output_index: 1, content_index: 0 };
const responsesEvents: (Wire & { type: string })[] = [
  { type: 'response.created', response: { ...response, status: 'in_progress', output: [], usage: null } },
  { type: 'response.output_item.added', output_index: 0, item: { ...searchCall, status: 'in_progress' } },
  { type: 'response.web_search_call.in_progress', output_index: 0, item_id: 'ws_1' },
  { type: 'response.web_search_call.searching', output_index: 0, item_id: 'ws_1' },
  { type: 'response.web_search_call.completed', output_index: 0, item_id: 'ws_1' },
  { type: 'response.output_item.done', output_index: 0, item: searchCall },
  { type: 'response.output_item.added', output_index: 1, item: { ...message, content: [] } },
  { type: 'response.output_text.delta', ...inItem, delta: 'see' },
  { type: 'response.output_text.annotation.added', ...inItem, annotation_index: 0, annotation },
  { type: 'response.output_text.done', ...inItem, text: 'see' },
  { type: 'response.output_item.done', output_index: 1, item: message },
  { type: 'response.output_item.added', output_index: 2, item: { ...functionCall, arguments: '' } },
  { type: 'response.function_call_arguments.delta', item_id: 'fc_1', output_index: 2, delta: '{"x":1}' },
  { type: 'response.output_item.done', output_index: 2, item: functionCall },
  { type: 'response.completed', response },
];
const responses: ServerTool = {
  stream: sse(responsesEvents.map((each, i) => event(each.type, { ...each, sequence_number: i }))),
  whole: json(200, response),
  webSearches: 1,
  dropped: ['web_search_call'],
};

const geminiParts = [
  { executableCode: { language: 'PYTHON', code: 'print(1)' } },
  { codeExecutionResult: { outcome: 'OUTCOME_OK', output: '1' } },
  { text: 'see' },
  { functionCall: { name: 'f', args: { x: 1 } } },
];
const geminiEnd = {
  finishReason: 'STOP',
  groundingMetadata: { webSearchQueries: ['q'], groundingChunks: [{ web: { uri: url, title: 'X' } }] },
};
const usageMetadata = { promptTokenCount: 12, candidatesTokenCount: 5, totalTokenCount: 17 };
const gemini: ServerTool = {
  stream: sse(
    geminiParts.map((part, i) => {
      const more = i === geminiParts.length - 1 ? geminiEnd : {};
      const candidates = [{ content: { role: 'model', parts: [part] }, index: 0, ...more }];
      return `data: ${JSON.stringify({ candidates, usageMetadata })}\r\n\r\n`;
    }),
  ),
  whole: json(200, {
    candidates: [{ content: { role: 'model', parts: geminiParts }, index: 0, ...geminiEnd }],
    usageMetadata,
  }),
  webSearches: 1,
  dropped: ['executableCode', 'codeExecutionResult'],
};

const frame = (type: string, body: Wire) => encode({ type, isException: false, body });
const converseBlock = (contentBlockIndex: number, start: Wire | undefined, ...deltas: Wire[]) => [
  ...(start === undefined ? [] : [frame('contentBlockStart', { contentBlockIndex, start })]),
  ...deltas.map((delta) => frame('contentBlockDelta', { contentBlockIndex, delta })),
  frame('contentBlockStop', { contentBlockIndex }),
];
const ran = { toolUseId: 'tooluse_s', name: 'nova_code_interpreter', type: 'server_tool_use' };
const resulted = { toolUseId: 'tooluse_s', status: 'success', type: 'nova_code_interpreter_result' };
const converseUsage = { inputTokens: 12, outputTokens: 5, totalTokens: 17 };
const converse: ServerTool = {
  stream: {
    status: 200,
    headers: { 'content-type': 'application/vnd.amazon.eventstream' },
    body: Buffer.concat([
      frame('messageStart', { role: 'assistant' }),
      ...converseBlock(0, { toolUse: ran }, { toolUse: { input: '{"snippet":"1"}' } }),
      ...converseBlock(1, { toolResult: resulted }, { toolResult: [{ json: { stdOut: '1' } }] }),
      ...converseBlock(2, undefined, { text: 'see' }),
      ...converseBlock(3, { toolUse: { toolUseId: 'tooluse_f', name: 'f' } }, { toolUse: { input: '{"x":1}' } }),
      frame('messageStop', { stopReason: 'tool_use' }),
      frame('metadata', { usage: converseUsage, metrics: { latencyMs: 1 } }),
    ]),
  },
  whole: json(200, {
    output: {
      message: {
        role: 'assistant',
        content: [
          { toolUse: { ...ran, input: { snippet: '1' } } },
          { toolResult: { ...resulted, content: [{ json: { stdOut: '1' } }] } },
          { text: 'see' },
          { toolUse: { toolUseId: 'tooluse_f', name: 'f', input: { x: 1 } } },
        ],
      },
    },
    ...{ stopReason: 'tool_use', usage: converseUsage, metrics: { latencyMs: 1 } },
  }),
  webSearches: 0,
  dropped: ['toolUse', 'toolResult'],
};

/** Chat's own searches show in the words alone: as annotations, and in the count. */
const chatUsage = { prompt_tokens: 12, completion_tokens: 5, total_tokens: 17, num_search_queries: 1 };
const chatCall = { id: 'call_1', type: 'function', function: { name: 'f', arguments: '{"x":1}' } };
const chatAnnotations = [{ type: 'url_citation', url_citation: { start_index: 0, end_index: 3, ...source } }];
const chat: ServerTool = {
  stream: sse([
    chunk({ role: 'assistant', content: '' }),
    chunk({ content: 'see' }),
    chunk({ annotations: chatAnnotations }),
    calls(begun(0, 'call_1', 'f')),
    calls(args(0, '{"x":1}')),
    chunk({}, 'tool_calls'),
    `data: ${JSON.stringify({ choices: [], usage: chatUsage })}\n\n`,
    done,
  ]),
  whole: json(200, {
    ...{ id: 'c', object: 'chat.completion', created: 1, model: 'm', usage: chatUsage },
    choices: [
      {
        ...{ index: 0, finish_reason: 'tool_calls', logprobs: null },
        message: { role: 'assistant', content: 'see', annotations: chatAnnotations, tool_calls: [chatCall] },
      },
    ],
  }),
  webSearches: 1,
  dropped: [],
};

const tools: Readonly<Record<DialectId, ServerTool>> = {
  'openai-chat': chat,
  'openai-responses': responses,
  anthropic,
  gemini,
  'bedrock-converse': converse,
};

describe('case 58: in the caller’s own dialect they pass, and are counted', () => {
  const own = allRoads.filter(([caller, provider]) => caller === provider);
  it.each(own)('%s over %s', async (caller, _from, road) => {
    const { stream, whole, webSearches } = tools[caller];
    for (const answer of [stream, whole]) {
      const turn = await go(rig, road, answer === stream, answer);
      expect(turn.answer.body.equals(answer.body)).toBe(true);
      expect(turn.row).toMatchObject({ status: 'completed', usage: { input: 12, output: 5, webSearches } });
    }
  });
});

describe('cases 58 and 59: for another caller they are no calls of its own, counted and reported', () => {
  it.each(translatedRoads)('%s over %s', async (caller, from, road) => {
    const { stream, whole, webSearches, dropped } = tools[from];
    for (const answer of [stream, whole]) {
      const isStream = answer === stream;
      const turn = await go(rig, road, isStream, answer);
      if (isStream) expect(violations(caller, turn.answer.body, 'whole')).toEqual([]);
      expect(words(heard(road, turn, isStream))).toEqual(['text see', 'call f {"x":1}', 'stop tool-call']);
      expect(turn.row).toMatchObject({ status: 'completed', usage: { input: 12, output: 5, webSearches } });
      const said = turn.dropped.join();
      for (const field of dropped) expect(said).toMatch(new RegExp(`content(\\.${field}|,|$)`));
      expect(turn.answer.body.toString()).not.toMatch(/srvtoolu_1|ws_1|print\(1\)|tooluse_s/);
    }
  });
});

describe('case 58: a turn with them goes on with another provider', () => {
  it.each(translatedRoads)('%s, to %s', async (caller, _to, road) => {
    const { whole } = tools[caller];
    // What the caller got from a provider of its own dialect, and a result for its own call.
    const asked = bodyOf(road, [user('go')]);
    const history = road.caller.replay(asked, object(JSON.parse(whole.body.toString())));
    const turn = await take(rig, road, history, false, answering(answerOf(road.provider, 'text', false)));
    expect(turn.answer.status, turn.answer.body.toString()).toBe(200);
    const facts = (turn.asked ?? []).filter((fact) => /^(user|assistant|call|result) ?/.test(fact));
    expect(facts).toEqual(['user go', 'assistant see', 'call f {"x":1}', 'result of {"x":1} sunny']);
    for (const field of tools[caller].dropped) expect(turn.dropped.join(), field).toMatch(/content/);
  });
});
