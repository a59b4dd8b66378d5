/** The attempts under way, for the ticker and for the end of the process. */
import type { OpeningRecord, ProgressRecord } from '../journal/record.ts';
import type { LlmError } from '../llm/error.ts';

export interface RunUnderWay {
  /** Called about once a second, and oftener where times are short. */
  tick(now: number): void;
  /** Ends from outside: the gateway stops. */
  stop(error: LlmError): void;
  /** What it has produced so far; undefined while nothing was shown. */
  progress(now: number): ProgressRecord | undefined;
  /** Of an attempt: its request's id and its number, `req_…-1`. */
  readonly id?: string;
  /** What the journal was told when it began. Absent: it asks nobody, or nobody needs to know. */
  opening?(): OpeningRecord;
}

export class AttemptsUnderWay {
  readonly #runs = new Set<RunUnderWay>();
  #stopped: LlmError | undefined;

  /** After `stopAll` an attempt ends before it has begun: a request may have been between two of them. */
  add(run: RunUnderWay): void {
    this.#runs.add(run);
    if (this.#stopped !== undefined) run.stop(this.#stopped);
  }

  delete(run: RunUnderWay): void {
    this.#runs.delete(run);
  }

  stopAll(error: LlmError): void {
    this.#stopped = error;
    for (const run of this.#runs) run.stop(error);
  }

  /** Of requests that are wanted: what each has produced so far. */
  progress(wanted: (requestId: string) => boolean, now: number): readonly ProgressRecord[] {
    const found: ProgressRecord[] = [];
    for (const run of this.#runs) {
      if (run.id === undefined || !wanted(run.id.slice(0, run.id.lastIndexOf('-')))) continue;
      const progress = run.progress(now);
      if (progress !== undefined) found.push(progress);
    }
    return found;
  }

  openings(): readonly OpeningRecord[] {
    return [...this.#runs].map((run) => run.opening?.()).filter((opening) => opening !== undefined);
  }

  [Symbol.iterator](): Iterator<RunUnderWay> {
    return this.#runs.values();
  }
}
