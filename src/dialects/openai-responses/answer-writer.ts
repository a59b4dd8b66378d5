/** One answer in the words of this dialect: its items, and the object around them. */
import { noteAnswer } from '../../llm/carried.ts';
import type { ChatEvent, StopReason } from '../../llm/chat.ts';
import { TokenEstimator } from '../../llm/estimate.ts';
import type { Usage } from '../../llm/usage.ts';
import type { AnswerContext } from '../dialect.ts';
import type { WireObject } from '../wire-object.ts';
import { OutputWriter, type Tell } from './output-writer.ts';
import { responseObject } from './response-object.ts';
import { renderUsage } from './usage.ts';
import { dialectId, restored } from './wire.ts';

export class AnswerWriter {
  readonly #context: AnswerContext;
  readonly #tell: Tell;
  readonly #items: OutputWriter;
  readonly #head: WireObject;
  #usage: Partial<Usage> = {};
  /** For a provider that never says. */
  readonly #estimator = new TokenEstimator();
  /** The finished answer, after `end`. */
  answer: WireObject | undefined;

  constructor(context: AnswerContext, tell: Tell) {
    this.#context = context;
    this.#tell = tell;
    this.#items = new OutputWriter(context, tell);
    this.#head = responseObject(context);
  }

  /** What an answer looks like that has not ended. */
  get head(): WireObject {
    return this.#head;
  }

  push(event: ChatEvent): void {
    switch (event.type) {
      case 'start':
        this.#tell('response.created', { response: this.#head });
        return this.#tell('response.in_progress', { response: this.#head });
      case 'block-start':
        return this.#items.start(event.block);
      case 'block-delta':
        this.#estimator.addText(event.delta, 0, event.delta.length);
        return this.#items.delta(event.delta);
      case 'block-seal':
        return this.#items.seal(event.seal);
      case 'block-carried':
        return this.#items.carried(event.carried);
      case 'block-end':
        return this.#items.end();
      case 'usage':
        this.#usage = { ...this.#usage, ...event.usage };
        return;
      case 'end':
        return this.#end(event);
      default:
        return;
    }
  }

  #end({ stop, carried }: Extract<ChatEvent, { type: 'end' }>): void {
    const reason = incompleteReason(stop, this.#items);
    const status = reason === undefined ? 'completed' : 'incomplete';
    this.#items.finish(status);
    if (stop === 'pause' && this.#context.request !== undefined)
      this.#context.notes.dropped('stop_reason', 'a paused turn cannot be continued by this API');
    noteAnswer(carried, dialectId, this.#context.notes);
    const { input = this.#context.inputTokensEstimate, output = Math.ceil(this.#estimator.tokens) } = this.#usage;
    this.answer = {
      ...this.#head,
      ...restored(carried),
      status,
      completed_at: completedAt(this.#context),
      incomplete_details: reason === undefined ? null : { reason },
      output: this.#items.output,
      usage: renderUsage({ ...this.#usage, input, output }),
    };
    this.#tell(`response.${status}`, { response: this.answer });
  }
}

/** A refusal in the model's own words is a whole answer. */
function incompleteReason(stop: StopReason, items: OutputWriter): string | undefined {
  if (stop === 'length' || stop === 'context') return 'max_output_tokens';
  return stop === 'refusal' && !items.hasRefusal ? 'content_filter' : undefined;
}

/** Seconds, as all times in this API. */
function completedAt(context: AnswerContext): number {
  return Math.floor((context.createdAtMs + (context.elapsedMs?.() ?? 0)) / 1000);
}
