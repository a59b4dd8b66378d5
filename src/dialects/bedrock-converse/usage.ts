/**
 * Token counts. `inputTokens` leaves out what was read from and written to the cache, as `Usage` does; `totalTokens` is
 * the sum of all. https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_TokenUsage.html
 */
import { tierFlags } from '../../llm/unpriced.ts';
import { readCount, type Usage } from '../../llm/usage.ts';
import type { JsonObject } from '../dialect.ts';
import { isObject, type WireObject } from '../wire-object.ts';

export interface ReadUsage {
  readonly usage: Partial<Usage>;
  readonly flags: readonly string[];
}

/** The `usage` of an answer or of a stream's `metadata`; undefined when it says nothing. */
export function readUsage({ usage: value, serviceTier, performanceConfig }: JsonObject): ReadUsage | undefined {
  if (!isObject(value)) return undefined;
  const flags: string[] = [];
  // Each count of the cache comes under two names; the older one is on record alone.
  const count = (...names: readonly string[]) => {
    const name = names.find((candidate) => value[candidate] !== undefined && value[candidate] !== null);
    return name === undefined ? undefined : readCount(value[name], name, flags);
  };
  const found = {
    input: count('inputTokens'),
    output: count('outputTokens'),
    cacheRead: count('cacheReadInputTokens', 'cacheReadInputTokenCount'),
    ...splitWrites(count('cacheWriteInputTokens', 'cacheWriteInputTokenCount'), value.cacheDetails, flags),
  };
  const said = Object.entries(found).filter(([, number]) => number !== undefined);
  if (said.length === 0 && flags.length === 0) return undefined;
  if (isObject(serviceTier)) flags.push(...tierFlags(serviceTier.type));
  if (isObject(performanceConfig)) flags.push(...tierFlags(performanceConfig.latency, 'latency-'));
  return { usage: Object.fromEntries(said), flags };
}

/** `cacheDetails` splits the writes by how long they last; a write that it does not name lasts five minutes. */
function splitWrites(
  total: number | undefined,
  details: unknown,
  flags: string[],
): Pick<Partial<Usage>, 'cacheWrite5m' | 'cacheWrite1h'> {
  const list = Array.isArray(details) ? details.filter(isObject) : [];
  const sum = (ttl: string) =>
    list
      .filter((detail) => detail.ttl === ttl)
      .reduce((all, detail) => all + (readCount(detail.inputTokens, 'cacheDetails', flags) ?? 0), 0);
  const [short, cacheWrite1h] = [sum('5m'), sum('1h')];
  if (total === undefined && list.length === 0) return {};
  return { cacheWrite5m: Math.max(short, (total ?? 0) - cacheWrite1h), cacheWrite1h };
}

/** The counts as the caller reads them. What the provider never counted is estimated: SDKs take these fields as given. */
export function renderUsage(usage: Partial<Usage>, inputEstimate: number, outputCharacters: number): WireObject {
  const { cacheRead = 0, cacheWrite5m = 0, cacheWrite1h = 0 } = usage;
  const { input = inputEstimate, output = Math.ceil(outputCharacters / 4) } = usage;
  const details = [
    { ttl: '1h', inputTokens: cacheWrite1h },
    { ttl: '5m', inputTokens: cacheWrite5m },
  ].filter(({ inputTokens }) => inputTokens > 0);
  return {
    inputTokens: input,
    outputTokens: output,
    totalTokens: input + output + cacheRead + cacheWrite5m + cacheWrite1h,
    cacheReadInputTokens: cacheRead,
    cacheWriteInputTokens: cacheWrite5m + cacheWrite1h,
    ...(details.length > 0 && { cacheDetails: details }),
  };
}
