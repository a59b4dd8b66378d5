/**
 * OpenAI Responses in the neutral language. Not a codec: just enough to show that everything has a place.
 * https://platform.openai.com/docs/api-reference/responses
 */
import type {
  Block,
  ChatEvent,
  ChatRequest,
  Effort,
  Emit,
  OutputFormat,
  StopReason,
  Tool,
  ToolChoice,
  Turn,
} from '../../src/llm/chat.ts';
import { BlockWriter, carryOf, opaque } from './blocks.ts';

export const rawKeys = ['parameters', 'schema'];

export interface Part {
  readonly type: string;
  readonly text?: string;
  readonly refusal?: string;
  readonly image_url?: string;
  readonly file_data?: string;
  readonly file_id?: string;
  readonly filename?: string;
  readonly detail?: string;
}

export interface Item {
  readonly type?: string;
  readonly id?: string;
  readonly role?: 'user' | 'assistant' | 'system' | 'developer';
  readonly content?: string | readonly Part[];
  readonly summary?: readonly Part[];
  readonly encrypted_content?: string | null;
  readonly call_id?: string;
  readonly name?: string;
  readonly arguments?: string;
  readonly input?: string;
  readonly output?: string | readonly Part[];
}

interface WireTool {
  readonly type: string;
  readonly name?: string;
  readonly description?: string | null;
  readonly parameters?: string;
  readonly strict?: boolean;
}

export interface Request {
  readonly model?: string;
  readonly stream?: boolean;
  readonly input?: string | readonly Item[];
  readonly instructions?: string;
  readonly tools?: readonly WireTool[];
  readonly tool_choice?:
    | string
    | {
        readonly type: string;
        readonly mode?: 'auto' | 'required';
        readonly name?: string;
        readonly tools?: readonly { readonly name: string }[];
      };
  readonly parallel_tool_calls?: boolean;
  readonly max_output_tokens?: number;
  readonly temperature?: number;
  readonly top_p?: number;
  readonly user?: string;
  readonly reasoning?: { readonly effort?: Effort; readonly summary?: string };
  readonly text?: {
    readonly format?: {
      readonly type: string;
      readonly name?: string;
      readonly schema?: string;
      readonly strict?: boolean;
    };
  };
}

export const dialect = 'openai-responses';
export const carry = carryOf(dialect);

export function parseRequest(body: Request): ChatRequest {
  const { model = '', stream = false, input, instructions, tools, tool_choice, reasoning, text, ...others } = body;
  const {
    max_output_tokens: maxTokens,
    temperature,
    top_p: topP,
    user,
    parallel_tool_calls: parallel,
    ...rest
  } = others;
  const { format, ...textRest } = text ?? {};
  const set = readTools(tools ?? [], tool_choice);
  const fields = {
    maxTokens,
    temperature,
    topP,
    endUser: user,
    parallelToolCalls: parallel,
    format: readFormat(format),
  };
  const { effort, summary: display, ...thinkingRest } = reasoning ?? {};
  const thinking = reasoning && { mode: 'adaptive', ...(effort && { effort }), ...(display && { display }) };
  const left = { ...rest, ...set.left, ...filled('text', textRest), ...filled('reasoning', thinkingRest) };
  return {
    model,
    stream,
    wantsStreamUsage: true,
    system: instructions === undefined ? [] : [{ type: 'text', text: instructions }],
    turns: readTurns(typeof input === 'string' ? [{ role: 'user', content: input }] : (input ?? [])),
    tools: set.tools,
    ...(set.toolChoice && { toolChoice: set.toolChoice }),
    ...Object.fromEntries(Object.entries({ ...fields, thinking }).filter(([, value]) => value !== undefined)),
    ...carry(left),
  };
}

function filled(name: string, fields: object): object {
  return Object.keys(fields).length === 0 ? {} : { [name]: fields };
}

function readFormat(format: NonNullable<Request['text']>['format']): OutputFormat | undefined {
  if (format === undefined || format.type === 'text') return undefined;
  const { type, schema = '{}', name, strict } = format;
  if (type === 'json_object') return { type: 'json-object' };
  return { type: 'json-schema', schema, ...(name && { name }), ...(strict !== undefined && { strict }) };
}

/** A choice among some of the tools offers only those; the others and the choice itself are carried. */
function readTools(
  tools: readonly WireTool[],
  choice: Request['tool_choice'],
): { tools: Tool[]; toolChoice?: ToolChoice; left: object } {
  const all = tools.map(readTool);
  if (choice === undefined || choice === null) return { tools: all, left: {} };
  if (choice === 'auto' || choice === 'none' || choice === 'required')
    return { tools: all, toolChoice: { type: choice }, left: {} };
  if (typeof choice === 'string') return { tools: all, left: { tool_choice: choice } };
  if (choice.type === 'function')
    return { tools: all, toolChoice: { type: 'tool', name: choice.name ?? '' }, left: {} };
  if (choice.type !== 'allowed_tools') return { tools: all, left: { tool_choice: choice } };
  const names = (choice.tools ?? []).map(({ name }) => name);
  const others = tools.filter(({ name }) => name !== undefined && !names.includes(name));
  const left = { tool_choice: choice, ...(others.length > 0 && { tools: others }) };
  return { tools: all.filter(({ name }) => names.includes(name)), toolChoice: { type: choice.mode ?? 'auto' }, left };
}

