/**
 * Watches a relayed stream. Runs for every message of every stream: only the few that hold counts, a stop reason or an
 * error are parsed; of the others the kind is read from the event's name and the text's bytes are counted.
 */
import type { LlmError } from '../../llm/error.ts';
import { TokenEstimator } from '../../llm/estimate.ts';
import type { Usage } from '../../llm/usage.ts';
import type { FrameKind, JsonObject, StreamTap } from '../dialect.ts';
import { objectIn } from '../wire-object.ts';
import { parseException } from './error.ts';
import { exceptionPrefix } from './framing.ts';
import { readUsage } from './usage.ts';

/** Where the text of a piece stands, the most frequent first. */
const textFields = ['"text":', '"input":'].map((field) => Buffer.from(field));
const quote = 0x22;
const backslash = 0x5c;

export class ConverseTap implements StreamTap {
  readonly #estimator = new TokenEstimator();
  usage: Partial<Usage> | undefined;
  readonly usageFlags: string[] = [];
  /** The stop reason has come: only the usage may still be missing. */
  complete = false;
  stop: string | undefined;
  error: LlmError | undefined;

  get outputTokensSeen(): number {
    return Math.ceil(this.#estimator.tokens);
  }

  frame(event: string, data: Buffer): FrameKind {
    switch (event) {
      case 'contentBlockDelta':
        this.#count(data);
        return 'content';
      case 'contentBlockStart':
      case 'contentBlockStop':
        return 'content';
      case 'messageStop':
        this.#messageStop(objectIn(data)?.stopReason);
        return 'content';
      case 'metadata':
        this.#metadata(objectIn(data) ?? {});
        return this.complete ? 'end' : 'prelude';
      default:
        if (!event.startsWith(exceptionPrefix)) return 'prelude';
        this.error ??= parseException(event, data.toString('utf8'));
        return 'error';
    }
  }

  #messageStop(reason: unknown): void {
    this.complete = true;
    if (typeof reason === 'string') this.stop = reason;
  }

  #metadata(data: JsonObject): void {
    const counted = readUsage(data);
    if (counted === undefined) return;
    this.usage = counted.usage;
    this.usageFlags.push(...counted.flags);
  }

  #count(data: Buffer): void {
    for (const field of textFields) {
      const found = data.indexOf(field);
      if (found === -1) continue;
      const from = data.indexOf(quote, found + field.length) + 1;
      if (from > 0) this.#estimator.addBytes(data, from, endOfText(data, from));
      return;
    }
  }
}

/** Where the string that starts at `from` ends. */
function endOfText(data: Buffer, from: number): number {
  let to = data.indexOf(quote, from);
  while (to !== -1 && isEscaped(data, to, from)) to = data.indexOf(quote, to + 1);
  return to === -1 ? data.length : to;
}

function isEscaped(data: Buffer, at: number, from: number): boolean {
  let slashes = 0;
  while (at - 1 - slashes >= from && data[at - 1 - slashes] === backslash) slashes++;
  return slashes % 2 === 1;
}
