/**
 * What a model says to an agent, as each of five services writes it: by hand from recordings and references, so that
 * the gateway's codecs are never their own judges.
 */
import { chatJson, chatStream } from '../../fakes/chat-wire.ts';
import { messagesJson, messagesStream } from '../../fakes/messages-wire.ts';
import { encode } from '../../golden/bedrock-converse/event-stream.ts';
import type { Upstream } from './asked.ts';

export interface Speech {
  readonly text: string;
  readonly call?: SpokenCall;
}

export interface SpokenCall {
  readonly id: string;
  readonly name: string;
  /** JSON text, or free text. */
  readonly args: string;
  readonly freeform?: boolean;
  readonly namespace?: string;
}

export interface WireAnswer {
  readonly type: string;
  /** One write each. */
  readonly frames: readonly (string | Buffer)[];
}

const usage = { input: 120, output: 30 };
const sse = 'text/event-stream; charset=utf-8';
const json = 'application/json';

export function writeAnswer(dialect: Upstream, speech: Speech, stream: boolean, model: string): WireAnswer {
  return stream
    ? {
        type: dialect === 'bedrock-converse' ? 'application/vnd.amazon.eventstream' : sse,
        frames: streams[dialect](speech, model),
      }
    : { type: json, frames: [bodies[dialect](speech, model)] };
}

const say = ({ text, call }: Speech) => ({ text, usage, ...(call && { tools: [call] }) });

const streams: Readonly<Record<Upstream, (speech: Speech, model: string) => (string | Buffer)[]>> = {
  'openai-chat': (speech, model) => chatStream(say(speech), { model, includeUsage: true }).map(({ text }) => text),
  anthropic: (speech, model) => messagesStream(say(speech), { model }).map(({ text }) => text),
  'openai-responses': responsesStream,
  gemini: (speech, model) => geminiChunks(speech, model).map((chunk) => `data: ${JSON.stringify(chunk)}\r\n\r\n`),
  'bedrock-converse': converseStream,
};

const bodies: Readonly<Record<Upstream, (speech: Speech, model: string) => string>> = {
  'openai-chat': (speech, model) => chatJson(say(speech), { model }),
  anthropic: (speech, model) => messagesJson(say(speech), { model }),
  'openai-responses': (speech, model) => JSON.stringify(response(speech, model, 'completed')),
  gemini: geminiBody,
  'bedrock-converse': converseBody,
};

/** https://platform.openai.com/docs/api-reference/responses-streaming */
function responsesStream(speech: Speech, model: string): string[] {
  const events: object[] = [
    { type: 'response.created', response: response(speech, model, 'in_progress') },
    { type: 'response.in_progress', response: response(speech, model, 'in_progress') },
  ];
  outputOf(speech).forEach((item, output_index) => {
    const item_id = item.id;
    const started = { ...item, status: 'in_progress', ...emptied(item) };
    events.push({ type: 'response.output_item.added', output_index, item: started });
    if (item.type === 'message') {
      const at = { item_id, output_index, content_index: 0 };
      const part = { type: 'output_text', text: speech.text, annotations: [], logprobs: [] };
      events.push({ type: 'response.content_part.added', ...at, part: { ...part, text: '' } });
      for (const delta of halves(speech.text))
        events.push({ type: 'response.output_text.delta', ...at, delta, logprobs: [] });
      events.push({ type: 'response.output_text.done', ...at, text: speech.text, logprobs: [] });
      events.push({ type: 'response.content_part.done', ...at, part });
    } else {
      const [name, field] =
        item.type === 'function_call' ? ['function_call_arguments', 'arguments'] : ['custom_tool_call_input', 'input'];
      const args = item.arguments ?? item.input ?? '';
      for (const delta of halves(args)) events.push({ type: `response.${name}.delta`, item_id, output_index, delta });
      events.push({ type: `response.${name}.done`, item_id, output_index, [field]: args });
    }
    events.push({ type: 'response.output_item.done', output_index, item });
  });
  events.push({ type: 'response.completed', response: response(speech, model, 'completed') });
  return events.map((event, sequence_number) => {
    const { type } = event as { type: string };
    return `event: ${type}\ndata: ${JSON.stringify({ ...event, sequence_number })}\n\n`;
  });
}

interface OutputItem {
  readonly id: string;
  readonly type: 'message' | 'function_call' | 'custom_tool_call';
  readonly input?: string;
  readonly arguments?: string;
}

