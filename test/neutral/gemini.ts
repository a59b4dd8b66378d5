/**
 * Gemini's generateContent in the neutral language. Not a codec: just enough to show that everything has a place.
 * https://ai.google.dev/api/generate-content
 */
import type { Block, ChatRequest, Effort, Thinking, Tool, ToolChoice } from '../../src/llm/chat.ts';
import { carryOf, opaque } from './blocks.ts';

/** JSON documents that are kept as text. Field names come in both spellings. */
export const rawKeys = [
  'args',
  'response',
  'parameters',
  'parametersJsonSchema',
  'parameters_json_schema',
  'responseSchema',
];

export interface FunctionCall {
  readonly id?: string;
  readonly name?: string;
  readonly args?: string;
  readonly partialArgs?: readonly { readonly jsonPath: string; readonly stringValue?: string }[];
  readonly willContinue?: boolean;
}

export interface Part {
  readonly text?: string;
  readonly thought?: boolean;
  readonly thoughtSignature?: string;
  readonly functionCall?: FunctionCall;
  readonly functionResponse?: { readonly id?: string; readonly name: string; readonly response: string };
  readonly inlineData?: { readonly mimeType: string; readonly data: string };
  readonly fileData?: { readonly mimeType?: string; readonly fileUri: string };
}

export interface Content {
  readonly role?: string;
  readonly parts?: readonly Part[];
}

interface Declaration {
  readonly name: string;
  readonly description?: string;
  readonly parameters?: string;
  readonly parametersJsonSchema?: string;
  readonly parameters_json_schema?: string;
}

interface ThinkingConfig {
  readonly includeThoughts?: boolean;
  readonly include_thoughts?: boolean;
  readonly thinkingLevel?: Effort;
  readonly thinkingBudget?: number;
}

export interface Request {
  readonly contents: readonly Content[];
  readonly systemInstruction?: Content;
  readonly tools?: readonly { readonly functionDeclarations?: readonly Declaration[] }[];
  readonly toolConfig?: {
    readonly functionCallingConfig?: { readonly mode?: string; readonly allowedFunctionNames?: readonly string[] };
  };
  readonly generationConfig?: {
    readonly temperature?: number;
    readonly topP?: number;
    readonly topK?: number;
    readonly seed?: number;
    readonly maxOutputTokens?: number;
    readonly stopSequences?: readonly string[];
    readonly responseMimeType?: string;
    readonly responseSchema?: string;
    readonly thinkingConfig?: ThinkingConfig;
  };
}

export const carry = carryOf('gemini');
const sealOf = (value: string | undefined) =>
  value === undefined ? {} : { seal: { dialect: 'gemini', value } as const };

/** Model and form come from the path. */
export function parseRequest(body: Request, call: { model: string; stream: boolean }): ChatRequest {
  const { contents, systemInstruction, tools, toolConfig, generationConfig, ...rest } = body;
  const { maxOutputTokens: maxTokens, stopSequences: stop, thinkingConfig, ...config } = generationConfig ?? {};
  const { temperature, topP, topK, seed, responseMimeType, responseSchema: schema, ...more } = config;
  const ids = new CallIds();
  const choice = toolConfig?.functionCallingConfig;
  const sampling = { temperature, topP, topK, seed, maxTokens, stop };
  const left = { ...rest, ...(Object.keys(more).length > 0 && { generationConfig: more }) };
  const [toolChoice, allowed] = readChoice(choice);
  const offered = (tools ?? []).flatMap(readTools);
  const withheld = offered.filter(({ name }) => allowed !== undefined && !allowed.includes(name));
  return {
    ...call,
    wantsStreamUsage: true,
    system: (systemInstruction?.parts ?? []).map((part) => readPart(part, ids)),
    turns: contents.map(({ role, parts }) => ({
      role: role === 'model' ? 'assistant' : 'user',
      blocks: (parts ?? []).map((part) => readPart(part, ids)),
    })),
    tools: offered.filter((tool) => !withheld.includes(tool)),
    ...Object.fromEntries(Object.entries(sampling).filter(([, value]) => value !== undefined)),
    ...(toolChoice && { toolChoice }),
    ...(thinkingConfig && { thinking: readThinking(thinkingConfig) }),
    ...(responseMimeType === 'application/json' && {
      format: schema === undefined ? { type: 'json-object' } : { type: 'json-schema', schema },
    }),
    ...carry({ ...left, ...(toolChoice && { toolConfig }), ...(withheld.length > 0 && { tools: withheld }) }),
  };
}

