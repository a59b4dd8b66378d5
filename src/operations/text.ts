/** Moderation and the completions of before there were chats. */
import { openaiLimitHeaders } from '../dialects/limit-headers.ts';
import { openaiChat } from '../dialects/openai-chat/index.ts';
import { type JsonScan, readField } from '../lib/json.ts';
import { estimateValue } from './estimates.ts';
import type { ModelOperation, RelayEdits } from './operation.ts';
import { isObject, lacks, readPromptTokens } from './usage-readers.ts';
import { openaiVoice } from './voices.ts';

const shared = {
  kind: 'model',
  method: 'POST',
  body: 'json',
  answer: 'json',
  exact: [],
  forwardedHeaders: ['openai-beta'],
  forwardedQuery: [],
  limitHeaders: openaiLimitHeaders,
  voice: openaiVoice,
} as const;

/** https://platform.openai.com/docs/api-reference/moderations/create */
export const moderations: ModelOperation = {
  ...shared,
  id: 'moderations',
  wire: 'openai-moderations',
  path: '/v1/moderations',
  aliases: ['/moderations'],
  modelDefault: 'omni-moderation-latest',
  soldBy: [['input']],
  expect: (said) => ({ input: estimateValue(said.field('input')) }),
  readUsage: readPromptTokens,
  checkAnswer: lacks('results'),
};

/** https://platform.openai.com/docs/api-reference/completions/create */
export const completions: ModelOperation = {
  ...shared,
  id: 'completions',
  wire: 'openai-completions',
  path: '/v1/completions',
  aliases: ['/completions'],
  soldBy: [['input', 'output']],
  expect: (said) => ({ input: estimateValue([said.field('prompt'), said.field('suffix')]) }),
  readUsage: (body) => openaiChat.readUsage(body),
  checkAnswer: lacks('choices'),
  planRelay: askForUsage,
};

/** A stream says what it used only when it is asked (`stream_options.include_usage`). */
function askForUsage(scan: JsonScan, stream: boolean): RelayEdits {
  if (!stream) return { edits: [], withholdUsage: false };
  const asked = readField(scan, 'stream_options');
  if (isObject(asked) && asked.include_usage === true) return { edits: [], withholdUsage: false };
  const value = JSON.stringify({ ...(isObject(asked) ? asked : {}), include_usage: true });
  return { edits: [{ name: 'stream_options', value }], withholdUsage: true };
}
