/** The registry of wire formats: one line each. */
import type { DialectId } from '../llm/chat.ts';
import { anthropic } from './anthropic/index.ts';
import { bedrockConverse } from './bedrock-converse/index.ts';
import type { Dialect } from './dialect.ts';
import { gemini } from './gemini/index.ts';
import { openaiChat } from './openai-chat/index.ts';
import { openaiResponses } from './openai-responses/index.ts';

export const dialects: Partial<Record<DialectId, Dialect>> = {
  'openai-chat': openaiChat,
  'openai-responses': openaiResponses,
  anthropic,
  gemini,
  'bedrock-converse': bedrockConverse,
};
