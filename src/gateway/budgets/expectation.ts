/** What a request is expected to use, before anybody is asked. */
import type { Usage } from '../../llm/usage.ts';
import type { Target } from '../../snapshot/snapshot.ts';

export interface ExpectedUse {
  readonly usage: Usage;
  /** More output than this the caller does not want. */
  readonly outputMax: number;
}

/**
 * What a request is expected to use of a model: quickly, which is too much rather than too little, or closely, which
 * costs a parse.
 */
export type Expected = (target: Target | undefined, closely: boolean) => ExpectedUse;
