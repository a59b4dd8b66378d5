/** Sound: spoken text, and text from speech. https://platform.openai.com/docs/api-reference/audio */
import type { JsonObject } from '../dialects/dialect.ts';
import { openaiLimitHeaders } from '../dialects/limit-headers.ts';
import { readCount } from '../llm/usage.ts';
import { estimateValue } from './estimates.ts';
import type { ModelOperation, Said, UsageReading } from './operation.ts';
import { isObject, lacks, readInputTokens, reading, readPromptTokens } from './usage-readers.ts';
import { openaiVoice } from './voices.ts';

const shared = {
  kind: 'model',
  method: 'POST',
  answer: 'any',
  forwardedHeaders: [],
  forwardedQuery: [],
  limitHeaders: openaiLimitHeaders,
  voice: openaiVoice,
} as const;

/** The answer is sound, which says nothing of what it cost, or a stream of events that does. */
export const speech: ModelOperation = {
  ...shared,
  id: 'speech',
  wire: 'openai-speech',
  path: '/v1/audio/speech',
  aliases: ['/audio/speech'],
  body: 'json',
  soldBy: [['perCharacter'], ['input', 'output']],
  exact: ['characters'],
  expect: expectSpeech,
  readUsage: readInputTokens,
  checkAnswer: (body) => (body.error === undefined ? undefined : lacks('audio')(body)),
};

/**
 * About 15 characters are spoken in a second, and a second is about 21 tokens ($0.015 a minute at $12 a million):
 * https://platform.openai.com/docs/pricing
 */
const tokensPerCharacter = 1.4;

function expectSpeech(said: Said) {
  const input = said.field('input');
  const characters = typeof input === 'string' ? [...input].length : 0;
  return {
    characters,
    input: estimateValue(input) + estimateValue(said.field('instructions')),
    output: Math.ceil(characters * tokensPerCharacter),
  };
}

export const transcriptions: ModelOperation = {
  ...shared,
  id: 'transcriptions',
  wire: 'openai-transcriptions',
  path: '/v1/audio/transcriptions',
  aliases: ['/audio/transcriptions'],
  body: 'multipart',
  soldBy: [['perAudioSecond'], ['input', 'output']],
  exact: [],
  expect: expectListening,
  readUsage: readListening,
  checkAnswer: lacks('text'),
};

export const translations: ModelOperation = {
  ...transcriptions,
  id: 'translations',
  wire: 'openai-translations',
  path: '/v1/audio/translations',
  aliases: ['/audio/translations'],
};

/** Of compressed speech at 128 kbit/s. */
const bytesPerSecond = 16_000;
/** https://platform.openai.com/docs/pricing: $0.006 a minute at $6 a million tokens of sound, and about as much text. */
const tokensPerSecond = 17;

/** Where an answer says nothing (plain text, subtitles), the length follows from the file's size. */
function expectListening(said: Said) {
  const seconds = Math.max(1, Math.ceil(said.fileBytes / (said.fileBytesPerSecond ?? bytesPerSecond)));
  const tokens = seconds * tokensPerSecond;
  return {
    audioSeconds: seconds,
    input: tokens + estimateValue(said.field('prompt')),
    audioInput: tokens,
    output: seconds * 4,
  };
}

/**
 * `usage` by tokens or by duration; without it, the duration that `verbose_json` has, and the words are counted.
 * Mistral counts seconds and tokens in one: `prompt_audio_seconds`, https://docs.mistral.ai/api/endpoint/audio/transcriptions
 */
function readListening(body: JsonObject): UsageReading | undefined {
  const flags: string[] = [];
  const usage = isObject(body.usage) ? body.usage : {};
  const seconds = [usage.seconds, usage.prompt_audio_seconds, body.duration].find(
    (value) => value !== undefined && value !== null,
  );
  const duration = typeof seconds === 'string' ? Number(seconds) : seconds;
  const audioSeconds = readCount(duration, 'seconds', flags);
  const tokens = usage.prompt_tokens === undefined ? readInputTokens(body) : readPromptTokens(body);
  const counts = { ...tokens?.usage, ...(audioSeconds !== undefined && { audioSeconds }) };
  // A length is rarely whole; rounded up it is no lie.
  const lies = [...(tokens?.flags ?? []), ...flags].filter((flag) => flag !== 'fraction:seconds');
  return reading(counts, lies);
}
