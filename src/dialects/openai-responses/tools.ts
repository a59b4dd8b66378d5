/** Tools and the choice among them, as the caller wrote them. https://platform.openai.com/docs/guides/function-calling */
import type { Tool, ToolChoice } from '../../llm/chat.ts';
import { invalidRequest } from '../../llm/error.ts';
import {
  type Fields,
  isFields,
  optionalArray,
  optionalBoolean,
  optionalString,
  optionalWord,
  readFields,
  requiredString,
  wrongShape,
} from '../openai-chat/shape.ts';
import { readSchema } from '../openai-chat/tools.ts';
import { flatName } from './tool-names.ts';
import { isCallersSearch, readSearchTool } from './tool-search.ts';
import { dialectId, leftover } from './wire.ts';

export interface ToolSetup {
  readonly tools: readonly Tool[];
  readonly toolChoice?: ToolChoice;
  /** A choice that only this dialect knows (one of a provider's own tools). */
  readonly ownChoice?: unknown;
}

/** `more`: tools that stood in the input. Throws invalid-request. */
export function readToolSetup(body: Fields, more: readonly { value: unknown; at: string }[]): ToolSetup {
  const listed = (optionalArray(body, 'tools') ?? []).map((value, i) => ({ value, at: `tools[${i}]` }));
  const tools = listed.flatMap(({ value, at }) => readTool(readFields(value, at), at));
  // A search may find what is listed, or was found before.
  for (const { value, at } of more)
    for (const tool of readTool(readFields(value, at), at))
      if (!tools.some(({ name }) => name === tool.name)) tools.push(tool);
  return readChoice(body.tool_choice, tools);
}

function readTool(item: Fields, at: string): Tool[] {
  return readKind(item, at).map((tool) => ({ at, ...tool }));
}

function readKind(item: Fields, at: string): Tool[] {
  switch (item.type) {
    case 'function':
      return [readFunction(item, at)];
    case 'custom':
      return [readCustom(item, at)];
    case 'namespace':
      return readNamespace(item, at);
    case 'tool_search':
      return isCallersSearch(item) ? [readSearchTool(item, at)] : [readOpaque(item, at)];
    default:
      return [readOpaque(item, at)];
  }
}

/** A tool that its provider runs: nobody else can. */
function readOpaque(item: Fields, at: string): Tool {
  return { name: requiredString(item, 'type', at), opaque: true, carried: { dialect: dialectId, raw: item } };
}

function readFunction(item: Fields, at: string): Tool {
  if (isFields(item.function)) {
    const rule = 'is a field of Chat Completions; this endpoint takes {"type":"function","name":…,"parameters":…}';
    throw invalidRequest(`${at}.function ${rule}.`, `${at}.function`);
  }
  const description = optionalString(item, 'description', at);
  const strict = optionalBoolean(item, 'strict', at);
  const schema = readSchema(item, 'parameters', at);
  const carried = leftover(item, ['type', 'name', 'description', 'strict', 'parameters']);
  return {
    name: requiredString(item, 'name', at),
    ...(description !== undefined && { description }),
    ...(schema !== undefined && { schema }),
    ...(strict !== undefined && { strict }),
    ...(carried && { carried }),
  };
}

function readCustom(item: Fields, at: string): Tool {
  const description = optionalString(item, 'description', at);
  const format = isFields(item.format) && item.format.type === 'text' ? ['format'] : [];
  const carried = leftover(item, ['type', 'name', 'description', ...format]);
  return {
    name: requiredString(item, 'name', at),
    form: 'freeform',
    ...(description !== undefined && { description }),
    ...(carried && { carried }),
  };
}

/** Its description stands with the first of its tools: the model is to read it once. */
function readNamespace(item: Fields, at: string): Tool[] {
  const name = requiredString(item, 'name', at);
  const about = optionalString(item, 'description', at);
  const inner = (optionalArray(item, 'tools', at) ?? []).flatMap((value, i) => {
    const path = `${at}.tools[${i}]`;
    return readTool(readFields(value, path), path);
  });
  return inner.map((tool, i) => {
    if (tool.opaque) return tool;
    const words = [i === 0 && about !== undefined ? `[${name}: ${about}]` : '', tool.description ?? ''];
    const description = words.filter((text) => text !== '').join(' ');
    const namespace = { name, member: tool.name, ...(about !== undefined && { about }) };
    return { ...tool, name: flatName(tool.name, name), ...(description !== '' && { description }), namespace };
  });
}

function readChoice(choice: unknown, tools: readonly Tool[]): ToolSetup {
  if (choice === undefined || choice === null) return { tools };
  if (choice === 'required') return withCall(tools, { type: choice });
  if (choice === 'auto' || choice === 'none')
    return tools.length === 0 ? { tools } : { tools, toolChoice: { type: choice } };
  if (!isFields(choice))
    throw wrongShape('tool_choice', 'auto, none, required, or an object that names a tool', choice);
  if (choice.type === 'allowed_tools') return readAllowed(choice, tools);
  if (choice.type !== 'function' && choice.type !== 'custom') return { tools, ownChoice: choice };
  const name = namedTool(choice, 'tool_choice', tools);
  return withCall(tools, { type: 'tool', name });
}

function withCall(tools: readonly Tool[], toolChoice: ToolChoice): ToolSetup {
  if (tools.length === 0) throw invalidRequest('tool_choice asks for a call, but tools is empty.', 'tool_choice');
  return { tools, toolChoice };
}

function namedTool(entry: Fields, at: string, tools: readonly Tool[]): string {
  const name = flatName(requiredString(entry, 'name', at), optionalString(entry, 'namespace', at));
  if (tools.some((tool) => tool.name === name && !tool.opaque)) return name;
  throw invalidRequest(`${at} names ${JSON.stringify(name.slice(0, 80))}, which is not in tools.`, at);
}

/** A subset of the tools: offering only those is the same, in every dialect. */
function readAllowed(choice: Fields, tools: readonly Tool[]): ToolSetup {
  const entries = (optionalArray(choice, 'tools', 'tool_choice') ?? []).map((item, i) => {
    const at = `tool_choice.tools[${i}]`;
    const entry = readFields(item, at);
    const isOwn = entry.type !== 'function' && entry.type !== 'custom';
    return { type: textOfType(entry), name: isOwn ? undefined : namedTool(entry, at, tools) };
  });
  const mode = optionalWord(choice, 'mode', ['auto', 'required'], 'tool_choice') ?? 'auto';
  const isAllowed = (tool: Tool) =>
    entries.some(({ type, name }) => (tool.opaque ? name === undefined && type === tool.name : name === tool.name));
  return { tools: tools.filter(isAllowed), toolChoice: { type: mode } };
}

function textOfType(entry: Fields): string {
  return typeof entry.type === 'string' ? entry.type : '';
}
