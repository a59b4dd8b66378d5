/**
 * Reads an answer into neutral events: the deltas of a stream, or a whole message as one large delta. Infers the blocks
 * that this wire does not have, and refuses what makes no sense as an `error` event.
 */
import type { ChatEvent, Emit, StopReason } from '../../llm/chat.ts';
import type { LlmError } from '../../llm/error.ts';
import { BlockWriter } from './block-writer.ts';
import { CallReader } from './call-reader.ts';
import { thinkingText } from './parts.ts';
import { detailSeal, detailText, detailToBlock } from './reasoning.ts';
import { type Fields, isFields } from './shape.ts';
import { findUsage } from './usage.ts';
import { dialectId, leftover } from './wire.ts';

export class AnswerReader {
  readonly #emit: Emit<ChatEvent>;
  readonly #blocks: BlockWriter;
  readonly #calls: CallReader;
  /** The sealed entry that the open thinking block belongs to, pieces merged; undefined for plain text. */
  #detail: Fields | undefined;
  /** Text of the open thinking block that came as plain text. */
  #plainText = '';
  /** All thinking that came as plain text, and how much of it sealed entries have repeated so far. */
  #plainTexts = '';
  #repeatedLength = 0;
  #started = false;
  #refused = false;
  #finish: string | undefined;
  #stopSequence: string | undefined;
  /** What the whole answer rests on, where its vendor says so beside the choices (Perplexity). */
  #sources: Fields = {};
  /** An `end` or an `error` was emitted. */
  #over = false;
  #usageSeen = false;

  constructor(emit: Emit<ChatEvent>) {
    // Nothing follows an error, even where it is found in the middle of a delta.
    this.#emit = (event) => {
      if (!this.#over) emit(event);
    };
    this.#blocks = new BlockWriter(this.#emit);
    this.#calls = new CallReader(this.#blocks);
  }

  get over(): boolean {
    return this.#over;
  }

  get finished(): boolean {
    return this.#finish !== undefined;
  }

  get usageSeen(): boolean {
    return this.#usageSeen;
  }

  get hasBlocks(): boolean {
    return this.#blocks.count > 0 || this.#calls.count > 0;
  }

  usage(body: Fields): void {
    const reading = findUsage(body);
    if (reading === undefined) return;
    this.#usageSeen = true;
    const flags = reading.flags.length > 0 ? { flags: reading.flags } : {};
    this.#emit({ type: 'usage', usage: reading.usage, ...flags });
  }

