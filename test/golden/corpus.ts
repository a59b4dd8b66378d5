/** The dialects of the matrix: each that is registered joins with its fixtures. */
import { dialects } from '../../src/dialects/index.ts';
import { anthropicFixtures } from './anthropic/fixtures.ts';
import type { Fixtures } from './features.ts';
import { openaiChatFixtures } from './openai-chat/fixtures.ts';

const all: readonly Fixtures[] = [openaiChatFixtures, anthropicFixtures];

export const corpus: readonly Fixtures[] = all.filter(({ id }) => dialects[id] !== undefined);
