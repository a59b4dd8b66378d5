/** Tools, the choice among them, and whether several may be called at once. */
import { RawJson } from '../../lib/json.ts';
import { noteCarried } from '../../llm/carried.ts';
import type { ChatRequest, Tool } from '../../llm/chat.ts';
import type { Notes } from '../../llm/notes.ts';
import { toolPlace } from '../../llm/place.ts';
import { refused } from '../shape.ts';
import type { WireObject } from '../wire-object.ts';
import type { CacheMarks } from './cache.ts';
import { inputSchema } from './schema.ts';
import { dialectId, restored } from './wire.ts';

export function renderTools(tools: readonly Tool[], marks: CacheMarks, notes: Notes): WireObject[] {
  return tools.map((tool, i) => {
    const wire = tool.opaque ? serverTool(tool, toolPlace(tool, i)) : clientTool(tool, toolPlace(tool, i), notes);
    marks.add(wire, tool.cache);
    return wire;
  });
}

function serverTool(tool: Tool, path: string): WireObject {
  if (tool.carried?.dialect === dialectId) return restored(tool.carried);
  throw refused(
    path,
    `tool "${tool.name}" is run by another provider; choose a model of that provider, or leave it out`,
  );
}

function clientTool(tool: Tool, path: string, notes: Notes): WireObject {
  if (tool.form === 'freeform') {
    throw refused(path, `tool "${tool.name}" takes free text; this model only calls tools with JSON arguments`);
  }
  if (!/^[a-zA-Z0-9_-]{1,128}$/.test(tool.name)) {
    throw refused(`${path}.name`, `"${tool.name.slice(0, 140)}" must be 1 to 128 letters, digits, _ or -`);
  }
  noteCarried(tool.carried, dialectId, 'tools', notes);
  return {
    name: tool.name,
    ...(tool.description !== undefined && { description: tool.description }),
    input_schema: new RawJson(inputSchema(tool.schema, `${path}.parameters`)),
    ...(tool.strict !== undefined && { strict: tool.strict }),
    ...restored(tool.carried),
  };
}

/** Undefined where the API's default (auto, several at once) is what was asked for. */
export function renderToolChoice(request: ChatRequest): WireObject | undefined {
  const { toolChoice: choice, tools } = request;
  const one = request.parallelToolCalls === false ? { disable_parallel_tool_use: true } : {};
  if (tools.length === 0) {
    if (!isForced(request)) return undefined;
    throw refused('tool_choice', 'asks for a tool call, but the request has no tools');
  }
  if (choice === undefined) return 'disable_parallel_tool_use' in one ? { type: 'auto', ...one } : undefined;
  if (choice.type === 'none') return { type: 'none' };
  if (choice.type !== 'tool') return { type: choice.type === 'required' ? 'any' : 'auto', ...one };
  if (!tools.some((tool) => tool.name === choice.name)) {
    throw refused('tool_choice', `names "${choice.name.slice(0, 140)}", which is not among the tools`);
  }
  return { type: 'tool', name: choice.name, ...one };
}

export function isForced(request: ChatRequest): boolean {
  return request.toolChoice?.type === 'required' || request.toolChoice?.type === 'tool';
}
