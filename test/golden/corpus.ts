/** The dialects of the matrix: each that is registered joins with its fixtures. */
import { dialects } from '../../src/dialects/index.ts';
import { anthropicFixtures } from './anthropic/fixtures.ts';
import { bedrockConverseFixtures } from './bedrock-converse/fixtures.ts';
import type { Fixtures } from './features.ts';
import { geminiFixtures } from './gemini/fixtures.ts';
import { openaiChatFixtures } from './openai-chat/fixtures.ts';
import { openaiResponsesFixtures } from './openai-responses/fixtures.ts';

/** Whether or not the gateway speaks them: fixtures are also read by the tests of their own readers. */
export const fixtures: readonly Fixtures[] = [
  openaiChatFixtures,
  openaiResponsesFixtures,
  anthropicFixtures,
  geminiFixtures,
  bedrockConverseFixtures,
];

export const corpus: readonly Fixtures[] = fixtures.filter(({ id }) => dialects[id] !== undefined);
