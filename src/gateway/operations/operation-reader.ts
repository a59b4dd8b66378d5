/**
 * Readers of an operation's answer. Whole JSON is gathered, looked at and sent as it came (or translated); a stream of
 * events passes frame by frame; sound and plain text pass as bytes.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { JsonObject } from '../../dialects/dialect.ts';
import { type JsonScan, readField, scanJson, stringifyJson } from '../../lib/json.ts';
import { SseParser } from '../../lib/sse.ts';
import { type LlmError, LlmFailure } from '../../llm/error.ts';
import { estimateTokens } from '../../llm/estimate.ts';
import type { ModelOperation } from '../../operations/operation.ts';
import { isObject } from '../../operations/usage-readers.ts';
import { type AnswerHost, type AnswerReader, cutShort } from '../answer/answer.ts';
import { EventTally, type Tally } from '../answer/tally.ts';
import type { OperationPlan } from './operation-plan.ts';

/** Chooses by what the provider says the answer is, and by its first byte. */
export class OperationReader implements AnswerReader {
  readonly #facts: ReaderFacts;
  #reader: AnswerReader | undefined;

  constructor(facts: ReaderFacts) {
    this.#facts = facts;
  }

  get tally(): Tally {
    return this.#reader?.tally ?? nothingYet;
  }

  push(chunk: Buffer): void {
    this.#reader ??= this.#choose(chunk);
    this.#reader.push(chunk);
  }

