/** How an attempt ends that another was faster than: no fault of its target. */
import type { LlmError } from '../../llm/error.ts';

export const hedgeLost: LlmError = {
  kind: 'unavailable',
  message: 'Another target was asked as well, and answered first.',
  code: 'hedge_lost',
};
