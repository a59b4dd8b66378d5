/** Tools and the choice among them. https://ai.google.dev/gemini-api/docs/function-calling */
import { RawJson } from '../../lib/json.ts';
import { noteCarried } from '../../llm/carried.ts';
import type { ChatRequest, Tool } from '../../llm/chat.ts';
import type { Notes } from '../../llm/notes.ts';
import { toolPlace } from '../../llm/place.ts';
import { refused } from '../shape.ts';
import { isObject, type WireObject } from '../wire-object.ts';
import { toolSchema } from './schema.ts';
import { dialectId, restored } from './wire.ts';

/** `own`: what this dialect's caller said in `toolConfig` beside the choice. Throws LlmFailure. */
export function renderToolSetup(request: ChatRequest, own: unknown, notes: Notes): WireObject {
  const { tools, parallelToolCalls } = request;
  if (parallelToolCalls === false && tools.length > 0)
    notes.dropped('parallel_tool_calls', 'the target may call several tools at once');
  const functions = tools.filter((tool) => !tool.opaque).map((tool) => clientTool(tool, pathOf(tool, tools), notes));
  const servers = tools.filter((tool) => tool.opaque).map((tool) => serverTool(tool, pathOf(tool, tools)));
  const offered = [...(functions.length > 0 ? [{ functionDeclarations: functions }] : []), ...servers];
  const calling = renderChoice(request);
  const ownConfig = isObject(own) ? own : {};
  const functionCallingConfig = {
    ...calling,
    ...(isObject(ownConfig.functionCallingConfig) && ownConfig.functionCallingConfig),
  };
  const config = { ...ownConfig, ...(Object.keys(functionCallingConfig).length > 0 && { functionCallingConfig }) };
  return {
    ...(offered.length > 0 && { tools: offered }),
    ...(Object.keys(config).length > 0 && { toolConfig: config }),
  };
}

function pathOf(tool: Tool, tools: readonly Tool[]): string {
  return toolPlace(tool, tools.indexOf(tool));
}

function serverTool(tool: Tool, path: string): WireObject {
  if (tool.carried?.dialect === dialectId) return restored(tool.carried);
  const type = isObject(tool.carried?.raw) ? String(tool.carried.raw.type ?? tool.name) : tool.name;
  const rule = `tool ${JSON.stringify(tool.name)} (${type}) is run by its own provider, and the model behind this name has another`;
  throw refused(path, `${rule}. Remove it, or choose a model of that provider`);
}

function clientTool(tool: Tool, path: string, notes: Notes): WireObject {
  if (tool.form === 'freeform')
    throw refused(path, `tool "${tool.name}" takes free text; this model only calls tools with JSON arguments`);
  // https://ai.google.dev/api/caching#FunctionDeclaration
  if (!/^[a-zA-Z_][a-zA-Z0-9_.:-]{0,127}$/.test(tool.name)) {
    const rule = 'must begin with a letter or _, and have at most 128 letters, digits, _ . : or -';
    throw refused(`${path}.name`, `${JSON.stringify(tool.name.slice(0, 140))} ${rule}`);
  }
  if (tool.cache !== undefined) notes.dropped('cache_control', 'the target caches prompts by itself');
  if (tool.strict === true) notes.dropped('tools.strict', 'the target does not promise to keep to a schema');
  noteCarried(tool.carried, dialectId, 'tools', notes);
  const schema = toolSchema(tool.schema, `${path}.parameters`);
  return {
    name: tool.name,
    ...(tool.description !== undefined && { description: tool.description }),
    ...(schema !== undefined && { parametersJsonSchema: new RawJson(schema) }),
    ...restored(tool.carried),
  };
}

function renderChoice({ toolChoice: choice, tools }: ChatRequest): WireObject {
  if (choice === undefined) return {};
  if (tools.length === 0) {
    if (choice.type === 'required' || choice.type === 'tool')
      throw refused('tool_choice', 'asks for a tool call, but the request has no tools');
    return {};
  }
  if (choice.type === 'auto') return { mode: 'AUTO' };
  if (choice.type === 'none') return { mode: 'NONE' };
  if (choice.type !== 'tool') return { mode: 'ANY' };
  if (tools.some((tool) => tool.name === choice.name)) return { mode: 'ANY', allowedFunctionNames: [choice.name] };
  throw refused('tool_choice', `names ${JSON.stringify(choice.name.slice(0, 140))}, which is not among the tools`);
}
