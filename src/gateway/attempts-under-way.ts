/** The attempts under way, for the ticker and for the end of the process. */
import type { LlmError } from '../llm/error.ts';
import type { AttemptRun } from './attempt.ts';

export class AttemptsUnderWay {
  readonly #runs = new Set<AttemptRun>();
  #stopped: LlmError | undefined;

  /** After `stopAll` an attempt ends before it has begun: a request may have been between two of them. */
  add(run: AttemptRun): void {
    this.#runs.add(run);
    if (this.#stopped !== undefined) run.stop(this.#stopped);
  }

  delete(run: AttemptRun): void {
    this.#runs.delete(run);
  }

  stopAll(error: LlmError): void {
    this.#stopped = error;
    for (const run of this.#runs) run.stop(error);
  }

  [Symbol.iterator](): Iterator<AttemptRun> {
    return this.#runs.values();
  }
}
