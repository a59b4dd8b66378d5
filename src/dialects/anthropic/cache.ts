/** Cache breakpoints. https://platform.claude.com/docs/en/build-with-claude/prompt-caching */
import type { CacheMark } from '../../llm/chat.ts';
import type { Notes } from '../../llm/notes.ts';
import type { WireObject } from '../wire-object.ts';

/** The API refuses a request with more breakpoints than this, counted over tools, system and messages. */
const breakpointsMax = 4;

/** Collects the breakpoints in the order of the prompt, and keeps the last of them: they cover the longest prefixes. */
export class CacheMarks {
  readonly #marked: WireObject[] = [];
  readonly #max: number;

  /** `isAutomatic`: the request has a top-level `cache_control`, which takes one of the places. */
  constructor(isAutomatic: boolean) {
    this.#max = isAutomatic ? breakpointsMax - 1 : breakpointsMax;
  }

  /** Marks `block` in place. */
  add(block: WireObject, mark: CacheMark | undefined): void {
    if (mark === undefined) return;
    block.cache_control = mark === '1h' ? { type: 'ephemeral', ttl: '1h' } : { type: 'ephemeral' };
    this.#marked.push(block);
  }

  /** After all were added: takes the earliest away again where there are too many. */
  settle(notes: Notes): void {
    const surplus = this.#marked.length - this.#max;
    if (surplus <= 0) return;
    for (const block of this.#marked.slice(0, surplus)) delete block.cache_control;
    notes.dropped(
      'cache_control',
      `at most ${this.#max} cache breakpoints are taken; the earliest ${surplus} were left out`,
    );
  }
}
