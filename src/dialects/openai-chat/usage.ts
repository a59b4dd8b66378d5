/**
 * Token counts both ways. On this wire the prompt includes what was read from and written to a cache; each kind is
 * subtracted here. https://platform.openai.com/docs/api-reference/chat/object#usage
 */
import { tierFlags } from '../../llm/unpriced.ts';
import { readCount, type Usage } from '../../llm/usage.ts';
import type { WireObject } from '../wire-object.ts';
import { type Fields, isFields } from './shape.ts';

export interface UsageReading {
  readonly usage: Partial<Usage>;
  /** What was wrong with the provider's count. */
  readonly flags: readonly string[];
}

type Writable = { -readonly [K in keyof Usage]?: Usage[K] };

/** Reads a `usage` object of any vendor; undefined when it is none, or says nothing. */
export function readUsage(value: unknown): UsageReading | undefined {
  if (!isFields(value)) return undefined;
  const flags: string[] = [];
  const usage: Writable = { ...readPrompt(value, flags), ...readCompletion(value, flags) };
  const searches = readSearches(value, flags);
  if (searches !== undefined) usage.webSearches = searches;
  return Object.keys(usage).length === 0 && flags.length === 0 ? undefined : { usage, flags };
}

/** The usage of a chunk or a body: on the top, or where Groq keeps it in a stream. */
export function findUsage(body: Fields): UsageReading | undefined {
  const vendor = body.x_groq;
  const reading = readUsage(body.usage) ?? (isFields(vendor) ? readUsage(vendor.usage) : undefined);
  return reading && { ...reading, flags: [...reading.flags, ...tierFlags(body.service_tier)] };
}

function readPrompt(value: Fields, flags: string[]): Writable {
  const prompt = readCount(value.prompt_tokens, 'prompt_tokens', flags);
  if (prompt === undefined) return {};
  const details = isFields(value.prompt_tokens_details) ? value.prompt_tokens_details : {};
  const read =
    readCount(details.cached_tokens, 'cached_tokens', flags) ??
    readCount(value.prompt_cache_hit_tokens, 'prompt_cache_hit_tokens', flags) ??
    readCount(value.cached_tokens, 'cached_tokens', flags) ??
    0;
  const written =
    readCount(details.cache_write_tokens, 'cache_write_tokens', flags) ??
    readCount(value.cache_creation_input_tokens, 'cache_creation_input_tokens', flags) ??
    0;
  // More cached than there was is on record (two providers): the prompt is the bound.
  const cacheRead = atMost(prompt, read, 'cached_tokens', flags);
  const cacheWrite5m = atMost(prompt - cacheRead, written, 'cache_write_tokens', flags);
  const input = prompt - cacheRead - cacheWrite5m;
  const audio = readCount(details.audio_tokens, 'prompt_audio_tokens', flags) ?? 0;
  return { input, cacheRead, cacheWrite5m, audioInput: Math.min(audio, input) };
}

function readCompletion(value: Fields, flags: string[]): Writable {
  const completion = readCount(value.completion_tokens, 'completion_tokens', flags);
  if (completion === undefined) return {};
  const details = isFields(value.completion_tokens_details) ? value.completion_tokens_details : {};
  const reasoning =
    readCount(details.reasoning_tokens, 'reasoning_tokens', flags) ??
    readCount(value.reasoning_tokens, 'reasoning_tokens', flags);
  const hidden = readHidden(value, completion, reasoning, flags);
  const output = completion + hidden;
  const thinking = atMost(output, reasoning ?? hidden, 'reasoning_tokens', flags);
  const audio = readCount(details.audio_tokens, 'completion_audio_tokens', flags) ?? 0;
  return { output, thinking, audioOutput: Math.min(audio, output) };
}

/**
 * Reasoning beside the completion instead of inside it shows in the total (grok-3-mini: 12 + 1 + 290 reasoning = 303;
 * Gemini's own endpoint of this dialect: 66 + 6 = 100, without a word on the 28). It was produced and is charged.
 */
function readHidden(value: Fields, completion: number, reasoning: number | undefined, flags: string[]): number {
  const prompt = readCount(value.prompt_tokens, 'prompt_tokens', []);
  const total = readCount(value.total_tokens, 'total_tokens', flags);
  if (prompt === undefined || total === undefined) return 0;
  const gap = total - prompt - completion;
  if (gap <= 0) return 0;
  if (gap === reasoning) return gap;
  flags.push('gap:total_tokens');
  return reasoning === undefined ? gap : 0;
}

function readSearches(value: Fields, flags: string[]): number | undefined {
  const server = [value.server_tool_use, value.server_tool_use_details].find(isFields);
  return (
    readCount(server?.web_search_requests, 'web_search_requests', flags) ??
    readCount(value.num_search_queries, 'num_search_queries', flags)
  );
}

function atMost(limit: number, count: number, field: string, flags: string[]): number {
  if (count > limit) flags.push(`clamped:${field}`);
  return Math.min(limit, count);
}

/** A whole `usage` object: never null, whatever the provider left out. */
export function renderUsage(usage: Partial<Usage>): WireObject {
  const { cacheRead = 0, cacheWrite5m = 0, cacheWrite1h = 0, audioInput = 0, audioOutput = 0 } = usage;
  const prompt = (usage.input ?? 0) + cacheRead + cacheWrite5m + cacheWrite1h;
  const completion = usage.output ?? 0;
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: {
      cached_tokens: cacheRead,
      cache_write_tokens: cacheWrite5m + cacheWrite1h,
      ...(audioInput > 0 && { audio_tokens: audioInput }),
    },
    completion_tokens_details: {
      reasoning_tokens: usage.thinking ?? 0,
      ...(audioOutput > 0 && { audio_tokens: audioOutput }),
    },
  };
}