function readThinking(config: ThinkingConfig): Thinking {
  const { thinkingBudget: budgetTokens, thinkingLevel: effort } = config;
  const shows = config.includeThoughts ?? config.include_thoughts;
  const display = shows ? { display: 'thoughts' } : {};
  if (budgetTokens === 0) return { mode: 'off', ...display };
  if (budgetTokens !== undefined && budgetTokens > 0) return { mode: 'budget', budgetTokens, ...display };
  return { mode: 'adaptive', ...(effort && { effort }), ...display };
}

/** A choice among several names offers only those tools; the others are carried, and so is the choice (VALIDATED ...). */
function readChoice(config?: {
  mode?: string;
  allowedFunctionNames?: readonly string[];
}): [ToolChoice?, (readonly string[])?] {
  if (config?.mode === undefined) return [];
  const { mode, allowedFunctionNames: names = [] } = config;
  if (mode === 'ANY' && names.length === 1) return [{ type: 'tool', name: names[0] ?? '' }];
  const type = mode === 'ANY' ? 'required' : mode === 'NONE' ? 'none' : 'auto';
  return [{ type }, names.length > 0 ? names : undefined];
}

function readTools({ functionDeclarations, ...others }: { functionDeclarations?: readonly Declaration[] }): Tool[] {
  const own = Object.entries(others).map(
    ([name, value]): Tool => ({ name, opaque: true, ...carry({ [name]: value }) }),
  );
  const functions = (functionDeclarations ?? []).map((declaration): Tool => {
    const { name, description, parameters, parametersJsonSchema, parameters_json_schema, ...rest } = declaration;
    const schema = parameters ?? parametersJsonSchema ?? parameters_json_schema;
    return { name, ...(description !== undefined && { description }), ...(schema && { schema }), ...carry(rest) };
  });
  return [...functions, ...own];
}

/** Gemini pairs calls and answers by name and order; the neutral language wants ids. */
export class CallIds {
  readonly #calls = new Map<string, number>();
  readonly #answers = new Map<string, number>();

  call = (name: string): string => this.#next(this.#calls, name);
  answer = (name: string): string => this.#next(this.#answers, name);

  #next(counts: Map<string, number>, name: string): string {
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return `${madeUp}${name}_${count}`;
  }
}

export const madeUp = 'unnamed_';

export function readPart(part: Part, ids: CallIds): Block {
  const {
    text,
    thought,
    thoughtSignature,
    functionCall: call,
    functionResponse: result,
    inlineData,
    fileData,
    ...rest
  } = part;
  const sealed = sealOf(thoughtSignature);
  if (text !== undefined) return { type: thought ? 'thinking' : 'text', text, ...sealed, ...carry(rest) };
  if (call !== undefined) {
    const { id, name = '', args, ...more } = call;
    const block = { type: 'tool-call', id: id ?? ids.call(name), name, args: args ?? '{}' } as const;
    return { ...block, ...sealed, ...carry({ ...rest, ...more }) };
  }
  if (result !== undefined) {
    const { id, name, response, ...more } = result;
    const content = [{ type: 'text', text: response }] as const;
    return { type: 'tool-result', callId: id ?? ids.answer(name), name, content, ...carry({ ...rest, ...more }) };
  }
  const media = inlineData ?? fileData;
  if (media === undefined) return opaque('gemini', part);
  const { mimeType: mediaType = '', ...more } = media;
  const source = inlineData ? { base64: inlineData.data } : { url: fileData?.fileUri ?? '' };
  const { data: _data, fileUri: _uri, ...left } = { data: '', fileUri: '', ...more };
  return { type: 'media', kind: kindOf(mediaType), mediaType, source, ...sealed, ...carry({ ...rest, ...left }) };
}

function kindOf(mediaType: string): 'image' | 'document' | 'audio' | 'video' {
  const kind = mediaType.split('/')[0];
  return kind === 'image' || kind === 'audio' || kind === 'video' ? kind : 'document';
}
