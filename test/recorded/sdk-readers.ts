/** Answers as the official SDKs read them: through their stream accumulators, and whole. */
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { type Rig, rigKey } from '../cases/rig.ts';
import type { Wire } from './corpus.ts';
import type { Call, Reading } from './truth.ts';

export interface SdkReading extends Reading {
  /** What the caller was told was left out. */
  readonly dropped: string | null;
  readonly refusal: string | null | undefined;
  /** Blocks or fields beside text, reasoning and calls. */
  readonly extras: readonly string[];
  readonly citations: number;
  /** Sources of the whole answer, beside the choices. */
  readonly sources: number;
}

/** The caller of `wire` asks, whole or as a stream. Rejects with the SDK's own error when the answer fails. */
export function readBySdk(rig: Rig, wire: Wire, model: string, stream: boolean): Promise<SdkReading> {
  if (wire === 'anthropic') return stream ? readMessageStream(rig, model) : readMessage(rig, model);
  return stream ? readCompletionStream(rig, model) : readCompletion(rig, model);
}

const ask = [{ role: 'user' as const, content: 'Hello' }];

function openai(rig: Rig): OpenAI {
  return new OpenAI({ apiKey: rigKey, baseURL: `${rig.url}/v1`, maxRetries: 0 });
}

function anthropic(rig: Rig): Anthropic {
  return new Anthropic({ apiKey: rigKey, baseURL: rig.url, maxRetries: 0 });
}

async function readCompletion(rig: Rig, model: string): Promise<SdkReading> {
  const { data, response } = await openai(rig).chat.completions.create({ model, messages: ask }).withResponse();
  const message = data.choices[0]?.message as unknown as Record<string, unknown>;
  return completionReading(data, String(message.reasoning_content ?? ''), response.headers);
}

async function readCompletionStream(rig: Rig, model: string): Promise<SdkReading> {
  const stream = openai(rig).chat.completions.stream({
    model,
    messages: ask,
    stream_options: { include_usage: true },
  });
  let reasoning = '';
  let citations = 0;
  // The accumulator only adds up fields that it knows; callers who want the others take them from the chunks.
  stream.on('chunk', (chunk) => {
    const delta = chunk.choices[0]?.delta as { reasoning_content?: string; annotations?: unknown[] } | undefined;
    reasoning += delta?.reasoning_content ?? '';
    citations += delta?.annotations?.length ?? 0;
  });
  const completion = await stream.finalChatCompletion();
  return { ...completionReading(completion, reasoning, undefined), citations };
}

const messageFields = ['role', 'content', 'refusal', 'tool_calls', 'reasoning_content', 'reasoning_details', 'parsed'];

function completionReading(
  completion: OpenAI.ChatCompletion,
  reasoning: string,
  headers: Headers | undefined,
): SdkReading {
  const [choice] = completion.choices;
  if (choice === undefined) throw new Error('no choice');
  const { message } = choice;
  const { usage } = completion;
  return {
    text: message.content ?? '',
    reasoning,
    calls: (message.tool_calls ?? []).map((call): Call => {
      if (call.type !== 'function') throw new Error('a call that is no function');
      return { id: call.id, name: call.function.name, args: JSON.parse(call.function.arguments) as unknown };
    }),
    finish: choice.finish_reason,
    model: completion.model,
    usage: usage && {
      prompt: usage.prompt_tokens,
      completion: usage.completion_tokens,
      total: usage.total_tokens,
      cacheRead: usage.prompt_tokens_details?.cached_tokens ?? 0,
      cacheWrite: (usage.prompt_tokens_details as { cache_write_tokens?: number } | undefined)?.cache_write_tokens ?? 0,
    },
    dropped: headers?.get('x-tollgate-dropped') ?? null,
    refusal: message.refusal,
    extras: Object.keys(message).filter((field) => !messageFields.includes(field)),
    citations: message.annotations?.length ?? 0,
    sources: (completion as { citations?: unknown[] }).citations?.length ?? 0,
  };
}

async function readMessage(rig: Rig, model: string): Promise<SdkReading> {
  const { data, response } = await anthropic(rig)
    .messages.create({ model, max_tokens: 1000, messages: ask })
    .withResponse();
  return messageReading(data, response.headers);
}

async function readMessageStream(rig: Rig, model: string): Promise<SdkReading> {
  const stream = anthropic(rig).messages.stream({ model, max_tokens: 1000, messages: ask });
  return messageReading(await stream.finalMessage(), undefined);
}

function messageReading(message: Anthropic.Message, headers: Headers | undefined): SdkReading {
  const { usage } = message;
  const texts = message.content.flatMap((block) => (block.type === 'text' ? [block] : []));
  return {
    text: texts.map((block) => block.text).join(''),
    reasoning: message.content.flatMap((block) => (block.type === 'thinking' ? [block.thinking] : [])).join(''),
    calls: message.content.flatMap((block): Call[] =>
      block.type === 'tool_use' ? [{ id: block.id, name: block.name, args: block.input }] : [],
    ),
    finish: message.stop_reason,
    stopSequence: message.stop_sequence,
    model: message.model,
    usage: {
      input: usage.input_tokens,
      cacheRead: usage.cache_read_input_tokens ?? 0,
      cacheWrite: usage.cache_creation_input_tokens ?? 0,
      output: usage.output_tokens,
    },
    dropped: headers?.get('x-tollgate-dropped') ?? null,
    refusal: undefined,
    extras: message.content.map((block) => block.type).filter((type) => !known.includes(type)),
    sources: 0,
    citations: texts.reduce((count, block) => count + (block.citations?.length ?? 0), 0),
  };
}

const known = ['text', 'thinking', 'redacted_thinking', 'tool_use'];
