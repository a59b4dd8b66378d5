/** Reads a streamed answer: each event is a piece of one, and none is the last. https://ai.google.dev/api/generate-content */
import { parseJson } from '../../lib/json.ts';
import type { ChatEvent, Emit } from '../../llm/chat.ts';
import type { JsonObject, StreamFrame, StreamParser } from '../dialect.ts';
import { isObject } from '../wire-object.ts';
import { AnswerReader } from './answer-reader.ts';
import { readErrorObject } from './error.ts';
import { rawKeys } from './wire.ts';

export class ContentStreamParser implements StreamParser {
  readonly #answer: AnswerReader;

  constructor(emit: Emit<ChatEvent>) {
    this.#answer = new AnswerReader(emit);
  }

  get finished(): boolean {
    return this.#answer.finished;
  }

  push(frame: StreamFrame): void {
    const data = frame.data.trim();
    if (this.#answer.over || data === '' || data === '[DONE]') return;
    const chunk = parsed(data);
    if (chunk === undefined) {
      return this.#answer.fail({
        kind: 'upstream',
        message: "The provider's stream holds something that is not JSON.",
      });
    }
    if (isObject(chunk.error)) return this.#answer.fail(readErrorObject(chunk));
    this.#answer.chunk(chunk);
  }

  /** Only a finish reason makes an answer whole: without one the stream was cut. */
  end(): void {
    if (this.#answer.finished) return this.#answer.end();
    const message = this.#answer.hasBlocks
      ? "The provider's stream ended before completion."
      : "The provider's stream ended without an answer.";
    this.#answer.fail({ kind: 'upstream', message });
  }
}

function parsed(text: string): JsonObject | undefined {
  try {
    return parseJson(Buffer.from(text), rawKeys);
  } catch {
    return undefined;
  }
}
