/** Writes a whole answer. https://platform.openai.com/docs/api-reference/chat/object */
import { assert } from '../../lib/assert.ts';
import type { ChatEvent } from '../../llm/chat.ts';
import { type LlmError, LlmFailure } from '../../llm/error.ts';
import type { AnswerContext, JsonObject, ResponseRenderer } from '../dialect.ts';
import type { WireObject } from '../wire-object.ts';
import { type AnswerEnd, answerHead, DeltaWriter } from './delta-writer.ts';
import { restored } from './wire.ts';

export function renderResponse(context: AnswerContext): ResponseRenderer {
  return new ChatResponseRenderer(context);
}

class ChatResponseRenderer implements ResponseRenderer {
  readonly #context: AnswerContext;
  readonly #deltas: DeltaWriter;
  /** Text and lists, put together from the deltas. */
  readonly #message: WireObject = {};
  #end: AnswerEnd | undefined;
  /** Fields that stand next to the choices. */
  #beside: WireObject = {};
  #error: LlmError | undefined;

  constructor(context: AnswerContext) {
    this.#context = context;
    this.#deltas = new DeltaWriter(context, (delta) => addDelta(this.#message, delta));
  }

  push(event: ChatEvent): void {
    this.#deltas.push(event);
    if (event.type === 'end') {
      this.#end = this.#deltas.finish(event);
      this.#beside = restored(event.carried);
    } else if (event.type === 'error') this.#error = event.error;
  }

  /** Throws LlmFailure when the answer broke. */
  body(): JsonObject {
    if (this.#error !== undefined) throw new LlmFailure(this.#error);
    assert(this.#end !== undefined, 'a body was asked for before the end of the answer');
    const { content, refusal, ...rest } = this.#message;
    // Null means "said in another way"; an answer that is merely empty is an empty string.
    const calls = rest.tool_calls ?? rest.function_call;
    const silent = refusal !== undefined || calls !== undefined ? null : '';
    const message = { role: 'assistant', content: content ?? silent, refusal: refusal ?? null, ...rest };
    return {
      ...answerHead(this.#context, 'chat.completion'),
      choices: [{ index: 0, message, logprobs: null, finish_reason: this.#end.finishReason }],
      usage: this.#end.usage,
      ...this.#beside,
    };
  }
}

function addDelta(message: WireObject, delta: WireObject): void {
  for (const [key, value] of Object.entries(delta)) {
    const before = message[key];
    if (key === 'tool_calls') addCalls(message, value as CallDelta[]);
    else if (key === 'function_call') message[key] = addArguments(before as FunctionDelta, value as FunctionDelta);
    else if (typeof before === 'string' && typeof value === 'string') message[key] = before + value;
    else if (Array.isArray(before) && Array.isArray(value)) before.push(...value);
    else message[key] = Array.isArray(value) ? [...value] : value;
  }
}

interface FunctionDelta {
  readonly name?: string;
  readonly arguments?: string;
}

interface CallDelta {
  readonly index: number;
  readonly function?: FunctionDelta;
  readonly custom?: { readonly name?: string; readonly input?: string };
}

/** Calls of a whole answer have no index; their place says it. */
function addCalls(message: WireObject, deltas: readonly CallDelta[]): void {
  message.tool_calls ??= [];
  const calls = message.tool_calls as Omit<CallDelta, 'index'>[];
  for (const { index, ...delta } of deltas) {
    const call = calls[index];
    if (call === undefined) calls.push(delta);
    else if (call.function !== undefined) {
      calls[index] = { ...call, function: addArguments(call.function, delta.function) };
    } else {
      const input = (call.custom?.input ?? '') + (delta.custom?.input ?? '');
      calls[index] = { ...call, custom: { ...call.custom, input } };
    }
  }
}

function addArguments(call: FunctionDelta | undefined, delta: FunctionDelta | undefined): FunctionDelta {
  return { ...delta, ...call, arguments: (call?.arguments ?? '') + (delta?.arguments ?? '') };
}
