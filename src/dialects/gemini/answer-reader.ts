/**
 * Reads an answer into neutral events: the chunks of a stream, or a whole answer as one large chunk. Parts of one text
 * run together; a signed part stays a block of its own, or its signature would cover the others.
 */
import type { Block, ChatEvent, Emit, Seal } from '../../llm/chat.ts';
import type { LlmError } from '../../llm/error.ts';
import { unpackSeal } from '../../llm/seal.ts';
import type { JsonObject } from '../dialect.ts';
import { isObject, rawText } from '../wire-object.ts';
import { blockedPrompt, isPlainReason, malformedError, stopOf } from './finish.ts';
import { answerCitations } from './grounding.ts';
import { newCallId } from './ids.ts';
import { readFile, readInline } from './media.ts';
import { PartialArgs } from './partial-args.ts';
import { opaquePart } from './parts.ts';
import { readUsage } from './usage.ts';
import { dialectId } from './wire.ts';

export class AnswerReader {
  readonly #emit: Emit<ChatEvent>;
  #started = false;
  #over = false;
  #next = 0;
  #open: 'text' | 'thinking' | 'tool-call' | undefined;
  /** Of the open call, where its arguments come in pieces. */
  #args: PartialArgs | undefined;
  #hasCall = false;
  #finish: string | undefined;
  #isBlocked = false;
  #isCited = false;
  /** What the whole answer says of itself, later words over earlier ones. */
  #about: Record<string, unknown> = {};

  constructor(emit: Emit<ChatEvent>) {
    this.#emit = emit;
  }

  get over(): boolean {
    return this.#over;
  }

  /** The provider has said why it ended. */
  get finished(): boolean {
    return this.#finish !== undefined || this.#isBlocked;
  }

  get hasBlocks(): boolean {
    return this.#next > 0;
  }

  chunk(body: JsonObject): void {
    if (this.#over) return;
    const counted = readUsage(body);
    if (counted !== undefined) {
      const flags = counted.flags.length > 0 ? { flags: counted.flags } : {};
      this.#emit({ type: 'usage', usage: counted.usage, ...flags });
    }
    this.#start(body);
    this.#blocked(body);
    for (const candidate of Array.isArray(body.candidates) ? body.candidates : []) {
      // Several answers are only asked for by callers of this dialect, and then relayed.
      if (isObject(candidate) && (candidate.index ?? 0) === 0) this.#candidate(candidate);
    }
  }

  /** The answer is whole as far as the provider is concerned. */
  end(): void {
    if (this.#over) return;
    const error = malformedError(this.#finish, this.#about.finishMessage);
    if (error !== undefined) return this.fail(error);
    this.#cite();
    this.#close();
    const stop = this.#isBlocked ? 'refusal' : stopOf(this.#finish, this.#hasCall);
    const carried = this.#carried();
    this.#over = true;
    this.#emit({ type: 'end', stop, ...(carried && { carried: { dialect: dialectId, raw: carried } }) });
  }

  fail(error: LlmError): void {
    if (this.#over) return;
    this.#over = true;
    this.#emit({ type: 'error', error });
  }

  #start(body: JsonObject): void {
    if (this.#started) return;
    this.#started = true;
    this.#emit({ type: 'start', id: textOf(body.responseId), model: textOf(body.modelVersion) });
  }

  #blocked(body: JsonObject): void {
    if (isObject(body.promptFeedback)) this.#about.promptFeedback = body.promptFeedback;
    const blocked = blockedPrompt(body);
    if (blocked === undefined || this.#isBlocked) return;
    this.#isBlocked = true;
    this.#close();
    // For other APIs only: this one's own callers read the reason where it stands.
    this.#whole({ type: 'refusal', text: '', carried: { dialect: dialectId, raw: {} } }, blocked.words);
  }

  #candidate({ content, finishReason, ...rest }: JsonObject): void {
    for (const [name, value] of Object.entries(rest)) {
      const says = value !== null && !telemetry.includes(name) && !(isObject(value) && Object.keys(value).length === 0);
      if (says) this.#about[name] = value;
    }
    for (const part of isObject(content) && Array.isArray(content.parts) ? content.parts : []) {
      if (isObject(part) && !this.#over) this.#part(part);
    }
    if (typeof finishReason === 'string' && finishReason !== 'FINISH_REASON_UNSPECIFIED') this.#finish ??= finishReason;
  }

  #part(part: JsonObject): void {
    if (isObject(part.functionCall)) return this.#call(part.functionCall, sealOf(part));
    const text = textField(part);
    if (text !== undefined) return this.#text(part.thought === true ? 'thinking' : 'text', text, sealOf(part));
    this.#close();
    this.#whole(isObject(part.inlineData) || isObject(part.fileData) ? mediaOf(part) : opaquePart(part), '');
  }

  #text(type: 'text' | 'thinking', text: string, seal: Seal | undefined): void {
    if (seal !== undefined) {
      if (text === '') this.#cite();
      this.#close();
      return this.#whole({ type, text: '' }, text, seal);
    }
    if (text === '') return;
    if (this.#open !== type) {
      this.#close();
      this.#begin(type, { type, text: '' });
    }
    this.#emit({ type: 'block-delta', index: this.#next - 1, delta: text });
  }

  #call(call: JsonObject, seal: Seal | undefined): void {
    // Without a name it goes on with the call that is open.
    if (textOf(call.name) === '') {
      this.#args?.push(call.partialArgs);
      if (call.willContinue !== true && this.#open === 'tool-call') this.#close();
      return;
    }
    this.#close();
    this.#hasCall = true;
    const id = textOf(call.id) === '' ? newCallId() : textOf(call.id);
    const block = { type: 'tool-call', id, name: textOf(call.name), args: '' } as const;
    const args = call.args === undefined || call.args === null ? '{}' : rawText(call.args);
    if (call.willContinue !== true && call.partialArgs === undefined) {
      return this.#whole(block, args.trim() === '{}' ? '' : args, seal);
    }
    this.#begin('tool-call', block);
    if (seal !== undefined) this.#emit({ type: 'block-seal', index: this.#next - 1, seal });
    this.#args = new PartialArgs();
    this.#args.push(call.partialArgs);
    if (call.willContinue !== true) this.#close();
  }

  #begin(open: 'text' | 'thinking' | 'tool-call', block: Block): void {
    this.#open = open;
    this.#emit({ type: 'block-start', index: this.#next++, block });
  }

  #whole(block: Block, text: string, seal?: Seal): void {
    const index = this.#next++;
    this.#emit({ type: 'block-start', index, block });
    if (text !== '') this.#emit({ type: 'block-delta', index, delta: text });
    if (block.type === 'text' && text !== '') this.#citeIn(index);
    if (seal !== undefined) this.#emit({ type: 'block-seal', index, seal });
    this.#emit({ type: 'block-end', index });
  }

