/** Tool definitions and the choice among them. https://platform.claude.com/docs/en/agents-and-tools/tool-use/overview */
import type { ChatRequest, Tool } from '../../llm/chat.ts';
import type { JsonObject } from '../dialect.ts';
import { absent, arrayAt, booleanAt, filledAt, objectAt, oneOf, refused, stringAt } from '../shape.ts';
import { parseCache } from './blocks.ts';
import { dialectId, leftover } from './wire.ts';

const customFields = ['type', 'name', 'description', 'input_schema', 'strict', 'cache_control'];

export function parseTools(value: unknown): Tool[] {
  if (absent(value)) return [];
  return arrayAt(value, 'tools').map((tool, i) => parseTool(objectAt(tool, `tools[${i}]`), `tools[${i}]`));
}

function parseTool(raw: JsonObject, path: string): Tool {
  if (raw.type === 'function') {
    throw refused(
      `${path}.type`,
      '"function" is a tool of OpenAI\'s chat completions; this endpoint takes {"name":…,"description":…,"input_schema":…}',
    );
  }
  if (!absent(raw.type) && raw.type !== 'custom') return parseServerTool(raw, path);
  const schema = stringAt(raw.input_schema, `${path}.input_schema`);
  if (!schema.startsWith('{')) throw refused(`${path}.input_schema`, 'must be a JSON Schema object');
  const cache = parseCache(raw.cache_control, `${path}.cache_control`);
  const carried = leftover(raw, customFields);
  return {
    name: filledAt(raw.name, `${path}.name`),
    schema,
    ...(absent(raw.description) ? {} : { description: stringAt(raw.description, `${path}.description`) }),
    ...(absent(raw.strict) ? {} : { strict: booleanAt(raw.strict, `${path}.strict`) }),
    ...(cache && { cache }),
    ...(carried && { carried }),
  };
}

/** A tool that has a meaning of its own to the provider, whether it runs there (web search) or here (bash, memory). */
function parseServerTool(raw: JsonObject, path: string): Tool {
  const type = stringAt(raw.type, `${path}.type`);
  const cache = parseCache(raw.cache_control, `${path}.cache_control`);
  const { cache_control: _, ...rest } = raw;
  return {
    name: typeof raw.name === 'string' ? raw.name : type,
    opaque: true,
    carried: { dialect: dialectId, raw: rest },
    ...(cache && { cache }),
  };
}

export function parseToolChoice(value: unknown): Pick<ChatRequest, 'toolChoice' | 'parallelToolCalls'> {
  if (absent(value)) return {};
  const choice = objectAt(value, 'tool_choice');
  const type = oneOf(choice.type, 'tool_choice.type', ['auto', 'any', 'tool', 'none']);
  const only =
    !absent(choice.disable_parallel_tool_use) &&
    booleanAt(choice.disable_parallel_tool_use, 'tool_choice.disable_parallel_tool_use');
  const parallel = only ? { parallelToolCalls: false } : {};
  if (type === 'tool') return { toolChoice: { type, name: filledAt(choice.name, 'tool_choice.name') }, ...parallel };
  return { toolChoice: { type: type === 'any' ? 'required' : type }, ...parallel };
}
