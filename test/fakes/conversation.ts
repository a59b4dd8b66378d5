/**
 * Reads a request of either dialect the way a provider would, strictly: what a gateway translated wrongly shows up
 * here as a violation. Own code, so that the gateway's parsers are never their own judges.
 */
import type { FakeDialect } from './call.ts';

export type Item =
  | { readonly type: 'text'; readonly role: string; readonly text: string }
  | {
      readonly type: 'media';
      readonly role: string;
      readonly mediaType: string;
      readonly bytes: number;
      readonly url?: string;
    }
  | { readonly type: 'tool-call'; readonly id: string; readonly name: string; readonly args: string }
  | { readonly type: 'tool-result'; readonly callId: string; readonly text: string }
  | { readonly type: 'thinking'; readonly text: string; readonly signature: string | undefined }
  | { readonly type: 'redacted-thinking'; readonly data: string };

export interface OfferedTool {
  readonly name: string;
  readonly schema: JsonRecord;
}

export interface Conversation {
  readonly dialect: FakeDialect;
  readonly model: string;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  readonly system: string;
  readonly items: readonly Item[];
  readonly tools: readonly OfferedTool[];
  /** The JSON schema that the answer must fit. */
  readonly schema: JsonRecord | undefined;
  readonly thinking: boolean;
  readonly maxTokens: number | undefined;
  /** Rough count of the input, for usage numbers that depend on the request. */
  readonly inputTokens: number;
}

export type JsonRecord = Record<string, unknown>;

export function readConversation(dialect: FakeDialect, body: JsonRecord): Conversation {
  const shared = {
    dialect,
    model: String(body.model ?? ''),
    stream: body.stream === true,
    inputTokens: Math.ceil(JSON.stringify(body).length / 4),
  };
  return dialect === 'openai-chat' ? { ...shared, ...readChat(body) } : { ...shared, ...readMessages(body) };
}

/** What the user said last. */
export function lastUserText(conversation: Conversation): string {
  const texts = conversation.items.flatMap((item) => (item.type === 'text' && item.role === 'user' ? [item.text] : []));
  return texts.at(-1) ?? '';
}

/** Everything a message's content says in words: a string, or its text parts. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return list(content)
    .map((part) => (typeof part.text === 'string' ? part.text : ''))
    .join('\n');
}

type Rest = Omit<Conversation, 'dialect' | 'model' | 'stream' | 'inputTokens'>;

function readChat(body: JsonRecord): Rest {
  const messages = list(body.messages);
  const isSystem = (message: JsonRecord) => message.role === 'system' || message.role === 'developer';
  const format = record(body.response_format);
  return {
    includeUsage: record(body.stream_options).include_usage === true,
    system: messages
      .filter(isSystem)
      .map((message) => textOf(message.content))
      .join('\n'),
    items: messages.filter((message) => !isSystem(message)).flatMap(chatItems),
    tools: list(body.tools).map((tool) => {
      const offered = record(tool.function);
      return { name: String(offered.name), schema: record(offered.parameters) };
    }),
    schema: format.type === 'json_schema' ? record(record(format.json_schema).schema) : undefined,
    thinking: (body.reasoning_effort ?? 'none') !== 'none' || body.reasoning !== undefined,
    maxTokens: number(body.max_completion_tokens ?? body.max_tokens),
  };
}

function chatItems(message: JsonRecord): Item[] {
  const role = String(message.role);
  if (role === 'tool') {
    return [{ type: 'tool-result', callId: String(message.tool_call_id), text: textOf(message.content) }];
  }
  const items: Item[] = list(message.reasoning_details).map((detail) => ({
    type: 'thinking',
    text: String(detail.text ?? ''),
    signature: typeof detail.signature === 'string' ? detail.signature : undefined,
  }));
  if (typeof message.content === 'string') items.push({ type: 'text', role, text: message.content });
  for (const part of list(message.content)) items.push(...chatPart(role, part));
  for (const call of list(message.tool_calls)) {
    const { name, arguments: args } = record(call.function);
    items.push({ type: 'tool-call', id: String(call.id), name: String(name), args: String(args) });
  }
  return items;
}

function chatPart(role: string, part: JsonRecord): Item[] {
  if (part.type === 'text') return [{ type: 'text', role, text: String(part.text) }];
  if (part.type === 'image_url') return [mediaOf(role, String(record(part.image_url).url))];
  if (part.type === 'file') return [mediaOf(role, String(record(part.file).file_data))];
  return [];
}

function mediaOf(role: string, url: string): Item {
  const [, mediaType, data] = /^data:([^;,]+);base64,(.*)$/s.exec(url) ?? [];
  if (mediaType === undefined || data === undefined) return { type: 'media', role, mediaType: '', bytes: 0, url };
  return { type: 'media', role, mediaType, bytes: Buffer.from(data, 'base64').length };
}

function readMessages(body: JsonRecord): Rest {
  const config = record(body.output_config);
  const format = record(config.format);
  return {
    includeUsage: true,
    system: textOf(body.system),
    items: list(body.messages).flatMap(messageItems),
    tools: list(body.tools).map((tool) => ({ name: String(tool.name), schema: record(tool.input_schema) })),
    schema: format.type === 'json_schema' ? record(format.schema) : undefined,
    thinking: ['enabled', 'adaptive'].includes(String(record(body.thinking).type)),
    maxTokens: number(body.max_tokens),
  };
}

function messageItems(message: JsonRecord): Item[] {
  const role = String(message.role);
  if (typeof message.content === 'string') return [{ type: 'text', role, text: message.content }];
  return list(message.content).flatMap((block) => messageBlock(role, block));
}

function messageBlock(role: string, block: JsonRecord): Item[] {
  switch (block.type) {
    case 'text':
      return [{ type: 'text', role, text: String(block.text) }];
    case 'image':
    case 'document':
      return [sourceOf(role, record(block.source))];
    case 'tool_use':
      return [{ type: 'tool-call', id: String(block.id), name: String(block.name), args: JSON.stringify(block.input) }];
    case 'tool_result':
      return [{ type: 'tool-result', callId: String(block.tool_use_id), text: textOf(block.content) }];
    case 'thinking':
      return [{ type: 'thinking', text: String(block.thinking), signature: String(block.signature ?? '') }];
    case 'redacted_thinking':
      return [{ type: 'redacted-thinking', data: String(block.data) }];
    default:
      return [];
  }
}

function sourceOf(role: string, source: JsonRecord): Item {
  if (source.type === 'url') return { type: 'media', role, mediaType: '', bytes: 0, url: String(source.url) };
  const bytes = Buffer.from(String(source.data ?? ''), source.type === 'base64' ? 'base64' : 'utf8').length;
  return { type: 'media', role, mediaType: String(source.media_type), bytes };
}

export function list(value: unknown): JsonRecord[] {
  return Array.isArray(value) ? value.map(record) : [];
}

export function record(value: unknown): JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonRecord) : {};
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