  /** A choice of the chunk or body `source`: what it adds, and whether it ends here. */
  choice(source: Fields, choice: Fields): void {
    this.#start(source);
    const { citations = this.#sources.citations, search_results = this.#sources.search_results } = source;
    this.#sources = { citations, search_results };
    const said = choice.delta ?? choice.message;
    if (isFields(said)) this.#delta(said);
    if (typeof choice.finish_reason !== 'string' || choice.finish_reason === '') return;
    // Some repeat it on the usage chunk: the first one counts.
    this.#finish ??= choice.finish_reason;
    // vLLM names the stop string that was met.
    if (typeof choice.stop_reason === 'string') this.#stopSequence = choice.stop_reason;
  }

  /** The answer is whole as far as the provider is concerned. */
  end(): void {
    if (this.#over) return;
    if (this.#finish === 'error')
      return this.fail({ kind: 'upstream', message: 'The provider broke off with an error.' });
    this.#closeText();
    const fault = this.#calls.finish();
    if (fault !== undefined) return this.#failOn(fault);
    const stop = this.#stop();
    const sequence = stop === 'stop-sequence' ? { stopSequence: this.#stopSequence } : {};
    // A reason that is not known yet ends the answer like any other; its own word is carried.
    const unknown = this.#finish === undefined || stops.has(this.#finish) ? {} : { finish_reason: this.#finish };
    const carried = leftover({ ...this.#sources, ...unknown }, []);
    this.#emit({ type: 'end', stop, ...sequence, ...(carried && { carried }) });
    this.#over = true;
  }

  fail(error: LlmError): void {
    this.#emit({ type: 'error', error });
    this.#over = true;
  }

  #failOn(fault: string): void {
    this.fail({ kind: 'upstream', message: `The provider's answer makes no sense: ${fault}.` });
  }

  #start(source: Fields): void {
    if (this.#started) return;
    this.#started = true;
    const id = typeof source.id === 'string' ? source.id : '';
    this.#emit({ type: 'start', id, model: typeof source.model === 'string' ? source.model : '' });
  }

  #delta(delta: Fields): void {
    this.#reasoning(delta);
    if (typeof delta.content === 'string') this.#text('text', delta.content);
    else if (Array.isArray(delta.content)) for (const part of delta.content) this.#part(part);
    if (typeof delta.refusal === 'string' && delta.refusal !== '') {
      this.#refused = true;
      this.#text('refusal', delta.refusal);
    }
    this.#annotations(delta.annotations);
    const calls = Array.isArray(delta.tool_calls) ? delta.tool_calls : [];
    for (const call of isFields(delta.function_call) ? [{ index: -1, function: delta.function_call }] : calls) {
      this.#call(call);
    }
    if (isFields(delta.audio) && typeof delta.audio.data === 'string') this.#audio(delta.audio);
  }

  /** Content as an array: text, and reasoning as parts. */
  #part(part: unknown): void {
    if (!isFields(part)) return;
    if (part.type === 'thinking') this.#thinking(thinkingText(part));
    else if (typeof part.text === 'string') this.#text('text', part.text);
  }

  #text(type: 'text' | 'refusal', piece: string): void {
    if (piece === '') return;
    this.#closeBefore(type);
    if (!this.#blocks.isOpen(type)) this.#blocks.open(type, { type, text: '' });
    this.#blocks.delta(piece);
  }

  #reasoning(delta: Fields): void {
    const plain = [delta.reasoning_content, delta.reasoning].find((text) => typeof text === 'string' && text !== '');
    const details = Array.isArray(delta.reasoning_details) ? delta.reasoning_details.filter(isFields) : [];
    // Where both carry the text they repeat each other.
    const isTold = details.some((detail) => detailText(detail) !== '');
    if (typeof plain === 'string' && !isTold) this.#thinking(plain);
    for (const detail of details) this.#detailed(detail);
  }

  #thinking(piece: string): void {
    if (piece === '') return;
    this.#closeBefore('thinking');
    if (!this.#blocks.isOpen('thinking')) this.#blocks.open('thinking', { type: 'thinking', text: '' });
    this.#plainText += piece;
    this.#plainTexts += piece;
    this.#blocks.delta(piece);
  }

  #detailed(detail: Fields): void {
    if (detail.type === 'reasoning.encrypted') {
      this.#closeBefore('');
      this.#blocks.open('encrypted', detailToBlock(detail));
      this.#blocks.close();
      return;
    }
    const text = detailText(detail);
    // The plain text that has just been streamed, now whole and sealed; or only its signature.
    const isRepeated = this.#isRepeated(text);
    if (this.#blocks.isOpen('thinking') && (text === '' || text === this.#plainText)) {
      this.#detail = merged(this.#detail, detail);
      // Nothing can be added to what is sealed: more thinking is another block.
      if (text !== '' || typeof detail.signature === 'string') this.#closeText();
      return;
    }
    // What was told is not told again; its block is over, and so is the time for its seal.
    if (isRepeated) return;
    if (text === '' && typeof detail.signature !== 'string' && this.#detail === undefined) return;
    const key = `detail:${detail.type}:${detail.index}`;
    this.#closeBefore(key);
    if (!this.#blocks.isOpen(key)) this.#blocks.open(key, { type: 'thinking', text: '' });
    this.#detail = merged(this.#detail, detail);
    this.#blocks.delta(text);
  }

  /** Some (this gateway too) seal at the end of the answer, entry by entry, what they streamed as plain text before. */
  #isRepeated(text: string): boolean {
    if (text === '' || !this.#plainTexts.startsWith(text, this.#repeatedLength)) return false;
    this.#repeatedLength += text.length;
    return true;
  }

  #annotations(annotations: unknown): void {
    if (!Array.isArray(annotations) || !this.#blocks.isOpen('text')) return;
    for (const raw of annotations) this.#blocks.carried({ dialect: dialectId, raw });
  }

  #call(call: unknown): void {
    this.#closeText();
    const fault = this.#calls.push(call);
    if (fault !== undefined) this.#failOn(fault);
  }

  /** Sound comes whole, and only for callers of this dialect. */
  #audio(audio: Fields): void {
    this.#closeBefore('');
    const carried = leftover({ audio }, []);
    if (carried !== undefined) this.#blocks.open('audio', { type: 'opaque', carried });
    this.#blocks.close();
  }

  /** Closes whatever is open unless it is the block of this key. */
  #closeBefore(key: string): void {
    if (key !== '' && this.#blocks.isOpen(key)) return;
    const fault = this.#calls.finish();
    if (fault !== undefined) this.#failOn(fault);
    this.#closeText();
  }

  /** Closes an open block of text or thinking; an open call stays. */
  #closeText(): void {
    if (!this.#blocks.isAnyOpen || this.#blocks.isCallOpen) return;
    if (this.#detail !== undefined) this.#blocks.seal(detailSeal(this.#detail));
    this.#detail = undefined;
    this.#plainText = '';
    this.#blocks.close();
  }

  #stop(): StopReason {
    const reason = stops.get(this.#finish ?? 'stop') ?? 'end';
    if (reason === 'end' || reason === 'tool-call') {
      if (this.#refused) return 'refusal';
      // Some say stop with calls, and some say tool_calls without one.
      if (this.#calls.count > 0) return 'tool-call';
      return this.#stopSequence === undefined ? 'end' : 'stop-sequence';
    }
    return reason;
  }
}

/** Words beside OpenAI's five are on record from compatible servers; an unknown one means that the answer ended. */
const stops: ReadonlyMap<string, StopReason> = new Map([
  ['stop', 'end'],
  ['eos', 'end'],
  ['eos_token', 'end'],
  ['length', 'length'],
  ['max_tokens', 'length'],
  ['model_length', 'length'],
  ['tool_calls', 'tool-call'],
  ['function_call', 'tool-call'],
  ['content_filter', 'refusal'],
  ['sensitive', 'refusal'],
  ['refusal', 'refusal'],
]);

/** Pieces of one entry come in several deltas: later fields are added, the text is the block's. */
function merged(before: Fields | undefined, detail: Fields): Fields {
  const { text: _text, summary: _summary, ...rest } = detail;
  return { ...before, ...rest };
}