  end(): void {
    if (this.#reader === undefined) this.#facts.host.fail(cutShort('empty body'));
    else this.#reader.end();
  }

  broken(why: string): void {
    if (this.#reader === undefined) this.#facts.host.fail(cutShort(why));
    else this.#reader.broken(why);
  }

  #choose(chunk: Buffer): AnswerReader {
    const { headers, operation } = this.#facts;
    const type = (headers['content-type'] ?? '').toLowerCase();
    if (type.startsWith('text/event-stream')) return new EventReader(this.#facts);
    const first = chunk.find((byte) => byte > SPACE);
    if (operation.answer === 'any' && !type.includes('json') && first !== OPEN_BRACE)
      return new BytesReader(this.#facts);
    return new WholeReader(this.#facts);
  }
}

export interface ReaderFacts {
  readonly operation: ModelOperation;
  readonly plan: OperationPlan;
  readonly headers: IncomingHttpHeaders;
  readonly host: AnswerHost;
  readonly wholeBytesMax: number;
  readonly model: string;
}

const SPACE = 32;
const OPEN_BRACE = 123;
const nothingYet = new EventTally();

class WholeReader implements AnswerReader {
  tally: Tally = nothingYet;
  readonly #facts: ReaderFacts;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(facts: ReaderFacts) {
    this.#facts = facts;
  }

  push(chunk: Buffer): void {
    const { host, wholeBytesMax } = this.#facts;
    this.#bytes += chunk.length;
    if (this.#bytes <= wholeBytesMax) return void this.#chunks.push(chunk);
    host.fail({
      kind: 'upstream',
      message: `The provider's answer is larger than ${wholeBytesMax} bytes (server.limits.answerBytesMax).`,
      code: 'answer_too_large',
    });
  }

  end(): void {
    const { host, operation, plan, model } = this.#facts;
    const bytes = this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks);
    try {
      const body = parseObject(bytes);
      const { translation } = plan;
      const answer = translation === undefined ? body : translation.by.answer(body, translation.asked, model);
      const error = operation.checkAnswer(answer);
      if (error !== undefined) return host.fail(error);
      const read = translation === undefined ? operation.readUsage(body) : translation.by.readUsage(body);
      this.tally = {
        usage: read?.usage,
        usageFlags: read?.flags ?? [],
        outputTokensSeen: read?.usage.output ? 0 : textTokens(body),
        complete: true,
      };
      host.showWhole(translation === undefined ? bytes : stringifyJson(answer), this.tally);
      host.complete();
    } catch (error) {
      host.fail(error instanceof LlmFailure ? error.error : notJson);
    }
  }

  broken(why: string): void {
    this.#facts.host.fail(cutShort(why));
  }
}

const notJson: LlmError = {
  kind: 'upstream',
  message: "The provider's answer is not the JSON that it should be.",
  code: 'upstream_answer',
};

/** What an answer says in words: of a transcript, and of the completions of a model without a chat. */
function textTokens(body: JsonObject): number {
  const choices = Array.isArray(body.choices) ? body.choices.filter(isObject).map(({ text }) => text) : [];
  return [body.text, ...choices].reduce(
    (sum: number, text) => sum + (typeof text === 'string' ? estimateTokens(text) : 0),
    0,
  );
}

function parseObject(bytes: Buffer): JsonObject {
  const value: unknown = JSON.parse(bytes.toString('utf8'));
  if (!isObject(value)) throw new SyntaxError('not a JSON object');
  return value;
}

/** Sound, subtitles, plain text: nothing to look at, so the length is all that can tell a broken answer from a whole one. */
class BytesReader implements AnswerReader {
  readonly tally = new EventTally();
  readonly #host: AnswerHost;
  #bytes = 0;

  constructor({ host }: ReaderFacts) {
    this.#host = host;
  }

  push(chunk: Buffer): void {
    this.#bytes += chunk.length;
    this.#host.show(chunk);
  }

  end(): void {
    if (this.#bytes === 0) return this.#host.fail(cutShort('empty body'));
    this.tally.complete = true;
    this.#host.complete();
  }

  broken(why: string): void {
    this.#host.fail(cutShort(why));
  }
}

/** The last event of a stream; a completion's has no name, and ends in `[DONE]`. */
const lastEvents = /\.(completed|done)$/;

/** Events of any of OpenAI's streams: pictures as they grow, speech in pieces, transcripts, completions. */
class EventReader implements AnswerReader {
  readonly tally = new EventTally();
  readonly #facts: ReaderFacts;
  readonly #frames: SseParser;
  #pieces: Buffer[] = [];
  #over = false;

  constructor(facts: ReaderFacts) {
    this.#facts = facts;
    this.#frames = new SseParser((_event, data, raw) => this.#frame(data, raw));
  }

  push(chunk: Buffer): void {
    if (this.#over) return;
    try {
      this.#frames.push(chunk);
    } catch (error) {
      return this.#fail(cutShort(String(error)));
    }
    this.#flush();
  }

  end(): void {
    if (this.#over) return;
    // A frame without its blank line was cut: it is read for its usage, and not shown.
    if (!this.tally.complete) return this.#fail(cutShort('end of body'));
    this.#over = true;
    this.#flush();
    this.#facts.host.complete();
  }

  broken(why: string): void {
    if (this.#over) return;
    if (this.tally.complete) return this.end();
    this.#fail(cutShort(why));
  }

  #frame(data: Buffer | undefined, raw: Buffer): void {
    if (this.#over) return;
    if (data === undefined || data.length === 0) return void this.#pieces.push(raw);
    if (data.toString('latin1', 0, 8).trim() === '[DONE]') {
      this.tally.complete = true;
      return void this.#pieces.push(raw);
    }
    const scan = tryScan(data);
    if (scan === undefined) return void this.#pieces.push(raw);
    const has = (name: string) => scan.fields.some((field) => field.name === name);
    const type = has('type') ? readField(scan, 'type') : undefined;
    if (type === 'error' || (has('error') && !isNull(scan, 'error'))) return this.#providerFailed(data, raw);
    const usageOnly = this.#read(scan, has('usage'));
    if (typeof type === 'string' && lastEvents.test(type)) this.tally.complete = true;
    if (usageOnly && this.#facts.plan.withholdUsage) return;
    this.#pieces.push(raw);
  }

  /** Only small fields are parsed: the rest of a frame may be a picture. True: the frame has nothing else. */
  #read(scan: JsonScan, hasUsage: boolean): boolean {
    const body: Record<string, unknown> = {};
    for (const name of ['usage', 'choices']) {
      if (scan.fields.some((field) => field.name === name)) body[name] = readField(scan, name);
    }
    const { choices } = body;
    if (Array.isArray(choices)) {
      for (const choice of choices) {
        if (!isObject(choice)) continue;
        if (typeof choice.text === 'string') this.tally.addOutput(choice.text);
        if (choice.finish_reason) this.tally.complete = true;
      }
    }
    if (!hasUsage || !isObject(body.usage)) return false;
    const read = this.#facts.operation.readUsage({ usage: body.usage });
    if (read !== undefined) this.tally.addUsage(read.usage, read.flags);
    return Array.isArray(choices) && choices.length === 0;
  }

  /** Before anything was shown, another may be asked; after that, the frame itself is the form of failure. */
  #providerFailed(data: Buffer, raw: Buffer): void {
    const { host, operation } = this.#facts;
    this.#flush();
    this.#over = true;
    const error = operation.voice.parseError(502, {}, data.toString('utf8'));
    const mayBeShown = !host.quotesCredential(raw);
    if (mayBeShown && this.#shown) host.show(raw);
    host.fail(error, mayBeShown && this.#shown);
  }

  #shown = false;

  #flush(): void {
    if (this.#pieces.length === 0) return;
    const pieces = this.#pieces;
    this.#pieces = [];
    this.#shown = true;
    this.#facts.host.show(pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces));
  }

  #fail(error: LlmError): void {
    this.#flush();
    this.#over = true;
    this.#facts.host.fail(error);
  }
}

function tryScan(data: Buffer): JsonScan | undefined {
  try {
    return scanJson(data);
  } catch {
    return undefined;
  }
}

function isNull(scan: JsonScan, name: string): boolean {
  return readField(scan, name) === null;
}