function readTool(tool: WireTool): Tool {
  const { type, name = type, description, parameters: schema, strict, ...rest } = tool;
  if (type !== 'function' && type !== 'custom') return { name, opaque: true, ...carry({ ...tool }) };
  return {
    name,
    ...(type === 'custom' && { form: 'freeform' }),
    ...(description && { description }),
    ...(schema && { schema }),
    ...(strict !== undefined && { strict }),
    ...carry(rest),
  };
}

/** Items of the assistant that follow each other are one turn; each block keeps its item's own fields. */
function readTurns(items: readonly Item[]): Turn[] {
  const turns: { role: Turn['role']; blocks: Block[] }[] = [];
  for (const item of items) {
    const role = roleOf(item);
    const last = turns.at(-1);
    const joins = last?.role === 'assistant' && role === 'assistant';
    if (joins) last.blocks.push(...readItem(item));
    else turns.push({ role, blocks: readItem(item) });
  }
  return turns;
}

function roleOf({ role, type }: Item): Turn['role'] {
  if (role !== undefined) return role === 'developer' ? 'system' : role;
  return type?.endsWith('_output') ? 'user' : 'assistant';
}

/** One item, of a request or of a whole answer. */
export function readItem(item: Item): Block[] {
  const { type = 'message', role, content, call_id = '', name = '', ...rest } = item;
  if (type === 'message') {
    const parts = typeof content === 'string' ? [{ type: 'input_text', text: content }] : (content ?? []);
    const own = { ...(role === 'developer' && { role }), ...rest };
    return parts.map((part) => readPart(part, own));
  }
  if (type === 'function_call' || type === 'custom_tool_call') {
    const { arguments: args, input, ...own } = rest;
    const form = type === 'function_call' ? 'json' : 'freeform';
    return [{ type: 'tool-call', id: call_id, name, args: args ?? input ?? '', form, ...carry(own) }];
  }
  if (type === 'function_call_output' || type === 'custom_tool_call_output') {
    const { output = '', ...own } = rest;
    const parts = typeof output === 'string' ? [{ type: 'input_text', text: output }] : output;
    return [{ type: 'tool-result', callId: call_id, content: parts.map((part) => readPart(part, {})), ...carry(own) }];
  }
  return type === 'reasoning' ? readReasoning(item) : [opaque(dialect, item)];
}

/** A block for each part; what is sealed covers the item, so its last block has the seal. */
function readReasoning({ type: _type, summary, content, encrypted_content: sealed, ...own }: Item): Block[] {
  const parts = [...(summary ?? []), ...(typeof content === 'object' ? content : [])];
  const seal = sealed ? { seal: { dialect, value: sealed } as const } : {};
  if (parts.length === 0) return [{ type: 'thinking', text: '', ...seal, ...carry(own) }];
  return parts.map(({ text = '', ...part }, i) => ({
    type: 'thinking',
    text,
    ...(i === parts.length - 1 && seal),
    ...carry({ ...own, part }),
  }));
}

export function readPart(part: Part, item: object): Block {
  const {
    type,
    text,
    refusal,
    image_url: url,
    file_data: base64,
    file_id: file,
    filename: name,
    detail,
    ...rest
  } = part;
  const left = carry({ ...rest, ...filled('item', item) });
  if (text !== undefined) return { type: 'text', text, ...left };
  if (refusal !== undefined) return { type: 'refusal', text: refusal, ...left };
  if (type !== 'input_image' && type !== 'input_file') return opaque(dialect, part);
  const source = url !== undefined ? { url } : base64 !== undefined ? { base64 } : { file: file ?? '' };
  const kind = type === 'input_image' ? 'image' : 'document';
  return { type: 'media', kind, source, ...(name && { name }), ...(detail && { detail }), ...left };
}

interface WireUsage {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly input_tokens_details?: { readonly cached_tokens?: number };
  readonly output_tokens_details?: { readonly reasoning_tokens?: number };
}

export interface Answer {
  readonly id: string;
  readonly model: string;
  readonly status?: string;
  readonly output: readonly Item[];
  readonly usage?: WireUsage | null;
  readonly incomplete_details?: { readonly reason: string } | null;
}

export function parseAnswer(answer: Answer, emit: Emit<ChatEvent>): void {
  const blocks = new BlockWriter(emit);
  emit({ type: 'start', id: answer.id, model: answer.model });
  for (const block of answer.output.flatMap(readItem)) blocks.whole(block);
  emitEnd(answer, answer.output, {}, emit);
}

export function emitEnd(answer: Answer, items: readonly Item[], late: object, emit: Emit<ChatEvent>): void {
  const { usage, id: _id, model: _model, output: _output, ...rest } = answer;
  if (usage) {
    const cacheRead = usage.input_tokens_details?.cached_tokens ?? 0;
    const thinking = usage.output_tokens_details?.reasoning_tokens ?? 0;
    emit({
      type: 'usage',
      usage: { input: usage.input_tokens - cacheRead, output: usage.output_tokens, cacheRead, thinking },
    });
  }
  emit({ type: 'end', stop: stopOf(answer, items), ...carry({ ...rest, usage, ...late }) });
}

/** Tools that the caller runs, but that only this dialect can name. */
const waiting = ['mcp_approval_request', 'local_shell_call', 'apply_patch_call', 'computer_call'];

function stopOf({ status, incomplete_details: incomplete }: Answer, items: readonly Item[]): StopReason {
  if (incomplete) return incomplete.reason === 'content_filter' ? 'refusal' : 'length';
  if (items.some(({ type }) => type === 'function_call' || type === 'custom_tool_call')) return 'tool-call';
  return status === 'queued' || items.some(({ type = '' }) => waiting.includes(type)) ? 'pause' : 'end';
}