  /** Sources of the answer, as citations in its last text: other APIs know them nowhere else. */
  #cite(): void {
    if (this.#open === 'text') this.#citeIn(this.#next - 1);
  }

  #citeIn(index: number): void {
    if (this.#isCited) return;
    for (const raw of answerCitations(this.#about)) {
      this.#isCited = true;
      this.#emit({ type: 'block-carried', index, carried: { dialect: dialectId, raw } });
    }
  }

  #close(): void {
    if (this.#open === undefined) return;
    const args = this.#args?.toJson() ?? '{}';
    if (args !== '{}') this.#emit({ type: 'block-delta', index: this.#next - 1, delta: args });
    this.#args = undefined;
    this.#open = undefined;
    this.#emit({ type: 'block-end', index: this.#next - 1 });
  }

  #carried(): Record<string, unknown> | undefined {
    const { finishMessage, ...rest } = this.#about;
    const reason = this.#finish;
    const own = reason !== undefined && !isPlainReason(reason) ? { finishReason: reason, finishMessage } : {};
    const raw = Object.fromEntries(Object.entries({ ...rest, ...own }).filter(([, value]) => value !== undefined));
    return Object.keys(raw).length === 0 ? undefined : raw;
  }
}

/** What the API tells of the making of an answer, and that no other has a word for: nothing that was asked for. */
const telemetry = ['index', 'avgLogprobs', 'tokenCount', 'safetyRatings'];

function textField(part: JsonObject): string | undefined {
  if (typeof part.text === 'string') return part.text;
  // A signature alone: an empty text that is signed.
  const keys = Object.keys(part).filter((key) => key !== 'thought');
  return keys.length === 1 && keys[0] === 'thoughtSignature' ? '' : undefined;
}

function mediaOf(part: JsonObject): Block {
  const seal = sealOf(part);
  try {
    const media = isObject(part.inlineData) ? readInline(part.inlineData, '') : readFile(part.fileData, '');
    return { ...media, ...(seal && { seal }) };
  } catch {
    return opaquePart(part);
  }
}

function sealOf({ thoughtSignature: value }: JsonObject): Seal | undefined {
  return typeof value === 'string' && value !== '' ? unpackSeal(value, dialectId) : undefined;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
