/**
 * Reads a streamed answer. Only a call has a start of its own: text and thinking begin with their first piece. Usage
 * comes behind the stop, so the end waits for it.
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html
 */
import { parseJson } from '../../lib/json.ts';
import type { Block, ChatEvent, Emit } from '../../llm/chat.ts';
import type { JsonObject, StreamFrame, StreamParser } from '../dialect.ts';
import { isObject, objectIn } from '../wire-object.ts';
import { endCarried, malformedError, opaque, stopOf, stopSequenceOf } from './answer.ts';
import { parseException } from './error.ts';
import { exceptionPrefix } from './framing.ts';
import { readSeal } from './seals.ts';
import { readUsage } from './usage.ts';
import { carry, dialectId, rawKeys, without } from './wire.ts';

interface OpenBlock {
  readonly wireIndex: unknown;
  readonly index: number;
  readonly type: Block['type'];
  signature: string;
}

/** One answer; unknown events pass, what contradicts the order of a stream ends it as broken. */
export class ConverseStreamParser implements StreamParser {
  readonly #emit: Emit<ChatEvent>;
  #open: OpenBlock | undefined;
  #next = 0;
  #hasStarted = false;
  #hasCall = false;
  #isOver = false;
  #stop: unknown;
  #fields: JsonObject = {};
  #usage: JsonObject = {};
  finished = false;

  constructor(emit: Emit<ChatEvent>) {
    this.#emit = emit;
  }

