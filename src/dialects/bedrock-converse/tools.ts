/** Tool definitions and the choice among them. https://docs.aws.amazon.com/bedrock/latest/userguide/tool-use.html */
import type { ChatRequest, Tool } from '../../llm/chat.ts';
import { absent, arrayAt, filledAt, objectAt, optionalAt, refused, stringAt } from '../shape.ts';
import { isObject, rawText } from '../wire-object.ts';
import { marked } from './blocks.ts';
import { carry, without } from './wire.ts';

export function parseTools(value: unknown): Pick<ChatRequest, 'tools' | 'toolChoice'> {
  const config = optionalAt(value, 'toolConfig');
  const tools = absent(config.tools) ? [] : arrayAt(config.tools, 'toolConfig.tools');
  // A cache point before all tools keeps nothing.
  const from = tools.findIndex((tool) => !isObject(tool) || tool.cachePoint === undefined);
  const list = from === -1 ? [] : tools.slice(from);
  return { tools: marked(list, 'toolConfig.tools', parseTool), ...parseChoice(config.toolChoice) };
}

function parseTool(value: unknown, path: string): Tool {
  const raw = objectAt(value, path);
  if (raw.toolSpec === undefined) {
    const system = isObject(raw.systemTool) ? raw.systemTool.name : undefined;
    return {
      name: typeof system === 'string' ? system : (Object.keys(raw)[0] ?? ''),
      opaque: true,
      at: path,
      ...carry(raw),
    };
  }
  const spec = objectAt(raw.toolSpec, `${path}.toolSpec`);
  const schema = optionalAt(spec.inputSchema, `${path}.toolSpec.inputSchema`).json;
  if (!absent(schema) && !rawText(schema).startsWith('{')) {
    throw refused(`${path}.toolSpec.inputSchema.json`, 'must be a JSON Schema object');
  }
  return {
    name: filledAt(spec.name, `${path}.toolSpec.name`),
    at: path,
    ...(absent(schema) ? {} : { schema: rawText(schema) }),
    ...(absent(spec.description) ? {} : { description: stringAt(spec.description, `${path}.toolSpec.description`) }),
    ...(typeof spec.strict === 'boolean' && { strict: spec.strict }),
    ...carry(without(spec, ['name', 'description', 'inputSchema', 'strict'])),
  };
}

function parseChoice(value: unknown): Pick<ChatRequest, 'toolChoice'> {
  if (absent(value)) return {};
  const choice = objectAt(value, 'toolConfig.toolChoice');
  if (choice.any !== undefined) return { toolChoice: { type: 'required' } };
  if (choice.tool === undefined) return { toolChoice: { type: 'auto' } };
  const tool = objectAt(choice.tool, 'toolConfig.toolChoice.tool');
  return { toolChoice: { type: 'tool', name: filledAt(tool.name, 'toolConfig.toolChoice.tool.name') } };
}
