/**
 * Tools that take free text (Codex's apply_patch), for providers that only know JSON arguments: such a tool becomes a
 * function with one string, `input`, and a call of it becomes free text again. Nothing of a call is lost on the way.
 */
import type { Block, ChatEvent, ChatRequest, Emit, Tool, ToolCallBlock, Turn } from './chat.ts';
import { invalidRequest } from './error.ts';
import type { Notes } from './notes.ts';
import { toolPlace, turnPlace } from './place.ts';

const schema =
  '{"type":"object","properties":{"input":{"type":"string","description":"The whole text for the tool."}},"required":["input"],"additionalProperties":false}';

/** The request without free text; the same one where it has none. */
export function withoutFreeform(request: ChatRequest, notes: Notes): ChatRequest {
  if (!hasFreeform(request)) return request;
  return {
    ...request,
    tools: request.tools.map((tool, i) => (tool.form === 'freeform' ? asFunction(tool, i, notes) : tool)),
    turns: request.turns.map((turn) => (isFree(turn) ? { ...turn, blocks: turn.blocks.map(asJsonCall) } : turn)),
  };
}

/** Throws LlmFailure (invalid-request) for a tool, or a call in the history, whose arguments are no JSON. */
export function refuseFreeform({ tools, turns }: ChatRequest): void {
  const why = 'takes free text, which this model cannot call: offer a function with JSON arguments instead';
  for (const [i, tool] of tools.entries()) {
    const at = toolPlace(tool, i);
    if (tool.form === 'freeform') throw invalidRequest(`${at}: a custom tool ${why}`, at);
  }
  for (const [i, turn] of turns.entries()) {
    const at = turnPlace(turn, i);
    if (isFree(turn)) throw invalidRequest(`${at}: the call of a custom tool ${why}`, at);
  }
}

function hasFreeform({ tools, turns }: ChatRequest): boolean {
  return tools.some(({ form }) => form === 'freeform') || turns.some(isFree);
}

function isFree(turn: Turn): boolean {
  return turn.blocks.some((block) => block.type === 'tool-call' && block.form === 'freeform');
}

/** The names of a request's tools that take free text. */
export function freeformNames(request: ChatRequest | undefined): ReadonlySet<string> {
  return new Set(request?.tools.flatMap(({ name, form }) => (form === 'freeform' ? [name] : [])));
}

/** Calls of these tools as free text, whichever way the provider wrote them. */
export function restoreFreeform(names: ReadonlySet<string>, emit: Emit<ChatEvent>): Emit<ChatEvent> {
  if (names.size === 0) return emit;
  let call: { readonly index: number; args: string } | undefined;
  return (event) => {
    if (event.type === 'block-start' && isJsonCallOf(names, event.block)) {
      const { args, ...block } = event.block;
      call = { index: event.index, args };
      return emit({ ...event, block: { ...block, args: '', form: 'freeform' } });
    }
    if (call === undefined || !('index' in event)) return emit(event);
    if (event.type === 'block-delta') {
      call.args += event.delta;
      return;
    }
    if (event.type === 'block-end') {
      const delta = textOf(call.args);
      if (delta !== '') emit({ type: 'block-delta', index: call.index, delta });
      call = undefined;
    }
    emit(event);
  };
}

function isJsonCallOf(names: ReadonlySet<string>, block: Block): block is ToolCallBlock {
  return block.type === 'tool-call' && block.form !== 'freeform' && names.has(block.name);
}

/** A grammar can only be told in words there. */
function asFunction(tool: Tool, index: number, notes: Notes): Tool {
  const { form: _form, carried, strict: _strict, ...rest } = tool;
  const grammar = grammarOf(carried?.raw);
  if (grammar === undefined) return { ...rest, schema };
  notes.dropped(
    `${toolPlace(tool, index)}.format`,
    'the target does not hold a tool to a grammar; it is told in its description',
  );
  const description = [tool.description, `The text in input must follow this grammar:\n${grammar}`];
  return { ...rest, schema, description: description.filter((text) => text !== undefined).join('\n\n') };
}

/** https://platform.openai.com/docs/guides/function-calling#context-free-grammars */
function grammarOf(raw: unknown): string | undefined {
  const format = fieldOf(raw, 'format');
  // Chat Completions nest it once more.
  const grammar = fieldOf(format, 'grammar') ?? format;
  const definition = fieldOf(grammar, 'definition');
  return typeof definition === 'string' ? definition : undefined;
}

function asJsonCall(block: Block): Block {
  if (block.type !== 'tool-call' || block.form !== 'freeform') return block;
  const { form: _form, ...call } = block;
  return { ...call, args: JSON.stringify({ input: block.args }) };
}

/** What a provider wrote that did not keep to the schema is the text itself: the caller's tool will say what is wrong. */
function textOf(args: string): string {
  try {
    const input = fieldOf(JSON.parse(args), 'input');
    return typeof input === 'string' ? input : args;
  } catch {
    return args;
  }
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
