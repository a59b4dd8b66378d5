/**
 * Pays for a stream while it runs: half a step before what is held is used up, more is held. Where that must be waited
 * for, the provider waits too; where there is no more, the stream ends when what is held is used up.
 */
import { type LlmError, LlmFailure } from '../../llm/error.ts';
import type { Priced, RequestFunds } from './request-funds.ts';

/** The attempt, as far as its money may command it. */
export interface Gate {
  pause(): void;
  resume(): void;
  end(error: LlmError): void;
}

export class StreamFunds {
  readonly #funds: RequestFunds;
  readonly #priced: Priced;
  readonly #gate: Gate;
  readonly #leadTokens: number;
  /** Asked for more, and not answered yet. */
  #asking = false;
  #refused: LlmError | undefined;
  #paused = false;

  constructor(funds: RequestFunds, priced: Priced, gate: Gate, stepTokens: number) {
    this.#funds = funds;
    this.#priced = priced;
    this.#gate = gate;
    this.#leadTokens = stepTokens / 2;
  }

  /** The provider must not be read on, whoever else would. */
  get waits(): boolean {
    return this.#paused;
  }

  /** `seenTokens` of output are with the caller. Called for each piece of a stream. */
  shown(seenTokens: number): void {
    if (seenTokens < this.#funds.coveredTokens - this.#leadTokens) return;
    if (this.#refused === undefined && !this.#asking) this.#ask(seenTokens);
    if (seenTokens < this.#funds.coveredTokens) return;
    if (this.#refused !== undefined) this.#gate.end(this.#refused);
    else if (this.#asking) this.#pause();
  }

  #ask(seenTokens: number): void {
    const answer = this.#funds.grow(this.#priced, seenTokens);
    if (answer === undefined) return;
    this.#asking = true;
    answer.then(
      () => this.#answered(undefined),
      (error: unknown) => this.#answered(error instanceof LlmFailure ? error.error : failed),
    );
  }

  #answered(refusal: LlmError | undefined): void {
    this.#asking = false;
    this.#refused = refusal;
    if (!this.#paused) return;
    this.#paused = false;
    if (refusal === undefined) this.#gate.resume();
    else this.#gate.end(refusal);
  }

  #pause(): void {
    this.#paused = true;
    this.#gate.pause();
  }
}

const failed: LlmError = {
  kind: 'internal',
  message: 'The gateway failed to look at the budgets of this request. Report its id to the operator.',
};