  push(frame: StreamFrame): void {
    if (this.#isOver) return;
    if (frame.event.startsWith(exceptionPrefix)) {
      this.#isOver = true;
      return this.#emit({ type: 'error', error: parseException(frame.event, frame.data) });
    }
    const data = objectIn(frame.data);
    if (data === undefined) return this.#fail('an event is not JSON');
    this.#event(data, frame);
  }

  end(): void {
    if (this.#isOver) return;
    if (this.finished) return this.#end();
    this.#fail(this.#hasStarted ? 'the stream ended before the answer was complete' : 'the stream held no answer');
  }

  #event(data: JsonObject, frame: StreamFrame): void {
    switch (frame.event) {
      case 'messageStart':
        return this.#start();
      case 'contentBlockStart':
        return this.#startBlock(data, frame);
      case 'contentBlockDelta':
        return this.#delta(data, frame);
      case 'contentBlockStop':
        return this.#stopBlock(data);
      case 'messageStop':
        return this.#messageStop(data);
      case 'metadata':
        return this.#metadata(data);
    }
  }

  #start(): void {
    if (this.#hasStarted) return this.#fail('the answer began twice');
    this.#hasStarted = true;
    this.#emit({ type: 'start', id: '', model: '' });
  }

  #startBlock(data: JsonObject, frame: StreamFrame): void {
    if (!this.#closed()) return this.#fail('a block started inside another');
    const start = data.start;
    if (!isObject(start)) return this.#fail('a block has no content');
    const call = start.toolUse;
    if (!isObject(call) || call.type === 'server_tool_use') {
      return this.#begin(data.contentBlockIndex, opaque(fieldOf(parsedRaw(frame), 'start')));
    }
    const [id, name] = [call.toolUseId, call.name].map((text) => (typeof text === 'string' ? text : ''));
    const more = without(call, ['toolUseId', 'name', ...(call.type === 'tool_use' ? ['type'] : [])]);
    this.#hasCall = true;
    this.#begin(data.contentBlockIndex, {
      type: 'tool-call',
      id: id ?? '',
      name: name ?? '',
      args: '',
      ...carry(more),
    });
  }

  #begin(wireIndex: unknown, block: Block): void {
    if (!this.#hasStarted) this.#start();
    const index = this.#next++;
    this.#open = { wireIndex, index, type: block.type, signature: '' };
    this.#emit({ type: 'block-start', index, block });
  }

  #delta(data: JsonObject, frame: StreamFrame): void {
    const delta = data.delta;
    if (!isObject(delta)) return this.#fail('a piece has no content');
    const isNew = this.#open !== undefined && data.contentBlockIndex !== this.#open.wireIndex;
    if (isNew && !this.#closed()) return this.#fail('a piece came outside its block');
    if (this.#open?.type === 'opaque') return this.#carried(fieldOf(parsedRaw(frame), 'delta'));
    const thought = delta.reasoningContent;
    if (typeof delta.text === 'string') this.#text(data.contentBlockIndex, delta.text);
    else if (isObject(delta.toolUse)) this.#piece('tool-call', delta.toolUse.input);
    else if (isObject(thought)) this.#thought(data.contentBlockIndex, thought);
    else if (isObject(delta.citation) && this.#continues(data.contentBlockIndex, 'text')) {
      this.#carried(fieldOf(parsedRaw(frame), 'delta'));
    } else if (this.#open === undefined)
      this.#begin(data.contentBlockIndex, opaque(fieldOf(parsedRaw(frame), 'delta')));
    else this.#carried(fieldOf(parsedRaw(frame), 'delta'));
  }

  /** An empty text may be all of a block: it is none. */
  #text(wireIndex: unknown, text: string): void {
    if (text !== '' && this.#continues(wireIndex, 'text')) this.#piece('text', text);
  }

  /** Opens the block where the piece is its first. False when another kind of block is open, which ends the answer. */
  #continues(wireIndex: unknown, type: 'text' | 'thinking'): boolean {
    if (this.#open === undefined) this.#begin(wireIndex, { type, text: '' });
    else if (this.#open.type !== type) {
      this.#fail(`a piece of ${type} came in a ${this.#open.type} block`);
      return false;
    }
    return true;
  }

  #piece(type: Block['type'], text: unknown): void {
    if (this.#open?.type !== type) return this.#fail(`a piece of a ${type} came outside of one`);
    if (typeof text === 'string' && text !== '') {
      this.#emit({ type: 'block-delta', index: this.#open.index, delta: text });
    }
  }

  #thought(wireIndex: unknown, thought: JsonObject): void {
    if (typeof thought.redactedContent === 'string') {
      if (this.#open !== undefined) return this.#fail('redacted thinking came inside a block');
      const seal = readSeal(thought.redactedContent);
      return this.#begin(wireIndex, { type: 'thinking', text: '', redacted: true, seal });
    }
    if (!this.#continues(wireIndex, 'thinking') || this.#open === undefined) return;
    if (typeof thought.signature === 'string') this.#open.signature += thought.signature;
    if (typeof thought.text === 'string') this.#piece('thinking', thought.text);
  }

  #carried(raw: JsonObject): void {
    if (this.#open === undefined) return;
    this.#emit({ type: 'block-carried', index: this.#open.index, carried: { dialect: dialectId, raw } });
  }

  /** A block that never had a piece, or only an empty one, was never there. */
  #stopBlock(data: JsonObject): void {
    if (this.#open === undefined) return;
    if (data.contentBlockIndex !== this.#open.wireIndex) return this.#fail('a block ended that was not open');
    this.#endBlock(this.#open);
  }

  #endBlock({ index, signature }: OpenBlock): void {
    if (signature !== '') this.#emit({ type: 'block-seal', index, seal: readSeal(signature) });
    this.#open = undefined;
    this.#emit({ type: 'block-end', index });
  }

  /** Whether no block is open any more. Servers exist that do not end a text; half a call must not pass for one. */
  #closed(): boolean {
    const open = this.#open;
    if (open?.type === 'text' || open?.type === 'thinking') this.#endBlock(open);
    return this.#open === undefined;
  }

  #messageStop(data: JsonObject): void {
    if (!this.#closed()) return this.#fail('the answer ended inside a block');
    if (!this.#hasStarted) return this.#fail('the answer ended before it began');
    const error = malformedError(data.stopReason);
    if (error !== undefined) {
      this.#isOver = true;
      return this.#emit({ type: 'error', error });
    }
    const { stopReason, ...fields } = data;
    this.#stop = stopReason;
    this.#fields = { ...this.#fields, ...fields };
    this.finished = true;
  }

  #metadata(data: JsonObject): void {
    const { usage, ...fields } = data;
    this.#fields = { ...this.#fields, ...fields };
    if (isObject(usage)) this.#usage = usage;
    const counted = readUsage(data);
    if (counted !== undefined) this.#emit({ type: 'usage', usage: counted.usage, flags: counted.flags });
    if (this.finished) this.#end();
  }

  #end(): void {
    this.#isOver = true;
    const carried = endCarried(this.#fields, this.#stop, this.#usage);
    const stop = stopOf(this.#stop, this.#hasCall);
    this.#emit({ type: 'end', stop, ...stopSequenceOf(this.#fields), ...(carried && { carried }) });
  }

  #fail(what: string): void {
    this.#isOver = true;
    this.#emit({ type: 'error', error: { kind: 'upstream', message: `The provider's answer is broken: ${what}.` } });
  }
}

/** What is carried keeps its raw values. */
function parsedRaw(frame: StreamFrame): JsonObject {
  return parseJson(Buffer.from(frame.data), rawKeys);
}

function fieldOf(data: JsonObject, field: string): JsonObject {
  const value = data[field];
  return isObject(value) ? value : {};
}
