/** Tools and the choice among them. https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolConfiguration.html */
import { RawJson } from '../../lib/json.ts';
import { noteCarried } from '../../llm/carried.ts';
import type { ChatRequest, Tool } from '../../llm/chat.ts';
import type { Notes } from '../../llm/notes.ts';
import { toolPlace } from '../../llm/place.ts';
import { inputSchema } from '../anthropic/schema.ts';
import { refused } from '../shape.ts';
import type { WireObject } from '../wire-object.ts';
import type { CachePoints } from './cache.ts';
import { dialectId, restored } from './wire.ts';

export interface RenderedTools {
  /** `toolConfig.tools`, with cache points among them. */
  readonly list: WireObject[];
  readonly choice: WireObject | undefined;
}

export function renderTools(request: ChatRequest, points: CachePoints, notes: Notes): RenderedTools {
  const list = request.tools.flatMap((tool, i) => {
    const wire = tool.opaque ? systemTool(tool, toolPlace(tool, i)) : toolSpec(tool, toolPlace(tool, i), notes);
    return points.behindTool(wire, tool.cache);
  });
  return { list, choice: renderChoice(request, notes) };
}

function systemTool(tool: Tool, path: string): WireObject {
  if (tool.carried?.dialect === dialectId) return restored(tool.carried);
  throw refused(
    path,
    `tool "${tool.name}" is run by another provider; choose a model of that provider, or leave it out`,
  );
}

function toolSpec(tool: Tool, path: string, notes: Notes): WireObject {
  if (tool.form === 'freeform') {
    throw refused(path, `tool "${tool.name}" takes free text; this model only calls tools with JSON arguments`);
  }
  noteCarried(tool.carried, dialectId, 'tools', notes);
  return {
    toolSpec: {
      name: renderName(tool.name, `${path}.name`),
      // Blank text is refused here too.
      ...(tool.description?.trim() && { description: tool.description }),
      inputSchema: { json: new RawJson(inputSchema(tool.schema, `${path}.parameters`)) },
      ...(tool.strict !== undefined && { strict: tool.strict }),
      ...restored(tool.carried),
    },
  };
}

export function renderName(name: string, path: string): string {
  if (/^[a-zA-Z0-9_-]{1,64}$/.test(name)) return name;
  throw refused(path, `"${name.slice(0, 140)}" must be 1 to 64 letters, digits, _ or - for the model behind this name`);
}

/** Undefined where the API's default (auto) is what was asked for, or where it has no word. */
function renderChoice(
  { toolChoice: choice, tools, parallelToolCalls }: ChatRequest,
  notes: Notes,
): WireObject | undefined {
  if (tools.length === 0) {
    if (choice === undefined || choice.type === 'auto' || choice.type === 'none') return undefined;
    throw refused('tool_choice', 'asks for a tool call, but the request has no tools');
  }
  if (parallelToolCalls === false) {
    notes.dropped('parallel_tool_calls', 'this API cannot limit the model to one call at a time');
  }
  if (choice === undefined || choice.type === 'none') return undefined;
  if (choice.type !== 'tool') return choice.type === 'required' ? { any: {} } : { auto: {} };
  if (!tools.some((tool) => tool.name === choice.name)) {
    throw refused('tool_choice', `names "${choice.name.slice(0, 140)}", which is not among the tools`);
  }
  return { tool: { name: choice.name } };
}

/** The tools that were called in a conversation which offers none any more, as far as their names say. */
export function formerTools({ turns }: ChatRequest): WireObject[] {
  const names = turns.flatMap(({ blocks }) =>
    blocks.flatMap((block) => (block.type === 'tool-call' ? [block.name] : [])),
  );
  return [...new Set(names)].map((name) => ({
    toolSpec: {
      name,
      description: 'Was called earlier in this conversation and is not offered any more.',
      inputSchema: { json: { type: 'object', properties: {} } },
    },
  }));
}

export function isForced({ toolChoice }: ChatRequest): boolean {
  return toolChoice?.type === 'required' || toolChoice?.type === 'tool';
}
