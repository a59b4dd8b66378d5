import type { Usage } from '../../llm/usage.ts';

/** What a request used, as far as the provider is believed. */
export interface JudgedUsage {
  readonly usage: Usage;
  /** At least one count is ours. */
  readonly estimated: boolean;
  readonly flags: readonly string[];
  readonly charged: boolean;
}
