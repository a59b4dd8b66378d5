/**
 * Answers in OpenAI's chat dialect, written by hand from its reference, so that the gateway's own codec is never its
 * own judge. https://platform.openai.com/docs/api-reference/chat/streaming
 */
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

export interface ChatWireOptions {
  readonly id?: string;
  readonly model?: string;
  /** Whether the caller asked for usage in the stream. Without it there is none at all. */
  readonly includeUsage?: boolean;
  /** Where thinking stands: DeepSeek's `reasoning_content`, Groq's and Ollama's `reasoning`, OpenRouter's details. */
  readonly reasoning?: 'reasoning_content' | 'reasoning' | 'reasoning_details';
}

const created = 1_755_000_000;

/** The events of a whole stream, `[DONE]` included. */
export function chatStream(say: Say, options: ChatWireOptions = {}): WireEvent[] {
  const answer = expand(say);
  const base = {
    id: options.id ?? 'chatcmpl-fake1',
    object: 'chat.completion.chunk',
    created,
    model: options.model ?? 'fake-model',
    service_tier: 'default',
    system_fingerprint: null,
  };
  const tail = options.includeUsage === true ? { usage: null } : {};
  const chunk = (delta: object, tokens: number, finish: string | null = null): WireEvent =>
    sse({ ...base, choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }], ...tail }, tokens);
  const events = [chunk({ role: 'assistant', content: '', refusal: null }, 0)];
  let calls = 0;
  for (const block of answer.blocks) {
    events.push(...blockEvents(block, calls, options.reasoning ?? 'reasoning_content', chunk));
    if (block.type === 'tool-call') calls++;
  }
  events.push(chunk({}, 0, finishOf(answer)));
  if (options.includeUsage === true) events.push(sse({ ...base, choices: [], usage: chatUsage(answer.usage) }, 0));
  events.push({ text: 'data: [DONE]\n\n', tokens: 0 });
  return events;
}

/** The same answer in one piece, as JSON text. */
export function chatJson(say: Say, options: ChatWireOptions = {}): string {
  const answer = expand(say);
  const text = join(answer.blocks, 'text');
  const thinking = join(answer.blocks, 'thinking');
  const calls = answer.blocks.filter((block) => block.type === 'tool-call');
  const refusal = join(answer.blocks, 'refusal');
  const message = {
    role: 'assistant',
    content: text === '' && (calls.length > 0 || refusal !== '') ? null : text,
    refusal: refusal === '' ? null : refusal,
    annotations: [],
    ...(thinking === '' ? {} : reasoningOf(answer.blocks, thinking, options.reasoning ?? 'reasoning_content')),
    ...(calls.length === 0
      ? {}
      : {
          tool_calls: calls.map(({ id, name, args }) => ({
            id,
            type: 'function',
            function: { name, arguments: args },
          })),
        }),
  };
  return JSON.stringify({
    id: options.id ?? 'chatcmpl-fake1',
    object: 'chat.completion',
    created,
    model: options.model ?? 'fake-model',
    choices: [{ index: 0, message, logprobs: null, finish_reason: finishOf(answer) }],
    usage: chatUsage(answer.usage),
    service_tier: 'default',
    system_fingerprint: null,
  });
}

export function chatUsage(usage: AnswerUsage): Record<string, unknown> {
  const read = usage.cacheRead ?? 0;
  const prompt = usage.input + read + (usage.cacheWrite5m ?? 0) + (usage.cacheWrite1h ?? 0);
  return {
    prompt_tokens: prompt,
    completion_tokens: usage.output,
    total_tokens: prompt + usage.output,
    prompt_tokens_details: { cached_tokens: read, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: usage.thinking ?? 0, audio_tokens: 0 },
  };
}

export function chatError(message: string, type = 'invalid_request_error', code: string | null = null): object {
  return { error: { message, type, param: null, code } };
}

type Chunk = (delta: object, tokens: number) => WireEvent;
type ReasoningSlot = 'reasoning_content' | 'reasoning' | 'reasoning_details';

function blockEvents(block: AnswerBlock, call: number, slot: ReasoningSlot, chunk: Chunk): WireEvent[] {
  if (block.type === 'text') return pieces(block.text).map((content) => chunk({ content }, 1));
  if (block.type === 'refusal') return pieces(block.text).map((refusal) => chunk({ refusal }, 1));
  if (block.type === 'thinking') return thinkingEvents(block, slot, chunk);
  if (block.type === 'redacted-thinking') return [];
  const { id, name, args } = block;
  return [
    chunk({ tool_calls: [{ index: call, id, type: 'function', function: { name, arguments: '' } }] }, 1),
    ...argPieces(args).map((piece) => chunk({ tool_calls: [{ index: call, function: { arguments: piece } }] }, 1)),
  ];
}

function thinkingEvents(block: AnswerBlock & { type: 'thinking' }, slot: ReasoningSlot, chunk: Chunk): WireEvent[] {
  if (slot !== 'reasoning_details') return pieces(block.text).map((text) => chunk({ [slot]: text }, 1));
  const detail = { type: 'reasoning.text', index: 0, format: 'anthropic-claude-v1' };
  const events = pieces(block.text).map((text) =>
    chunk({ content: '', reasoning: text, reasoning_details: [{ ...detail, text }] }, 1),
  );
  if (block.signature !== undefined)
    events.push(chunk({ reasoning_details: [{ ...detail, signature: block.signature }] }, 0));
  return events;
}

function reasoningOf(blocks: readonly AnswerBlock[], thinking: string, slot: ReasoningSlot): object {
  if (slot !== 'reasoning_details') return { [slot]: thinking };
  const details = blocks.flatMap((block) =>
    block.type === 'thinking'
      ? [
          {
            type: 'reasoning.text',
            text: block.text,
            signature: block.signature,
            format: 'anthropic-claude-v1',
            index: 0,
          },
        ]
      : [],
  );
  return { reasoning: thinking, reasoning_details: details };
}

function join(blocks: readonly AnswerBlock[], type: 'text' | 'thinking' | 'refusal'): string {
  return blocks.map((block) => (block.type === type ? block.text : '')).join('');
}

function finishOf(answer: Answer): string {
  const words = {
    end: 'stop',
    length: 'length',
    'tool-call': 'tool_calls',
    'stop-sequence': 'stop',
    refusal: 'content_filter',
  };
  return words[answer.stop];
}

function sse(value: object, tokens: number): WireEvent {
  return { text: `data: ${JSON.stringify(value)}\n\n`, tokens };
}
