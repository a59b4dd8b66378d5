/** An answer of `POST /v1/chat/completions` as it comes: chunks of bytes in, what has been said so far out. Pure. */
import { type AssistantMessage, nothingSaid, type ToolCall } from './conversation.ts';

interface Chunk {
  readonly choices?: readonly { readonly delta?: Delta }[];
  readonly usage?: {
    readonly prompt_tokens?: number;
    readonly completion_tokens?: number;
    readonly prompt_tokens_details?: { readonly cached_tokens?: number };
  } | null;
  readonly error?: { readonly message?: string };
}

interface Delta {
  readonly content?: string | null;
  readonly reasoning_content?: string | null;
  readonly reasoning?: string | null;
  readonly refusal?: string | null;
  readonly tool_calls?: readonly {
    readonly index?: number;
    readonly id?: string;
    readonly function?: { readonly name?: string; readonly arguments?: string };
  }[];
}

export class AnswerStream {
  said: AssistantMessage = nothingSaid;
  /** The stream has said that it is whole. */
  isWhole = false;
  #rest = '';
  readonly #decoder = new TextDecoder();

  push(bytes: Uint8Array): void {
    const lines = `${this.#rest}${this.#decoder.decode(bytes, { stream: true })}`.split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) if (line.startsWith('data:')) this.#take(line.slice(5).trim());
  }

  #take(data: string): void {
    if (data === '[DONE]') {
      this.isWhole = true;
      return;
    }
    const { choices, usage, error }: Chunk = JSON.parse(data);
    if (error !== undefined)
      this.said = { ...this.said, state: 'failed', error: error.message ?? 'The answer broke off.' };
    const delta = choices?.[0]?.delta;
    if (delta !== undefined) this.said = withDelta(this.said, delta);
    if (usage) this.said = withUsage(this.said, usage);
  }
}

function withDelta(said: AssistantMessage, delta: Delta): AssistantMessage {
  return {
    ...said,
    text: said.text + (delta.content ?? '') + (delta.refusal ?? ''),
    thinking: said.thinking + (delta.reasoning_content ?? delta.reasoning ?? ''),
    toolCalls: delta.tool_calls === undefined ? said.toolCalls : withCalls(said.toolCalls, delta.tool_calls),
  };
}

function withCalls(before: readonly ToolCall[], deltas: NonNullable<Delta['tool_calls']>): readonly ToolCall[] {
  const calls = [...before];
  for (const { index = 0, id, function: call } of deltas) {
    const known = calls[index] ?? { id: '', name: '', arguments: '' };
    calls[index] = {
      id: id ?? known.id,
      name: call?.name ?? known.name,
      arguments: known.arguments + (call?.arguments ?? ''),
    };
  }
  return calls;
}

function withUsage(said: AssistantMessage, usage: NonNullable<Chunk['usage']>): AssistantMessage {
  const { prompt_tokens, completion_tokens, prompt_tokens_details } = usage;
  return {
    ...said,
    figures: {
      ...said.figures,
      inputTokens: prompt_tokens ?? null,
      outputTokens: completion_tokens ?? null,
      cachedTokens: prompt_tokens_details?.cached_tokens ?? null,
    },
  };
}
