/** Reads a provider's stream of chunks. https://platform.openai.com/docs/api-reference/chat/streaming */
import type { ChatEvent, Emit } from '../../llm/chat.ts';
import type { StreamFrame, StreamParser } from '../dialect.ts';
import { objectIn } from '../wire-object.ts';
import { AnswerReader } from './answer-reader.ts';
import { errorIn, readErrorObject } from './error.ts';
import { type Fields, isFields } from './shape.ts';

export function parseStream(emit: Emit<ChatEvent>): StreamParser {
  return new ChatStreamParser(emit);
}

class ChatStreamParser implements StreamParser {
  readonly #answer: AnswerReader;
  #done = false;

  constructor(emit: Emit<ChatEvent>) {
    this.#answer = new AnswerReader(emit);
  }

  get finished(): boolean {
    return this.#answer.finished || (this.#done && this.#answer.hasBlocks);
  }

  push(frame: StreamFrame): void {
    if (this.#answer.over) return;
    const data = frame.data.trim();
    if (data === '') return;
    if (data === '[DONE]') return this.#markDone();
    const chunk = objectIn(data);
    if (frame.event === 'error') return this.#answer.fail(readErrorObject(chunk ?? data));
    if (chunk === undefined) {
      return this.#answer.fail({
        kind: 'upstream',
        message: "The provider's stream holds something that is not JSON.",
      });
    }
    this.#chunk(chunk);
  }

  /** Without `[DONE]` an answer is whole when it said why it finished: not every provider sends one. */
  end(): void {
    if (this.finished) return this.#answer.end();
    const message = this.#answer.hasBlocks
      ? "The provider's stream ended before completion."
      : "The provider's stream ended without an answer.";
    this.#answer.fail({ kind: 'upstream', message });
  }

  #chunk(chunk: Fields): void {
    this.#answer.usage(chunk);
    const error = errorIn(chunk);
    if (error !== undefined) return this.#answer.fail(error);
    if (this.#done) return this.#answer.usageSeen ? this.end() : undefined;
    const choices = Array.isArray(chunk.choices) ? chunk.choices : [];
    for (const choice of choices) {
      // Several answers are only asked for by callers of this dialect, and then relayed.
      if (isFields(choice) && (choice.index ?? 0) === 0) this.#answer.choice(chunk, choice);
    }
  }

  /** Usage after `[DONE]` is on record, so an answer without any waits for the end of the body. */
  #markDone(): void {
    this.#done = true;
    if (this.#answer.usageSeen) this.end();
  }
}
