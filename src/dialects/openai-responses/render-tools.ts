/** Tools, the choice among them, and the answer's format, in the words of this dialect. */
import { RawJson } from '../../lib/json.ts';
import { noteCarried } from '../../llm/carried.ts';
import type { ChatRequest, OutputFormat, Tool, ToolChoice } from '../../llm/chat.ts';
import { invalidRequest } from '../../llm/error.ts';
import type { Notes } from '../../llm/notes.ts';
import { toolPlace } from '../../llm/place.ts';
import { isFields } from '../openai-chat/shape.ts';
import type { WireObject } from '../wire-object.ts';
import { renderSearchTool } from './tool-search.ts';
import { dialectId, restored } from './wire.ts';

/** Throws LlmFailure for a tool that only its own API can run. */
export function renderToolSetup(request: ChatRequest, notes: Notes): WireObject {
  const { tools, toolChoice: choice, parallelToolCalls } = request;
  if (tools.length === 0) {
    if (choice !== undefined && choice.type !== 'auto' && choice.type !== 'none') {
      throw invalidRequest('tool_choice asks for a call, but there are no tools.', 'tool_choice');
    }
    return {};
  }
  tools.forEach((tool, i) => {
    checkTool(tool, i, notes);
  });
  if (choice?.type === 'tool' && !tools.some((tool) => tool.name === choice.name)) {
    const name = JSON.stringify(choice.name.slice(0, 80));
    throw invalidRequest(`tool_choice names ${name}, which is not in tools.`, 'tool_choice');
  }
  return {
    // Without a word this API is strict, and would refuse most schemas that were written for another.
    tools: toolList(tools, request.carried?.dialect === dialectId ? undefined : false),
    ...(choice !== undefined && { tool_choice: renderChoice(choice, tools) }),
    ...(parallelToolCalls !== undefined && { parallel_tool_calls: parallelToolCalls }),
  };
}

function checkTool(tool: Tool, index: number, notes: Notes): void {
  if (tool.cache !== undefined) notes.dropped('cache_control', 'the target caches prompts by itself');
  if (!tool.opaque) return noteCarried(tool.carried, dialectId, 'tools', notes);
  if (tool.carried?.dialect === dialectId) return;
  const type = isFields(tool.carried?.raw) ? String(tool.carried.raw.type ?? tool.name) : tool.name;
  const rule = `tool ${JSON.stringify(tool.name)} (${type}) is run by its own provider, and the model behind this name has another`;
  throw invalidRequest(`${rule}. Remove it, or choose a model of that provider.`, toolPlace(tool, index));
}

/** The tools as they stand in a request, and again in every answer to it: those of a namespace stand in it together. */
export function toolList(tools: readonly Tool[], strict: boolean | undefined): WireObject[] {
  const list: WireObject[] = [];
  const spaces = new Map<string, WireObject[]>();
  for (const tool of tools) {
    const { namespace } = tool;
    if (namespace === undefined) {
      list.push(renderTool(tool, tool.name, tool.description, strict));
      continue;
    }
    const about = `[${namespace.name}: ${namespace.about}]`;
    const described = tool.description?.startsWith(about)
      ? tool.description.slice(about.length).trim()
      : tool.description;
    const wire = renderTool(tool, namespace.member, described || undefined, strict);
    const known = spaces.get(namespace.name);
    if (known !== undefined) known.push(wire);
    else {
      const inner = [wire];
      spaces.set(namespace.name, inner);
      list.push({ type: 'namespace', name: namespace.name, description: namespace.about, tools: inner });
    }
  }
  return list;
}

function renderTool(
  tool: Tool,
  name: string,
  description: string | undefined,
  strict: boolean | undefined,
): WireObject {
  const extras = restored(tool.carried);
  if (tool.opaque) return extras;
  if (tool.form === 'freeform') return { type: 'custom', name, description, ...extras };
  if (tool.form === 'search') return { ...renderSearchTool(description, tool.schema), ...extras };
  const parameters = tool.schema === undefined ? null : new RawJson(tool.schema);
  return { type: 'function', name, description, parameters, strict: tool.strict ?? strict, ...extras };
}

export function renderChoice(choice: ToolChoice, tools: readonly Tool[]): unknown {
  if (choice.type !== 'tool') return choice.type;
  const tool = tools.find((candidate) => candidate.name === choice.name);
  const type = tool?.form === 'freeform' ? 'custom' : 'function';
  const { namespace } = tool ?? {};
  return namespace === undefined
    ? { type, name: choice.name }
    : { type, name: namespace.member, namespace: namespace.name };
}

export function renderFormat(format: OutputFormat | undefined): WireObject {
  if (format === undefined) return { type: 'text' };
  if (format.type === 'json-object') return { type: 'json_object' };
  const { name = 'response', description, strict = false } = format;
  return { type: 'json_schema', name, description, schema: new RawJson(format.schema), strict };
}
