/**
 * The content of a request's messages and instructions. Each part is an object with one key, its type; a cache point
 * stands behind the part that it marks.
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ContentBlock.html
 */
import type { Block, CacheMark, TextBlock, ThinkingBlock, ToolCallBlock, ToolResultBlock } from '../../llm/chat.ts';
import type { JsonObject } from '../dialect.ts';
import { absent, arrayAt, filledAt, objectAt, oneOf, refused, stringAt } from '../shape.ts';
import { isObject, rawText } from '../wire-object.ts';
import { mediaKinds, parseMedia } from './media.ts';
import { readSeal } from './seals.ts';
import { carry, dialectId, without } from './wire.ts';

export function parseContent(value: unknown, path: string): Block[] {
  return marked(arrayAt(value, path), path, parseBlock);
}

/** Gives each cache point to the item before it; one that marks nothing is kept as it is. */
export function marked<T extends { readonly cache?: CacheMark } | Extract<Block, { type: 'opaque' }>>(
  items: readonly unknown[],
  path: string,
  parse: (value: unknown, path: string) => T,
): T[] {
  const list: T[] = [];
  items.forEach((item, i) => {
    const last = list.at(-1);
    const point = isObject(item) ? item.cachePoint : undefined;
    if (point === undefined || last === undefined || ('type' in last && last.type === 'opaque')) {
      list.push(parse(item, `${path}[${i}]`));
    } else list[list.length - 1] = { ...last, cache: cacheOf(point, `${path}[${i}].cachePoint`) };
  });
  return list;
}

function cacheOf(value: unknown, path: string): CacheMark {
  const point = objectAt(value, path);
  oneOf(point.type, `${path}.type`, ['default']);
  return absent(point.ttl) ? '5m' : oneOf(point.ttl, `${path}.ttl`, ['5m', '1h']);
}

export function parseBlock(value: unknown, path: string): Block {
  const raw = objectAt(value, path);
  refuseForeign(raw, path);
  if (raw.text !== undefined) return { type: 'text', text: stringAt(raw.text, `${path}.text`) };
  // As a tool's result; a document is text to every other dialect.
  if (raw.json !== undefined) return { type: 'text', text: rawText(raw.json) };
  const kind = mediaKinds.find((candidate) => raw[candidate] !== undefined);
  if (kind !== undefined) return parseMedia(kind, raw[kind], `${path}.${kind}`);
  if (isObject(raw.toolUse) && raw.toolUse.type !== 'server_tool_use') return parseCall(raw.toolUse, `${path}.toolUse`);
  if (isObject(raw.toolResult) && !isServerResult(raw.toolResult))
    return parseResult(raw.toolResult, `${path}.toolResult`);
  if (isObject(raw.reasoningContent)) return parseThinking(raw.reasoningContent, `${path}.reasoningContent`);
  if (isObject(raw.guardContent)) return parseGuarded(raw.guardContent, `${path}.guardContent`);
  if (isObject(raw.citationsContent)) return parseCited(raw.citationsContent);
  return { type: 'opaque', carried: { dialect: dialectId, raw } };
}

function parseCall(raw: JsonObject, path: string): ToolCallBlock {
  return {
    type: 'tool-call',
    id: filledAt(raw.toolUseId, `${path}.toolUseId`),
    name: filledAt(raw.name, `${path}.name`),
    args: inputAt(raw.input, `${path}.input`),
    // Answers say `type: tool_use` of an ordinary call, and callers give it back.
    ...carry(without(raw, ['toolUseId', 'name', 'input', ...(raw.type === 'tool_use' ? ['type'] : [])])),
  };
}

/** What a tool that the provider ran gave back stands beside its call, and says what it is. */
function isServerResult({ type }: JsonObject): boolean {
  return typeof type === 'string' && type !== 'tool_result';
}

/** Comes as JSON text (a raw key). */
function inputAt(value: unknown, path: string): string {
  if (absent(value)) return '{}';
  const text = rawText(value);
  if (!text.startsWith('{')) throw refused(path, 'must be an object');
  return text;
}

function parseResult(raw: JsonObject, path: string): ToolResultBlock {
  const status = absent(raw.status) ? undefined : oneOf(raw.status, `${path}.status`, ['success', 'error']);
  const content = absent(raw.content) ? [] : parseContent(raw.content, `${path}.content`);
  const hasMore = content.some(({ type }) => type !== 'text');
  return {
    type: 'tool-result',
    callId: filledAt(raw.toolUseId, `${path}.toolUseId`),
    content,
    ...(hasMore && { contentAt: content.map((_, i) => `${path}.content[${i}]`) }),
    ...(status !== undefined && { isError: status === 'error' }),
    ...carry(without(raw, ['toolUseId', 'content', 'status'])),
  };
}

function parseThinking(raw: JsonObject, path: string): ThinkingBlock {
  if (!absent(raw.redactedContent)) {
    const seal = readSeal(filledAt(raw.redactedContent, `${path}.redactedContent`));
    return { type: 'thinking', text: '', redacted: true, seal };
  }
  const text = objectAt(raw.reasoningText, `${path}.reasoningText`);
  const signature = absent(text.signature) ? '' : stringAt(text.signature, `${path}.reasoningText.signature`);
  return {
    type: 'thinking',
    text: stringAt(text.text, `${path}.reasoningText.text`),
    ...(signature !== '' && { seal: readSeal(signature) }),
    ...carry(without(text, ['text', 'signature'])),
  };
}

/** What a guardrail is to look at is content like any other to a model that has none. */
function parseGuarded(raw: JsonObject, path: string): Block {
  if (raw.image !== undefined) {
    const image = parseMedia('image', raw.image, `${path}.image`);
    return { ...image, ...carry({ ...keptOf(image), guardContent: {} }) };
  }
  const text = objectAt(raw.text, `${path}.text`);
  const more = without(text, ['text']);
  return { type: 'text', text: stringAt(text.text, `${path}.text.text`), ...carry({ guardContent: more }) };
}

function keptOf(block: { readonly carried?: { readonly raw: unknown } }): JsonObject {
  return isObject(block.carried?.raw) ? block.carried.raw : {};
}

/** An answer's text with its sources, given back. */
function parseCited(raw: JsonObject): TextBlock {
  const parts = Array.isArray(raw.content) ? raw.content : [];
  const text = parts.map((part) => (isObject(part) && typeof part.text === 'string' ? part.text : '')).join('');
  return { type: 'text', text, ...carry({ citationsContent: raw }) };
}

/** Parts of other APIs have a `type`; here a part's only key is its type. */
function refuseForeign(raw: JsonObject, path: string): void {
  if (typeof raw.type !== 'string') return;
  throw refused(
    path,
    `{"type":${JSON.stringify(raw.type.slice(0, 40))}, …} is a content part of another API; here each part has one key, for example {"text":"…"}`,
  );
}
