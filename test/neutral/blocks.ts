/** What the three mappings share: writing blocks as events, and carrying what is left of a wire object. */
import type { Block, Carried, ChatEvent, DialectId, Emit, Seal } from '../../src/llm/chat.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The fields that a mapping did not take, for `carried`; nothing at all when it took them all. */
export function carry(dialect: DialectId, fields: Fields): { carried?: Carried } {
  return Object.keys(fields).length === 0 ? {} : { carried: { dialect, raw: fields } };
}

export function carryOf(dialect: DialectId) {
  return (fields: Fields) => carry(dialect, fields);
}

export function opaque(dialect: DialectId, raw: unknown): Block {
  return { type: 'opaque', carried: { dialect, raw } };
}

/** Numbers the blocks and keeps one open at a time, whatever the wire's own numbers are. */
export class BlockWriter {
  readonly #emit: Emit<ChatEvent>;
  #index = -1;
  open: Block | undefined;

  constructor(emit: Emit<ChatEvent>) {
    this.#emit = emit;
  }

  begin(block: Block): void {
    this.end();
    this.#index++;
    this.open = block;
    this.#emit({ type: 'block-start', index: this.#index, block });
  }

  /** An empty one says nothing. */
  delta(delta: string): void {
    if (delta !== '') this.#emit({ type: 'block-delta', index: this.#index, delta });
  }

  seal(seal: Seal): void {
    this.#emit({ type: 'block-seal', index: this.#index, seal });
  }

  carried(carried: Carried | undefined): void {
    if (carried !== undefined) this.#emit({ type: 'block-carried', index: this.#index, carried });
  }

  end(): void {
    if (this.open === undefined) return;
    this.open = undefined;
    this.#emit({ type: 'block-end', index: this.#index });
  }

  /** A block of a whole answer: the same events that a stream would give. */
  whole(block: Block): void {
    if (block.type === 'text' || block.type === 'thinking' || block.type === 'refusal') {
      const { seal, ...rest } = { seal: undefined, ...block };
      this.begin({ ...rest, text: '' });
      this.delta(block.text);
      if (seal !== undefined) this.seal(seal);
    } else if (block.type === 'tool-call') {
      const { seal, ...rest } = block;
      this.begin({ ...rest, args: '' });
      this.delta(block.args);
      if (seal !== undefined) this.seal(seal);
    } else {
      this.begin(block);
    }
    this.end();
  }
}

/** An answer as a reader of neutral events puts it together. */
export interface Assembled {
  readonly id: string;
  readonly model: string;
  readonly text: string;
  readonly reasoning: string;
  readonly refusal: string;
  readonly toolCalls: readonly { readonly id: string; readonly name: string; readonly args: string }[];
  readonly seals: number;
  readonly opaque: readonly unknown[];
  readonly usage: Readonly<Record<string, number | undefined>>;
  /** Each block's whole text or arguments: what a stream's closing events say again. */
  readonly said: readonly string[];
  readonly stop: string | undefined;
  readonly error: { readonly message: string; readonly code?: string } | undefined;
}

export function assemble(events: readonly ChatEvent[]): Assembled {
  const blocks: { block: Block; text: string }[] = [];
  let usage: Record<string, number | undefined> = {};
  for (const event of events) {
    if (event.type === 'block-start') blocks.push({ block: event.block, text: '' });
    const last = blocks.at(-1);
    if (event.type === 'block-delta' && last !== undefined) last.text += event.delta;
    if (event.type === 'usage') usage = { ...usage, ...event.usage };
  }
  const joined = (type: Block['type']) =>
    blocks
      .filter(({ block }) => block.type === type)
      .map(({ text }) => text)
      .join('');
  const start = events.find((event) => event.type === 'start');
  const sealed = blocks.filter(
    ({ block }) => block.type === 'opaque' && JSON.stringify(block).includes('thoughtSignature'),
  );
  return {
    id: start?.id ?? '',
    model: start?.model ?? '',
    text: joined('text'),
    reasoning: joined('thinking'),
    refusal: joined('refusal'),
    toolCalls: blocks.flatMap(({ block, text }) =>
      block.type === 'tool-call' ? [{ id: block.id, name: block.name, args: text === '' ? '{}' : text }] : [],
    ),
    seals: events.filter((event) => event.type === 'block-seal').length + sealed.length,
    opaque: blocks.flatMap(({ block }) => (block.type === 'opaque' ? [block.carried.raw] : [])),
    usage,
    said: blocks.map(({ text }) => text),
    stop: events.find((event) => event.type === 'end')?.stop,
    error: events.find((event) => event.type === 'error')?.error,
  };
}
