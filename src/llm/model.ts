import type { Effort } from './chat.ts';

/** What the catalogue knows of the model that a request is rendered for. Facts about a model, never about a vendor. */
export interface TargetModel {
  /** The name that goes on the wire. */
  readonly name: string;
  /** Most output tokens the model can be asked for. */
  readonly outputTokensMax?: number;
  /** How the model takes thinking: not at all, by a token budget, adaptively, or by an effort word. Undefined: unknown. */
  readonly thinking?: 'none' | 'budget' | 'adaptive' | 'effort';
  /** The only effort words that it takes, where it does not take all that its API has. Undefined: unknown. */
  readonly efforts?: readonly Effort[];
  /** The budgets that it takes, in tokens, and whether 0 keeps it from thinking. Undefined: unknown. */
  readonly thinkingBudget?: { readonly min: number; readonly max: number; readonly mayBeOff: boolean };
  /** Refuses a tool call in the conversation that has no seal of its own. */
  readonly callSeals?: true;
  /** Where it refuses marks of the prompt's prefix: everywhere, or among its tools. Undefined: nowhere, or unknown. */
  readonly refusesCacheMarks?: 'everywhere' | 'in-tools';
  /** Takes pictures and documents inside the result of a tool. */
  readonly resultMedia?: true;
  /** A reasoning model that refuses temperature, top_p and penalties, and wants `max_completion_tokens`. */
  readonly fixedSampling?: boolean;
  /** Takes role `developer` for instructions. */
  readonly developerRole?: boolean;
  /** Takes instructions in the middle of a conversation (role `system` in Anthropic's `messages`). Undefined: unknown. */
  readonly systemTurns?: boolean;
}
