/**
 * Reasoning on assistant messages. OpenAI's API has no slot for it; in the wild there are three:
 * - `reasoning_content` or `reasoning`: plain text (DeepSeek, vLLM, Ollama, Groq ...);
 * - `reasoning_details`: OpenRouter's list, whose entries must come back as they were
 *   (https://openrouter.ai/docs/use-cases/reasoning-tokens#preserving-reasoning-blocks);
 * - `thinking_blocks`: Anthropic's blocks on the message, as LiteLLM's clients send them.
 * This gateway's own answers use `reasoning_content` for the text and `reasoning_details` for what is sealed.
 */
import type { DialectId, Seal, ThinkingBlock } from '../../llm/chat.ts';
import { packSeal, unpackSeal } from '../../llm/seal.ts';
import type { WireObject } from '../wire-object.ts';
import { type Fields, isFields, optionalArray, optionalString } from './shape.ts';
import { dialectId } from './wire.ts';

/** The thinking blocks of a message in a caller's history. Sealed forms win over plain text, which repeats them. */
export function readReasoning(message: Fields, at: string): ThinkingBlock[] {
  // Seals of calls say nothing of the thinking: they may stand beside plain text.
  const entries = optionalArray(message, 'reasoning_details', at)?.filter(isFields) ?? [];
  const details = entries.filter((entry) => !isCallSeal(entry));
  if (details.length > 0) return details.map(detailToBlock);
  const blocks = optionalArray(message, 'thinking_blocks', at)?.filter(isFields) ?? [];
  if (blocks.length > 0) return blocks.map(anthropicToBlock);
  const text = optionalString(message, 'reasoning_content', at) ?? optionalString(message, 'reasoning', at) ?? '';
  return text === '' ? [] : [{ type: 'thinking', text }];
}

/** Seals of tool calls travel as encrypted details that name the call (`id`). */
export function readCallSeals(message: Fields): ReadonlyMap<string, Seal> {
  const details = Array.isArray(message.reasoning_details) ? message.reasoning_details : [];
  return new Map(
    details.filter(isCallSeal).map((detail) => [String(detail.id), unpackSeal(String(detail.data), dialectId)]),
  );
}

/** Only an entry with another dialect's seal is ours to open; a provider's own entries keep their ids for themselves. */
function isCallSeal(detail: unknown): detail is Fields {
  if (!isFields(detail) || typeof detail.id !== 'string' || typeof detail.data !== 'string') return false;
  return detail.type === 'reasoning.encrypted' && unpackSeal(detail.data, dialectId).dialect !== dialectId;
}

/** The text of a detail, wherever its type keeps it. */
export function detailText(detail: Fields): string {
  const text = detail.text ?? detail.summary;
  return typeof text === 'string' ? text : '';
}

export function detailToBlock(detail: Fields): ThinkingBlock {
  const text = detailText(detail);
  if (isUnsealed(detail)) return { type: 'thinking', text };
  const redacted = detail.type === 'reasoning.encrypted' ? { redacted: true } : {};
  return { type: 'thinking', text, ...redacted, seal: detailSeal(detail) };
}

/**
 * A tagged signature is another dialect's; anything else is the provider's own entry, sealed whole without the text,
 * which the block has.
 */
export function detailSeal(detail: Fields): Seal {
  const slot = detail.signature ?? detail.data;
  const seal = typeof slot === 'string' ? unpackSeal(slot, dialectId) : undefined;
  if (seal !== undefined && seal.dialect !== dialectId) return seal;
  const { text: _text, summary: _summary, ...rest } = detail;
  return { dialect: dialectId, value: JSON.stringify(rest) };
}

function anthropicToBlock(block: Fields): ThinkingBlock {
  if (typeof block.data === 'string') {
    return { type: 'thinking', text: '', redacted: true, seal: unpackSeal(block.data, 'anthropic') };
  }
  const text = typeof block.thinking === 'string' ? block.thinking : '';
  const sealed = typeof block.signature === 'string' && block.signature !== '';
  return { type: 'thinking', text, ...(sealed && { seal: unpackSeal(String(block.signature), 'anthropic') }) };
}

/** Whose format a sealed entry has, in OpenRouter's words. */
const formats: Readonly<Record<DialectId, string>> = {
  anthropic: 'anthropic-claude-v1',
  gemini: 'google-gemini-v1',
  'openai-responses': 'openai-responses-v1',
  'bedrock-converse': 'anthropic-claude-v1',
  'openai-chat': 'unknown',
};

/** The entry of `reasoning_details` that carries a block's seal, with the whole text that the seal vouches for. */
export function renderDetail(text: string, seal: Seal, redacted: boolean, index: number): WireObject {
  const own = seal.dialect === dialectId ? ownDetail(text, seal) : undefined;
  if (own !== undefined) return own;
  const value = packSeal(seal, dialectId);
  const format = formats[seal.dialect];
  if (redacted) return { type: 'reasoning.encrypted', data: value, index, format };
  return { type: 'reasoning.text', text, signature: value, index, format };
}

/** Thinking that nobody sealed, beside some that is: whoever reads the list takes it for all there is. */
export function renderUnsealed(text: string, index: number): WireObject {
  return { type: 'reasoning.text', text, index, format: 'unknown' };
}

/** What `renderUnsealed` wrote: there is nothing in it that somebody would want back. */
function isUnsealed({ type, text: _, index, format, ...more }: Fields): boolean {
  const isOurs = type === 'reasoning.text' && typeof index === 'number' && format === 'unknown';
  return isOurs && Object.keys(more).length === 0;
}

export function renderCallSeal(callId: string, seal: Seal, index: number): WireObject {
  const data = packSeal(seal, dialectId);
  return { type: 'reasoning.encrypted', data, id: callId, index, format: formats[seal.dialect] };
}

function ownDetail(text: string, seal: Seal): WireObject | undefined {
  try {
    const detail: unknown = JSON.parse(seal.value);
    if (!isFields(detail)) return undefined;
    const { type, ...rest } = detail;
    if (type === 'reasoning.encrypted') return { type, ...rest };
    return type === 'reasoning.summary' ? { type, summary: text, ...rest } : { type, text, ...rest };
  } catch {
    return undefined;
  }
}