function outputOf({ text, call }: Speech): OutputItem[] {
  const content = [{ type: 'output_text', text, annotations: [], logprobs: [] }];
  const message = { id: 'msg_1', type: 'message', status: 'completed', role: 'assistant', content } as const;
  if (call === undefined) return [message];
  const named = { name: call.name, ...(call.namespace !== undefined && { namespace: call.namespace }) };
  const item = { id: 'fc_1', status: 'completed', call_id: call.id, ...named };
  return call.freeform
    ? [message, { ...item, id: 'ctc_1', type: 'custom_tool_call', input: call.args } as const]
    : [message, { ...item, type: 'function_call', arguments: call.args } as const];
}

function emptied({ type }: OutputItem): object {
  if (type === 'message') return { content: [] };
  return type === 'function_call' ? { arguments: '' } : { input: '' };
}

function response(speech: Speech, model: string, status: 'in_progress' | 'completed'): object {
  const done = status === 'completed';
  return {
    id: 'resp_1',
    object: 'response',
    created_at: 1_765_552_659,
    status,
    background: false,
    error: null,
    incomplete_details: null,
    instructions: null,
    max_output_tokens: null,
    model,
    output: done ? outputOf(speech) : [],
    parallel_tool_calls: true,
    previous_response_id: null,
    store: false,
    temperature: 1,
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
    truncation: 'disabled',
    usage: done
      ? {
          input_tokens: usage.input,
          input_tokens_details: { cached_tokens: 0 },
          output_tokens: usage.output,
          output_tokens_details: { reasoning_tokens: 0 },
          total_tokens: usage.input + usage.output,
        }
      : null,
    user: null,
    metadata: {},
  };
}

/** https://ai.google.dev/api/generate-content. Calls come whole and without an id, and stop says STOP all the same. */
function geminiChunks({ text, call }: Speech, model: string): object[] {
  const parts: object[] = halves(text).map((piece) => ({ text: piece }));
  if (call) parts.push({ functionCall: { name: call.name, args: JSON.parse(call.args) }, thoughtSignature: signature });
  return parts.map((part, i) => geminiAnswer([part], model, i === parts.length - 1));
}

/** Lose it, and the service refuses the next turn. */
export const signature = Buffer.from('a thought that only its own service can read').toString('base64');

function geminiBody(speech: Speech, model: string): string {
  const parts: object[] = [{ text: speech.text }];
  const { call } = speech;
  if (call) parts.push({ functionCall: { name: call.name, args: JSON.parse(call.args) }, thoughtSignature: signature });
  return JSON.stringify(geminiAnswer(parts, model, true));
}

function geminiAnswer(parts: readonly object[], modelVersion: string, isLast: boolean): object {
  const counted = isLast ? { candidatesTokenCount: usage.output, totalTokenCount: usage.input + usage.output } : {};
  return {
    candidates: [{ content: { parts, role: 'model' }, ...(isLast && { finishReason: 'STOP' }), index: 0 }],
    usageMetadata: { promptTokenCount: usage.input, ...counted },
    modelVersion,
    responseId: 'gemini-1',
  };
}

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html */
function converseStream({ text, call }: Speech): Buffer[] {
  const frame = (type: string, body: Record<string, unknown>) => encode({ type, isException: false, body });
  const delta = (contentBlockIndex: number, value: object) =>
    frame('contentBlockDelta', { contentBlockIndex, delta: value });
  const frames = [
    frame('messageStart', { role: 'assistant' }),
    ...halves(text).map((piece) => delta(0, { text: piece })),
  ];
  frames.push(frame('contentBlockStop', { contentBlockIndex: 0 }));
  if (call) {
    const start = { toolUse: { toolUseId: call.id, name: call.name } };
    frames.push(frame('contentBlockStart', { contentBlockIndex: 1, start }));
    for (const input of halves(call.args)) frames.push(delta(1, { toolUse: { input } }));
    frames.push(frame('contentBlockStop', { contentBlockIndex: 1 }));
  }
  frames.push(frame('messageStop', { stopReason: call ? 'tool_use' : 'end_turn' }));
  frames.push(frame('metadata', { usage: converseUsage, metrics: { latencyMs: 5 } }));
  return frames;
}

const converseUsage = { inputTokens: usage.input, outputTokens: usage.output, totalTokens: usage.input + usage.output };

function converseBody({ text, call }: Speech): string {
  const content: object[] = [{ text }];
  if (call) content.push({ toolUse: { toolUseId: call.id, name: call.name, input: JSON.parse(call.args) } });
  return JSON.stringify({
    output: { message: { role: 'assistant', content } },
    stopReason: call ? 'tool_use' : 'end_turn',
    usage: converseUsage,
    metrics: { latencyMs: 5 },
  });
}

function halves(text: string): string[] {
  const middle = Math.ceil(text.length / 2);
  return [text.slice(0, middle), text.slice(middle)].filter((piece) => piece !== '');
}
