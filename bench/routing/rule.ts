/** Something that chooses whom to ask: ours, another gateway's, or an oracle's. */
import type { LlmError } from '../../src/llm/error.ts';
import type { Target } from '../../src/snapshot/snapshot.ts';
import type { Request } from './callers.ts';
import type { PromptCaches } from './provider-world.ts';

export interface Rule {
  /** As the table has it, with where it is described. */
  readonly name: string;
  /** Whom this request asks next, for as long as it goes unanswered; undefined: nobody any more. */
  begin(request: Request, now: number): (now: number) => Target | undefined;
  asked?(target: Target): void;
  answered?(request: Request, target: Target, answer: Answered): void;
  failed?(request: Request, target: Target, failure: Failed): void;
}

export interface Answered {
  readonly now: number;
  readonly firstTokenMs: number;
  readonly totalMs: number;
  readonly cachedTokens: number;
}

export interface Failed {
  readonly now: number;
  readonly error: LlmError;
  readonly totalMs: number;
}

/** Made for one run: with a clock and chance of its own. `caches` are for those that know what nobody can. */
export type MakeRule = (tools: {
  readonly now: () => number;
  readonly random: () => number;
  readonly caches: PromptCaches;
}) => Rule;
