/** Embeddings in three wire formats. */
import type { JsonObject } from '../dialects/dialect.ts';
import { openaiLimitHeaders } from '../dialects/limit-headers.ts';
import { readCount } from '../llm/usage.ts';
import { estimateValue } from './estimates.ts';
import type { ModelOperation, UsageReading } from './operation.ts';
import { isObject, lacks, reading, readPromptTokens } from './usage-readers.ts';
import { cohereVoice, geminiVoice, openaiVoice } from './voices.ts';

const shared = {
  kind: 'model',
  id: 'embeddings',
  method: 'POST',
  body: 'json',
  answer: 'json',
  soldBy: [['input']],
  exact: [],
  forwardedHeaders: [],
  forwardedQuery: [],
  limitHeaders: openaiLimitHeaders,
} as const;

/** https://platform.openai.com/docs/api-reference/embeddings/create */
export const openaiEmbeddings: ModelOperation = {
  ...shared,
  wire: 'openai-embeddings',
  path: '/v1/embeddings',
  aliases: ['/embeddings'],
  voice: openaiVoice,
  expect: (said) => ({ input: estimateValue(said.field('input')) }),
  readUsage: readPromptTokens,
  checkAnswer: lacks('data'),
};

/** https://docs.cohere.com/reference/embed */
export const cohereEmbeddings: ModelOperation = {
  ...shared,
  wire: 'cohere-embeddings',
  path: '/v2/embed',
  voice: cohereVoice,
  expect: (said) => ({
    input: estimateValue([said.field('texts'), said.field('images'), said.field('inputs')]),
  }),
  readUsage: readBilledTokens,
  checkAnswer: lacks('embeddings'),
};

/** https://ai.google.dev/api/embeddings */
export const geminiEmbedContent: ModelOperation = {
  ...shared,
  wire: 'gemini-embed-content',
  path: '/v1beta/models/{model}:embedContent',
  match: (path) => matchModel(path, 'embedContent'),
  voice: geminiVoice,
  expect: (said) => ({ input: estimateValue(said.field('content')) }),
  readUsage: readGeminiTokens,
  checkAnswer: lacks('embedding'),
};

export const geminiBatchEmbed: ModelOperation = {
  ...geminiEmbedContent,
  wire: 'gemini-embeddings',
  path: '/v1beta/models/{model}:batchEmbedContents',
  match: (path) => matchModel(path, 'batchEmbedContents'),
  expect: (said) => ({ input: estimateValue(contentsOf(said.field('requests'))) }),
  checkAnswer: lacks('embeddings'),
};

function contentsOf(requests: unknown): unknown {
  return Array.isArray(requests) ? requests.map((request) => (isObject(request) ? request.content : undefined)) : [];
}

function matchModel(path: string, verb: string): { model: string } | undefined {
  const match = /^\/v1(?:beta)?\/models\/([^:?#]{1,512}):([A-Za-z]+)$/.exec(path);
  if (match?.[2] !== verb) return undefined;
  try {
    return { model: decodeURIComponent(match[1] ?? '') };
  } catch {
    return undefined;
  }
}

/** `usageMetadata`, which older models leave out. Pictures and sound are apart in `promptTokenDetails`. */
export function readGeminiTokens(body: JsonObject): UsageReading | undefined {
  const { usageMetadata } = body;
  if (!isObject(usageMetadata)) return undefined;
  const flags: string[] = [];
  const input = readCount(usageMetadata.promptTokenCount, 'promptTokenCount', flags);
  if (input === undefined) return reading({}, flags);
  const details = [usageMetadata.promptTokensDetails, usageMetadata.promptTokenDetails].find(Array.isArray) ?? [];
  const of = (modality: string) =>
    readCount(
      details.filter(isObject).find((item) => item.modality === modality)?.tokenCount,
      `tokens of ${modality}`,
      flags,
    ) ?? 0;
  return reading({ input, imageInput: of('IMAGE'), audioInput: of('AUDIO') }, flags);
}

/** `meta.billed_units`: https://docs.cohere.com/reference/embed */
export function readBilledTokens(body: JsonObject): UsageReading | undefined {
  const units = isObject(body.meta) ? body.meta.billed_units : undefined;
  if (!isObject(units)) return undefined;
  const flags: string[] = [];
  const text = readCount(units.input_tokens, 'input_tokens', flags);
  const image = readCount(units.image_tokens, 'image_tokens', flags) ?? 0;
  return reading(text === undefined && image === 0 ? {} : { input: (text ?? 0) + image, imageInput: image }, flags);
}
