/**
 * A search for tools that the caller runs itself (Codex does, for tools that it does not list up front). For any other
 * API it is a function: what it finds is said in its result, and offered like every other tool from then on.
 * https://platform.openai.com/docs/guides/tools-tool-search
 */
import { RawJson, stringifyJson } from '../../lib/json.ts';
import type { Tool, ToolCallBlock } from '../../llm/chat.ts';
import { type Fields, optionalString, requiredString, wrongShape } from '../openai-chat/shape.ts';
import { readSchema } from '../openai-chat/tools.ts';
import type { WireObject } from '../wire-object.ts';
import { leftover, withRaw } from './wire.ts';

const name = 'tool_search';

/** Whether a tool, a call or its output is one that the caller runs; the provider's own search is nobody else's. */
export function isCallersSearch(item: Fields): boolean {
  return item.execution === 'client';
}

export function readSearchTool(item: Fields, at: string): Tool {
  const description = optionalString(item, 'description', at);
  const schema = readSchema(item, 'parameters', at);
  const carried = leftover(item, ['type', 'execution', 'description', 'parameters']);
  return {
    name,
    form: 'search',
    ...(description !== undefined && { description }),
    ...(schema !== undefined && { schema }),
    ...(carried && { carried }),
  };
}

export function readSearchCall(item: Fields, at: string): ToolCallBlock {
  const id = requiredString(item, 'call_id', at);
  const args = stringifyJson(withRaw(item.arguments ?? {}));
  const carried = leftover(item, ['type', 'id', 'status', 'call_id', 'execution', 'arguments']);
  return { type: 'tool-call', id, name, args, form: 'search', ...(carried && { carried }) };
}

export interface FoundTools {
  readonly tools: readonly unknown[];
  /** The same as JSON text, for the model to read. */
  readonly text: string;
}

export function readFoundTools(item: Fields, at: string): FoundTools {
  if (!Array.isArray(item.tools)) throw wrongShape(`${at}.tools`, 'an array of tools', item.tools);
  return { tools: item.tools, text: stringifyJson(withRaw(item.tools)) };
}

export function renderSearchTool(description: string | undefined, schema: string | undefined): WireObject {
  const parameters = schema === undefined ? undefined : new RawJson(schema);
  return { type: name, execution: 'client', description, parameters };
}

/** `args`: JSON text; what is none is passed on for the caller's tool to complain of. */
export function renderSearchCall(callId: string, args: string): WireObject {
  return {
    type: 'tool_search_call',
    call_id: callId,
    execution: 'client',
    arguments: asJson(args === '' ? '{}' : args),
  };
}

/** `text`: what `readFoundTools` made; anything else found nothing. */
export function renderFoundTools(callId: string, text: string): WireObject {
  const tools = asJson(text);
  return {
    type: 'tool_search_output',
    call_id: callId,
    execution: 'client',
    tools: tools instanceof RawJson ? tools : [],
  };
}

function asJson(text: string): RawJson | string {
  try {
    JSON.parse(text);
    return new RawJson(text);
  } catch {
    return text;
  }
}
