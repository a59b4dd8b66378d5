/** Reads a whole answer. https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseResponse.html */
import type { Block, ChatEvent, Emit } from '../../llm/chat.ts';
import { type LlmError, LlmFailure } from '../../llm/error.ts';
import type { JsonObject } from '../dialect.ts';
import { isObject } from '../wire-object.ts';
import { endCarried, malformedError, stopOf, stopSequenceOf } from './answer.ts';
import { parseBlock } from './blocks.ts';
import { parseError } from './error.ts';
import { readUsage } from './usage.ts';
import { without } from './wire.ts';

/** Neither the answer's id nor its model is in the body. */
export function parseResponse(body: JsonObject, emit: Emit<ChatEvent>): void {
  const error = checkResponse(body) ?? malformedError(body.stopReason);
  if (error !== undefined) throw new LlmFailure(error);
  const counted = readUsage(body);
  if (counted !== undefined) emit({ type: 'usage', usage: counted.usage, flags: counted.flags });
  emit({ type: 'start', id: '', model: '' });
  const blocks = contentOf(body)
    .map((part, i) => parseBlock(part, `output.message.content[${i}]`))
    .filter((block) => block.type !== 'text' || block.text !== '');
  for (const [index, block] of blocks.entries()) emitWhole(block, index, emit);
  const hasCall = blocks.some((block) => block.type === 'tool-call');
  const carried = endCarried(without(body, ['output', 'stopReason', 'usage']), body.stopReason, body.usage);
  emit({ type: 'end', stop: stopOf(body.stopReason, hasCall), ...stopSequenceOf(body), ...(carried && { carried }) });
}

/** The events that a stream would give. */
function emitWhole(block: Block, index: number, emit: Emit<ChatEvent>): void {
  const { text, start } = opened(block);
  emit({ type: 'block-start', index, block: start });
  if (text !== '') emit({ type: 'block-delta', index, delta: text });
  if (block.type === 'thinking' && block.seal && !block.redacted) emit({ type: 'block-seal', index, seal: block.seal });
  emit({ type: 'block-end', index });
}

function opened(block: Block): { readonly text: string; readonly start: Block } {
  if (block.type === 'text') return { text: block.text, start: { ...block, text: '' } };
  if (block.type === 'tool-call') {
    return { text: block.args.trim() === '{}' ? '' : block.args, start: { ...block, args: '' } };
  }
  if (block.type !== 'thinking' || block.redacted) return { text: '', start: block };
  const { seal: _, ...start } = block;
  return { text: block.text, start: { ...start, text: '' } };
}

/** An error under status 200, or something that is no answer at all. */
export function checkResponse(body: JsonObject): LlmError | undefined {
  if (typeof body.message === 'string' && body.output === undefined) return parseError(200, {}, JSON.stringify(body));
  const isAnswer = isObject(body.output) && isObject(body.output.message) && Array.isArray(body.output.message.content);
  if (isAnswer && contentOf(body).every(isObject)) return undefined;
  return { kind: 'upstream', message: 'The provider answered with something that is not a message.' };
}

function contentOf(body: JsonObject): readonly unknown[] {
  const message = isObject(body.output) ? body.output.message : undefined;
  return isObject(message) && Array.isArray(message.content) ? message.content : [];
}
