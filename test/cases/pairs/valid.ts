/** Whether a stream is one that the caller's own API could have written. */
import type { DialectId } from '../../../src/llm/chat.ts';
import { bedrockStreamViolations } from '../../validators/bedrock-stream.ts';
import { chatStreamViolations } from '../../validators/chat-stream.ts';
import { geminiStreamViolations } from '../../validators/gemini-stream.ts';
import { messagesStreamViolations } from '../../validators/messages-stream.ts';
import { responsesStreamViolations } from '../../validators/responses-stream.ts';

/** Callers of Chat are those that asked for their usage. */
export function violations(caller: DialectId, body: Buffer, outcome: 'whole' | 'failed'): string[] {
  const text = body.toString();
  switch (caller) {
    case 'openai-chat':
      return chatStreamViolations(text, { includeUsage: true, outcome });
    case 'openai-responses':
      return responsesStreamViolations(text, { outcome });
    case 'anthropic':
      return messagesStreamViolations(text, { outcome });
    case 'gemini':
      return geminiStreamViolations(text, { outcome });
    case 'bedrock-converse':
      return bedrockStreamViolations(body, { outcome });
  }
}
