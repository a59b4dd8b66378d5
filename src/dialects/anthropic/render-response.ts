/** Writes a whole answer. https://platform.claude.com/docs/en/api/messages */
import { RawJson } from '../../lib/json.ts';
import type { Block, ChatEvent } from '../../llm/chat.ts';
import { type LlmError, LlmFailure } from '../../llm/error.ts';
import type { Usage } from '../../llm/usage.ts';
import { answeredArguments } from '../call-arguments.ts';
import type { AnswerContext, JsonObject, ResponseRenderer } from '../dialect.ts';
import { isObject, type WireObject } from '../wire-object.ts';
import { blockStart, messageId, sealText, startText } from './answer-blocks.ts';
import { type AnswerEnd, answerEnd } from './answer-end.ts';
import { renderUsage } from './usage.ts';
import { dialectId, withRaw } from './wire.ts';

interface OpenBlock {
  readonly block: Block;
  readonly wire: WireObject;
  text: string;
}

export class MessageRenderer implements ResponseRenderer {
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
    switch (event.type) {
      case 'start':
        return;
      case 'usage':
        this.#usage = { ...this.#usage, ...event.usage };
        return;
      case 'block-start':
        return this.#startBlock(event.block);
      case 'block-delta':
        if (this.#open !== undefined) this.#open.text += event.delta;
        return;
      case 'block-seal':
        if (this.#open?.block.type === 'thinking') this.#open.wire.signature = sealText(event.seal);
        return;
      case 'block-carried':
        return this.#carried(event.carried);
      case 'block-end':
        return this.#endBlock();
      case 'end':
        this.#end = answerEnd(
          event,
          this.#content.some((block) => block.type === 'tool_use'),
          this.#context.notes,
        );
        return;
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
    const { stop_reason, stop_sequence, fields, usage } = this.#end;
    const counts = renderUsage(this.#usage, this.#context.inputTokensEstimate, this.#outputCharacters);
    return {
      id: messageId(this.#context.requestId),
      type: 'message',
      role: 'assistant',
      model: this.#context.model,
      content: this.#content,
      stop_reason,
      stop_sequence,
      ...fields,
      usage: { ...counts, ...usage },
    };
  }

  #startBlock(block: Block): void {
    const place = { requestId: this.#context.requestId, index: this.#content.length };
    const wire = blockStart(block, place, this.#context.notes);
    if (wire === undefined) return;
    if (block.type === 'thinking' && !block.redacted) wire.signature = sealText(block.seal);
    this.#open = { block, wire, text: startText(block) };
  }

  #endBlock(): void {
    if (this.#open === undefined) return;
    const { block, wire, text } = this.#open;
    this.#outputCharacters += text.length;
    if (block.type === 'tool-call') wire.input = answeredArguments(text, this.#context.notes);
    else if (block.type === 'opaque') finishOpaque(wire, text);
    else if (block.type === 'thinking') {
      if (!block.redacted) wire.thinking = text;
    } else wire.text = text;
    // An empty text (other dialects sign one to end with) would be refused by this API when it comes back.
    if (wire.type !== 'text' || wire.text !== '' || wire.citations !== undefined) this.#content.push(wire);
    this.#open = undefined;
  }

  #carried(carried: { dialect: string; raw: unknown }): void {
    const open = this.#open;
    if (open === undefined) return;
    if (carried.dialect !== dialectId || !isObject(carried.raw)) {
      this.#context.notes.dropped('annotations', "a citation of another API cannot be given in this one's form");
      return;
    }
    const delta = carried.raw;
    if (delta.type === 'citations_delta') {
      const earlier = Array.isArray(open.wire.citations) ? open.wire.citations : [];
      open.wire.citations = [...earlier, withRaw(delta.citation)];
    } else if (typeof delta.partial_json === 'string') {
      open.text += delta.partial_json;
    } else {
      const { type: _, ...fields } = withRaw(delta) as WireObject;
      Object.assign(open.wire, fields);
    }
  }
}

/** A server tool's input that came in pieces. */
function finishOpaque(wire: WireObject, text: string): void {
  if (text === '') return;
  try {
    if (isObject(JSON.parse(text))) wire.input = new RawJson(text);
  } catch {
    wire.input = { INVALID_JSON: text };
  }
}
