/**
 * What viewers of one scope see: requests that run, and the last ones that ended. Each change has a number, so whoever
 * was away or slow is told what has changed since, however much it was, and nothing queues up for anybody.
 */
import { isRunning, type LiveCount, type LiveCounts, type LiveRequest } from './frame.ts';

export interface BoardLimits {
  readonly runningMax: number;
  readonly finishedMax: number;
  /** New requests between two ticks; more than anybody can read is counted, not shown. */
  readonly newPerTick: number;
  /** Beside them: failures are what people look for. */
  readonly failuresPerTick: number;
}

export const boardLimits: BoardLimits = { runningMax: 300, finishedMax: 300, newPerTick: 40, failuresPerTick: 20 };

/** The version of whoever has nothing. */
export const none = -1;

interface Entry {
  row: LiveRequest;
  changed: number;
  counted: number;
}

export interface Changes {
  /** False: something that was sent before is gone, so this is everything there is. */
  readonly partial: boolean;
  readonly requests: readonly LiveRequest[];
  readonly counts: readonly LiveCount[];
  readonly version: number;
}

export class Board {
  skipped = 0;
  readonly #limits: BoardLimits;
  readonly #entries = new Map<string, Entry>();
  /** Ids, oldest end first. */
  readonly #finished: string[] = [];
  #version = 0;
  /** The newest change of what was taken away. */
  #forgotten = 0;
  #running = 0;
  #admitted = 0;
  #failuresAdmitted = 0;

  constructor(limits: BoardLimits = boardLimits) {
    this.#limits = limits;
  }

  get version(): number {
    return this.#version;
  }

  get(id: string): LiveRequest | undefined {
    return this.#entries.get(id)?.row;
  }

  /** Those of which more is to come. */
  get running(): readonly LiveRequest[] {
    return [...this.#entries.values()].map(({ row }) => row).filter(({ state }) => isRunning(state));
  }

  get rows(): readonly LiveRequest[] {
    return [...this.#entries.values()].map(({ row }) => row);
  }

  put(row: LiveRequest): void {
    const entry = this.#entries.get(row.id);
    if (entry === undefined) return this.#add(row);
    const ran = isRunning(entry.row.state);
    // What has ended stays so, in whatever order news of it come.
    if (!ran && isRunning(row.state)) return;
    entry.row = row;
    entry.changed = ++this.#version;
    if (ran && !isRunning(row.state)) {
      this.#running--;
      this.#finished.push(row.id);
      this.#forget();
    }
  }

  count(id: string, counts: LiveCounts): void {
    const entry = this.#entries.get(id);
    if (entry === undefined || !isRunning(entry.row.state)) return;
    const { row } = entry;
    if (row.outputTokens === counts.outputTokens && row.chargeUsd === counts.chargeUsd && row.state === 'streaming')
      return;
    const began = row.state !== 'streaming';
    entry.row = { ...row, ...counts, state: 'streaming' };
    if (began) entry.changed = ++this.#version;
    else entry.counted = ++this.#version;
  }

  /** Room for new ones again. */
  tick(): void {
    this.#admitted = 0;
    this.#failuresAdmitted = 0;
  }

  since(version: number): Changes {
    const partial = version >= this.#forgotten;
    const from = partial ? version : none;
    const requests: LiveRequest[] = [];
    const counts: LiveCount[] = [];
    for (const { row, changed, counted } of this.#entries.values()) {
      if (changed > from) requests.push(row);
      else if (counted > from) counts.push([row.id, onlyCounts(row)]);
    }
    return { partial, requests, counts, version: this.#version };
  }

  #add(row: LiveRequest): void {
    const isFailure = row.state === 'failed';
    // Of those that were too many, only failures come in later; they were counted when they began.
    if (!isFailure && !isRunning(row.state) && row.state !== 'refused') return;
    if (!this.#mayEnter(row)) {
      if (!isFailure) this.skipped++;
      return;
    }
    if (isFailure && this.skipped > 0) this.skipped--;
    this.#entries.set(row.id, { row, changed: ++this.#version, counted: 0 });
    if (isRunning(row.state)) this.#running++;
    else this.#finished.push(row.id);
    this.#forget();
  }

  #mayEnter({ state }: LiveRequest): boolean {
    const { runningMax, newPerTick, failuresPerTick } = this.#limits;
    if (isRunning(state) && this.#running >= runningMax) return false;
    if (this.#admitted < newPerTick) return ++this.#admitted > 0;
    const isFailure = state === 'failed' || state === 'refused';
    return isFailure && this.#failuresAdmitted < failuresPerTick && ++this.#failuresAdmitted > 0;
  }

  #forget(): void {
    while (this.#finished.length > this.#limits.finishedMax) {
      const id = this.#finished.shift() ?? '';
      this.#forgotten = Math.max(this.#forgotten, this.#entries.get(id)?.changed ?? 0);
      this.#entries.delete(id);
    }
  }
}

function onlyCounts(row: LiveRequest): LiveCounts {
  const { inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens, thinkingTokens } = row;
  const { chargeUsd, costUsd, firstTokenMs } = row;
  return {
    inputTokens,
    cacheReadTokens,
    cacheWriteTokens,
    outputTokens,
    thinkingTokens,
    chargeUsd,
    costUsd,
    firstTokenMs,
  };
}
