/** Reads a streamed answer. https://platform.claude.com/docs/en/build-with-claude/streaming */
import { parseJson } from '../../lib/json.ts';
import type { Carried, ChatEvent, Emit } from '../../llm/chat.ts';
import { unpackSeal } from '../../llm/seal.ts';
import type { JsonObject, StreamFrame, StreamParser } from '../dialect.ts';
import { isObject, objectIn } from '../wire-object.ts';
import { endCarried, type StartedBlock, startBlock, stopOf } from './answer.ts';
import { parseError } from './error.ts';
import { UsageReader } from './usage.ts';
import { dialectId, rawKeys } from './wire.ts';

interface OpenBlock extends StartedBlock {
  readonly wireIndex: unknown;
  readonly index: number;
  seal: string;
  hasDeltas: boolean;
}

/** The field of each delta type that continues a block, and the block that it may continue. */
const textDeltas: Readonly<Record<string, { readonly field: string; readonly block: string }>> = {
  text_delta: { field: 'text', block: 'text' },
  thinking_delta: { field: 'thinking', block: 'thinking' },
  input_json_delta: { field: 'partial_json', block: 'tool-call' },
};

/** One answer; unknown events and deltas pass, what contradicts the order of a stream ends it as broken. */
export class MessageStreamParser implements StreamParser {
  /** Only `message_stop` says so, and with it everything is there. */
  readonly finished = false;
  readonly #emit: Emit<ChatEvent>;
  readonly #usage = new UsageReader();
  #open: OpenBlock | undefined;
  #next = 0;
  #isOver = false;
  #hasStarted = false;
  #stop: unknown;
  #stopSequence: unknown;
  #fields: JsonObject = {};
  #counts: JsonObject = {};

  constructor(emit: Emit<ChatEvent>) {
    this.#emit = emit;
  }

  push(frame: StreamFrame): void {
    if (this.#isOver || frame.data === '' || frame.data === '[DONE]') return;
    const isDelta = frame.event === 'content_block_delta';
    const data = isDelta ? objectIn(frame.data) : parsedRaw(frame.data);
    if (data === undefined) return this.#fail('an event is not JSON');
    this.#event(typeof data.type === 'string' ? data.type : frame.event, data, frame);
  }

  end(): void {
    if (this.#isOver) return;
    this.#fail(this.#hasStarted ? 'the stream ended before the answer was complete' : 'the stream held no answer');
  }

  #event(type: string, data: JsonObject, frame: StreamFrame): void {
    switch (type) {
      case 'message_start':
        return this.#start(data.message);
      case 'content_block_start':
        return this.#startBlock(data);
      case 'content_block_delta':
        return this.#delta(data, frame);
      case 'content_block_stop':
        return this.#stopBlock(data);
      case 'message_delta':
        return this.#messageDelta(data);
      case 'message_stop':
        return this.#end();
      default:
        if (type === 'error' || isObject(data.error)) this.#error(frame.data);
    }
  }

  #start(message: unknown): void {
    const raw = isObject(message) ? message : {};
    this.#hasStarted = true;
    this.#count(raw.usage);
    this.#emit({ type: 'start', id: String(raw.id ?? ''), model: String(raw.model ?? '') });
  }

  #startBlock(data: JsonObject): void {
    if (this.#open !== undefined) return this.#fail('a block started inside another');
    const raw = data.content_block;
    if (!isObject(raw)) return this.#fail('a block has no content');
    const started = startBlock(raw);
    const index = this.#next++;
    this.#open = { ...started, wireIndex: data.index, index, seal: started.signature, hasDeltas: false };
    this.#emit({ type: 'block-start', index, block: started.block });
    const { text, block } = started;
    // Some servers put the first text into the start; a tool's whole input only counts when no pieces follow.
    if (text !== '' && block.type !== 'tool-call') this.#emit({ type: 'block-delta', index, delta: text });
    for (const citation of started.citations) this.#carried({ type: 'citations_delta', citation });
  }

  #delta(data: JsonObject, frame: StreamFrame): void {
    const open = this.#open;
    if (open === undefined || data.index !== open.wireIndex) return this.#fail('a piece came outside its block');
    const delta = data.delta;
    if (!isObject(delta)) return this.#fail('a piece has no content');
    if (open.block.type === 'opaque') return this.#carried(rawDelta(frame) ?? delta);
    const known = textDeltas[String(delta.type)];
    if (known !== undefined) {
      const text = delta[known.field];
      if (open.block.type !== known.block) return this.#fail(`a ${delta.type} came in a ${open.block.type} block`);
      if (typeof text !== 'string' || text === '') return;
      open.hasDeltas = true;
      this.#emit({ type: 'block-delta', index: open.index, delta: text });
    } else if (delta.type === 'signature_delta') {
      open.seal += typeof delta.signature === 'string' ? delta.signature : '';
    } else {
      this.#carried(rawDelta(frame) ?? delta);
    }
  }

  #carried(raw: JsonObject): void {
    const carried: Carried = { dialect: dialectId, raw };
    if (this.#open !== undefined) this.#emit({ type: 'block-carried', index: this.#open.index, carried });
  }

  #stopBlock(data: JsonObject): void {
    const open = this.#open;
    if (open === undefined || data.index !== open.wireIndex) return this.#fail('a block ended that was not open');
    const { index, block, text, seal } = open;
    if (block.type === 'tool-call' && !open.hasDeltas && text !== '') {
      this.#emit({ type: 'block-delta', index, delta: text });
    }
    if (seal !== '') this.#emit({ type: 'block-seal', index, seal: unpackSeal(seal, dialectId) });
    this.#open = undefined;
    this.#emit({ type: 'block-end', index });
  }

  #messageDelta(data: JsonObject): void {
    const { stop_reason, stop_sequence, ...more } = isObject(data.delta) ? data.delta : {};
    const { type: _type, delta: _delta, usage, ...rest } = data;
    this.#stop = stop_reason ?? this.#stop;
    this.#stopSequence = stop_sequence ?? this.#stopSequence;
    this.#fields = { ...this.#fields, ...more, ...rest };
    this.#count(usage);
  }

  #count(usage: unknown): void {
    if (!isObject(usage)) return;
    this.#counts = { ...this.#counts, ...usage };
    this.#usage.read(usage);
    if (this.#usage.usage === undefined) return;
    this.#emit({ type: 'usage', usage: this.#usage.usage, flags: [...this.#usage.flags] });
  }

  #end(): void {
    if (this.#open !== undefined) return this.#fail('the answer ended inside a block');
    this.#isOver = true;
    const carried = endCarried(this.#fields, this.#stop, this.#counts);
    this.#emit({
      type: 'end',
      stop: stopOf(this.#stop),
      ...(typeof this.#stopSequence === 'string' && { stopSequence: this.#stopSequence }),
      ...(carried && { carried }),
    });
  }

  #error(text: string): void {
    this.#isOver = true;
    this.#emit({ type: 'error', error: parseError(200, {}, text) });
  }

  #fail(what: string): void {
    this.#isOver = true;
    this.#emit({ type: 'error', error: { kind: 'upstream', message: `The provider's answer is broken: ${what}.` } });
  }
}

/** A delta that is carried keeps its raw values, like everything that is carried. */
function rawDelta(frame: StreamFrame): JsonObject | undefined {
  const delta = parsedRaw(frame.data)?.delta;
  return isObject(delta) ? delta : undefined;
}

function parsedRaw(text: string): JsonObject | undefined {
  try {
    return parseJson(Buffer.from(text), rawKeys);
  } catch {
    return undefined;
  }
}
