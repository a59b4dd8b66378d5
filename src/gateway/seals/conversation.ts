/** A name for a place in a conversation: all that was said up to there, by whom. */
import { createHash, type Hash } from 'node:crypto';
import type { Block, Turn } from '../../llm/chat.ts';

/**
 * Grows with the conversation. It leaves out what callers change without saying anything else: cache marks, thinking,
 * how words are cut into blocks, how the arguments of a call are spelled.
 */
export class ConversationDigest {
  readonly #hash: Hash = createHash('sha256');
  #role = '';

  add(role: Turn['role'], blocks: readonly Block[]): this {
    if (role !== this.#role) this.#hash.update(`\0${role}\0`);
    this.#role = role;
    for (const block of blocks) this.#block(block);
    return this;
  }

  /** The place behind the turn that these blocks are or will be. */
  after(blocks: readonly Block[]): string {
    const copy = this.#hash.copy();
    const before = new ConversationDigest(copy);
    before.#role = this.#role;
    return before.add('assistant', blocks).#hash.digest('base64');
  }

  constructor(hash?: Hash) {
    if (hash !== undefined) this.#hash = hash;
  }

  #block(block: Block): void {
    if (block.type === 'text' || block.type === 'refusal') this.#hash.update(block.text);
    else if (block.type === 'tool-call') this.#hash.update(`\0call ${block.name}\0`);
    else if (block.type === 'tool-result') {
      this.#hash.update(`\0result ${block.callId}\0`);
      for (const inner of block.content) this.#block(inner);
    } else if (block.type === 'media') this.#hash.update(`\0${block.kind}\0`);
  }
}
