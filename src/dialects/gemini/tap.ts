/**
 * Watches a relayed stream. Called for every frame, so it reads bytes by landmarks and parses only what counts: the
 * usage, which every frame has, and the few frames with a reason, a search or an error. A landmark like `"text":` cannot
 * stand inside a JSON string, where its quotes would be escaped; so a match is always a key.
 */
import type { LlmError } from '../../llm/error.ts';
import { TokenEstimator } from '../../llm/estimate.ts';
import type { Usage } from '../../llm/usage.ts';
import type { FrameKind, JsonObject, StreamTap } from '../dialect.ts';
import { isObject, objectIn } from '../wire-object.ts';
import { readErrorObject } from './error.ts';
import { readUsage } from './usage.ts';

const quote = 0x22;
const backslash = 0x5c;

/** Parts that show something, whatever is in them. */
const shown =
  /"(?:functionCall|inlineData|fileData|executableCode|codeExecutionResult|toolCall|toolResponse|thoughtSignature)":/;

/** Keys without which the usage alone says all. */
const wholes = ['"webSearchQueries"', '"finishReason"', '"blockReason"'];

export class ContentTap implements StreamTap {
  usage: Partial<Usage> | undefined;
  readonly usageFlags: string[] = [];
  complete = false;
  stop: string | undefined;
  error: LlmError | undefined;
  readonly #estimator = new TokenEstimator();
  /** Answers that have begun: callers may ask for several at once (`candidateCount`). */
  #begun = 1;
  readonly #finished = new Set<number>();

  get outputTokensSeen(): number {
    return Math.ceil(this.#estimator.tokens);
  }

  frame(event: string, data: Buffer): FrameKind {
    // One byte to a character: positions in the text are positions in the bytes.
    const text = data.toString('latin1');
    if (event === 'error' || text.includes('"error"')) {
      const error = objectIn(data)?.error;
      if (isObject(error)) return this.#fail(readErrorObject({ error }));
    }
    this.#count(text, data);
    const said = this.#readParts(text, data);
    const ended = this.#readEnd(text, data);
    return said || ended ? 'content' : 'prelude';
  }

  #fail(error: LlmError): FrameKind {
    this.error = error;
    // A reason before the error does not make the answer whole.
    this.complete = false;
    return 'error';
  }

  #count(text: string, data: Buffer): void {
    const at = text.indexOf('"usageMetadata":');
    const wire = at === -1 ? undefined : objectAt(text, at + 16);
    const whole = wholes.some((key) => text.includes(key)) ? objectIn(data) : undefined;
    const counted = readUsage(whole ?? { usageMetadata: wire });
    if (counted === undefined) return;
    this.usage = { ...this.usage, ...counted.usage };
    for (const flag of counted.flags) if (!this.usageFlags.includes(flag)) this.usageFlags.push(flag);
  }

  /** Returns whether there was anything to show. */
  #readParts(text: string, data: Buffer): boolean {
    // What an answer rests on has texts too, which the model did not write.
    const grounding = text.indexOf('"groundingMetadata":');
    const end = grounding === -1 ? text.length : grounding;
    let said = shown.test(text);
    for (let at = text.indexOf('"text":'); at !== -1 && at < end; at = text.indexOf('"text":', at + 7)) {
      const from = skipSpace(text, at + 7);
      if (text.charCodeAt(from) !== quote) continue;
      const to = closingQuote(text, from + 1);
      if (to > from + 1) said = true;
      this.#estimator.addBytes(data, from + 1, to);
    }
    for (let at = text.indexOf('"functionCall":'); at !== -1; at = text.indexOf('"functionCall":', at + 15)) {
      this.#estimator.addBytes(data, at + 15, closingBrace(text, at + 15));
    }
    return said;
  }

  #readEnd(text: string, data: Buffer): boolean {
    const hasReason = text.includes('"finishReason"') || text.includes('"blockReason"');
    if (!hasReason && !/"index":\s*[1-9]/.test(text)) return false;
    const chunk = objectIn(data);
    if (chunk === undefined) return false;
    const feedback = isObject(chunk.promptFeedback) ? chunk.promptFeedback.blockReason : undefined;
    if (typeof feedback === 'string') this.#end(feedback, 0);
    for (const candidate of Array.isArray(chunk.candidates) ? chunk.candidates : []) {
      if (!isObject(candidate)) continue;
      const index = typeof candidate.index === 'number' ? candidate.index : 0;
      this.#begun = Math.max(this.#begun, Math.min(index, candidatesMax) + 1);
      if (typeof candidate.finishReason === 'string') this.#end(candidate.finishReason, index);
    }
    this.complete = this.error === undefined && this.#finished.size >= this.#begun;
    return hasReason && this.stop !== undefined;
  }

  #end(reason: string, index: number): void {
    this.stop = reason;
    this.#finished.add(index);
  }
}

/** More answers than can be asked for at once. */
const candidatesMax = 64;

/** The object whose brace comes next; undefined when there is none. */
function objectAt(text: string, from: number): JsonObject | undefined {
  const start = skipSpace(text, from);
  return text[start] === '{'
    ? objectIn(Buffer.from(text.slice(start, closingBrace(text, start)), 'latin1'))
    : undefined;
}

/** Behind the brace that closes the object which begins here. */
function closingBrace(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) at = closingQuote(text, at + 1);
    else if (code === 0x7b) depth++;
    else if (code === 0x7d && --depth <= 0) return at + 1;
  }
  return text.length;
}

function closingQuote(text: string, from: number): number {
  for (let at = text.indexOf('"', from); at !== -1; at = text.indexOf('"', at + 1)) {
    let escapes = 0;
    while (text.charCodeAt(at - 1 - escapes) === backslash) escapes++;
    if (escapes % 2 === 0) return at;
  }
  return text.length;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) <= 32) at++;
  return at;
}
