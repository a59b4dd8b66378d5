/** What is said in the playground, and what goes to the data plane for it. Pure. */
import type { StoredContent } from '@tollgate/client';

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** JSON text, as the model wrote it. */
  readonly arguments: string;
}

/** What an answer took. */
export interface Figures {
  readonly firstTokenMs: number | null;
  readonly totalMs: number | null;
  readonly inputTokens: number | null;
  readonly cachedTokens: number | null;
  readonly outputTokens: number | null;
  /** Who answered, as the gateway says. */
  readonly servedBy: string | null;
  readonly requestId: string | null;
  /** What it was called with: its records are found by it. */
  readonly keyId: string | null;
}

export interface UserMessage {
  readonly role: 'user';
  readonly text: string;
  /** As data addresses. */
  readonly images: readonly string[];
}

export interface AssistantMessage {
  readonly role: 'assistant';
  readonly text: string;
  readonly thinking: string;
  readonly toolCalls: readonly ToolCall[];
  readonly state: 'running' | 'done' | 'stopped' | 'failed';
  readonly error: string | null;
  readonly figures: Figures;
}

export interface ToolMessage {
  readonly role: 'tool';
  readonly callId: string;
  readonly text: string;
}

export type Message = UserMessage | AssistantMessage | ToolMessage;

export const nothingSaid: AssistantMessage = {
  role: 'assistant',
  text: '',
  thinking: '',
  toolCalls: [],
  state: 'running',
  error: null,
  figures: {
    firstTokenMs: null,
    totalMs: null,
    inputTokens: null,
    cachedTokens: null,
    outputTokens: null,
    servedBy: null,
    requestId: null,
    keyId: null,
  },
};

export const efforts = ['none', 'minimal', 'low', 'medium', 'high'] as const;
export type Effort = (typeof efforts)[number];

/** Absent: as the model does by itself. */
export interface Parameters {
  readonly temperature?: number | undefined;
  readonly topP?: number | undefined;
  readonly maxTokens?: number | undefined;
  readonly effort?: Effort | undefined;
}

export interface Ask {
  readonly model: string;
  readonly system: string;
  readonly messages: readonly Message[];
  /** Definitions, each `{ name, description, parameters }` or as OpenAI writes it. */
  readonly tools: readonly object[];
  readonly parameters: Parameters;
}

/** The body of `POST /v1/chat/completions`. */
export function bodyOf({ model, system, messages, tools, parameters }: Ask): Record<string, unknown> {
  const { temperature, topP, maxTokens, effort } = parameters;
  const said = messages.filter((message) => message.role !== 'assistant' || isAnswer(message)).map(wireMessage);
  return {
    model,
    messages: system.trim() === '' ? said : [{ role: 'system', content: system }, ...said],
    ...(tools.length > 0 && { tools: tools.map(wireTool) }),
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { top_p: topP }),
    ...(maxTokens !== undefined && { max_tokens: maxTokens }),
    ...(effort !== undefined && { reasoning_effort: effort }),
  };
}

/** What failed before a word was said is no part of the conversation. */
function isAnswer({ text, toolCalls }: AssistantMessage): boolean {
  return text !== '' || toolCalls.length > 0;
}

function wireMessage(message: Message): object {
  if (message.role === 'tool') return { role: 'tool', tool_call_id: message.callId, content: message.text };
  if (message.role === 'user') return { role: 'user', content: wireContent(message) };
  const calls = message.toolCalls.map(({ id, name, arguments: text }) => ({
    id,
    type: 'function',
    function: { name, arguments: text },
  }));
  return { role: 'assistant', content: message.text || null, ...(calls.length > 0 && { tool_calls: calls }) };
}

function wireContent({ text, images }: UserMessage): unknown {
  if (images.length === 0) return text;
  const pictures = images.map((url) => ({ type: 'image_url', image_url: { url } }));
  return text === '' ? pictures : [{ type: 'text', text }, ...pictures];
}

function wireTool(tool: object): object {
  return 'type' in tool ? tool : { type: 'function', function: tool };
}

/** A list of tools as it was typed. Throws Error with what is wrong with it. */
export function parseTools(text: string): readonly object[] {
  if (text.trim() === '') return [];
  const value: unknown = JSON.parse(text);
  const tools = Array.isArray(value) ? value : [value];
  for (const tool of tools) {
    const definition = typeof tool === 'object' && tool !== null && 'function' in tool ? tool.function : tool;
    if (typeof definition !== 'object' || definition === null || typeof definition.name !== 'string')
      throw new Error('Each tool needs a name: { "name": "…", "description": "…", "parameters": { … } }');
  }
  return tools;
}

/** Calls of the last answer that have no result yet. */
export function openCalls(messages: readonly Message[]): readonly ToolCall[] {
  const answered = new Set(messages.flatMap((message) => (message.role === 'tool' ? [message.callId] : [])));
  const last = messages.findLast((message) => message.role === 'assistant');
  return last?.role === 'assistant' ? last.toolCalls.filter(({ id }) => !answered.has(id)) : [];
}

export interface Opened {
  readonly model: string;
  readonly system: string;
  readonly messages: readonly Message[];
}

/** A request whose content was kept, as something to go on with. Undefined: it cannot be read as a conversation. */
export function fromContent({ model, turns, answerBlocks }: StoredContent): Opened | undefined {
  if (turns === null) return undefined;
  const told = answerBlocks === null ? turns : [...turns, { role: 'assistant' as const, blocks: answerBlocks }];
  const textOf = (blocks: (typeof told)[number]['blocks'], type: string) =>
    blocks.flatMap((block) => (block.type === type && block.text !== null ? [block.text] : [])).join('\n\n');
  const messages = told.flatMap(({ role, blocks }): Message[] => {
    if (role === 'system') return [];
    if (role === 'assistant') {
      const calls = blocks.filter(({ type }) => type === 'tool-call');
      const toolCalls = calls.map(({ callId, name, text }) => ({
        id: callId ?? '',
        name: name ?? '',
        arguments: text ?? '{}',
      }));
      const thinking = textOf(blocks, 'thinking');
      return [{ ...nothingSaid, state: 'done', text: textOf(blocks, 'text'), thinking, toolCalls }];
    }
    const results = blocks.filter(({ type }) => type === 'tool-result');
    const tools = results.map(
      ({ callId, text }): Message => ({ role: 'tool', callId: callId ?? '', text: text ?? '' }),
    );
    const images = blocks.flatMap(({ type, text }) =>
      type === 'media' && text?.startsWith('data:image/') ? [text] : [],
    );
    const text = textOf(blocks, 'text');
    return text === '' && images.length === 0 ? tools : [...tools, { role: 'user', text, images }];
  });
  const system = told.flatMap(({ role, blocks }) => (role === 'system' ? [textOf(blocks, 'text')] : [])).join('\n\n');
  return { model, system, messages };
}
