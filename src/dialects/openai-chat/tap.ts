/**
 * Watches a relayed stream. Called for every frame, so it reads bytes by landmarks and parses JSON only for the frames
 * that count: usage, an error. A landmark like `"usage":` cannot stand inside a JSON string, where its quotes would be
 * escaped; so a match is always a key.
 */
import type { LlmError } from '../../llm/error.ts';
import { TokenEstimator } from '../../llm/estimate.ts';
import type { Usage } from '../../llm/usage.ts';
import type { FrameKind, StreamTap } from '../dialect.ts';
import { objectIn } from '../wire-object.ts';
import { readDelta } from './delta-scan.ts';
import { errorIn, readErrorObject } from './error.ts';
import type { Fields } from './shape.ts';
import { findUsage } from './usage.ts';

const QUOTE = 34;
const ZERO = 48;
const OPEN_BRACE = 123;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;

export function tap(): StreamTap {
  return new ChatTap();
}

class ChatTap implements StreamTap {
  usage: Partial<Usage> | undefined;
  readonly usageFlags: string[] = [];
  complete = false;
  stop: string | undefined;
  error: LlmError | undefined;
  readonly #estimator = new TokenEstimator();
  #hasContent = false;
  /** Answers that have begun: callers may ask for several at once (`n`). */
  #begun = 1;
  readonly #finished = new Set<number>();

  get outputTokensSeen(): number {
    return Math.ceil(this.#estimator.tokens);
  }

  frame(event: string, data: Buffer): FrameKind {
    if (data.length < 16) return this.#short(data);
    // One byte to a character: positions in the text are positions in the bytes.
    const text = data.toString('latin1');
    if (event === 'error' || hasError(text)) {
      const kind = this.#errorFrame(event, data);
      if (kind !== undefined) return kind;
    }
    const hasUsage = startsObject(text, 'usage":');
    if (hasUsage) this.#readUsage(data);
    const said = this.#readDeltas(text, data);
    const choice = choiceIndex(text);
    if (choice >= this.#begun) this.#begun = choice + 1;
    const finished = this.#readFinish(text, choice);
    if (said || finished) {
      this.#hasContent = true;
      return 'content';
    }
    return hasUsage && hasNoChoices(text) ? 'usage-only' : 'prelude';
  }

  #short(data: Buffer): FrameKind {
    if (data.toString('latin1').trim() !== '[DONE]') return 'prelude';
    if (!this.#hasContent) {
      this.error = { kind: 'upstream', message: "The provider's stream ended without an answer." };
      return 'error';
    }
    // Some say [DONE] even behind an error.
    this.complete = this.error === undefined;
    return 'end';
  }

  #errorFrame(event: string, data: Buffer): FrameKind | undefined {
    const chunk = objectIn(data);
    const isNamed = event === 'error' && (chunk === undefined || chunk.choices === undefined);
    const error = isNamed ? readErrorObject(chunk ?? data.toString('utf8')) : chunk && errorIn(chunk);
    if (error === undefined) return undefined;
    if (chunk !== undefined) this.#takeUsage(chunk);
    this.error = error;
    // A finish before the error does not make the answer whole.
    this.complete = false;
    return 'error';
  }

  #readUsage(data: Buffer): void {
    const chunk = objectIn(data);
    if (chunk !== undefined) this.#takeUsage(chunk);
  }

  #takeUsage(chunk: Fields): void {
    const reading = findUsage(chunk);
    if (reading === undefined) return;
    this.usage = { ...this.usage, ...reading.usage };
    for (const flag of reading.flags) if (!this.usageFlags.includes(flag)) this.usageFlags.push(flag);
  }

  /** Counts the text of each choice's delta. Returns whether there was anything to show. */
  #readDeltas(text: string, data: Buffer): boolean {
    let said = false;
    let at = text.indexOf('delta":');
    while (at !== -1) {
      if (text.charCodeAt(at - 1) === QUOTE && readDelta(text, at + 7, data, this.#estimator)) said = true;
      at = text.indexOf('delta":', at + 7);
    }
    return said;
  }

  #readFinish(text: string, choice: number): boolean {
    const at = valueAt(text, 'finish_reason":', QUOTE);
    if (at === -1) return false;
    this.stop = text.slice(at + 1, text.indexOf('"', at + 1));
    this.#finished.add(choice);
    this.complete = this.#finished.size >= this.#begun;
    return true;
  }
}

/** Where the value of a key starts when its first byte is `first`; -1 when the key is not there with such a value. */
function valueAt(text: string, key: string, first: number): number {
  let at = text.indexOf(key);
  while (at !== -1) {
    const value = skipSpace(text, at + key.length);
    if (text.charCodeAt(value) === first && text.charCodeAt(at - 1) === QUOTE) return value;
    at = text.indexOf(key, at + key.length);
  }
  return -1;
}

function startsObject(text: string, key: string): boolean {
  return valueAt(text, key, OPEN_BRACE) !== -1;
}

function hasError(text: string): boolean {
  if (text.indexOf('error"') === -1) return false;
  return startsObject(text, 'error":') || valueAt(text, 'error":', QUOTE) !== -1 || text.indexOf('"object"') !== -1;
}

/** Which answer a chunk belongs to. Only read where everybody writes it, at the start of its choice. */
function choiceIndex(text: string): number {
  const list = valueAt(text, 'choices":', OPEN_BRACKET);
  const key = list === -1 ? -1 : text.indexOf('"index":', list);
  if (key === -1 || key > list + choiceStartMax) return 0;
  const digit = text.charCodeAt(skipSpace(text, key + 8)) - ZERO;
  return digit >= 0 && digit <= 9 ? Number.parseInt(text.slice(skipSpace(text, key + 8), key + 16), 10) : 0;
}

/** `[ { "index":` with some spaces: further on an index is one of a tool call. */
const choiceStartMax = 6;

function hasNoChoices(text: string): boolean {
  const at = valueAt(text, 'choices":', OPEN_BRACKET);
  return at !== -1 && text.charCodeAt(skipSpace(text, at + 1)) === CLOSE_BRACKET;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) === 32) at++;
  return at;
}
