/** Writes an answer as events. https://platform.openai.com/docs/api-reference/responses-streaming */
import { oneLine, stringifyJson } from '../../lib/json.ts';
import type { ChatEvent, Emit } from '../../llm/chat.ts';
import type { AnswerContext, StreamRenderer } from '../dialect.ts';
import type { WireObject } from '../wire-object.ts';
import { AnswerWriter } from './answer-writer.ts';
import { failureFrames } from './error.ts';

export function renderStream(write: Emit<string>, context: AnswerContext): StreamRenderer {
  return new ResponsesStreamRenderer(write, context);
}

class ResponsesStreamRenderer implements StreamRenderer {
  readonly #write: Emit<string>;
  readonly #answer: AnswerWriter;
  #sequence = 0;
  #over = false;

  constructor(write: Emit<string>, context: AnswerContext) {
    this.#write = write;
    this.#answer = new AnswerWriter(context, (type, fields) => this.#send(type, fields));
  }

  push(event: ChatEvent): void {
    if (this.#over) return;
    if (event.type === 'error') this.#write(failureFrames(event.error, this.#answer.head, this.#sequence));
    else this.#answer.push(event);
    this.#over = event.type === 'error' || event.type === 'end';
  }

  #send(type: string, fields: WireObject): void {
    const data = oneLine(stringifyJson({ type, sequence_number: this.#sequence++, ...fields }));
    this.#write(`event: ${type}\ndata: ${data}\n\n`);
  }
}
