/** One conversation in every dialect's own words, for cases that differ only in what is said. */
import type { DialectId } from '../../../src/llm/chat.ts';
import type { Turn } from '../../golden/run.ts';
import { answering, modelOf, take } from '../../golden/run.ts';
import type { Rig } from '../rig.ts';
import { answerOf, type Road } from './road.ts';

export type Part =
  | string
  | { readonly call: string; readonly args?: string }
  | { readonly result: string; readonly texts: readonly string[] }
  /** Base64. */
  | { readonly image: string; readonly mediaType?: string };

export interface Said {
  /** `late`: an instruction in the middle of the conversation. */
  readonly who: 'system' | 'late' | 'user' | 'assistant';
  readonly parts: readonly Part[];
}

export const user = (...parts: Part[]): Said => ({ who: 'user', parts });
export const assistant = (...parts: Part[]): Said => ({ who: 'assistant', parts });
export const system = (text: string): Said => ({ who: 'system', parts: [text] });
export const late = (text: string): Said => ({ who: 'late', parts: [text] });

/** Callers that can say an instruction in the middle. */
export const lateCallers: readonly DialectId[] = ['openai-chat', 'openai-responses', 'anthropic'];

const schema = { type: 'object', properties: {} };

function chat(said: readonly Said[]): object {
  const messages = said.flatMap(({ who, parts }): object[] => {
    const role = who === 'system' || who === 'late' ? 'developer' : who;
    const calls = parts.flatMap((part) =>
      typeof part === 'object' && 'call' in part
        ? [{ id: part.call, type: 'function', function: { name: 'f', arguments: part.args ?? '{}' } }]
        : [],
    );
    const spoken = parts.filter((part) => typeof part === 'string' || 'image' in part);
    if (who === 'assistant') {
      const text = spoken.join('');
      return [{ role, content: calls.length > 0 ? null : text, ...(calls.length > 0 && { tool_calls: calls }) }];
    }
    const pieces = pieced(parts).map((piece): object => {
      if ('result' in piece)
        return {
          role: 'tool',
          tool_call_id: piece.result,
          content: piece.texts.map((text) => ({ type: 'text', text })),
        };
      return { role, content: piece.spoken.map(chatPart) };
    });
    return parts.length === 0 ? [{ role, content: [] }] : pieces;
  });
  return { messages, tools: [{ type: 'function', function: { name: 'f', parameters: schema } }] };
}

function chatPart(part: Spoken): object {
  return typeof part === 'string'
    ? { type: 'text', text: part }
    : { type: 'image_url', image_url: { url: `data:${part.mediaType ?? 'image/png'};base64,${part.image}` } };
}

type Spoken = Exclude<Part, { call: string } | { result: string }>;
type Result = Extract<Part, { result: string }>;

/** Results alone, and what is said between them together: the way of dialects whose results are items of their own. */
function pieced(parts: readonly Part[]): (Result | { spoken: Spoken[] })[] {
  const pieces: (Result | { spoken: Spoken[] })[] = [];
  for (const part of parts) {
    if (typeof part === 'object' && 'call' in part) continue;
    const last = pieces.at(-1);
    if (typeof part === 'object' && 'result' in part) pieces.push(part);
    else if (last !== undefined && 'spoken' in last) last.spoken.push(part);
    else pieces.push({ spoken: [part] });
  }
  return pieces;
}

function responses(said: readonly Said[]): object {
  const input = said.flatMap(({ who, parts }): object[] => {
    const role = who === 'system' || who === 'late' ? 'developer' : who;
    const calls = parts.flatMap((part) =>
      typeof part === 'object' && 'call' in part
        ? [{ type: 'function_call', call_id: part.call, name: 'f', arguments: part.args ?? '{}' }]
        : [],
    );
    const pieces = pieced(parts).map((piece): object => {
      if (!('result' in piece)) return { role, content: piece.spoken.map((part) => responsesPart(part, who)) };
      const output = piece.texts.map((text) => ({ type: 'input_text', text }));
      return { type: 'function_call_output', call_id: piece.result, output };
    });
    return parts.length === 0 ? [{ role, content: [] }] : [...pieces, ...calls];
  });
  return { input, tools: [{ type: 'function', name: 'f', parameters: schema }] };
}

