/** Rate limits in the file: the same leaves at a key, a project, an organization, a route and a model. */
import { z } from 'zod';
import { type LimitName, limitMax } from '../llm/limits.ts';
import { wholeNumber } from './leaves.ts';

/** `whose`: as the reference page says it. */
export function rateLimits(whose: string) {
  const limit = (meaning: string) => wholeNumber(1, limitMax).optional().describe(meaning);
  const most = (what: string, when: string, more = '') => limit(`Most ${what} ${whose} in ${when}${more}.`);
  return z
    .strictObject({
      requestsPerMinute: limit(`Most requests ${whose} in 60 seconds; one more gets 429. Absent: no limit.`),
      requestsPerDay: most('requests', '24 hours'),
      tokensPerMinute: most('tokens', '60 seconds', ', input and output together'),
      tokensPerDay: most('tokens', '24 hours', ', input and output together'),
      inputTokensPerMinute: most('input tokens', '60 seconds', ', cached ones too'),
      inputTokensPerDay: most('input tokens', '24 hours'),
      outputTokensPerMinute: most('output tokens', '60 seconds', ', counted when an answer has ended'),
      outputTokensPerDay: most('output tokens', '24 hours'),
      concurrentRequests: limit(`Most requests ${whose} that run at the same time.`),
    } satisfies Record<LimitName, z.ZodType>)
    .optional();
}
