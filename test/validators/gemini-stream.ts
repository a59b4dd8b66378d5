/**
 * V-GEM: what every streamGenerateContent stream must be, whole or failed. Returns what is wrong, in words; [] is a pass.
 *
 * No `event:` lines, no `[DONE]`; CRLF and a blank line behind each event, the last one too (the official SDK throws
 * without it); the same id and model in all; each content is the model's and has a part; a call is one whole part with a
 * name, an id and an object; one finish reason, last, with the usage. A failure is one error object with a status, then
 * the end, without a reason.
 */
import { asObject, readEvents, readObject } from './sse-events.ts';

export interface GeminiStreamRules {
  /** What the stream must be. */
  readonly outcome: 'whole' | 'failed';
}

export function geminiStreamViolations(body: string, rules: GeminiStreamRules): string[] {
  const check = new GeminiStreamCheck();
  const { events, rest } = readEvents(body);
  for (const { event, data, comments } of events) check.event(event, data, comments);
  if (rest.trim() !== '') check.say('the last event has no blank line after it');
  if (/[^\r]\n/.test(body)) check.say('a line ends without CR');
  check.end(rules.outcome);
  return check.violations;
}

type Fields = Record<string, unknown>;

const reasons = ['STOP', 'MAX_TOKENS', 'SAFETY', 'RECITATION', 'OTHER'];

class GeminiStreamCheck {
  readonly violations: string[] = [];
  readonly #ids = new Set<unknown>();
  readonly #calls = new Set<string>();
  #finish: string | undefined;
  #failed = false;

  say(what: string): void {
    this.violations.push(what);
  }

  event(name: string, text: string | undefined, comments: readonly string[]): void {
    if (comments.length > 0) this.say('a comment, at which the Python SDK breaks');
    if (name !== '') this.say(`an event is named ${name}`);
    if (text === undefined) return;
    const data = readObject(text);
    if (data === undefined) return this.say(`data is not a JSON object: ${text.slice(0, 80)}`);
    if (this.#finish !== undefined || this.#failed) this.say('an event behind the end');
    if (data.error !== undefined) return this.#error(data.error);
    this.#ids.add(data.responseId);
    if (this.#ids.size > 1) this.say('the id changes');
    if (typeof data.responseId !== 'string' || data.responseId === '') this.say('no responseId');
    if (typeof data.modelVersion !== 'string' || data.modelVersion === '') this.say('no modelVersion');
    this.#candidates(data);
  }

  end(outcome: 'whole' | 'failed'): void {
    if (outcome === 'failed') {
      if (!this.#failed) this.say('no error');
      if (this.#finish !== undefined) this.say('a finishReason although the answer failed');
      return;
    }
    if (this.#failed) this.say('an error where the answer should be whole');
    if (this.#finish === undefined) this.say('no finishReason');
  }

  #error(value: unknown): void {
    this.#failed = true;
    const error = asObject(value) ?? {};
    if (typeof error.code !== 'number' || error.code < 400 || error.code > 599)
      this.say('the error has no status code');
    if (typeof error.message !== 'string' || error.message === '') this.say('the error has no message');
    if (typeof error.status !== 'string' || !/^[A-Z_]+$/.test(error.status)) this.say('the error has no status word');
  }

  #candidates(data: Fields): void {
    const [candidate, ...more] = Array.isArray(data.candidates) ? (data.candidates as Fields[]) : [];
    if (candidate === undefined || more.length > 0) return this.say('not exactly one candidate');
    if (candidate.index !== 0) this.say(`index ${String(candidate.index)}`);
    const content = asObject(candidate.content) ?? {};
    if (content.role !== 'model') this.say(`role ${String(content.role)}`);
    const parts = Array.isArray(content.parts) ? (content.parts as Fields[]) : [];
    if (parts.length === 0) this.say('a content without parts, which SDKs take for invalid');
    for (const part of parts) this.#part(part);
    if (candidate.finishReason === undefined) {
      if (data.usageMetadata !== undefined) this.say('usage before the end');
      return;
    }
    this.#finish = String(candidate.finishReason);
    if (!reasons.includes(this.#finish)) this.say(`finishReason ${this.#finish}`);
    this.#usage(asObject(data.usageMetadata));
  }

  #part(part: Fields): void {
    if (Object.keys(part).length === 0) this.say('an empty part');
    if (part.text !== undefined && typeof part.text !== 'string') this.say('a text that is none');
    const call = asObject(part.functionCall);
    if (call === undefined) return;
    if (typeof call.name !== 'string' || call.name === '') this.say('a call without a name');
    if (typeof call.id !== 'string' || call.id === '') this.say('a call without an id');
    else if (this.#calls.has(call.id)) this.say(`two calls with the id ${call.id}`);
    else this.#calls.add(call.id);
    if (asObject(call.args) === undefined) this.say('arguments that are no object');
  }

  #usage(usage: Fields | undefined): void {
    if (usage === undefined) return this.say('no usage at the end');
    const count = (name: string) => Number(usage[name] ?? 0);
    for (const [name, value] of Object.entries(usage))
      if (!Number.isInteger(value) || Number(value) < 0) this.say(`${name} is ${String(value)}`);
    const sum = count('promptTokenCount') + count('candidatesTokenCount') + count('thoughtsTokenCount');
    if (sum !== usage.totalTokenCount) this.say(`the total is ${String(usage.totalTokenCount)}, its parts are ${sum}`);
    if (count('cachedContentTokenCount') > count('promptTokenCount')) this.say('more cached than there was');
  }
}
