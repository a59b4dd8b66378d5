/** Writes a whole answer. https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseResponse.html */
import type { Block, Carried, ChatEvent } from '../../llm/chat.ts';
import { type LlmError, LlmFailure } from '../../llm/error.ts';
import type { Usage } from '../../llm/usage.ts';
import { answeredArguments } from '../call-arguments.ts';
import type { AnswerContext, JsonObject, ResponseRenderer } from '../dialect.ts';
import { isObject, type WireObject } from '../wire-object.ts';
import { type AnswerEnd, answerEnd, callId, isShown, metricsOf, noteCitation, startText } from './answer-blocks.ts';
import { writeRedacted, writeSignature } from './seals.ts';
import { renderUsage } from './usage.ts';
import { dialectId, restored, withRaw } from './wire.ts';

interface OpenBlock {
  readonly block: Block;
  text: string;
  signature: string;
  /** Deltas of what is not modelled, in order. */
  readonly carried: WireObject[];
}

export class ConverseRenderer implements ResponseRenderer {
  readonly #context: AnswerContext;
  readonly #content: WireObject[] = [];
  #open: OpenBlock | undefined;
  #usage: Partial<Usage> = {};
  #outputCharacters = 0;
  #end: AnswerEnd | undefined;
  #error: LlmError | undefined;

  constructor(context: AnswerContext) {
    this.#context = context;
  }

  push(event: ChatEvent): void {
    const open = this.#open;
    switch (event.type) {
      case 'usage':
        this.#usage = { ...this.#usage, ...event.usage };
        return;
      case 'block-start':
        return this.#startBlock(event.block);
      case 'block-delta':
        if (open !== undefined) open.text += event.delta;
        return;
      case 'block-seal':
        if (open !== undefined) open.signature = writeSignature(event.seal);
        return;
      case 'block-carried':
        return this.#carried(event.carried);
      case 'block-end':
        return this.#endBlock();
      case 'end': {
        const hasCall = this.#content.some((part) => 'toolUse' in part);
        this.#end = answerEnd(event, hasCall, this.#context.notes);
        return;
      }
      case 'error':
        this.#error = event.error;
    }
  }

  /** Throws LlmFailure when the answer failed or did not end: a broken answer has no body. */
  body(): JsonObject {
    if (this.#error !== undefined) throw new LlmFailure(this.#error);
    if (this.#end === undefined) {
      throw new LlmFailure({ kind: 'upstream', message: "The provider's answer ended before it was complete." });
    }
    const { stopReason, fields, usage } = this.#end;
    const counts = renderUsage(this.#usage, this.#context.inputTokensEstimate, this.#outputCharacters);
    return {
      output: { message: { role: 'assistant', content: this.#content } },
      stopReason,
      usage: { ...counts, ...usage },
      metrics: metricsOf(this.#context),
      ...fields,
    };
  }

  #startBlock(block: Block): void {
    if (!isShown(block, this.#context.notes)) return;
    const signature = block.type === 'thinking' && !block.redacted ? writeSignature(block.seal) : '';
    this.#open = { block, text: startText(block), signature, carried: [] };
  }

  #endBlock(): void {
    if (this.#open === undefined) return;
    const part = this.#part(this.#open);
    this.#outputCharacters += this.#open.text.length;
    this.#open = undefined;
    if (part !== undefined) this.#content.push(part);
  }

  /** Undefined for a text without words: this API has none. */
  #part({ block, text, signature, carried }: OpenBlock): WireObject | undefined {
    switch (block.type) {
      case 'text':
      case 'refusal': {
        const citations = carried.flatMap(({ citation }) => (citation === undefined ? [] : [citation]));
        if (citations.length > 0) return { citationsContent: { content: [{ text }], citations } };
        return text === '' ? undefined : { text };
      }
      case 'thinking': {
        if (block.redacted) return { reasoningContent: { redactedContent: writeRedacted(block.seal) } };
        return { reasoningContent: { reasoningText: { text, ...(signature !== '' && { signature }) } } };
      }
      case 'tool-call': {
        const toolUseId = callId(block.id, this.#context.requestId, this.#content.length);
        const input = answeredArguments(text, this.#context.notes);
        return { toolUse: { toolUseId, name: block.name, input, ...restored(block.carried) } };
      }
      default:
        return block.type === 'opaque' ? wholePart(restored(block.carried), carried) : undefined;
    }
  }

  #carried(carried: Carried): void {
    if (this.#open === undefined) return;
    if (carried.dialect !== dialectId || !isObject(carried.raw)) return noteCitation(this.#context.notes);
    this.#open.carried.push(withRaw(carried.raw) as WireObject);
  }
}

/** A server tool's part that came in pieces: what they bring is put where a whole answer has it. */
function wholePart(start: WireObject, deltas: readonly WireObject[]): WireObject {
  if (deltas.length === 0) return start;
  const { toolUse, toolResult } = start;
  if (isObject(toolUse)) {
    const text = deltas.map((delta) => (isObject(delta.toolUse) ? pieceOf(delta.toolUse.input) : '')).join('');
    return { toolUse: { ...toolUse, input: parsedOr(text) } };
  }
  if (isObject(toolResult)) {
    const content = deltas.flatMap((delta) => (Array.isArray(delta.toolResult) ? delta.toolResult : []));
    return { toolResult: { ...toolResult, content } };
  }
  return Object.assign({}, start, ...deltas) as WireObject;
}

/** A piece of arguments in a stream is a string; kept raw, it is the JSON text of one. */
function pieceOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const text = isRaw(value) ? value.text : '""';
  const parsed: unknown = JSON.parse(text);
  return typeof parsed === 'string' ? parsed : text;
}

function isRaw(value: unknown): value is { readonly text: string } {
  return typeof value === 'object' && value !== null && 'text' in value && typeof value.text === 'string';
}

function parsedOr(text: string): unknown {
  try {
    return JSON.parse(text === '' ? '{}' : text);
  } catch {
    return { INVALID_JSON: text };
  }
}
