/** Gemini's answers, whole (a stream of one chunk) and streamed. https://ai.google.dev/api/generate-content */
import type { Block, ChatEvent, Emit, StopReason } from '../../src/llm/chat.ts';
import { BlockWriter } from './blocks.ts';
import { CallIds, type Content, carry, type FunctionCall, type Part, readPart } from './gemini.ts';
import type { Told } from './leaves.ts';

interface WireUsage {
  readonly promptTokenCount?: number;
  readonly candidatesTokenCount?: number;
  readonly thoughtsTokenCount?: number;
  readonly cachedContentTokenCount?: number;
  readonly toolUsePromptTokenCount?: number;
}

export interface Chunk {
  readonly candidates?: readonly {
    readonly content?: Content;
    readonly finishReason?: string;
    readonly index?: number;
  }[];
  readonly usageMetadata?: WireUsage;
  readonly responseId?: string;
  readonly modelVersion?: string;
  readonly promptFeedback?: object;
}

export function parseStream(chunks: readonly Chunk[], emit: Emit<ChatEvent>): void {
  const blocks = new BlockWriter(emit);
  const ids = new CallIds();
  const extras: object[] = [];
  let left: object = {};
  let finish: string | undefined;
  let calls = false;
  chunks.forEach(({ candidates, usageMetadata, responseId, modelVersion, ...rest }, i) => {
    if (i === 0) emit({ type: 'start', id: responseId ?? '', model: modelVersion ?? '' });
    left = { ...left, ...rest };
    for (const { content, index: _only, finishReason, ...extra } of candidates ?? []) {
      for (const part of content?.parts ?? []) {
        streamPart(part, blocks, ids);
        calls ||= part.functionCall !== undefined;
      }
      finish = finishReason ?? finish;
      if (Object.keys(extra).length > 0) extras.push(extra);
    }
    if (usageMetadata !== undefined) left = { ...left, usageMetadata: emitUsage(usageMetadata, emit) };
  });
  blocks.end();
  const blocked = chunks.some(({ promptFeedback }) => promptFeedback !== undefined);
  const stop = blocked ? 'refusal' : calls && finish === 'STOP' ? 'tool-call' : (stops[finish ?? ''] ?? 'refusal');
  emit({ type: 'end', stop, ...carry({ ...left, finishReason: finish, candidates: extras }) });
}

const stops: Readonly<Record<string, StopReason>> = {
  STOP: 'end',
  MAX_TOKENS: 'length',
  UNEXPECTED_TOOL_CALL: 'tool-call',
};

/** Pieces of one text run together; a signed part stays a block of its own, or its signature would cover the others. */
function streamPart(part: Part, blocks: BlockWriter, ids: CallIds): void {
  const { open } = blocks;
  const call = part.functionCall;
  if (call !== undefined && call.name === undefined) return streamArguments(call, blocks);
  if (call?.willContinue) {
    const { willContinue: _more, ...started } = call;
    const block = readPart({ ...part, functionCall: started }, ids);
    return blocks.begin({ ...block, ...(block.type === 'tool-call' && { args: '' }) });
  }
  const block = readPart(part, ids);
  const joins = part.thoughtSignature === undefined && (block.type === 'text' || block.type === 'thinking');
  if (!joins) return blocks.whole(block);
  if (open?.type !== block.type) blocks.begin({ ...block, text: '' });
  blocks.delta(block.text);
}

const paths = new WeakMap<Block, string>();

/** Vertex sends arguments by path and piece; here as JSON text in the making (strings, which is what is recorded). */
function streamArguments({ partialArgs, willContinue }: FunctionCall, blocks: BlockWriter): void {
  const { open } = blocks;
  if (open === undefined) return;
  for (const { jsonPath, stringValue = '' } of partialArgs ?? []) {
    const before = paths.get(open);
    const name = JSON.stringify(jsonPath.replace(/^\$\./, ''));
    if (before !== jsonPath) blocks.delta(`${before === undefined ? '{' : '",'}${name}:"`);
    paths.set(open, jsonPath);
    blocks.delta(JSON.stringify(stringValue).slice(1, -1));
  }
  if (willContinue) return;
  if (paths.has(open)) blocks.delta('"}');
  blocks.end();
}

/** Prompt counts include what was cached; thoughts and a tool's own prompts stand beside. */
function emitUsage(usage: WireUsage, emit: Emit<ChatEvent>): object {
  const { promptTokenCount: prompt, candidatesTokenCount: said, thoughtsTokenCount, ...rest } = usage;
  const { cachedContentTokenCount: cacheRead = 0, ...left } = rest;
  const thinking = thoughtsTokenCount ?? 0;
  const input = (prompt ?? 0) - cacheRead + (left.toolUsePromptTokenCount ?? 0);
  emit({ type: 'usage', usage: { input, output: (said ?? 0) + thinking, thinking, cacheRead } });
  return left;
}

/** What must be found again: of usage, which is cumulative, only the last word. */
export function accountable(chunks: readonly Chunk[]): readonly object[] {
  const last = chunks.findLastIndex(({ usageMetadata }) => usageMetadata !== undefined);
  return chunks.map(({ usageMetadata, ...chunk }, i) => (i === last ? { usageMetadata, ...chunk } : chunk));
}

export const told: readonly Told[] = [
  { at: /\.role$/, how: 'Turn.role; an answer is the assistant’s' },
  { at: /\.candidates\[\]\.index$/, how: 'there is one candidate' },
  { at: /\.candidates\[\]\.content$/, how: 'an answer without blocks' },
  { at: /\.parts\[\]\.thought$/, how: 'the block is a ThinkingBlock' },
  { at: /\.(includeThoughts|include_thoughts)$/, how: 'Thinking.display' },
  { at: /\.responseMimeType$/, how: 'OutputFormat' },
  { at: /\.generationConfig$/, how: 'an empty object that says nothing' },
  {
    at: /\.usageMetadata\.(promptTokenCount|candidatesTokenCount|totalTokenCount)$/,
    how: 'Usage, which sums them otherwise',
  },
  { at: /\.functionCall(\.willContinue)?$/, how: 'the call’s block goes on, or ends' },
  { at: /\.partialArgs\[\]\.\w+$/, how: 'pieces of ToolCallBlock.args' },
];
