/** The content of a caller's message: a string, or parts. https://platform.openai.com/docs/api-reference/chat/create */
import type { Block, CacheMark, Carried } from '../../llm/chat.ts';
import { invalidRequest } from '../../llm/error.ts';
import { readAudio, readFile, readImage } from './media.ts';
import { type Fields, optionalFields, optionalWord, pathOf, readFields, requiredString, wrongShape } from './shape.ts';
import { leftover } from './wire.ts';

/** What a role's content may hold. Tools and instructions say text on OpenAI; images in tool results are common elsewhere. */
const allowedParts = {
  user: ['text', 'image_url', 'input_audio', 'file'],
  assistant: ['text', 'refusal', 'thinking'],
  system: ['text'],
  tool: ['text', 'image_url', 'file'],
} as const;

export type ContentRole = keyof typeof allowedParts;

/** The blocks of `message.content`, in order; none for an empty string. Throws invalid-request with the part's path. */
export function readContent(message: Fields, role: ContentRole, at: string): Block[] {
  const path = pathOf(at, 'content');
  const { content } = message;
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }];
  if (!Array.isArray(content)) throw wrongShape(path, 'a string or an array of content parts', content);
  if (content.length === 0) throw invalidRequest(`${path} must not be an empty array; send a string or parts.`, path);
  return content.map((part, i) => readPart(readFields(part, `${path}[${i}]`), role, `${path}[${i}]`));
}

/** `cache_control` as an extension (OpenRouter, LiteLLM), or OpenAI's own `prompt_cache_breakpoint`. */
export function readCache(fields: Fields, at: string): CacheMark | undefined {
  const control = optionalFields(fields, 'cache_control', at);
  if (control !== undefined) {
    const path = pathOf(at, 'cache_control');
    optionalWord(control, 'type', ['ephemeral'], path);
    return optionalWord(control, 'ttl', ['5m', '1h'], path) ?? '5m';
  }
  const point = optionalFields(fields, 'prompt_cache_breakpoint', at);
  if (point === undefined) return undefined;
  return point.ttl === undefined || point.ttl === null ? '5m' : '1h';
}

function readPart(part: Fields, role: ContentRole, at: string): Block {
  const type = requiredString(part, 'type', at);
  refuseForeignPart(part, type, at);
  if (!(allowedParts[role] as readonly string[]).includes(type)) {
    const rule = `a ${role} message takes ${allowedParts[role].join(', ')}`;
    throw invalidRequest(
      `${at}.type: unsupported content type ${JSON.stringify(type.slice(0, 64))}; ${rule}.`,
      `${at}.type`,
    );
  }
  switch (type) {
    case 'text':
      return { type, text: textOf(part, 'text', at), ...extras(part, ['text'], at) };
    case 'refusal':
      return { type, text: textOf(part, 'refusal', at), ...extras(part, ['refusal'], at) };
    case 'thinking':
      return { type, text: thinkingText(part) };
    case 'image_url':
      return { ...readImage(part, at), ...extras(part, ['image_url'], at) };
    case 'input_audio':
      return { ...readAudio(part, at), ...extras(part, ['input_audio'], at) };
    default:
      return { ...readFile(part, at), ...extras(part, ['file'], at) };
  }
}

/** Reasoning as a part of content: `{type:"thinking",thinking:[{type:"text",text}]}`. */
export function thinkingText(part: Fields): string {
  if (!Array.isArray(part.thinking)) return '';
  return part.thinking
    .map((piece: { text?: unknown } | null) => (typeof piece?.text === 'string' ? piece.text : ''))
    .join('');
}

function textOf(part: Fields, key: string, at: string): string {
  const text = part[key];
  if (typeof text !== 'string') throw wrongShape(pathOf(at, key), 'a string', text);
  return text;
}

function extras(part: Fields, known: readonly string[], at: string): { cache?: CacheMark; carried?: Carried } {
  const cache = readCache(part, at);
  const carried = leftover(part, ['type', 'cache_control', 'prompt_cache_breakpoint', ...known]);
  return { ...(cache && { cache }), ...(carried && { carried }) };
}

const anthropicParts: Readonly<Record<string, string>> = {
  tool_use: 'a call is an entry of the assistant message\'s "tool_calls"',
  tool_result: "a tool's result is a message of role tool with its tool_call_id",
  image: '{"type":"image_url","image_url":{"url":"…"}}',
  document: '{"type":"file","file":{"file_data":"data:application/pdf;base64,…"}}',
  thinking: 'reasoning travels in "reasoning_details"',
  redacted_thinking: 'reasoning travels in "reasoning_details"',
};

function refuseForeignPart(part: Fields, type: string, at: string): void {
  // `thinking` with an array is another shape, of chat completions themselves.
  if (!Object.hasOwn(anthropicParts, type) || Array.isArray(part.thinking)) return;
  const rule = `"${type}" is a block of Anthropic's Messages; this endpoint takes Chat Completions, where ${anthropicParts[type]}`;
  throw invalidRequest(`${at}.type: ${rule}. Or POST the body to /v1/messages.`, `${at}.type`);
}
