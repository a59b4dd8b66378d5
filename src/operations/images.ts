/**
 * Pictures: made from words, edited, varied. https://platform.openai.com/docs/api-reference/images
 */
import type { JsonObject } from '../dialects/dialect.ts';
import { openaiLimitHeaders } from '../dialects/limit-headers.ts';
import { estimateValue } from './estimates.ts';
import type { ModelOperation, Said, UsageReading } from './operation.ts';
import { type Counts, isObject, lacks, readInputTokens, reading } from './usage-readers.ts';
import { openaiVoice } from './voices.ts';

const shared = {
  kind: 'model',
  method: 'POST',
  answer: 'json',
  // Output by tokens (with the prompt beside it) or by the piece: which it is, the price says.
  soldBy: [['input', 'output'], ['perImage']],
  exact: [],
  forwardedHeaders: [],
  forwardedQuery: [],
  limitHeaders: openaiLimitHeaders,
  voice: openaiVoice,
  expect,
  readUsage: readImages,
  checkAnswer: lacks('data'),
} as const;

export const imageGenerations: ModelOperation = {
  ...shared,
  id: 'images',
  wire: 'openai-images',
  path: '/v1/images/generations',
  aliases: ['/images/generations'],
  body: 'json',
};

/** A form with the pictures, or JSON with references to them: the content type says which. */
export const imageEdits: ModelOperation = {
  ...shared,
  id: 'image-edits',
  wire: 'openai-image-edits',
  path: '/v1/images/edits',
  aliases: ['/images/edits'],
  body: 'multipart',
};

export const imageVariations: ModelOperation = {
  ...shared,
  id: 'image-variations',
  wire: 'openai-image-variations',
  path: '/v1/images/variations',
  aliases: ['/images/variations'],
  body: 'multipart',
};

/** Of a picture of 1024 x 1024 in high quality: https://platform.openai.com/docs/guides/image-generation#cost-and-latency */
const tokensPerImage = 4160;
const imagesMax = 1000;

function expect(said: Said) {
  const n = Number(said.field('n') ?? 1);
  const images = Number.isInteger(n) && n > 0 ? Math.min(n, imagesMax) : 1;
  const output = images * tokensPerImage;
  return { input: estimateValue(said.field('prompt')), output, imageOutput: output, images };
}

/** Pictures are counted as they came; a failed one is not among them. Output is pictures unless details say otherwise. */
function readImages(body: JsonObject): UsageReading | undefined {
  const tokens = readInputTokens(body);
  const counts: Counts = { ...tokens?.usage };
  const hasDetails = isObject(body.usage) && isObject(body.usage.output_tokens_details);
  if (counts.output !== undefined && !hasDetails) counts.imageOutput = counts.output;
  if (Array.isArray(body.data)) counts.images = body.data.length;
  return reading(counts, tokens?.flags ?? []);
}
