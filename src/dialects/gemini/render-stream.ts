/** Writes a streamed answer, each part as an event. https://ai.google.dev/api/generate-content#method:-models.streamgeneratecontent */
import { oneLine, stringifyJson } from '../../lib/json.ts';
import type { ChatEvent, Emit } from '../../llm/chat.ts';
import type { AnswerContext, StreamRenderer } from '../dialect.ts';
import type { WireObject } from '../wire-object.ts';
import { AnswerWriter, answerTail } from './answer-writer.ts';
import { renderStreamError } from './error.ts';

export class ContentStreamRenderer implements StreamRenderer {
  readonly #write: Emit<string>;
  readonly #context: AnswerContext;
  readonly #writer: AnswerWriter;
  /** Every event ends with the same bytes. Without the blank line SDKs throw at the last one. */
  readonly #tail: string;
  #isOver = false;

  constructor(write: Emit<string>, context: AnswerContext) {
    this.#write = write;
    this.#context = context;
    this.#tail = `${JSON.stringify(answerTail(context)).slice(1)}\r\n\r\n`;
    this.#writer = new AnswerWriter(context, (part) => this.#part(part));
  }

  push(event: ChatEvent): void {
    if (this.#isOver) return;
    if (event.type === 'error') {
      this.#isOver = true;
      return this.#write(renderStreamError(event.error, this.#context.requestId));
    }
    this.#writer.push(event);
    if (event.type === 'end') this.#end(event);
  }

  #part(part: WireObject): void {
    const candidate = `{"content":{"parts":[${oneLine(stringifyJson(part))}],"role":"model"},"index":0}`;
    this.#write(`data: {"candidates":[${candidate}],${this.#tail}`);
  }

  /** The reason comes with an empty text, as the API's own streams have it: SDKs want every content to have a part. */
  #end(event: Extract<ChatEvent, { type: 'end' }>): void {
    const { finishReason, usage, fields, beside, isBlocked } = this.#writer.finish(event);
    this.#isOver = true;
    const content = { parts: [{ text: '' }], role: 'model' };
    const candidates = isBlocked ? undefined : [{ content, finishReason, index: 0, ...fields }];
    const body = oneLine(stringifyJson({ candidates, usageMetadata: usage, ...beside }));
    this.#write(`data: ${body.slice(0, -1)},${this.#tail}`);
  }
}
