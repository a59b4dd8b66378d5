/** Whether a stream is one that the caller's own API could have written. */
import type { DialectId } from '../../../src/llm/chat.ts';
import { bedrockStreamViolations } from '../../validators/bedrock-stream.ts';
import { chatStreamViolations } from '../../validators/chat-stream.ts';
import { geminiStreamViolations } from '../../validators/gemini-stream.ts';
import { messagesStreamViolations } from '../../validators/messages-stream.ts';
import { responsesStreamViolations } from '../../validators/responses-stream.ts';

type Outcome = 'whole' | 'failed';

/** Chat streams are those of a caller that asked for its usage, unless it is said otherwise. */
export function violations(caller: DialectId, body: Buffer, outcome: Outcome, includeUsage = true): string[] {
  const text = body.toString();
  switch (caller) {
    case 'openai-chat':
      return chatStreamViolations(text, { includeUsage, outcome });
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
