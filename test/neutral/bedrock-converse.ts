/**
 * Bedrock Converse in the neutral language. Not a codec: just enough to show that everything has a place.
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
 */
import type {
  Block,
  CacheMark,
  ChatEvent,
  ChatRequest,
  Emit,
  MediaBlock,
  StopReason,
  Thinking,
  Tool,
  ToolChoice,
  Turn,
} from '../../src/llm/chat.ts';
import { BlockWriter, carryOf, opaque } from './blocks.ts';
import type { Told } from './leaves.ts';

/** Of requests and whole answers: JSON documents are kept as text. In streams they come as text. */
export const rawKeys = ['input', 'json'];

interface Media {
  readonly format?: string;
  readonly name?: string;
  readonly source: { readonly bytes?: string; readonly text?: string; readonly s3Location?: { readonly uri: string } };
}

interface Part {
  readonly text?: string;
  readonly json?: string;
  readonly reasoningContent?: {
    readonly reasoningText?: { readonly text: string; readonly signature?: string };
    readonly redactedContent?: string;
  };
  readonly toolUse?: {
    readonly toolUseId: string;
    readonly name: string;
    readonly input?: string;
    readonly type?: string;
  };
  readonly toolResult?: { readonly toolUseId: string; readonly content?: readonly Part[]; readonly status?: string };
  readonly image?: Media;
  readonly document?: Media;
  readonly video?: Media;
  readonly cachePoint?: { readonly type: string; readonly ttl?: CacheMark };
}

interface ToolPart {
  readonly toolSpec?: {
    readonly name: string;
    readonly description?: string;
    readonly strict?: boolean;
    readonly inputSchema?: { readonly json?: string };
  };
  readonly systemTool?: { readonly name: string };
  readonly cachePoint?: Part['cachePoint'];
}

export interface Request {
  readonly messages: readonly { readonly role: 'user' | 'assistant'; readonly content: readonly Part[] }[];
  readonly system?: readonly Part[];
  readonly inferenceConfig?: {
    readonly maxTokens?: number;
    readonly temperature?: number;
    readonly topP?: number;
    readonly stopSequences?: readonly string[];
  };
  readonly toolConfig?: {
    readonly tools: readonly ToolPart[];
    readonly toolChoice?: { readonly auto?: object; readonly any?: object; readonly tool?: { readonly name: string } };
  };
  readonly additionalModelRequestFields?: {
    readonly thinking?: { readonly type: string; readonly budget_tokens?: number };
  };
}

const carry = carryOf('bedrock-converse');
const sealed = (value: string) => ({ dialect: 'bedrock-converse', value }) as const;

/** Model and form come from the path. */
export function parseRequest(body: Request, call: { model: string; stream: boolean }): ChatRequest {
  const { messages, system, inferenceConfig, toolConfig, additionalModelRequestFields: extra, ...rest } = body;
  const { maxTokens, temperature, topP, stopSequences, ...inference } = inferenceConfig ?? {};
  const { thinking, ...fields } = extra ?? {};
  const left = { ...rest, ...filled('inferenceConfig', inference), ...filled('additionalModelRequestFields', fields) };
  const toolChoice = readChoice(toolConfig?.toolChoice);
  return {
    ...call,
    wantsStreamUsage: true,
    system: readParts(system ?? []),
    turns: messages.map(({ role, content, ...more }): Turn => ({ role, blocks: readParts(content), ...carry(more) })),
    tools: marked(toolConfig?.tools ?? [], readTool),
    ...(toolChoice && { toolChoice }),
    ...(maxTokens !== undefined && { maxTokens }),
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(stopSequences && { stop: stopSequences }),
    ...(thinking && { thinking: readThinking(thinking) }),
    ...carry(left),
  };
}

function filled(name: string, fields: object): object {
  return Object.keys(fields).length === 0 ? {} : { [name]: fields };
}

function readThinking({ type, budget_tokens: budgetTokens }: { type: string; budget_tokens?: number }): Thinking {
  if (type !== 'enabled') return { mode: type === 'disabled' ? 'off' : 'adaptive' };
  return { mode: 'budget', ...(budgetTokens !== undefined && { budgetTokens }) };
}

