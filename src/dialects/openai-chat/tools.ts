/** Tools and the choice among them, as the caller wrote them. https://platform.openai.com/docs/guides/function-calling */
import type { Tool, ToolChoice } from '../../llm/chat.ts';
import { invalidRequest } from '../../llm/error.ts';
import { rawText } from '../wire-object.ts';
import { readCache } from './parts.ts';
import {
  type Fields,
  isFields,
  optionalArray,
  optionalBoolean,
  optionalFields,
  optionalString,
  optionalWord,
  readFields,
  requiredString,
  wrongShape,
} from './shape.ts';
import { dialectId, leftover } from './wire.ts';

export interface ToolSetup {
  readonly tools: readonly Tool[];
  readonly toolChoice?: ToolChoice;
  readonly legacyCalls?: boolean;
}

/** `tools` and `tool_choice`, or the legacy `functions` and `function_call`. Throws invalid-request. */
export function readToolSetup(body: Fields): ToolSetup {
  const tools = (optionalArray(body, 'tools') ?? []).map((item, i) =>
    readTool(readFields(item, `tools[${i}]`), `tools[${i}]`),
  );
  const functions = (optionalArray(body, 'functions') ?? []).map((item, i) =>
    readFunction(readFields(item, `functions[${i}]`), `functions[${i}]`),
  );
  const offered = [...tools, ...functions];
  const setup = readChoice(body, offered);
  const { toolChoice: choice } = setup;
  const forces = choice?.type === 'required' || choice?.type === 'tool';
  if (forces && setup.tools.length === 0)
    throw invalidRequest('tool_choice asks for a call, but tools is empty.', 'tool_choice');
  if (choice?.type === 'tool' && !setup.tools.some((tool) => tool.name === choice.name)) {
    throw invalidRequest(
      `tool_choice names ${JSON.stringify(choice.name.slice(0, 80))}, which is not in tools.`,
      'tool_choice',
    );
  }
  return tools.length === 0 && functions.length > 0 ? { ...setup, legacyCalls: true } : setup;
}

function readTool(item: Fields, at: string): Tool {
  if (item.input_schema !== undefined) {
    const rule =
      'is a field of Anthropic\'s Messages; this endpoint takes {"type":"function","function":{"name":…,"parameters":…}}';
    throw invalidRequest(`${at}.input_schema ${rule}. Or POST the body to /v1/messages.`, `${at}.input_schema`);
  }
  const cache = readCache(item, at);
  const marked = cache === undefined ? {} : { cache };
  if (item.type === 'custom') return { ...readCustom(item, at), ...marked };
  if (item.type === 'function' || (item.type === undefined && item.function !== undefined)) {
    const carried = leftover(item, ['type', 'function', 'cache_control', 'prompt_cache_breakpoint']);
    const tool = readFunction(readFields(item.function, `${at}.function`), `${at}.function`);
    return { ...tool, ...(carried && { carried }), ...marked };
  }
  // A tool that its provider runs: nobody else can.
  const name = requiredString(item, 'type', at);
  return { name, opaque: true, carried: { dialect: dialectId, raw: item }, ...marked };
}

function readFunction(item: Fields, at: string): Tool {
  const description = optionalString(item, 'description', at);
  const strict = optionalBoolean(item, 'strict', at);
  const schema = readSchema(item, 'parameters', at);
  return {
    name: requiredString(item, 'name', at),
    ...(description !== undefined && { description }),
    ...(schema !== undefined && { schema }),
    ...(strict !== undefined && { strict }),
  };
}

function readCustom(item: Fields, at: string): Tool {
  const custom = readFields(item.custom, `${at}.custom`);
  const description = optionalString(custom, 'description', `${at}.custom`);
  const carried = leftover(custom, ['name', 'description']);
  return {
    name: requiredString(custom, 'name', `${at}.custom`),
    form: 'freeform',
    ...(description !== undefined && { description }),
    ...(carried && { carried }),
  };
}

/** The JSON text of a schema; it must be an object. */
export function readSchema(fields: Fields, key: string, at: string): string | undefined {
  const value = fields[key];
  if (value === undefined || value === null) return undefined;
  const text = rawText(value);
  if (text === 'null') return undefined;
  if (!text.startsWith('{')) throw wrongShape(`${at}.${key}`, 'a JSON Schema object', undefined);
  return text;
}

function readChoice(body: Fields, tools: readonly Tool[]): ToolSetup {
  const value = body.tool_choice ?? body.function_call;
  const key = body.tool_choice === undefined || body.tool_choice === null ? 'function_call' : 'tool_choice';
  if (value === undefined || value === null) return { tools };
  // `any` is what some vendors of this dialect call `required`.
  if (value === 'any' || value === 'required') return { tools, toolChoice: { type: 'required' } };
  if (value === 'auto' || value === 'none')
    return tools.length === 0 ? { tools } : { tools, toolChoice: { type: value } };
  if (!isFields(value)) throw wrongShape(key, 'auto, none, required, or an object that names a tool', value);
  if (value.type === 'allowed_tools') return readAllowed(value, tools);
  const named = optionalFields(value, 'function', key) ?? optionalFields(value, 'custom', key) ?? value;
  const at = named === value ? key : `${key}.${value.custom === undefined ? 'function' : 'custom'}`;
  return { tools, toolChoice: { type: 'tool', name: requiredString(named, 'name', at) } };
}

/** A subset of the tools: offering only those is the same, in every dialect. */
function readAllowed(choice: Fields, tools: readonly Tool[]): ToolSetup {
  const at = 'tool_choice.allowed_tools';
  const allowed = readFields(choice.allowed_tools, at);
  const names = (optionalArray(allowed, 'tools', at) ?? []).map((item, i) => {
    const path = `${at}.tools[${i}]`;
    const entry = readFields(item, path);
    const named = optionalFields(entry, 'function', path) ?? optionalFields(entry, 'custom', path) ?? entry;
    return requiredString(named, 'name', path);
  });
  const unknown = names.find((name) => !tools.some((tool) => tool.name === name));
  if (unknown !== undefined)
    throw invalidRequest(
      `${at}.tools names ${JSON.stringify(unknown.slice(0, 80))}, which is not in tools.`,
      `${at}.tools`,
    );
  const mode = optionalWord(allowed, 'mode', ['auto', 'required'], at) ?? 'auto';
  return { tools: tools.filter((tool) => names.includes(tool.name)), toolChoice: { type: mode } };
}
