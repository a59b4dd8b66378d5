/**
 * Writes a streamed answer: messageStart, blocks strictly one after the other (only a call has a start), messageStop,
 * metadata. A failure is one exception and nothing after it.
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html
 */
import { stringifyJson } from '../../lib/json.ts';
import type { Block, Carried, ChatEvent, Emit } from '../../llm/chat.ts';
import type { Usage } from '../../llm/usage.ts';
import type { AnswerContext, StreamRenderer } from '../dialect.ts';
import { isObject, type WireObject } from '../wire-object.ts';
import { answerEnd, callId, isShown, metricsOf, noteCitation, startText } from './answer-blocks.ts';
import { renderStreamError } from './error.ts';
import { eventMessage } from './framing.ts';
import { writeRedacted, writeSignature } from './seals.ts';
import { renderUsage } from './usage.ts';
import { dialectId, restored, withRaw } from './wire.ts';

/** Fields that stand in `messageStop`; every other field of the answer stands in `metadata`. */
const stopFields = ['additionalModelResponseFields'];

export class ConverseStreamRenderer implements StreamRenderer {
  readonly #write: Emit<Buffer>;
  readonly #context: AnswerContext;
  #usage: Partial<Usage> = {};
  #next = 0;
  /** The open block; undefined also while a block is open that the caller is not shown. */
  #block: Block | undefined;
  #signature = '';
  /** Whether the open block has a piece: a text or a thinking without any is no block to a reader. */
  #hasPiece = false;
  #outputCharacters = 0;
  #hasCall = false;
  #isOver = false;

  constructor(write: Emit<Buffer>, context: AnswerContext) {
    this.#write = write;
    this.#context = context;
  }

  push(event: ChatEvent): void {
    if (this.#isOver) return;
    switch (event.type) {
      case 'usage':
        this.#usage = { ...this.#usage, ...event.usage };
        return;
      case 'start':
        return this.#send('messageStart', { role: 'assistant' });
      case 'block-start':
        return this.#startBlock(event.block);
      case 'block-delta':
        return this.#delta(event.delta);
      case 'block-seal':
        // Only reasoning has a signature; on any other block it would make the block a reasoning one.
        if (this.#block?.type === 'thinking') this.#signature = writeSignature(event.seal);
        return;
      case 'block-carried':
        return this.#carried(event.carried);
      case 'block-end':
        return this.#endBlock();
      case 'end':
        return this.#end(event);
      case 'error':
        this.#isOver = true;
        this.#write(renderStreamError(event.error));
    }
  }

  #startBlock(block: Block): void {
    this.#block = isShown(block, this.#context.notes) ? block : undefined;
    if (this.#block === undefined) return;
    this.#signature = block.type === 'thinking' && !block.redacted ? writeSignature(block.seal) : '';
    this.#hasPiece = false;
    if (block.type === 'tool-call') this.#startCall(block);
    else if (block.type === 'opaque') this.#startOpaque(restored(block.carried));
    else if (block.type === 'thinking' && block.redacted) {
      this.#piece(`{"reasoningContent":{"redactedContent":${JSON.stringify(writeRedacted(block.seal))}}}`);
    }
    const text = startText(block);
    if (text !== '') this.#delta(text);
  }

  #startCall(block: Extract<Block, { type: 'tool-call' }>): void {
    this.#hasCall = true;
    const toolUseId = callId(block.id, this.#context.requestId, this.#next);
    this.#start({ toolUse: { toolUseId, name: block.name, ...restored(block.carried) } });
  }

  /** A server tool's part: as it started in a stream, or whole, when its content comes as pieces. */
  #startOpaque(part: WireObject): void {
    const { toolUse, toolResult } = part;
    if (isObject(toolUse)) {
      const { input, ...start } = toolUse;
      this.#start({ toolUse: start });
      if (input !== undefined) this.#piece(stringifyJson({ toolUse: { input: stringifyJson(input) } }));
    } else if (isObject(toolResult)) {
      const { content, ...start } = toolResult;
      this.#start({ toolResult: start });
      if (Array.isArray(content)) this.#piece(stringifyJson({ toolResult: content }));
    } else this.#start(part);
  }

  #start(start: WireObject): void {
    this.#hasPiece = true;
    this.#send('contentBlockStart', { start, contentBlockIndex: this.#next });
  }

  #delta(text: string): void {
    const type = this.#block?.type;
    if (type === undefined || text === '') return;
    this.#outputCharacters += text.length;
    const json = JSON.stringify(text);
    if (type === 'tool-call') this.#piece(`{"toolUse":{"input":${json}}}`);
    else if (type === 'thinking') this.#piece(`{"reasoningContent":{"text":${json}}}`);
    else this.#piece(`{"text":${json}}`);
  }

  /** Written by hand: this runs for every piece of every stream. `delta` is JSON text. */
  #piece(delta: string): void {
    this.#hasPiece = true;
    this.#write(eventMessage('contentBlockDelta', `{"delta":${delta},"contentBlockIndex":${this.#next}}`));
  }

  #carried(carried: Carried): void {
    if (this.#block === undefined) return;
    if (carried.dialect !== dialectId || !isObject(carried.raw)) return noteCitation(this.#context.notes);
    this.#piece(stringifyJson(withRaw(carried.raw)));
  }

  #endBlock(): void {
    if (this.#block === undefined) return;
    if (this.#signature !== '') {
      this.#piece(`{"reasoningContent":{"signature":${JSON.stringify(this.#signature)}}}`);
    }
    if (this.#hasPiece) {
      this.#send('contentBlockStop', { contentBlockIndex: this.#next });
      this.#next++;
    }
    this.#block = undefined;
    this.#signature = '';
  }

  #end(event: Extract<ChatEvent, { type: 'end' }>): void {
    this.#isOver = true;
    const { stopReason, fields, usage } = answerEnd(event, this.#hasCall, this.#context.notes);
    const inStop = Object.fromEntries(Object.entries(fields).filter(([key]) => stopFields.includes(key)));
    const beside = Object.fromEntries(Object.entries(fields).filter(([key]) => !stopFields.includes(key)));
    this.#send('messageStop', { stopReason, ...inStop });
    const counts = renderUsage(this.#usage, this.#context.inputTokensEstimate, this.#outputCharacters);
    this.#send('metadata', { usage: { ...counts, ...usage }, metrics: metricsOf(this.#context), ...beside });
  }

  #send(event: string, fields: WireObject): void {
    this.#write(eventMessage(event, stringifyJson(fields)));
  }
}