function readChoice(choice: NonNullable<Request['toolConfig']>['toolChoice']): ToolChoice | undefined {
  if (choice === undefined) return undefined;
  if (choice.tool !== undefined) return { type: 'tool', name: choice.tool.name };
  return { type: choice.any === undefined ? 'auto' : 'required' };
}

function readTool({ toolSpec, systemTool, ...rest }: ToolPart): Tool {
  if (toolSpec === undefined)
    return { name: systemTool?.name ?? 'unknown', opaque: true, ...carry({ systemTool, ...rest }) };
  const { name, description, strict, inputSchema, ...more } = toolSpec;
  return {
    name,
    ...(description !== undefined && { description }),
    ...(strict !== undefined && { strict }),
    ...(inputSchema?.json !== undefined && { schema: inputSchema.json }),
    ...carry({ ...rest, ...more }),
  };
}

function readParts(parts: readonly Part[]): Block[] {
  return marked(parts, readPart);
}

/** A cache point stands behind what it marks; one that marks nothing is kept as it is. */
function marked<P extends { cachePoint?: Part['cachePoint'] }, B extends Block | Tool>(
  parts: readonly P[],
  read: (part: P) => B,
): B[] {
  const list: B[] = [];
  for (const part of parts) {
    const last = list.at(-1);
    if (part.cachePoint === undefined || last === undefined) list.push(read(part));
    else list[list.length - 1] = { ...last, cache: part.cachePoint.ttl ?? '5m' };
  }
  return list;
}

function readPart(part: Part): Block {
  const { text, json, reasoningContent: thought, toolUse, toolResult, image, document, video, ...rest } = part;
  if (text !== undefined) return { type: 'text', text, ...carry(rest) };
  // A document as a tool's result is text to every other dialect.
  if (json !== undefined) return { type: 'text', text: json, ...carry({ ...rest, form: 'json' }) };
  if (thought?.redactedContent !== undefined)
    return { type: 'thinking', text: '', redacted: true, seal: sealed(thought.redactedContent) };
  if (thought?.reasoningText !== undefined) {
    const { text, signature, ...more } = thought.reasoningText;
    return { type: 'thinking', text, ...(signature && { seal: sealed(signature) }), ...carry({ ...rest, ...more }) };
  }
  if (toolUse !== undefined && toolUse.type !== 'server_tool_use') {
    const { toolUseId: id, name, input, ...more } = toolUse;
    return { type: 'tool-call', id, name, args: input ?? '{}', ...carry({ ...rest, ...more }) };
  }
  if (toolResult !== undefined) {
    const { toolUseId: callId, content, status, ...more } = toolResult;
    const result = { type: 'tool-result', callId, content: readParts(content ?? []), ...carry(more) } as const;
    return status === undefined ? result : { ...result, isError: status === 'error' };
  }
  if (image !== undefined) return readMedia('image', image);
  if (document !== undefined) return readMedia('document', document);
  if (video !== undefined) return readMedia('video', video);
  return opaque('bedrock-converse', part);
}

const mediaTypes: Readonly<Record<string, string>> = { pdf: 'application/pdf', txt: 'text/plain', md: 'text/markdown' };

function readMedia(kind: MediaBlock['kind'], { format, name, source, ...rest }: Media): Block {
  const mediaType = format === undefined ? undefined : (mediaTypes[format] ?? `${kind}/${format}`);
  const { bytes, text, s3Location } = source;
  const where = text !== undefined ? { text } : s3Location ? { url: s3Location.uri } : { base64: bytes ?? '' };
  return { type: 'media', kind, source: where, ...(mediaType && { mediaType }), ...(name && { name }), ...carry(rest) };
}

interface WireUsage {
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly cacheReadInputTokens?: number;
  readonly cacheWriteInputTokens?: number;
}

export interface Answer {
  readonly output: { readonly message: { readonly role: string; readonly content: readonly Part[] } };
  readonly stopReason: string;
  readonly usage: WireUsage;
}

const stops: Readonly<Record<string, StopReason>> = {
  end_turn: 'end',
  max_tokens: 'length',
  model_context_window_exceeded: 'context',
  stop_sequence: 'stop-sequence',
  tool_use: 'tool-call',
  guardrail_intervened: 'refusal',
  content_filtered: 'refusal',
};

