/** When a provider says to come back. https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Retry-After */

export type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** A wait longer than this is not believed to be meant for a caller that is waiting. */
export const retryAfterMsMax = 24 * 60 * 60 * 1000;

/**
 * Reads `retry-after-ms`, `retry-after` (seconds, or a date, measured against the answer's own `date` header, so that
 * neither clock has to be right) and OpenAI's `x-ratelimit-reset-*` ("6m0s", "120ms") of the limit that is used up.
 */
export function readRetryAfterMs(headers: ResponseHeaders): number | undefined {
  const ms = plausible(Number(one(headers, 'retry-after-ms') ?? Number.NaN));
  if (ms !== undefined) return ms;
  const after = one(headers, 'retry-after');
  if (after !== undefined) {
    const seconds = plausible(Number(after) * 1000);
    if (seconds !== undefined) return seconds;
    const date = plausible(Date.parse(after) - Date.parse(one(headers, 'date') ?? ''));
    if (date !== undefined) return date;
  }
  const resets = ['requests', 'tokens'].map((limit) => {
    if (one(headers, `x-ratelimit-remaining-${limit}`) !== '0') return undefined;
    return readSpan(one(headers, `x-ratelimit-reset-${limit}`));
  });
  const longest = Math.max(...resets.map((reset) => reset ?? -1));
  return plausible(longest);
}

function one(headers: ResponseHeaders, name: string): string | undefined {
  const value = headers[name];
  const text = (Array.isArray(value) ? value[0] : value)?.trim();
  return text === '' ? undefined : text;
}

function plausible(ms: number): number | undefined {
  return ms >= 0 && ms <= retryAfterMsMax ? Math.ceil(ms) : undefined;
}

const unitsMs: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

/** A span in Go's notation: `1h2m3.5s`, `120ms`. */
function readSpan(text: string | undefined): number | undefined {
  if (text === undefined || !/^(\d+(\.\d+)?(h|ms|m|s))+$/.test(text)) return undefined;
  let sum = 0;
  for (const [, count, unit = ''] of text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s)/g))
    sum += Number(count) * (unitsMs[unit] ?? 0);
  return sum;
}
