/**
 * Token counts both ways. On this wire the input includes what was read from and written to a cache, and the output
 * includes reasoning. https://platform.openai.com/docs/api-reference/responses/object#responses/object-usage
 */
import { tierFlags } from '../../llm/unpriced.ts';
import { readCount, type Usage } from '../../llm/usage.ts';
import type { JsonObject } from '../dialect.ts';
import { type Fields, isFields } from '../openai-chat/shape.ts';
import type { WireObject } from '../wire-object.ts';

export interface UsageReading {
  readonly usage: Partial<Usage>;
  /** What was wrong with the provider's count. */
  readonly flags: readonly string[];
}

/** The usage of a whole answer (a compaction's too); undefined when it says none. */
export function readUsage(answer: JsonObject): UsageReading | undefined {
  const { usage: value } = answer;
  if (!isFields(value)) return undefined;
  const flags: string[] = [];
  const usage = { ...readInput(value, flags), ...readOutput(value, flags) };
  const webSearches = countSearches(answer.output);
  if (Object.keys(usage).length === 0 && flags.length === 0) return undefined;
  flags.push(...tierFlags(answer.service_tier));
  return { usage: { ...usage, ...(webSearches > 0 && { webSearches }) }, flags };
}

function readInput(value: Fields, flags: string[]): Partial<Usage> {
  const all = readCount(value.input_tokens, 'input_tokens', flags);
  if (all === undefined) return {};
  const details = isFields(value.input_tokens_details) ? value.input_tokens_details : {};
  const read = readCount(details.cached_tokens, 'cached_tokens', flags) ?? 0;
  const written = readCount(details.cache_write_tokens, 'cache_write_tokens', flags) ?? 0;
  const cacheRead = atMost(all, read, 'cached_tokens', flags);
  const cacheWrite5m = atMost(all - cacheRead, written, 'cache_write_tokens', flags);
  return { input: all - cacheRead - cacheWrite5m, cacheRead, cacheWrite5m };
}

function readOutput(value: Fields, flags: string[]): Partial<Usage> {
  const output = readCount(value.output_tokens, 'output_tokens', flags);
  if (output === undefined) return {};
  const details = isFields(value.output_tokens_details) ? value.output_tokens_details : {};
  const reasoning = readCount(details.reasoning_tokens, 'reasoning_tokens', flags) ?? 0;
  return { output, thinking: atMost(output, reasoning, 'reasoning_tokens', flags) };
}

/** Searches are charged by the call; opening a page and looking into it are not. https://platform.openai.com/docs/pricing */
function countSearches(output: unknown): number {
  if (!Array.isArray(output)) return 0;
  return output.filter((item) => {
    if (!isFields(item) || item.type !== 'web_search_call') return false;
    return !isFields(item.action) || item.action.type === undefined || item.action.type === 'search';
  }).length;
}

function atMost(limit: number, count: number, field: string, flags: string[]): number {
  if (count > limit) flags.push(`clamped:${field}`);
  return Math.min(limit, count);
}

/** A whole `usage` object, every field of it. */
export function renderUsage(usage: Partial<Usage>): WireObject {
  const { cacheRead = 0, cacheWrite5m = 0, cacheWrite1h = 0, output = 0 } = usage;
  const written = cacheWrite5m + cacheWrite1h;
  const input = (usage.input ?? 0) + cacheRead + written;
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: cacheRead, cache_write_tokens: written },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: usage.thinking ?? 0 },
    total_tokens: input + output,
  };
}
