/**
 * Turns neutral events into parts of this wire. A stream writes each as a chunk, a whole answer adds them up, so that
 * both always say the same. A call is one whole part: the API's callers know no other.
 */
import { RawJson } from '../../lib/json.ts';
import { noteAnswer } from '../../llm/carried.ts';
import type { Block, ChatEvent, Emit, Seal } from '../../llm/chat.ts';
import { TokenEstimator } from '../../llm/estimate.ts';
import type { Usage } from '../../llm/usage.ts';
import type { AnswerContext } from '../dialect.ts';
import { foreignType } from '../foreign-block.ts';
import { objectIn, type WireObject } from '../wire-object.ts';
import { finishWords } from './finish.ts';
import { answerMedia, signature } from './media.ts';
import { redactedMark } from './parts.ts';
import { renderUsage } from './usage.ts';
import { dialectId, restored } from './wire.ts';

/** How the answer ended. */
export interface AnswerEnd {
  readonly finishReason: string;
  readonly usage: WireObject;
  /** Fields of the candidate that this dialect carried. */
  readonly fields: WireObject;
  /** Fields beside the candidates. */
  readonly beside: WireObject;
  /** The prompt was refused by a provider of this dialect: there is no candidate. */
  readonly isBlocked: boolean;
}

export class AnswerWriter {
  readonly #context: AnswerContext;
  readonly #emit: Emit<WireObject>;
  readonly #estimator = new TokenEstimator();
  #usage: Partial<Usage> = {};
  #block: Block | undefined;
  /** Of a call, whose arguments are one object on this wire. */
  #args = '';
  #seal: Seal | undefined;

  #hasSpoken = false;

  constructor(context: AnswerContext, emit: Emit<WireObject>) {
    this.#context = context;
    this.#emit = (part) => {
      this.#hasSpoken = true;
      emit(part);
    };
  }

  push(event: ChatEvent): void {
    switch (event.type) {
      case 'block-start':
        return this.#start(event.block);
      case 'block-delta':
        return this.#delta(event.delta);
      case 'block-seal':
        this.#seal = event.seal;
        return;
      case 'block-carried':
        if (event.carried.dialect !== dialectId && this.#block?.type === 'text')
          this.#context.notes.dropped('citations', "a citation of another API cannot be given in this one's form");
        return;
      case 'block-end':
        return this.#end();
      case 'usage':
        this.#usage = { ...this.#usage, ...event.usage };
        return;
      default:
        return;
    }
  }

  finish({ stop, carried }: Extract<ChatEvent, { type: 'end' }>): AnswerEnd {
    const { notes, inputTokensEstimate } = this.#context;
    if (stop === 'pause') notes.dropped('stop_reason', 'a paused turn cannot be continued by this API');
    noteAnswer(carried, dialectId, notes);
    const { finishReason, promptFeedback, ...fields } = restored(carried);
    const { input = inputTokensEstimate, output = Math.ceil(this.#estimator.tokens) } = this.#usage;
    return {
      finishReason: typeof finishReason === 'string' ? finishReason : finishWords[stop],
      usage: renderUsage({ ...this.#usage, input, output }),
      fields,
      beside: promptFeedback === undefined ? {} : { promptFeedback },
      isBlocked: promptFeedback !== undefined && stop === 'refusal' && finishReason === undefined && !this.#hasSpoken,
    };
  }

  #start(block: Block): void {
    this.#block = block;
    this.#args = '';
    this.#seal = 'seal' in block ? block.seal : undefined;
    switch (block.type) {
      case 'text':
      case 'refusal':
      case 'thinking':
        return this.#delta(block.text);
      case 'tool-call':
        this.#estimator.addText(block.name, 0, block.name.length);
        return this.#delta(block.args);
      case 'media':
        return this.#media(block);
      case 'opaque':
        return this.#opaque(block);
      case 'tool-result':
        this.#context.notes.dropped('content.tool_result', 'an answer of this API has no results');
    }
  }

  #delta(piece: string): void {
    const type = this.#block?.type;
    if (piece === '' || type === undefined) return;
    this.#estimator.addText(piece, 0, piece.length);
    if (type === 'tool-call') this.#args += piece;
    else if (type === 'thinking') this.#emit({ text: piece, thought: true });
    else if (type === 'text' || (type === 'refusal' && this.#block?.carried?.dialect !== dialectId))
      this.#emit({ text: piece });
  }

  #media(block: Extract<Block, { type: 'media' }>): void {
    const part = answerMedia(block);
    if (part === undefined) this.#context.notes.dropped(`content.${block.kind}`, 'no slot for it');
    else this.#emit({ ...part, ...restored(block.carried) });
  }

  #opaque({ carried }: Extract<Block, { type: 'opaque' }>): void {
    if (carried.dialect !== dialectId)
      return this.#context.notes.dropped(`content.${foreignType(carried.raw)}`, 'only its own API has this block');
    const { type: _, ...part } = restored(carried);
    this.#emit(part);
  }

  #end(): void {
    const block = this.#block;
    const seal = this.#seal;
    this.#block = undefined;
    this.#seal = undefined;
    if (block?.type === 'tool-call') this.#emit({ ...this.#call(block), ...signature(seal) });
    else if (seal === undefined) return;
    // The words are out already: what signs them follows as an empty text, as the API's own streams have it.
    else if (block?.type === 'text') this.#emit({ text: '', ...signature(seal) });
    else if (block?.type === 'thinking')
      this.#emit({ text: '', thought: true, ...signature(seal), ...(block.redacted === true && redactedMark) });
  }

  /** Arguments that were cut off or never were an object cannot stand as they are; they are wrapped, and it is said. */
  #call(block: Extract<Block, { type: 'tool-call' }>): WireObject {
    const { id, name, form } = block;
    const text = this.#args.trim();
    const isRead = form !== 'freeform' && objectIn(text) !== undefined;
    if (text !== '' && !isRead && form !== 'freeform')
      this.#context.notes.dropped(
        'args',
        "the model's arguments are not a JSON object; they are given as INVALID_JSON",
      );
    const wrapped = form === 'freeform' ? { input: this.#args } : { INVALID_JSON: this.#args };
    const args = isRead ? new RawJson(text) : text === '' && form !== 'freeform' ? {} : wrapped;
    return { functionCall: { id, name, args } };
  }
}

/** What stands beside the candidates, in a whole answer and in every chunk. */
export function answerTail({ model, requestId }: AnswerContext): WireObject {
  return { modelVersion: model, responseId: requestId.replace(/^req_/, '') };
}
