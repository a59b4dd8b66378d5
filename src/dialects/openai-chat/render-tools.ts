/** Tools, the choice among them, and the answer's format, for a provider of this dialect. */
import { RawJson } from '../../lib/json.ts';
import { noteCarried } from '../../llm/carried.ts';
import type { ChatRequest, OutputFormat, Tool } from '../../llm/chat.ts';
import { invalidRequest } from '../../llm/error.ts';
import type { Notes } from '../../llm/notes.ts';
import { toolPlace } from '../../llm/place.ts';
import type { WireObject } from '../wire-object.ts';
import { isFields } from './shape.ts';
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
  return {
    tools: tools.map((tool, i) => renderTool(tool, i, notes)),
    ...(choice !== undefined && { tool_choice: choice.type === 'tool' ? named(choice.name, tools) : choice.type }),
    ...(parallelToolCalls !== undefined && { parallel_tool_calls: parallelToolCalls }),
  };
}

function renderTool(tool: Tool, index: number, notes: Notes): WireObject {
  if (tool.cache !== undefined) notes.dropped('cache_control', 'the target caches prompts by itself');
  const extras = restored(tool.carried);
  if (tool.opaque) {
    if (tool.carried?.dialect === dialectId) return extras;
    const type = isFields(tool.carried?.raw) ? String(tool.carried.raw.type ?? tool.name) : tool.name;
    const rule = `tool ${JSON.stringify(tool.name)} (${type}) is run by its own provider, and the model behind this name has another`;
    throw invalidRequest(`${rule}. Remove it, or choose a model of that provider.`, toolPlace(tool, index));
  }
  noteCarried(tool.carried, dialectId, 'tools', notes);
  const { name, description, strict, schema } = tool;
  if (tool.form === 'freeform') return { type: 'custom', custom: { name, description, ...extras } };
  const parameters = schema === undefined ? undefined : new RawJson(schema);
  return { type: 'function', function: { name, description, parameters, strict }, ...extras };
}

function named(name: string, tools: readonly Tool[]): WireObject {
  const tool = tools.find((candidate) => candidate.name === name);
  if (tool === undefined) {
    throw invalidRequest(
      `tool_choice names ${JSON.stringify(name.slice(0, 80))}, which is not in tools.`,
      'tool_choice',
    );
  }
  return tool.form === 'freeform' ? { type: 'custom', custom: { name } } : { type: 'function', function: { name } };
}

export function renderFormat(format: OutputFormat | undefined): WireObject {
  if (format === undefined) return {};
  if (format.type === 'json-object') return { response_format: { type: 'json_object' } };
  const { name = 'response', description, strict } = format;
  const schema = new RawJson(format.schema);
  return { response_format: { type: 'json_schema', json_schema: { name, description, schema, strict } } };
}
