/**
 * Token counts. `input_tokens` leaves out what was read from and written to the cache, as `Usage` does.
 * https://platform.claude.com/docs/en/build-with-claude/prompt-caching#tracking-cache-performance
 */
import { tierFlags } from '../../llm/unpriced.ts';
import { readCount, type Usage } from '../../llm/usage.ts';
import type { JsonObject } from '../dialect.ts';
import { isObject, type WireObject } from '../wire-object.ts';

/**
 * Merges the counts of one answer: `message_start` has early ones, each `message_delta` cumulative ones that may correct
 * them, and null or absent means "as before". Only `message_start` splits cache writes by lifetime, so the split is kept.
 */
export class UsageReader {
  usage: Partial<Usage> | undefined;
  readonly flags: string[] = [];

  read(value: unknown): void {
    if (!isObject(value)) return;
    const flags: string[] = [];
    const details = isObject(value.output_tokens_details) ? value.output_tokens_details : {};
    const server = isObject(value.server_tool_use) ? value.server_tool_use : {};
    const found = {
      input: readCount(value.input_tokens, 'input_tokens', flags),
      output: readCount(value.output_tokens, 'output_tokens', flags),
      cacheRead: readCount(value.cache_read_input_tokens, 'cache_read_input_tokens', flags),
      ...this.#cacheWrites(value, flags),
      thinking: readCount(details.thinking_tokens, 'thinking_tokens', flags),
      webSearches: readCount(server.web_search_requests, 'web_search_requests', flags),
    };
    flags.push(...besides(value.iterations), ...tiers(value));
    for (const flag of flags) if (!this.flags.includes(flag)) this.flags.push(flag);
    const said = Object.entries(found).filter(([, count]) => count !== undefined);
    if (said.length > 0) this.usage = { ...this.usage, ...Object.fromEntries(said) };
  }

  #cacheWrites(value: JsonObject, flags: string[]): Pick<Partial<Usage>, 'cacheWrite5m' | 'cacheWrite1h'> {
    const total = readCount(value.cache_creation_input_tokens, 'cache_creation_input_tokens', flags);
    const split = isObject(value.cache_creation) ? value.cache_creation : {};
    const short = readCount(split.ephemeral_5m_input_tokens, 'ephemeral_5m_input_tokens', flags);
    const long = readCount(split.ephemeral_1h_input_tokens, 'ephemeral_1h_input_tokens', flags) ?? (short && 0);
    if (total === undefined && short === undefined && long === undefined) return {};
    const cacheWrite1h = long ?? Math.min(this.usage?.cacheWrite1h ?? 0, total ?? 0);
    const rest = total === undefined ? 0 : Math.max(0, total - cacheWrite1h);
    return { cacheWrite5m: Math.max(short ?? 0, rest), cacheWrite1h };
  }
}

/** https://platform.claude.com/docs/en/about-claude/pricing: a fast mode and a place to compute have prices of their own. */
function tiers({ service_tier: tier, speed, inference_geo: geo }: JsonObject): string[] {
  return [...tierFlags(tier), ...tierFlags(speed, 'speed-'), ...tierFlags(geo, 'geo-')];
}

/**
 * Passes that the provider bills beside the answer's own (a compaction of the conversation, a second model that
 * advises) are not in its counts, and the second model has another price: they are flagged, not added.
 * https://platform.claude.com/docs/en/build-with-claude/compaction
 */
function besides(iterations: unknown): string[] {
  if (!Array.isArray(iterations)) return [];
  const types = iterations.flatMap((item) => (isObject(item) && typeof item.type === 'string' ? [item.type] : []));
  return types.filter((type) => type !== 'message').map((type) => `beside:${type.slice(0, 40)}`);
}

export function readUsage(body: JsonObject): { usage: Partial<Usage>; flags: readonly string[] } | undefined {
  const reader = new UsageReader();
  reader.read(body.usage);
  return reader.usage === undefined ? undefined : { usage: reader.usage, flags: reader.flags };
}

/**
 * The counts as the caller of this dialect reads them; cache fields are always there, the rest where it is known. For a
 * provider that never counted, the caller is shown an estimate, not null; what is charged is counted elsewhere.
 */
export function renderUsage(usage: Partial<Usage>, inputEstimate: number, outputCharacters: number): WireObject {
  const { cacheWrite5m = 0, cacheWrite1h = 0, thinking, webSearches } = usage;
  return {
    input_tokens: usage.input ?? inputEstimate,
    cache_creation_input_tokens: cacheWrite5m + cacheWrite1h,
    cache_read_input_tokens: usage.cacheRead ?? 0,
    cache_creation: { ephemeral_5m_input_tokens: cacheWrite5m, ephemeral_1h_input_tokens: cacheWrite1h },
    output_tokens: usage.output ?? Math.ceil(outputCharacters / 4),
    ...(thinking !== undefined && { output_tokens_details: { thinking_tokens: thinking } }),
    ...(webSearches && { server_tool_use: { web_search_requests: webSearches } }),
  };
}
