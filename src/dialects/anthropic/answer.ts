/** What a whole answer and a streamed one have in common: blocks as they start, stop reasons, the rest of the message. */
import type { Block, Carried, ChatEvent, Emit, StopReason } from '../../llm/chat.ts';
import { unpackSeal } from '../../llm/seal.ts';
import type { JsonObject } from '../dialect.ts';
import { isObject, rawText } from '../wire-object.ts';
import { dialectId, leftover } from './wire.ts';

/** https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons */
export const stopReasons = {
  end_turn: 'end',
  max_tokens: 'length',
  model_context_window_exceeded: 'context',
  tool_use: 'tool-call',
  stop_sequence: 'stop-sequence',
  refusal: 'refusal',
  pause_turn: 'pause',
} as const satisfies Record<string, StopReason>;

/** A reason that is not known yet ends the answer like any other; its own word is carried. */
export function stopOf(reason: unknown): StopReason {
  return typeof reason === 'string' && Object.hasOwn(stopReasons, reason)
    ? stopReasons[reason as keyof typeof stopReasons]
    : 'end';
}

export interface StartedBlock {
  /** As it starts in a neutral stream: without its text. */
  readonly block: Block;
  /** The text that it came with. */
  readonly text: string;
  readonly signature: string;
  readonly citations: readonly unknown[];
}

/** A block of an answer, as it stands in `content` or in `content_block_start`. What is not modelled is opaque. */
export function startBlock(raw: JsonObject): StartedBlock {
  const none = { text: '', signature: '', citations: [] };
  switch (raw.type) {
    case 'text': {
      const citations = Array.isArray(raw.citations) ? raw.citations : [];
      const shape = citations.length > 0 ? { ...raw, citations: [] } : raw;
      const block = { type: raw.type, text: '', ...carriedOf(leftover(shape, ['type', 'text'])) } as const;
      return { ...none, block, text: textOf(raw.text), citations };
    }
    case 'thinking': {
      const block = {
        type: raw.type,
        text: '',
        ...carriedOf(leftover(raw, ['type', 'thinking', 'signature'])),
      } as const;
      return { ...none, block, text: textOf(raw.thinking), signature: textOf(raw.signature) };
    }
    case 'redacted_thinking': {
      const seal = unpackSeal(textOf(raw.data), dialectId);
      return {
        ...none,
        block: { type: 'thinking', text: '', redacted: true, seal, ...carriedOf(leftover(raw, ['type', 'data'])) },
      };
    }
    case 'tool_use': {
      const text = rawText(raw.input);
      const block = {
        type: 'tool-call',
        id: textOf(raw.id),
        name: textOf(raw.name),
        args: '',
        ...carriedOf(leftover(raw, ['type', 'id', 'name', 'input'])),
      } as const;
      return { ...none, block, text: text.trim() === '{}' ? '' : text };
    }
    default:
      return { ...none, block: { type: 'opaque', carried: { dialect: dialectId, raw } } };
  }
}

/** Emits a block that came whole, as a stream would have brought it. */
export function emitBlock(raw: JsonObject, index: number, emit: Emit<ChatEvent>): void {
  const { block, text, signature, citations } = startBlock(raw);
  emit({ type: 'block-start', index, block });
  if (text !== '') emit({ type: 'block-delta', index, delta: text });
  for (const citation of citations) emit({ type: 'block-carried', index, carried: citationDelta(citation) });
  if (signature !== '') emit({ type: 'block-seal', index, seal: unpackSeal(signature, dialectId) });
  emit({ type: 'block-end', index });
}

/** A citation is carried as the delta that brings it in a stream. */
export function citationDelta(citation: unknown): Carried {
  return { dialect: dialectId, raw: { type: 'citations_delta', citation } };
}

/** Fields of `usage` that are modelled; the rest (service_tier, iterations ...) is carried to the end of the answer. */
const modelledCounts = [
  ...['input_tokens', 'output_tokens', 'cache_creation_input_tokens', 'cache_read_input_tokens', 'cache_creation'],
  ...['output_tokens_details'],
];

/** What the end of an answer carries: message fields that are not modelled, an unknown stop reason, and unknown counts. */
export function endCarried(fields: JsonObject, reason: unknown, usage: unknown): Carried | undefined {
  const counts = isObject(usage) ? leftover(usage, modelledCounts)?.raw : undefined;
  const unknown = typeof reason === 'string' && !Object.hasOwn(stopReasons, reason);
  const raw = {
    ...Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined)),
    ...(unknown && { stop_reason: reason }),
    ...(counts !== undefined && { usage: counts }),
  };
  return Object.keys(raw).length === 0 ? undefined : { dialect: dialectId, raw };
}

function carriedOf(carried: Carried | undefined): { carried?: Carried } {
  return carried === undefined ? {} : { carried };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
