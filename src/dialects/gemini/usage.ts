/**
 * Token counts both ways. The prompt includes what was read from a cache; thoughts, and what the provider's own tools
 * put into the prompt, stand beside. https://ai.google.dev/api/generate-content#UsageMetadata
 */
import { tierFlags } from '../../llm/unpriced.ts';
import { readCount, type Usage } from '../../llm/usage.ts';
import type { JsonObject } from '../dialect.ts';
import { isObject, type WireObject } from '../wire-object.ts';
import { blockedPrompt } from './finish.ts';

export interface UsageReading {
  readonly usage: Partial<Usage>;
  /** What was wrong with the provider's count. */
  readonly flags: readonly string[];
}

type Writable = { -readonly [K in keyof Usage]?: Usage[K] };

/** Reads the counts of a whole answer or of one chunk of it; undefined when it says nothing. */
export function readUsage(body: JsonObject): UsageReading | undefined {
  const flags: string[] = [];
  const wire = isObject(body.usageMetadata) ? body.usageMetadata : {};
  const input = readInput(wire, flags);
  const usage: Writable = { ...input, ...readOutput(wire, isOver(body), flags), ...readSearches(body) };
  if (Object.keys(usage).length === 0 && flags.length === 0) return undefined;
  return { usage, flags: [...flags, ...tierFlags(wire.serviceTier), ...tierFlags(trafficOf(wire.trafficType))] };
}

/** Vertex AI's words: `ON_DEMAND`, `ON_DEMAND_FLEX`, `ON_DEMAND_PRIORITY`, `PROVISIONED_THROUGHPUT`. */
function trafficOf(type: unknown): unknown {
  return typeof type === 'string' ? type.replace(/^(ON_DEMAND|TRAFFIC_TYPE)_/, '') : undefined;
}

function readInput(wire: JsonObject, flags: string[]): Writable {
  const prompt = readCount(wire.promptTokenCount, 'promptTokenCount', flags);
  if (prompt === undefined) return {};
  const cached = readCount(wire.cachedContentTokenCount, 'cachedContentTokenCount', flags) ?? 0;
  if (cached > prompt) flags.push('clamped:cachedContentTokenCount');
  const cacheRead = Math.min(prompt, cached);
  const tools = readCount(wire.toolUsePromptTokenCount, 'toolUsePromptTokenCount', flags) ?? 0;
  const input = prompt - cacheRead + tools;
  const audio = modality(wire.promptTokensDetails, 'AUDIO') - modality(wire.cacheTokensDetails, 'AUDIO');
  return { input, cacheRead, audioInput: Math.min(input, Math.max(0, audio)) };
}

/** An answer that ends without a word is counted by its absence; one that goes on may only be late with its count. */
function isOver(body: JsonObject): boolean {
  const first: unknown = Array.isArray(body.candidates) ? body.candidates[0] : undefined;
  return blockedPrompt(body) !== undefined || (isObject(first) && typeof first.finishReason === 'string');
}

function readOutput(wire: JsonObject, isLast: boolean, flags: string[]): Writable {
  const said = readCount(wire.candidatesTokenCount, 'candidatesTokenCount', flags);
  const thoughts = readCount(wire.thoughtsTokenCount, 'thoughtsTokenCount', flags);
  const hidden = readHidden(wire, said, thoughts, flags);
  if (said === undefined && thoughts === undefined && hidden === 0) {
    const isNone = isLast && wire.promptTokenCount !== undefined && wire.totalTokenCount === wire.promptTokenCount;
    return isNone ? { output: 0, thinking: 0 } : {};
  }
  const thinking = (thoughts ?? 0) + hidden;
  const output = (said ?? 0) + thinking;
  const details = wire.candidatesTokensDetails;
  return {
    output,
    thinking,
    audioOutput: Math.min(output, modality(details, 'AUDIO')),
    imageOutput: Math.min(output, modality(details, 'IMAGE')),
  };
}

/** What only the total knows was produced too, and is charged; where the thoughts are told it is not ours to explain. */
function readHidden(wire: JsonObject, said: number | undefined, thoughts: number | undefined, flags: string[]): number {
  const total = readCount(wire.totalTokenCount, 'totalTokenCount', flags);
  const prompt = readCount(wire.promptTokenCount, 'promptTokenCount', []);
  if (total === undefined || prompt === undefined) return 0;
  const tools = readCount(wire.toolUsePromptTokenCount, 'toolUsePromptTokenCount', []) ?? 0;
  const gap = total - prompt - tools - (said ?? 0) - (thoughts ?? 0);
  if (gap <= 0) return 0;
  flags.push('gap:totalTokenCount');
  return thoughts === undefined ? gap : 0;
}

function modality(details: unknown, name: string): number {
  if (!Array.isArray(details)) return 0;
  const entry = details.find((item) => isObject(item) && item.modality === name);
  return readCount(isObject(entry) ? entry.tokenCount : undefined, name, []) ?? 0;
}

/**
 * Searches by the piece; up to the second generation a grounded answer is one, however often it searched.
 * https://ai.google.dev/gemini-api/docs/google-search#pricing
 */
function readSearches({ candidates, modelVersion }: JsonObject): Writable {
  const first: unknown = Array.isArray(candidates) ? candidates[0] : undefined;
  const grounding = isObject(first) ? first.groundingMetadata : undefined;
  const queries = isObject(grounding) ? grounding.webSearchQueries : undefined;
  if (!Array.isArray(queries) || queries.length === 0) return {};
  const isOld = /^gemini-[12]/.test(String(modelVersion ?? ''));
  return { webSearches: isOld ? 1 : queries.length };
}

/** A whole `usageMetadata`, in the API's own arithmetic. What was written to a cache is a part of the prompt here. */
export function renderUsage(usage: Partial<Usage>): WireObject {
  const { input = 0, output = 0, thinking = 0, cacheRead = 0, cacheWrite5m = 0, cacheWrite1h = 0 } = usage;
  const prompt = input + cacheRead + cacheWrite5m + cacheWrite1h;
  const thoughts = Math.min(thinking, output);
  return {
    promptTokenCount: prompt,
    candidatesTokenCount: output - thoughts,
    ...(thoughts > 0 && { thoughtsTokenCount: thoughts }),
    ...(cacheRead > 0 && { cachedContentTokenCount: cacheRead }),
    totalTokenCount: prompt + output,
  };
}
