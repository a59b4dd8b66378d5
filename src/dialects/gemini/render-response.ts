/** Writes a whole answer. https://ai.google.dev/api/generate-content#generatecontentresponse */
import { assert } from '../../lib/assert.ts';
import type { ChatEvent } from '../../llm/chat.ts';
import { type LlmError, LlmFailure } from '../../llm/error.ts';
import type { AnswerContext, JsonObject, ResponseRenderer } from '../dialect.ts';
import type { WireObject } from '../wire-object.ts';
import { type AnswerEnd, AnswerWriter, answerTail } from './answer-writer.ts';

export class ContentRenderer implements ResponseRenderer {
  readonly #context: AnswerContext;
  readonly #writer: AnswerWriter;
  readonly #parts: WireObject[] = [];
  /** A block has begun: its first part is not the rest of the one before. */
  #isNew = true;
  #end: AnswerEnd | undefined;
  #error: LlmError | undefined;

  constructor(context: AnswerContext) {
    this.#context = context;
    this.#writer = new AnswerWriter(context, (part) => this.#add(part));
  }

  push(event: ChatEvent): void {
    if (event.type === 'block-start') this.#isNew = true;
    this.#writer.push(event);
    if (event.type === 'end') this.#end = this.#writer.finish(event);
    else if (event.type === 'error') this.#error = event.error;
  }

  /** Throws LlmFailure when the answer broke. */
  body(): JsonObject {
    if (this.#error !== undefined) throw new LlmFailure(this.#error);
    assert(this.#end !== undefined, 'a body was asked for before the end of the answer');
    const { finishReason, usage, fields, beside, isBlocked } = this.#end;
    const about = { usageMetadata: usage, ...beside, ...answerTail(this.#context) };
    if (isBlocked) return about;
    // SDKs take a content without parts for an invalid one and lose the turn.
    const parts = this.#parts.length === 0 ? [{ text: '' }] : this.#parts;
    const candidate = { content: { parts, role: 'model' }, finishReason, index: 0, ...fields };
    return { candidates: [candidate], ...about };
  }

  /** Pieces of one block are one part, and so is what signs them. */
  #add(part: WireObject): void {
    const last = this.#parts.at(-1);
    const isMore = !this.#isNew && last !== undefined && typeof last.text === 'string' && typeof part.text === 'string';
    this.#isNew = false;
    if (isMore) Object.assign(last, part, { text: `${last.text}${part.text}` });
    else this.#parts.push({ ...part });
  }
}
