/** Counts in answers, in all the words in which providers say them. */
import type { JsonObject } from '../dialects/dialect.ts';
import { openaiChat } from '../dialects/openai-chat/index.ts';
import type { LlmError } from '../llm/error.ts';
import { readCount, type Usage } from '../llm/usage.ts';
import type { UsageReading } from './operation.ts';

export type Counts = { -readonly [K in keyof Usage]?: Usage[K] };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `usage` of chat's shape (`prompt_tokens`), or one that has only a total (https://docs.voyageai.com/reference). */
export function readPromptTokens(body: JsonObject): UsageReading | undefined {
  const { usage } = body;
  if (!isObject(usage)) return undefined;
  if (usage.prompt_tokens !== undefined) return openaiChat.readUsage(body);
  const flags: string[] = [];
  const input = readCount(usage.total_tokens, 'total_tokens', flags);
  return reading({ ...(input !== undefined && { input }) }, flags);
}

/**
 * `input_tokens` and `output_tokens` with details of text, pictures and sound.
 * https://platform.openai.com/docs/api-reference/images/object · /docs/api-reference/audio/json-object
 */
export function readInputTokens(body: JsonObject): UsageReading | undefined {
  const { usage } = body;
  if (!isObject(usage)) return undefined;
  const flags: string[] = [];
  const counts: Counts = {};
  const total = readCount(usage.input_tokens, 'input_tokens', flags);
  const inputDetails = [usage.input_tokens_details, usage.input_token_details].find(isObject) ?? {};
  const outputDetails = [usage.output_tokens_details, usage.output_token_details].find(isObject) ?? {};
  if (total !== undefined) {
    const cacheRead = Math.min(total, readCount(inputDetails.cached_tokens, 'cached_tokens', flags) ?? 0);
    counts.input = total - cacheRead;
    counts.cacheRead = cacheRead;
    counts.imageInput = readCount(inputDetails.image_tokens, 'image_tokens', flags) ?? 0;
    counts.audioInput = readCount(inputDetails.audio_tokens, 'audio_tokens', flags) ?? 0;
  }
  const output = readCount(usage.output_tokens, 'output_tokens', flags);
  if (output !== undefined) {
    counts.output = output;
    counts.imageOutput = readCount(outputDetails.image_tokens, 'image_tokens', flags) ?? 0;
    counts.thinking = readCount(outputDetails.reasoning_tokens, 'reasoning_tokens', flags) ?? 0;
  }
  return reading(counts, flags);
}

export function reading(counts: Counts, flags: readonly string[]): UsageReading | undefined {
  return Object.keys(counts).length === 0 && flags.length === 0 ? undefined : { usage: counts, flags };
}

/** A body with status 200 that says it is an error (`{"error":…}`), or that has not what every answer has. */
export function lacks(name: string): (body: JsonObject) => LlmError | undefined {
  return (body) => {
    if (body[name] !== undefined && body[name] !== null) return undefined;
    if (body.error !== undefined) return openaiChat.checkResponse(body) ?? noAnswer(name);
    return noAnswer(name);
  };
}

function noAnswer(name: string): LlmError {
  return {
    kind: 'upstream',
    message: `The provider's answer has no ${name}.`,
    code: 'upstream_answer',
  };
}