function emitUsage(emit: Emit<ChatEvent>, usage: WireUsage): object {
  const { inputTokens: input, outputTokens: output, cacheReadInputTokens, cacheWriteInputTokens, ...rest } = usage;
  const cache = { cacheRead: cacheReadInputTokens ?? 0, cacheWrite5m: cacheWriteInputTokens ?? 0 };
  emit({
    type: 'usage',
    usage: { ...(input !== undefined && { input }), ...(output !== undefined && { output }), ...cache },
  });
  return rest;
}

/** Neither the answer's id nor its model is in the body: headers and path have them. */
export function parseAnswer({ output, stopReason, usage, ...rest }: Answer, emit: Emit<ChatEvent>): void {
  emit({ type: 'start', id: '', model: '' });
  const blocks = new BlockWriter(emit);
  for (const block of readParts(output.message.content)) blocks.whole(block);
  const left = { ...rest, stopReason, usage: emitUsage(emit, usage) };
  emit({ type: 'end', stop: stops[stopReason] ?? 'end', ...carry(left) });
}

export interface StreamEvent {
  readonly type: string;
  readonly contentBlockIndex?: number;
  readonly start?: Part;
  readonly delta?: {
    readonly text?: string;
    readonly toolUse?: { readonly input: string };
    readonly reasoningContent?: {
      readonly text?: string;
      readonly signature?: string;
      readonly redactedContent?: string;
    };
  };
  readonly stopReason?: string;
  readonly usage?: WireUsage;
}

export function parseStream(events: readonly StreamEvent[], emit: Emit<ChatEvent>): void {
  const blocks = new BlockWriter(emit);
  let end: { stopReason?: string; [field: string]: unknown } = {};
  emit({ type: 'start', id: '', model: '' });
  for (const { type, contentBlockIndex: _place, ...event } of events) {
    if (type === 'messageStart') continue;
    if (type === 'contentBlockStart') blocks.begin(startOf(event.start ?? {}));
    else if (type === 'contentBlockDelta') readDelta(event.delta ?? {}, blocks);
    else if (type === 'contentBlockStop') blocks.end();
    else if (type === 'messageStop' || type === 'metadata') {
      const { usage, p: _padding, ...rest } = { p: '', ...event };
      // Usage comes behind the stop, so the end waits for it.
      end = { ...end, ...rest, ...(usage && { usage: emitUsage(emit, usage) }) };
    } else throw new Error(`unknown event ${type}`);
  }
  blocks.end();
  emit({ type: 'end', stop: stops[end.stopReason ?? ''] ?? 'end', ...carry(end) });
}

function startOf(start: Part): Block {
  const block = readPart(start);
  if (block.type === 'tool-call') return { ...block, args: '' };
  return block.type === 'opaque' ? block : opaque('bedrock-converse', start);
}

function readDelta(delta: NonNullable<StreamEvent['delta']>, blocks: BlockWriter): void {
  const { text, toolUse, reasoningContent: thought, ...rest } = delta;
  const open = blocks.open?.type;
  if (text !== undefined && open !== 'text') blocks.begin({ type: 'text', text: '' });
  else if (thought !== undefined && open !== 'thinking') {
    const redacted = thought.redactedContent !== undefined;
    blocks.begin({ type: 'thinking', text: '', ...(redacted && { redacted }) });
  }
  const seal = thought?.signature ?? thought?.redactedContent;
  if (open === 'opaque' && toolUse !== undefined) blocks.carried(carry({ toolUse }).carried);
  else blocks.delta(text ?? toolUse?.input ?? thought?.text ?? '');
  if (seal !== undefined) blocks.seal(sealed(seal));
  blocks.carried(carry(rest).carried);
}

export const told: readonly Told[] = [
  { at: /\.role$/, how: 'Turn.role; an answer is the assistant’s' },
  { at: /^<\w*>\.p$|\.contentBlockIndex$/, how: 'padding and order of a frame' },
  { at: /^<\w+>\.type$/, how: 'which event it is' },
  { at: /\.cachePoint\.type$/, how: 'Part.cache: there is one type' },
  { at: /\.(image|document|video)\.format$/, how: 'MediaBlock.mediaType' },
  { at: /\.toolChoice\.(auto|any)$/, how: 'ToolChoice.type' },
  { at: /\.toolResult\.status$/, how: 'ToolResultBlock.isError' },
  { at: /\.thinking\.type$/, how: 'Thinking.mode' },
  { at: /\.inferenceConfig$/, how: 'an empty object that says nothing' },
];
