/** A name for a place in a conversation: all that was said up to there, by whom. */
import { createHash, type Hash } from 'node:crypto';
import type { Block, Turn } from '../../llm/chat.ts';
import { TextDigest } from './gathering.ts';

/** What an assistant said in one turn, as far as it tells one turn from another. */
export interface Said {
  /** Of all its words, one behind the other. */
  readonly words: string;
  readonly callNames: readonly string[];
}

export function saidIn(blocks: readonly Block[]): Said {
  const words = new TextDigest();
  for (const block of blocks) if (block.type === 'text' || block.type === 'refusal') words.add(block.text);
  const callNames = blocks.flatMap((block) => (block.type === 'tool-call' ? [block.name] : []));
  return { words: words.digest(), callNames };
}

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

  /** The place behind this answer to what was said so far. */
  after(said: Said): string {
    return this.#hash.copy().update(JSON.stringify(said)).digest('base64');
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
