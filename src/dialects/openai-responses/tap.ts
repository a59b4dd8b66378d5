/**
 * Watches a relayed stream. Called for every frame, so most are read by landmarks, and JSON is parsed only where the
 * answer ends. A landmark like `"delta":"` cannot stand inside a JSON string, where its quotes would be escaped.
 */
import type { LlmError } from '../../llm/error.ts';
import { TokenEstimator } from '../../llm/estimate.ts';
import type { Usage } from '../../llm/usage.ts';
import type { FrameKind, StreamTap } from '../dialect.ts';
import { readErrorObject } from '../openai-chat/error.ts';
import { type Fields, isFields } from '../openai-chat/shape.ts';
import { objectIn } from '../wire-object.ts';
import { failureIn } from './answer-reader.ts';
import { readUsage } from './usage.ts';
import { textOf } from './wire.ts';

export function tap(): StreamTap {
  return new ResponsesTap();
}

class ResponsesTap implements StreamTap {
  usage: Partial<Usage> | undefined;
  readonly usageFlags: string[] = [];
  complete = false;
  stop: string | undefined;
  error: LlmError | undefined;
  answerId: string | undefined;
  readonly #estimator = new TokenEstimator();

  get outputTokensSeen(): number {
    return Math.ceil(this.#estimator.tokens);
  }

  frame(event: string, data: Buffer): FrameKind {
    // One byte to a character: positions in the text are positions in the bytes.
    const text = data.toString('latin1');
    const type = event === '' || event === 'message' ? typeIn(text) : event;
    if (type.endsWith('.delta')) return this.#delta(text, data);
    switch (type) {
      case 'response.created':
        this.#keepId(objectIn(data)?.response);
        return 'prelude';
      case 'response.completed':
      case 'response.incomplete':
      case 'response.failed':
      case 'response.cancelled':
      case 'error':
        return this.#end(type, data);
      case 'response.output_item.done':
        return 'content';
      default:
        return type === '' && text.includes('"error"') ? this.#end('error', data) : 'prelude';
    }
  }

  #delta(text: string, data: Buffer): FrameKind {
    const key = text.indexOf('"delta":');
    const from = key === -1 ? -1 : text.indexOf('"', key + 8);
    if (from === -1) return 'prelude';
    const end = stringEnd(text, from + 1);
    if (end > from + 1) this.#estimator.addBytes(data, from + 1, end);
    return 'content';
  }

  #end(type: string, data: Buffer): FrameKind {
    const event = objectIn(data);
    if (event === undefined) return 'prelude';
    const answer = isFields(event.response) ? event.response : {};
    const reading = readUsage(answer);
    if (reading !== undefined) {
      this.usage = { ...this.usage, ...reading.usage };
      for (const flag of reading.flags) if (!this.usageFlags.includes(flag)) this.usageFlags.push(flag);
    }
    if (type === 'error') return this.#fail(readErrorObject(event.error ? event : { error: { ...event, type: '' } }));
    const failure = failureIn(type === 'response.failed' ? { status: 'failed', ...answer } : answer);
    if (failure !== undefined) return this.#fail(failure);
    this.#keepId(answer);
    this.complete = true;
    this.stop = textOf(answer.status);
    return 'end';
  }

  #fail(error: LlmError): FrameKind {
    this.error = error;
    this.complete = false;
    return 'error';
  }

  #keepId(answer: unknown): void {
    if (isFields(answer)) this.answerId = keptId(answer);
  }
}

/**
 * The id under which the provider keeps an answer; undefined where it says that it does not. What is made in the background
 * is kept until it was asked for, even then: https://platform.openai.com/docs/guides/background
 */
export function keptId(answer: Fields): string | undefined {
  const isKept = answer.store !== false || answer.background === true;
  return isKept && textOf(answer.id) !== '' ? textOf(answer.id) : undefined;
}

/** Events that come without a name have it at their beginning, or behind their number. */
function typeIn(text: string): string {
  return /"type":\s*"(error|response\.[a-z_.]+)"/.exec(text)?.[1] ?? '';
}

/** The closing quote of a string whose first character is at `from`. */
function stringEnd(text: string, from: number): number {
  let end = text.indexOf('"', from);
  while (end !== -1) {
    let slash = end - 1;
    while (slash >= from && text[slash] === '\\') slash--;
    if ((end - 1 - slash) % 2 === 0) return end;
    end = text.indexOf('"', end + 1);
  }
  return text.length;
}
