/**
 * Writes a streamed answer: message_start, blocks strictly one after the other, message_delta, message_stop. A failure is
 * one `error` event and nothing after it. https://platform.claude.com/docs/en/build-with-claude/streaming
 */
import { oneLine, RawJson, stringifyJson } from '../../lib/json.ts';
import type { Block, ChatEvent, Emit } from '../../llm/chat.ts';
import type { Usage } from '../../llm/usage.ts';
import type { AnswerContext, StreamRenderer } from '../dialect.ts';
import { isObject, type WireObject } from '../wire-object.ts';
import { blockStart, messageId, sealText, startText } from './answer-blocks.ts';
import { answerEnd } from './answer-end.ts';
import { renderStreamError } from './error.ts';
import { renderUsage } from './usage.ts';
import { dialectId, withRaw } from './wire.ts';

/** Fields of `message_delta` that stand in its `delta`; every other field of the message stands beside it. */
const deltaFields = ['stop_details', 'container'];

export class MessageStreamRenderer implements StreamRenderer {
  readonly #write: Emit<string>;
  readonly #context: AnswerContext;
  #usage: Partial<Usage> = {};
  #next = 0;
  /** The open block; undefined also while a block is open that the caller is not shown. */
  #block: Block | undefined;
  #seal = '';
  /** The start of a text that has no words yet. */
  #held: WireObject | undefined;
  #outputCharacters = 0;
  #hasCall = false;
  #isOver = false;

  constructor(write: Emit<string>, context: AnswerContext) {
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
        return this.#start();
      case 'block-start':
        return this.#startBlock(event.block);
      case 'block-delta':
        return this.#delta(event.delta);
      case 'block-seal':
        this.#seal = sealText(event.seal);
        return;
      case 'block-carried':
        return this.#carried(event.carried);
      case 'block-end':
        return this.#endBlock();
      case 'end':
        return this.#end(event);
      case 'error':
        this.#isOver = true;
        this.#write(renderStreamError(event.error, this.#context.requestId));
    }
  }

  #start(): void {
    this.#send('message_start', {
      message: {
        id: messageId(this.#context.requestId),
        type: 'message',
        role: 'assistant',
        model: this.#context.model,
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: renderUsage(this.#usage, this.#context.inputTokensEstimate, 0),
      },
    });
  }

  #startBlock(block: Block): void {
    const place = { requestId: this.#context.requestId, index: this.#next };
    const wire = blockStart(block, place, this.#context.notes);
    this.#block = wire === undefined ? undefined : block;
    if (wire === undefined) return;
    this.#seal = block.type === 'thinking' && !block.redacted ? sealText(block.seal) : '';
    if (block.type === 'tool-call') this.#hasCall = true;
    // A server tool's input may have come whole; in a stream it comes as a piece.
    const input = block.type === 'opaque' && wire.input instanceof RawJson ? wire.input.text : '{}';
    const start = input === '{}' ? wire : { ...wire, input: {} };
    // A text may stay empty (other dialects sign one to end with): this API refuses such a block when it comes back.
    if (wire.type === 'text') this.#held = start;
    else this.#send('content_block_start', { index: this.#next, content_block: start });
    if (input !== '{}') this.#piece(`"input_json_delta","partial_json":${JSON.stringify(input)}`);
    const text = startText(block);
    if (text !== '') this.#delta(text);
  }

  #delta(text: string): void {
    const type = this.#block?.type;
    if (type === undefined) return;
    this.#startText();
    this.#outputCharacters += text.length;
    if (type === 'tool-call') this.#piece(`"input_json_delta","partial_json":${JSON.stringify(text)}`);
    else if (type === 'thinking') this.#piece(`"thinking_delta","thinking":${JSON.stringify(text)}`);
    else this.#piece(`"text_delta","text":${JSON.stringify(text)}`);
  }

  #startText(): void {
    if (this.#held === undefined) return;
    this.#send('content_block_start', { index: this.#next, content_block: this.#held });
    this.#held = undefined;
  }

  /** Written by hand: this runs for every piece of every stream. `delta` is its type and fields, as JSON text. */
  #piece(delta: string): void {
    const data = `{"type":"content_block_delta","index":${this.#next},"delta":{"type":${delta}}}`;
    this.#write(`event: content_block_delta\ndata: ${data}\n\n`);
  }

  #carried(carried: { dialect: string; raw: unknown }): void {
    if (this.#block === undefined) return;
    if (carried.dialect === dialectId && isObject(carried.raw)) {
      this.#startText();
      this.#send('content_block_delta', { index: this.#next, delta: withRaw(carried.raw) });
    } else {
      this.#context.notes.dropped('annotations', "a citation of another API cannot be given in this one's form");
    }
  }

  #endBlock(): void {
    if (this.#block === undefined) return;
    if (this.#block.type === 'thinking' && this.#seal !== '') {
      this.#send('content_block_delta', {
        index: this.#next,
        delta: { type: 'signature_delta', signature: this.#seal },
      });
    }
    if (this.#held === undefined) {
      this.#send('content_block_stop', { index: this.#next });
      this.#next++;
    }
    this.#held = undefined;
    this.#block = undefined;
    this.#seal = '';
  }

  #end(event: Extract<ChatEvent, { type: 'end' }>): void {
    this.#isOver = true;
    const { stop_reason, stop_sequence, fields, usage } = answerEnd(event, this.#hasCall, this.#context.notes);
    const inDelta = Object.fromEntries(Object.entries(fields).filter(([key]) => deltaFields.includes(key)));
    const beside = Object.fromEntries(Object.entries(fields).filter(([key]) => !deltaFields.includes(key)));
    this.#send('message_delta', {
      delta: { stop_reason, stop_sequence, ...inDelta },
      usage: { ...this.#counts(), ...usage },
      ...beside,
    });
    this.#send('message_stop', {});
  }

  #counts(): WireObject {
    return renderUsage(this.#usage, this.#context.inputTokensEstimate, this.#outputCharacters);
  }

  /** What is carried may be called `type` too, and must not rename the event. */
  #send(type: string, { type: _, ...fields }: WireObject): void {
    this.#write(`event: ${type}\ndata: ${oneLine(stringifyJson({ type, ...fields }))}\n\n`);
  }
}
