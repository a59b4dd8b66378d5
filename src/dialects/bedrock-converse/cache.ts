/**
 * Cache points: a part of its own behind the part up to which the prompt is kept.
 * https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html
 */
import type { Block, CacheMark } from '../../llm/chat.ts';
import type { TargetModel } from '../../llm/model.ts';
import type { Notes } from '../../llm/notes.ts';
import type { WireObject } from '../wire-object.ts';

/** No model takes more, counted over tools, system and messages. */
const pointsMax = 4;

/** Collects the points in the order of the prompt, and keeps the last of them: they cover the longest prefixes. */
export class CachePoints {
  readonly #points = new Set<WireObject>();
  readonly #refused: TargetModel['refusesCacheMarks'];
  readonly #notes: Notes;

  constructor({ refusesCacheMarks }: TargetModel, notes: Notes) {
    this.#refused = refusesCacheMarks;
    this.#notes = notes;
  }

  /** A tool, and its cache point behind it. */
  behindTool(tool: WireObject, mark: CacheMark | undefined): WireObject[] {
    if (mark === undefined || this.#refused !== 'in-tools') return this.behind(tool, mark);
    this.#notes.dropped('cache_control', 'the model takes no cache points among its tools');
    return [tool];
  }

  /** The part, and its cache point behind it. */
  behind(part: WireObject, mark: CacheMark | undefined): WireObject[] {
    if (mark === undefined) return [part];
    if (this.#refused === 'everywhere') {
      this.#notes.dropped('cache_control', 'the model takes no cache points');
      return [part];
    }
    const point: WireObject = { cachePoint: { type: 'default', ...(mark === '1h' && { ttl: '1h' }) } };
    this.#points.add(point);
    return [part, point];
  }

  /** After all were collected: takes the earliest out of `lists` where there are too many. */
  settle(lists: readonly WireObject[][]): void {
    const surplus = this.#points.size - pointsMax;
    if (surplus <= 0) return;
    const taken = new Set([...this.#points].slice(0, surplus));
    for (const list of lists) {
      const kept = list.filter((part) => !taken.has(part));
      list.splice(0, list.length, ...kept);
    }
    this.#notes.dropped(
      'cache_control',
      `at most ${pointsMax} cache points are taken; the earliest ${surplus} were left out`,
    );
  }
}

/** A breakpoint on the last part of a tool result is the same as one on the result. */
export function markOf(block: Block): CacheMark | undefined {
  if (block.type === 'opaque') return undefined;
  if (block.cache !== undefined || block.type !== 'tool-result') return block.cache;
  const last = block.content.at(-1);
  return last === undefined || last.type === 'opaque' ? undefined : last.cache;
}
