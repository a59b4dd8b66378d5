/** Writes a whole answer. https://platform.openai.com/docs/api-reference/responses/object */
import { assert } from '../../lib/assert.ts';
import type { ChatEvent } from '../../llm/chat.ts';
import { type LlmError, LlmFailure } from '../../llm/error.ts';
import type { AnswerContext, JsonObject, ResponseRenderer } from '../dialect.ts';
import { AnswerWriter } from './answer-writer.ts';

export function renderResponse(context: AnswerContext): ResponseRenderer {
  return new WholeResponseRenderer(context);
}

class WholeResponseRenderer implements ResponseRenderer {
  readonly #answer: AnswerWriter;
  #error: LlmError | undefined;

  constructor(context: AnswerContext) {
    this.#answer = new AnswerWriter(context, () => {});
  }

  push(event: ChatEvent): void {
    if (event.type === 'error') this.#error = event.error;
    else this.#answer.push(event);
  }

  /** Throws LlmFailure when the answer broke. */
  body(): JsonObject {
    if (this.#error !== undefined) throw new LlmFailure(this.#error);
    const { answer } = this.#answer;
    assert(answer !== undefined, 'a body was asked for before the end of the answer');
    return answer;
  }
}
