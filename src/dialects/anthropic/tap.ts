/**
 * Watches a relayed stream. Runs for every frame of every stream: only the few frames that hold counts, a stop reason or
 * an error are parsed; of the others the kind is read from the event's name and the text's bytes are counted.
 */
import type { LlmError } from '../../llm/error.ts';
import { TokenEstimator } from '../../llm/estimate.ts';
import type { Usage } from '../../llm/usage.ts';
import type { FrameKind, JsonObject, StreamTap } from '../dialect.ts';
import { isObject, objectIn } from '../wire-object.ts';
import { parseError } from './error.ts';
import { UsageReader } from './usage.ts';

/** Where the text of a delta stands, the most frequent first. */
const textFields = ['"text":', '"partial_json":', '"thinking":'].map((field) => Buffer.from(field));
const typeField = Buffer.from('"type":');
const errorField = Buffer.from('"error":');
/** Blocks whose content comes as deltas: their start shows nothing yet. All others come whole. */
const openStart = /"content_block":\s*\{[^{}]*"type":\s*"(?:text|thinking|tool_use)"/;
/** How much of a block's start is looked at for its type. */
const startBytesMax = 300;
const quote = 0x22;
const space = 0x20;

export class MessageTap implements StreamTap {
  readonly #reader = new UsageReader();
  readonly #estimator = new TokenEstimator();
  /** The text field that the last delta had: the next one most likely has it too. */
  #textField = textFields[0];
  complete = false;
  stop: string | undefined;
  error: LlmError | undefined;

  get usage(): Partial<Usage> | undefined {
    return this.#reader.usage;
  }

  get usageFlags(): readonly string[] {
    return this.#reader.flags;
  }

  get outputTokensSeen(): number {
    return Math.ceil(this.#estimator.tokens);
  }

  frame(event: string, data: Buffer): FrameKind {
    switch (event === '' ? typeOf(data) : event) {
      case 'content_block_delta':
        this.#count(data);
        return 'content';
      case 'content_block_start':
        return openStart.test(data.toString('latin1', 0, startBytesMax)) ? 'prelude' : 'content';
      case 'content_block_stop':
        return 'content';
      case 'message_start':
        this.#reader.read(fieldOf(objectIn(data)?.message, 'usage'));
        return 'prelude';
      case 'message_delta':
        this.#messageDelta(objectIn(data));
        return 'content';
      case 'message_stop':
        this.complete = true;
        return 'end';
      case 'error':
        this.error ??= parseError(200, {}, data.toString('utf8'));
        return 'error';
      default:
        return 'prelude';
    }
  }

  #count(data: Buffer): void {
    const found = this.#find(data);
    if (found === -1) return;
    const from = data[found] === space ? found + 2 : found + 1;
    const to = data.lastIndexOf(quote);
    if (to > from) this.#estimator.addBytes(data, from, to);
  }

  /** Where the value of the text field starts, or -1. */
  #find(data: Buffer): number {
    const likely = this.#textField;
    if (likely !== undefined) {
      const at = data.indexOf(likely);
      if (at !== -1) return at + likely.length;
    }
    for (const field of textFields) {
      const at = field === likely ? -1 : data.indexOf(field);
      if (at === -1) continue;
      this.#textField = field;
      return at + field.length;
    }
    return -1;
  }

  #messageDelta(data: JsonObject | undefined): void {
    this.#reader.read(data?.usage);
    const reason = fieldOf(data?.delta, 'stop_reason');
    if (typeof reason === 'string') this.stop = reason;
  }
}

/** For servers that leave out the `event:` line. */
function typeOf(data: Buffer): string {
  const at = data.indexOf(typeField);
  const errorAt = data.indexOf(errorField);
  if (errorAt !== -1 && errorAt <= 2 && (at === -1 || at > errorAt)) return 'error';
  if (at === -1) return '';
  const from = data.indexOf(quote, at + typeField.length) + 1;
  const to = data.indexOf(quote, from);
  return from === 0 || to === -1 ? '' : data.toString('latin1', from, Math.min(to, from + 40));
}

function fieldOf(value: unknown, field: string): unknown {
  return isObject(value) ? value[field] : undefined;
}