function responsesPart(part: Spoken, who: string): object {
  if (typeof part === 'string') return { type: who === 'assistant' ? 'output_text' : 'input_text', text: part };
  return { type: 'input_image', image_url: `data:${part.mediaType ?? 'image/png'};base64,${part.image}` };
}

function messages(said: readonly Said[]): object {
  const block = (part: Part): object => {
    if (typeof part === 'string') return { type: 'text', text: part };
    if ('call' in part) return { type: 'tool_use', id: part.call, name: 'f', input: JSON.parse(part.args ?? '{}') };
    if ('image' in part)
      return { type: 'image', source: { type: 'base64', media_type: part.mediaType ?? 'image/png', data: part.image } };
    const content = part.texts.map((text) => ({ type: 'text', text }));
    return { type: 'tool_result', tool_use_id: part.result, content };
  };
  const first = said.filter(({ who }) => who === 'system').flatMap(({ parts }) => parts.map(block));
  return {
    max_tokens: 20_000,
    ...(first.length > 0 && { system: first }),
    messages: said
      .filter(({ who }) => who !== 'system')
      .map(({ who, parts }) => ({ role: who === 'late' ? 'system' : who, content: parts.map(block) })),
    tools: [{ name: 'f', input_schema: schema }],
  };
}

function gemini(said: readonly Said[]): object {
  const partOf = (part: Part): object => {
    if (typeof part === 'string') return { text: part };
    if ('call' in part) return { functionCall: { id: part.call, name: 'f', args: JSON.parse(part.args ?? '{}') } };
    if ('image' in part) return { inlineData: { mimeType: part.mediaType ?? 'image/png', data: part.image } };
    const response = part.texts.length === 0 ? {} : { output: part.texts.join('\n') };
    return { functionResponse: { id: part.result, name: 'f', response } };
  };
  const first = said.filter(({ who }) => who === 'system').flatMap(({ parts }) => parts.map(partOf));
  return {
    ...(first.length > 0 && { systemInstruction: { parts: first } }),
    contents: said
      .filter(({ who }) => who !== 'system')
      .map(({ who, parts }) => ({ role: who === 'assistant' ? 'model' : 'user', parts: parts.map(partOf) })),
    tools: [{ functionDeclarations: [{ name: 'f', parametersJsonSchema: schema }] }],
  };
}

function converse(said: readonly Said[]): object {
  const block = (part: Part): object => {
    if (typeof part === 'string') return { text: part };
    if ('call' in part) return { toolUse: { toolUseId: part.call, name: 'f', input: JSON.parse(part.args ?? '{}') } };
    if ('image' in part)
      return { image: { format: (part.mediaType ?? 'image/png').slice(6), source: { bytes: part.image } } };
    return { toolResult: { toolUseId: part.result, content: part.texts.map((text) => ({ text })) } };
  };
  const first = said.filter(({ who }) => who === 'system').flatMap(({ parts }) => parts.map(block));
  return {
    ...(first.length > 0 && { system: first }),
    messages: said
      .filter(({ who }) => who !== 'system')
      .map(({ who, parts }) => ({ role: who, content: parts.map(block) })),
    toolConfig: { tools: [{ toolSpec: { name: 'f', inputSchema: { json: schema } } }] },
  };
}

const writers: Readonly<Record<DialectId, (said: readonly Said[]) => object>> = {
  'openai-chat': chat,
  'openai-responses': responses,
  anthropic: messages,
  gemini,
  'bedrock-converse': converse,
};

/** The caller's whole body for a conversation; `more` are fields in the caller's own words. */
export function bodyOf({ caller, provider }: Road, said: readonly Said[], more: object = {}): object {
  const model = modelOf(provider);
  const named = 'model' in (caller.request('text', model, false) ?? {}) ? { model } : {};
  return { ...named, ...writers[caller.id](said), ...more };
}

/** Says it to the provider, which answers with a text. */
export function say(rig: Rig, road: Road, said: readonly Said[], more: object = {}): Promise<Turn> {
  return take(rig, road, bodyOf(road, said, more), false, answering(answerOf(road.provider, 'text', false)));
}

/** What was said before the options. */
export function spoken(turn: Turn): string[] {
  return (turn.asked ?? []).filter((fact) => /^(system|user|assistant|call|result) ?/.test(fact));
}
