/** The content blocks of a request's messages. https://platform.claude.com/docs/en/api/messages */
import type { Block, CacheMark, Carried, ThinkingBlock, ToolResultBlock } from '../../llm/chat.ts';
import { unpackSeal } from '../../llm/seal.ts';
import type { JsonObject } from '../dialect.ts';
import { absent, arrayAt, booleanAt, filledAt, objectAt, oneOf, refused, stringAt } from '../shape.ts';
import { parseDocumentSource, parseImageSource } from './media.ts';
import { dialectId, leftover } from './wire.ts';

/** `content` of a message: a string, or blocks. */
export function parseContent(value: unknown, path: string): Block[] {
  if (typeof value === 'string') return value === '' ? [] : [{ type: 'text', text: value }];
  return arrayAt(value, path).map((block, i) => parseBlock(block, `${path}[${i}]`));
}

export function parseBlock(value: unknown, path: string): Block {
  const raw = objectAt(value, path);
  const type = filledAt(raw.type, `${path}.type`);
  switch (type) {
    case 'text':
      return { type, text: stringAt(raw.text, `${path}.text`), ...part(raw, path, ['type', 'text']) };
    case 'image':
      return withFileOrigin({
        type: 'media',
        kind: 'image',
        ...parseImageSource(raw.source, `${path}.source`),
        ...part(raw, path, ['type', 'source']),
      });
    case 'document':
      return parseDocument(raw, path);
    case 'tool_use':
      return {
        type: 'tool-call',
        id: filledAt(raw.id, `${path}.id`),
        name: filledAt(raw.name, `${path}.name`),
        args: inputAt(raw.input, `${path}.input`),
        ...part(raw, path, ['type', 'id', 'name', 'input']),
      };
    case 'tool_result':
      return parseToolResult(raw, path);
    case 'thinking':
    case 'redacted_thinking':
      return parseThinking(raw, path);
    default:
      refuseForeignPart(type, path);
      return { type: 'opaque', carried: { dialect: dialectId, raw } };
  }
}

/** Reads `cache_control`; null and absent mean none. */
export function parseCache(value: unknown, path: string): CacheMark | undefined {
  if (absent(value)) return undefined;
  const control = objectAt(value, path);
  oneOf(control.type, `${path}.type`, ['ephemeral']);
  return absent(control.ttl) ? '5m' : oneOf(control.ttl, `${path}.ttl`, ['5m', '1h']);
}

function part(raw: JsonObject, path: string, known: readonly string[]): { cache?: CacheMark; carried?: Carried } {
  const cache = parseCache(raw.cache_control, `${path}.cache_control`);
  const carried = leftover(raw, [...known, 'cache_control']);
  return { ...(cache && { cache }), ...(carried && { carried }) };
}

function parseDocument(raw: JsonObject, path: string): Block {
  const source = parseDocumentSource(raw.source, `${path}.source`);
  if (source === undefined) return { type: 'opaque', carried: { dialect: dialectId, raw } };
  const isContent = (raw.source as JsonObject).type === 'content';
  const known = ['type', 'title', ...(isContent ? [] : ['source'])];
  return withFileOrigin({
    type: 'media',
    kind: 'document',
    ...source,
    ...(absent(raw.title) ? {} : { name: stringAt(raw.title, `${path}.title`) }),
    ...part(raw, path, known),
  });
}

/** A file id must say whose it is, even when the block carries nothing else. */
function withFileOrigin(block: Extract<Block, { type: 'media' }>): Block {
  if (!('file' in block.source) || block.carried !== undefined) return block;
  return { ...block, carried: { dialect: dialectId, raw: {} } };
}

function parseToolResult(raw: JsonObject, path: string): ToolResultBlock {
  return {
    type: 'tool-result',
    callId: filledAt(raw.tool_use_id, `${path}.tool_use_id`),
    content: absent(raw.content) ? [] : parseContent(raw.content, `${path}.content`),
    ...(absent(raw.is_error) ? {} : { isError: booleanAt(raw.is_error, `${path}.is_error`) }),
    ...part(raw, path, ['type', 'tool_use_id', 'content', 'is_error']),
  };
}

function parseThinking(raw: JsonObject, path: string): ThinkingBlock {
  if (raw.type === 'redacted_thinking') {
    const seal = unpackSeal(filledAt(raw.data, `${path}.data`), dialectId);
    return { type: 'thinking', text: '', redacted: true, seal, ...part(raw, path, ['type', 'data']) };
  }
  const signature = absent(raw.signature) ? '' : stringAt(raw.signature, `${path}.signature`);
  return {
    type: 'thinking',
    text: stringAt(raw.thinking, `${path}.thinking`),
    ...(signature === '' ? {} : { seal: unpackSeal(signature, dialectId) }),
    ...part(raw, path, ['type', 'thinking', 'signature']),
  };
}

/** `input` comes as JSON text (a raw key). */
function inputAt(value: unknown, path: string): string {
  const text = stringAt(value, path);
  if (!text.startsWith('{')) throw refused(path, 'must be an object');
  return text;
}

const foreignParts: Readonly<Record<string, string>> = {
  image_url: '{"type":"image","source":{"type":"url","url":"…"}}',
  input_audio: 'text, images or documents (there is no audio in this API)',
  file: '{"type":"document","source":{…}}',
  refusal: '{"type":"text","text":"…"}',
};

function refuseForeignPart(type: string, path: string): void {
  const instead = foreignParts[type];
  if (instead === undefined) return;
  throw refused(
    `${path}.type`,
    `"${type}" is a content part of OpenAI's chat completions; this endpoint takes Anthropic's Messages: use ${instead}`,
  );
}
