/** Kept content as the API tells it: as it was sent and got, and as a conversation where it can be read as one. */
import { z } from 'zod';
import type { ContentBlock, ContentTurn, ConversationReader, KeptContent, KeptSide } from './kept-content.ts';

const text = z.string().nullable();

const block = z
  .object({
    type: z.enum(['text', 'thinking', 'refusal', 'tool-call', 'tool-result', 'media', 'other']),
    text: text.describe('Text, arguments or result; of media, where it is.'),
    name: text,
    callId: text.describe('That a call and its result share.'),
    mediaType: text,
    isError: z.boolean(),
  })
  .meta({ id: 'ContentBlock' });

const turn = z
  .object({ role: z.enum(['system', 'user', 'assistant']), blocks: z.array(block) })
  .meta({ id: 'ContentTurn' });

const side = {
  text: text.describe('As it was on the wire, redacted; null where it was a stream, which blocks tell whole.'),
  encoding: z.enum(['text', 'base64']),
  bytes: z.number().describe('Of the whole.'),
  isCut: z.boolean().describe('It was longer than is kept.'),
};

export const storedContent = z
  .object({
    asked: z.string().describe('Method and path.'),
    operation: z.string(),
    dialect: z.string(),
    model: z.string(),
    request: z.object(side),
    answer: z.object({ ...side, status: z.number(), contentType: z.string() }),
    turns: z.array(turn).nullable().describe('What was sent; null where it cannot be read as a conversation.'),
    answerBlocks: z.array(block).nullable().describe('What was answered; null where it cannot be read.'),
  })
  .meta({ id: 'StoredContent' });

/** `reader` absent: this process knows no dialects, and tells only what came over the wire. */
export function shownContent(
  content: KeptContent,
  reader: ConversationReader | undefined,
): z.output<typeof storedContent> {
  const { asked, operation, dialect, model, request, answer } = content;
  const turns = request.text === undefined || request.isCut ? undefined : reader?.turns(dialect, model, request.text);
  return {
    asked,
    operation,
    dialect,
    model,
    request: shownSide(request),
    answer: { ...shownSide(answer), status: answer.status, contentType: answer.contentType },
    turns: turns?.map(shownTurn) ?? null,
    answerBlocks: answerOf(content, reader)?.map(shownBlock) ?? null,
  };
}

function answerOf({ dialect, answer }: KeptContent, reader: ConversationReader | undefined) {
  if (answer.blocks !== undefined) return answer.blocks;
  if (answer.text === undefined || answer.encoding !== undefined || answer.status >= 300 || answer.isCut)
    return undefined;
  return reader?.answer(dialect, false, Buffer.from(answer.text));
}

function shownSide({ text: said, encoding, bytes, isCut }: KeptSide) {
  return { text: said ?? null, encoding: encoding ?? ('text' as const), bytes, isCut };
}

function shownTurn({ role, blocks }: ContentTurn) {
  return { role, blocks: blocks.map(shownBlock) };
}

function shownBlock({ type, text: said, name, callId, mediaType, isError }: ContentBlock) {
  return {
    type,
    text: said ?? null,
    name: name ?? null,
    callId: callId ?? null,
    mediaType: mediaType ?? null,
    isError: isError ?? false,
  };
}
