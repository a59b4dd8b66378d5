/**
 * What an agent asks, read from any of five dialects by hand, so that the gateway's codecs are never their own judges:
 * the tools that it offers, and the calls and results that have been.
 */
import { type JsonRecord, list, readConversation, record, textOf } from '../../fakes/conversation.ts';

export type Upstream = 'openai-chat' | 'openai-responses' | 'anthropic' | 'gemini' | 'bedrock-converse';

export interface OfferedTool {
  readonly name: string;
  readonly schema: JsonRecord;
  /** Takes free text instead of JSON. */
  readonly freeform?: boolean;
  /** Responses: where the tool stands, and its calls with it. */
  readonly namespace?: string;
}

export interface Call {
  readonly id: string;
  readonly name: string;
}

export interface Result {
  readonly callId: string;
  readonly text: string;
}

export interface Asked {
  readonly model: string;
  readonly stream: boolean;
  readonly hasInstructions: boolean;
  readonly tools: readonly OfferedTool[];
  readonly calls: readonly Call[];
  readonly results: readonly Result[];
}

/** `path` is without its query. Undefined: no dialect has such a path. */
export function readAsked(path: string, body: JsonRecord): { dialect: Upstream; asked: Asked } | undefined {
  for (const { dialect, pattern, read } of readers) {
    const match = pattern.exec(path);
    if (match === null) continue;
    const [, model, verb] = match;
    const asked = read(body);
    const named =
      model === undefined ? {} : { model: decodeURIComponent(model), stream: verb?.includes('tream') === true };
    return { dialect, asked: { ...asked, ...named } };
  }
  return undefined;
}

interface Reader {
  readonly dialect: Upstream;
  readonly pattern: RegExp;
  readonly read: (body: JsonRecord) => Asked;
}

const readers: readonly Reader[] = [
  { dialect: 'openai-chat', pattern: /^\/v1\/chat\/completions$/, read: (body) => readOld('openai-chat', body) },
  { dialect: 'anthropic', pattern: /^\/v1\/messages$/, read: (body) => readOld('anthropic', body) },
  { dialect: 'openai-responses', pattern: /^\/v1\/responses$/, read: readResponses },
  {
    dialect: 'gemini',
    pattern: /^\/v1beta\/models\/([^/:]+):(generateContent|streamGenerateContent)$/,
    read: readGemini,
  },
  { dialect: 'bedrock-converse', pattern: /^\/model\/([^/]+)\/(converse|converse-stream)$/, read: readConverse },
];

function readOld(dialect: 'openai-chat' | 'anthropic', body: JsonRecord): Asked {
  const { model, stream, system, tools, items } = readConversation(dialect, body);
  return {
    model,
    stream,
    hasInstructions: system !== '',
    tools,
    calls: items.flatMap((item) => (item.type === 'tool-call' ? [{ id: item.id, name: item.name }] : [])),
    results: items.flatMap((item) => (item.type === 'tool-result' ? [{ callId: item.callId, text: item.text }] : [])),
  };
}

/** https://platform.openai.com/docs/api-reference/responses/create */
function readResponses(body: JsonRecord): Asked {
  const input = list(body.input);
  const byType = (pattern: RegExp) => input.filter(({ type }) => pattern.test(String(type)));
  return {
    model: String(body.model),
    stream: body.stream === true,
    hasInstructions: Boolean(body.instructions) || input.some(({ role }) => role === 'developer' || role === 'system'),
    tools: [...list(body.tools), ...byType(/^additional_tools$/).flatMap((item) => list(item.tools))].flatMap(
      responsesTools,
    ),
    calls: byType(/^(function|custom_tool)_call$/).map((item) => ({
      id: String(item.call_id),
      name: String(item.name),
    })),
    results: byType(/^(function|custom_tool)_call_output$/).map((item) => ({
      callId: String(item.call_id),
      text: textOf(item.output),
    })),
  };
}

/** A namespace holds tools of its own; what is neither function nor custom tool is the provider's business. */
function responsesTools({ type, name, parameters, tools }: JsonRecord): OfferedTool[] {
  if (type === 'namespace') {
    return list(tools).flatMap((tool) => responsesTools(tool).map((inner) => ({ ...inner, namespace: String(name) })));
  }
  if (type !== 'function' && type !== 'custom') return [];
  return [{ name: String(name), schema: record(parameters), ...(type === 'custom' && { freeform: true }) }];
}

/** https://ai.google.dev/api/generate-content. Calls without an id are told apart by name and order. */
function readGemini(body: JsonRecord): Asked {
  const parts = list(body.contents).flatMap((content) => list(content.parts));
  const calls = parts.filter((part) => part.functionCall !== undefined).map((part) => record(part.functionCall));
  const results = parts
    .filter((part) => part.functionResponse !== undefined)
    .map((part) => record(part.functionResponse));
  return {
    model: '',
    stream: false,
    hasInstructions: list(record(body.systemInstruction).parts).length > 0,
    tools: list(body.tools)
      .flatMap((tool) => list(tool.functionDeclarations))
      .map((tool) => ({ name: String(tool.name), schema: record(tool.parametersJsonSchema ?? tool.parameters) })),
    calls: calls.map(({ id, name }) => ({ id: String(id ?? name), name: String(name) })),
    results: results.map(({ id, name, response }) => ({ callId: String(id ?? name), text: JSON.stringify(response) })),
  };
}

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html */
function readConverse(body: JsonRecord): Asked {
  const blocks = list(body.messages).flatMap((message) => list(message.content));
  const tools = list(record(body.toolConfig).tools).filter((tool) => tool.toolSpec !== undefined);
  return {
    model: '',
    stream: false,
    hasInstructions: list(body.system).length > 0,
    tools: tools.map((tool) => {
      const spec = record(tool.toolSpec);
      return { name: String(spec.name), schema: record(record(spec.inputSchema).json) };
    }),
    calls: blocks
      .filter((block) => block.toolUse !== undefined)
      .map((block) => ({ id: String(record(block.toolUse).toolUseId), name: String(record(block.toolUse).name) })),
    results: blocks
      .filter((block) => block.toolResult !== undefined)
      .map((block) => {
        const { toolUseId, content } = record(block.toolResult);
        return { callId: String(toolUseId), text: JSON.stringify(content) };
      }),
  };
}
