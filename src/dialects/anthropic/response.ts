/** Reads a whole answer. https://platform.claude.com/docs/en/api/messages */
import type { ChatEvent, Emit } from '../../llm/chat.ts';
import { type LlmError, LlmFailure } from '../../llm/error.ts';
import type { JsonObject } from '../dialect.ts';
import { isObject } from '../wire-object.ts';
import { emitBlock, endCarried, stopOf } from './answer.ts';
import { parseError } from './error.ts';
import { readUsage } from './usage.ts';

const modelled = ['id', 'type', 'role', 'model', 'content', 'stop_reason', 'stop_sequence', 'usage'];

export function parseResponse(body: JsonObject, emit: Emit<ChatEvent>): void {
  const error = checkResponse(body);
  if (error !== undefined) throw new LlmFailure(error);
  const counted = readUsage(body);
  if (counted !== undefined) emit({ type: 'usage', usage: counted.usage, flags: counted.flags });
  emit({ type: 'start', id: String(body.id ?? ''), model: String(body.model ?? '') });
  const content = Array.isArray(body.content) ? body.content : [];
  let index = 0;
  for (const block of content) if (!isBlankText(block)) emitBlock(block, index++, emit);
  const rest = Object.fromEntries(Object.entries(body).filter(([key]) => !modelled.includes(key)));
  const carried = endCarried(rest, body.stop_reason, body.usage);
  emit({
    type: 'end',
    stop: stopOf(body.stop_reason),
    ...(typeof body.stop_sequence === 'string' && { stopSequence: body.stop_sequence }),
    ...(carried && { carried }),
  });
}

/** An error under status 200, or something that is no message at all. */
export function checkResponse(body: JsonObject): LlmError | undefined {
  if (body.type === 'error' || isObject(body.error)) return parseError(200, {}, JSON.stringify(body));
  if (Array.isArray(body.content) && body.content.every(isBlock)) return undefined;
  return { kind: 'upstream', message: 'The provider answered with something that is not a message.' };
}

function isBlock(block: unknown): block is JsonObject {
  return isObject(block) && typeof block.type === 'string';
}

function isBlankText(block: JsonObject): boolean {
  return block.type === 'text' && block.text === '';
}
