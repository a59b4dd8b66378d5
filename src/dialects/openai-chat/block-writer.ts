/** Writes neutral blocks strictly one after another, whatever order the wire has. */
import type { Block, Carried, ChatEvent, Emit, Seal } from '../../llm/chat.ts';

export class BlockWriter {
  readonly #emit: Emit<ChatEvent>;
  #next = 0;
  #open: { readonly key: string; readonly index: number } | undefined;

  constructor(emit: Emit<ChatEvent>) {
    this.#emit = emit;
  }

  /** Blocks written so far. */
  get count(): number {
    return this.#next;
  }

  isOpen(key: string): boolean {
    return this.#open?.key === key;
  }

  get isAnyOpen(): boolean {
    return this.#open !== undefined;
  }

  get isCallOpen(): boolean {
    return this.#open?.key.startsWith('call:') ?? false;
  }

  /** Starts a block. Whatever is open must have been closed. */
  open(key: string, block: Block): void {
    const index = this.#next++;
    this.#open = { key, index };
    this.#emit({ type: 'block-start', index, block });
  }

  delta(delta: string): void {
    if (this.#open !== undefined && delta !== '') this.#emit({ type: 'block-delta', index: this.#open.index, delta });
  }

  seal(seal: Seal): void {
    if (this.#open !== undefined) this.#emit({ type: 'block-seal', index: this.#open.index, seal });
  }

  carried(carried: Carried): void {
    if (this.#open !== undefined) this.#emit({ type: 'block-carried', index: this.#open.index, carried });
  }

  close(): void {
    if (this.#open === undefined) return;
    this.#emit({ type: 'block-end', index: this.#open.index });
    this.#open = undefined;
  }
}
