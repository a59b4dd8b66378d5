/** Writes an answer as chunks. https://platform.openai.com/docs/api-reference/chat/streaming */
import { oneLine, stringifyJson } from '../../lib/json.ts';
import type { ChatEvent, Emit } from '../../llm/chat.ts';
import type { AnswerContext, StreamRenderer } from '../dialect.ts';
import type { WireObject } from '../wire-object.ts';
import { answerHead, DeltaWriter } from './delta-writer.ts';
import { renderStreamError } from './error.ts';
import { restored } from './wire.ts';

export function renderStream(write: Emit<string>, context: AnswerContext): StreamRenderer {
  return new ChatStreamRenderer(write, context);
}

class ChatStreamRenderer implements StreamRenderer {
  readonly #write: Emit<string>;
  readonly #context: AnswerContext;
  readonly #deltas: DeltaWriter;
  /** Every chunk of an answer begins with the same bytes. */
  readonly #head: string;
  /** With `include_usage` every chunk says that it has none, except the last. */
  readonly #tail: string;
  #over = false;

  constructor(write: Emit<string>, context: AnswerContext) {
    this.#write = write;
    this.#context = context;
    const head = JSON.stringify(answerHead(context, 'chat.completion.chunk'));
    this.#head = `data: ${head.slice(0, -1)},"choices":[`;
    this.#tail = context.wantsStreamUsage ? ',"usage":null}\n\n' : '}\n\n';
    this.#deltas = new DeltaWriter(context, (delta) => this.#chunk(delta, null));
  }

  push(event: ChatEvent): void {
    if (this.#over) return;
    if (event.type === 'start') return this.#chunk({ role: 'assistant', content: '' }, null);
    if (event.type === 'error') {
      this.#over = true;
      return this.#write(renderStreamError(event.error));
    }
    this.#deltas.push(event);
    if (event.type !== 'end') return;
    const { finishReason, usage } = this.#deltas.finish(event);
    this.#over = true;
    this.#chunk({}, finishReason, restored(event.carried));
    if (this.#context.wantsStreamUsage) this.#write(`${this.#head}],"usage":${JSON.stringify(usage)}}\n\n`);
    this.#write('data: [DONE]\n\n');
  }

  /** `beside`: fields that stand next to the choices. */
  #chunk(delta: WireObject, finishReason: string | null, beside: WireObject = noFields): void {
    const finish = finishReason === null ? 'null' : `"${finishReason}"`;
    const choice = `{"index":0,"delta":${oneLine(stringifyJson(delta))},"logprobs":null,"finish_reason":${finish}}`;
    const fields =
      beside === noFields
        ? ''
        : Object.entries(beside)
            .map(([key, value]) => `,${JSON.stringify(key)}:${oneLine(stringifyJson(value))}`)
            .join('');
    this.#write(`${this.#head}${choice}]${fields}${this.#tail}`);
  }
}

const noFields: WireObject = Object.freeze({});
