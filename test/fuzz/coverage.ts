/**
 * Which blocks of the code under `src/` ran, by V8's own precise coverage. Asking costs more than most runs, so many
 * inputs run between two questions, and only a batch that reached something new is searched for the input that did.
 * https://nodejs.org/api/inspector.html
 */
import { type Profiler, Session } from 'node:inspector';

type Interval = readonly [number, number];

export class Coverage {
  readonly #session = new Session();
  readonly #place: string;
  /** What never ran, by function: V8 reports the blocks that did not run, and merges those that ran as often as others. */
  readonly #never = new Map<string, readonly Interval[]>();

  /** `place`: a part of the addresses of the files that count. */
  constructor(place = '/src/') {
    this.#place = place;
    this.#session.connect();
    this.#session.post('Profiler.enable');
    this.#session.post('Profiler.startPreciseCoverage', { callCount: false, detailed: true });
  }

  /** Functions that ran. */
  get size(): number {
    return this.#never.size;
  }

  /** Whether something ran since the last question that never ran before; `learn` remembers it. */
  fresh(learn: boolean): boolean {
    let found = false;
    for (const { scriptId, functions } of this.#take())
      for (const { ranges } of functions) {
        const [whole] = ranges;
        if (whole === undefined || whole.count === 0) continue;
        const key = `${scriptId}:${whole.startOffset}:${whole.endOffset}`;
        const idle = ranges.flatMap(({ count, startOffset, endOffset }): Interval[] =>
          count === 0 ? [[startOffset, endOffset]] : [],
        );
        const before = this.#never.get(key);
        const left = before === undefined ? idle : common(before, idle);
        if (before !== undefined && size(left) === size(before)) continue;
        found = true;
        if (learn) this.#never.set(key, left);
      }
    return found;
  }

  close(): void {
    this.#session.disconnect();
  }

  #take(): readonly Profiler.ScriptCoverage[] {
    let scripts: readonly Profiler.ScriptCoverage[] = [];
    // The session lives in this thread: the answer is there when `post` returns.
    this.#session.post('Profiler.takePreciseCoverage', (error, taken) => {
      if (error !== null) throw error;
      scripts = taken.result;
    });
    return scripts.filter(({ url }) => url.includes(this.#place));
  }
}

function common(left: readonly Interval[], right: readonly Interval[]): Interval[] {
  return left.flatMap(([from, to]) =>
    right.flatMap(([start, end]): Interval[] => {
      const [first, last] = [Math.max(from, start), Math.min(to, end)];
      return first < last ? [[first, last]] : [];
    }),
  );
}

function size(intervals: readonly Interval[]): number {
  return intervals.reduce((sum, [from, to]) => sum + to - from, 0);
}
