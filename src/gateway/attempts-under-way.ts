/** The attempts under way, for the ticker and for the end of the process. */
import type { ProgressRecord } from '../journal/record.ts';
import type { LlmError } from '../llm/error.ts';

export interface RunUnderWay {
  /** Called about once a second, and oftener where times are short. */
  tick(now: number): void;
  /** Ends from outside: the gateway stops. */
  stop(error: LlmError): void;
  /** What it has produced so far; undefined while nothing was shown. */
  progress(now: number): ProgressRecord | undefined;
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

  [Symbol.iterator](): Iterator<RunUnderWay> {
    return this.#runs.values();
  }
}
