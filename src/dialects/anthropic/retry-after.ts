/** How long a provider asks to wait. https://platform.claude.com/docs/en/api/rate-limits#response-headers */
import { type ResponseHeaders, readRetryAfterMs, retryAfterMsMax } from '../../llm/retry-after.ts';

const limits = ['requests', 'tokens', 'input-tokens', 'output-tokens'];

/**
 * `retry-after`, or else the moment when this API's used-up limits are full again, read against the answer's own `date`
 * so that two clocks never have to agree.
 */
export function retryAfterMs(headers: ResponseHeaders): number | undefined {
  const asked = readRetryAfterMs(headers);
  if (asked !== undefined) return asked;
  const nowMs = Date.parse(one(headers, 'date') ?? '');
  const waitsMs = limits.flatMap((limit) => {
    if (one(headers, `anthropic-ratelimit-${limit}-remaining`) !== '0') return [];
    const waitMs = Date.parse(one(headers, `anthropic-ratelimit-${limit}-reset`) ?? '') - nowMs;
    return waitMs >= 0 && waitMs <= retryAfterMsMax ? [waitMs] : [];
  });
  return waitsMs.length === 0 ? undefined : Math.max(...waitsMs);
}

function one(headers: ResponseHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : value?.[0];
}
