/**
 * Answers in Anthropic's Messages dialect, written by hand from its reference.
 * https://docs.claude.com/en/api/messages-streaming
 */
import { RawJson, stringifyJson } from '../../src/lib/json.ts';
import {
  type Answer,
  type AnswerBlock,
  type AnswerUsage,
  argPieces,
  expand,
  pieces,
  type Say,
  type WireEvent,
} from './answer.ts';

export interface MessagesWireOptions {
  readonly id?: string;
  readonly model?: string;
}

/** The events of a whole stream, with one `ping` near its start as the real service sends it. */
export function messagesStream(say: Say, options: MessagesWireOptions = {}): WireEvent[] {
  const answer = expand(say);
  const { input, output, cache } = usageFields(answer.usage);
  const message = { ...shell(options), content: [], stop_reason: null, stop_sequence: null };
  const events = [
    messagesEvent('message_start', {
      message: { ...message, usage: { ...input, ...cache, output_tokens: 1, service_tier: 'standard' } },
    }),
    messagesEvent('ping', {}),
  ];
  answer.blocks.forEach((block, index) => {
    events.push(messagesEvent('content_block_start', { index, content_block: emptyBlock(block) }));
    for (const { delta, tokens } of deltasOf(block)) {
      events.push(messagesEvent('content_block_delta', { index, delta }, tokens));
    }
    events.push(messagesEvent('content_block_stop', { index }));
  });
  const delta = { stop_reason: stopOf(answer), stop_sequence: answer.stopSequence ?? null };
  events.push(messagesEvent('message_delta', { delta, usage: { ...input, ...counts(cache), ...output } }));
  events.push(messagesEvent('message_stop', {}));
  return events;
}

/** The same answer in one piece, as JSON text: a tool's input stands in it exactly as given. */
export function messagesJson(say: Say, options: MessagesWireOptions = {}): string {
  const answer = expand(say);
  const { input, output, cache } = usageFields(answer.usage);
  return stringifyJson({
    ...shell(options),
    content: answer.blocks.map(wholeBlock),
    stop_reason: stopOf(answer),
    stop_sequence: answer.stopSequence ?? null,
    usage: { ...input, ...cache, ...output, service_tier: 'standard' },
  });
}

/** One event of the dialect: its name stands twice, as the service does it. */
export function messagesEvent(type: string, fields: object, tokens = 0): WireEvent {
  return { text: `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`, tokens };
}

export function messagesError(message: string, type = 'invalid_request_error', requestId = 'req_fake1'): object {
  return { type: 'error', error: { type, message }, request_id: requestId };
}

interface Delta {
  readonly delta: object;
  readonly tokens: number;
}

function deltasOf(block: AnswerBlock): Delta[] {
  if (block.type === 'text' || block.type === 'refusal') {
    return pieces(block.text).map((text) => ({ delta: { type: 'text_delta', text }, tokens: 1 }));
  }
  if (block.type === 'thinking') {
    const deltas = pieces(block.text).map((thinking) => ({ delta: { type: 'thinking_delta', thinking }, tokens: 1 }));
    return [...deltas, { delta: { type: 'signature_delta', signature: block.signature ?? 'Sig==' }, tokens: 0 }];
  }
  if (block.type === 'redacted-thinking') return [];
  return ['', ...argPieces(block.args)].map((partial_json) => ({
    delta: { type: 'input_json_delta', partial_json },
    tokens: 1,
  }));
}

function emptyBlock(block: AnswerBlock): object {
  if (block.type === 'text' || block.type === 'refusal') return { type: 'text', text: '' };
  if (block.type === 'thinking') return { type: 'thinking', thinking: '', signature: '' };
  if (block.type === 'redacted-thinking') return { type: 'redacted_thinking', data: block.data };
  return { type: 'tool_use', id: block.id, name: block.name, input: {} };
}

function wholeBlock(block: AnswerBlock): object {
  if (block.type === 'text' || block.type === 'refusal') return { type: 'text', text: block.text };
  if (block.type === 'thinking')
    return { type: 'thinking', thinking: block.text, signature: block.signature ?? 'Sig==' };
  if (block.type === 'redacted-thinking') return { type: 'redacted_thinking', data: block.data };
  return { type: 'tool_use', id: block.id, name: block.name, input: new RawJson(block.args) };
}

function usageFields(usage: AnswerUsage): { input: object; output: object; cache: Record<string, unknown> } {
  const short = usage.cacheWrite5m ?? 0;
  const long = usage.cacheWrite1h ?? 0;
  const thinking = usage.thinking === undefined ? {} : { output_tokens_details: { thinking_tokens: usage.thinking } };
  return {
    input: { input_tokens: usage.input },
    output: { output_tokens: usage.output, ...thinking },
    cache: {
      cache_creation_input_tokens: short + long,
      cache_read_input_tokens: usage.cacheRead ?? 0,
      cache_creation: { ephemeral_5m_input_tokens: short, ephemeral_1h_input_tokens: long },
    },
  };
}

/** `message_delta` repeats the totals, not their split. */
function counts(cache: Record<string, unknown>): object {
  const { cache_creation: _, ...totals } = cache;
  return totals;
}

function shell(options: MessagesWireOptions): object {
  return { id: options.id ?? 'msg_fake1', type: 'message', role: 'assistant', model: options.model ?? 'fake-model' };
}

function stopOf(answer: Answer): string {
  const words = {
    end: 'end_turn',
    length: 'max_tokens',
    'tool-call': 'tool_use',
    'stop-sequence': 'stop_sequence',
    refusal: 'refusal',
  };
  return words[answer.stop];
}
