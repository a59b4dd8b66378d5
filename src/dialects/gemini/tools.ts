/** Tools and the choice among them, as a caller wrote them. https://ai.google.dev/api/caching#Tool */
import type { Tool, ToolChoice } from '../../llm/chat.ts';
import type { JsonObject } from '../dialect.ts';
import { absent, filledAt, listAt, objectAt, optionalAt, refused, stringAt } from '../shape.ts';
import type { WireObject } from '../wire-object.ts';
import { fromOpenApi, jsonSchema } from './schema.ts';
import { dialectId, leftover } from './wire.ts';

export interface ToolSetup {
  readonly tools: readonly Tool[];
  readonly toolChoice?: ToolChoice;
  /** What of `toolConfig` the neutral language does not say. */
  readonly toolConfig?: WireObject;
}

/** Throws invalid-request. */
export function readToolSetup(body: JsonObject): ToolSetup {
  const tools = listAt(body.tools).flatMap((item, i) => readTool(objectAt(item, `tools[${i}]`), `tools[${i}]`));
  const config = optionalAt(body.toolConfig, 'toolConfig');
  const { functionCallingConfig, ...rest } = config;
  const calling = optionalAt(functionCallingConfig, 'toolConfig.functionCallingConfig');
  const own = calling.mode === 'VALIDATED' ? { ...rest, functionCallingConfig: { mode: 'VALIDATED' } } : rest;
  const setup = readChoice(calling, tools);
  return Object.keys(own).length === 0 ? setup : { ...setup, toolConfig: own };
}

function readTool(item: JsonObject, path: string): Tool[] {
  const { functionDeclarations, ...others } = item;
  const functions = listAt(functionDeclarations).map((value, i) => {
    const at = `${path}.functionDeclarations[${i}]`;
    return readFunction(objectAt(value, at), at);
  });
  // Tools that the provider runs itself: a field each.
  const own = Object.entries(others).filter(([, value]) => !absent(value));
  return [
    ...functions,
    ...own.map(
      ([name, value]): Tool => ({
        name,
        opaque: true,
        at: `${path}.${name}`,
        carried: { dialect: dialectId, raw: { [name]: value } },
      }),
    ),
  ];
}

function readFunction(item: JsonObject, path: string): Tool {
  const { parameters, parametersJsonSchema: own, description } = item;
  const schema = absent(own)
    ? absent(parameters)
      ? undefined
      : fromOpenApi(parameters, `${path}.parameters`)
    : jsonSchema(own, `${path}.parametersJsonSchema`);
  return {
    name: filledAt(item.name, `${path}.name`),
    at: path,
    ...(!absent(description) && { description: stringAt(description, `${path}.description`) }),
    ...(schema !== undefined && { schema }),
    ...leftover(item, ['name', 'description', 'parameters', 'parametersJsonSchema']),
  };
}

/** A choice among several names: offering only those is the same, in every dialect. */
function readChoice(calling: JsonObject, tools: readonly Tool[]): ToolSetup {
  const path = 'toolConfig.functionCallingConfig';
  const { mode } = calling;
  const names = listAt(calling.allowedFunctionNames).map((name, i) =>
    filledAt(name, `${path}.allowedFunctionNames[${i}]`),
  );
  const unknown = names.find((name) => !tools.some((tool) => tool.name === name));
  if (unknown !== undefined) {
    throw refused(
      `${path}.allowedFunctionNames`,
      `names ${JSON.stringify(unknown.slice(0, 80))}, which is not in tools`,
    );
  }
  const offered = names.length === 0 ? tools : tools.filter((tool) => tool.opaque || names.includes(tool.name));
  switch (mode) {
    case undefined:
    case null:
    case 'MODE_UNSPECIFIED':
      return { tools };
    case 'NONE':
      return { tools, toolChoice: { type: 'none' } };
    case 'AUTO':
    case 'VALIDATED':
      return { tools: offered, toolChoice: { type: 'auto' } };
    case 'ANY':
      if (tools.length === 0) throw refused(path, 'asks for a call, but there are no tools');
      if (names.length === 1) return { tools, toolChoice: { type: 'tool', name: String(names[0]) } };
      return { tools: offered, toolChoice: { type: 'required' } };
    default:
      throw refused(`${path}.mode`, 'must be one of AUTO, ANY, NONE, VALIDATED');
  }
}
