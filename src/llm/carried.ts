/**
 * What becomes of top-level fields that the neutral language does not model when the target speaks another dialect: a
 * field that changes the meaning of the answer refuses the request, everything else is left out and noted.
 */
import type { Block, Carried, DialectId } from './chat.ts';
import { invalidRequest } from './error.ts';
import type { Notes } from './notes.ts';

/** What to tell the caller, or undefined where this value asks for nothing special. */
type Refusal = (value: unknown) => string | undefined;

export interface FieldTable {
  readonly refuse: Readonly<Record<string, Refusal>>;
  /** Known hints, and why they are not sent. */
  readonly hint: Readonly<Record<string, string>>;
  /** Values of hints that ask for what happens anyway: nothing is lost with them. */
  readonly idle?: Readonly<Record<string, (value: unknown) => boolean>>;
}

/**
 * Settles a request's carried fields for a target of dialect `target`. Fields in `handled` were taken care of by the
 * caller. Throws LlmFailure (invalid-request, `param` = the field) for one that changes the meaning.
 */
export function settleCarried(
  carried: Carried | undefined,
  target: DialectId,
  notes: Notes,
  handled: readonly string[] = [],
): void {
  if (carried === undefined || carried.dialect === target || !isObject(carried.raw)) return;
  const table = fieldTables[carried.dialect] ?? { refuse: {}, hint: {} };
  for (const [field, value] of Object.entries(carried.raw)) {
    if (value === undefined || value === null || handled.includes(field)) continue;
    if (own(table.idle ?? {}, field)?.(value)) continue;
    const refuse = own(table.refuse, field);
    if (refuse === undefined) {
      notes.dropped(field, own(table.hint, field) ?? 'the target does not know this field');
      continue;
    }
    const message = refuse(value);
    if (message !== undefined) throw invalidRequest(message, field);
  }
}

/** Notes the fields of a block, turn or tool that only `carried.dialect` understands; `at` is where they stood. */
export function noteCarried(carried: Carried | undefined, target: DialectId, at: string, notes: Notes): void {
  if (carried === undefined || carried.dialect === target || !isObject(carried.raw)) return;
  for (const field of Object.keys(carried.raw)) {
    // Whose it is, is nobody else's business.
    if (field !== 'id') notes.dropped(`${at}.${field}`, 'the target does not know this field');
  }
}

/** Notes the fields of a whole answer that only `carried.dialect` has. More counts of tokens are no part of an answer. */
export function noteAnswer(carried: Carried | undefined, target: DialectId, notes: Notes): void {
  if (carried === undefined || carried.dialect === target || !isObject(carried.raw)) return;
  for (const field of Object.keys(carried.raw)) {
    if (field !== 'usage') notes.dropped(field, 'an answer of this API has no place for it');
  }
}

/** Notes a seal on a text, a call or a picture that only `seal.dialect` understands. Thinking is each dialect's own matter. */
export function noteSeal(block: Block, target: DialectId, notes: Notes): void {
  if (block.type !== 'text' && block.type !== 'tool-call' && block.type !== 'media') return;
  if (block.seal === undefined || block.seal.dialect === target) return;
  notes.dropped('thought_signature', "the target cannot take another provider's seal");
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function own<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

function fieldText(value: unknown, name: string): string {
  return isObject(value) ? String(value[name]) : '';
}

const noCounterpart = 'the target has no counterpart';

/** Facts about the fields of the dialect that they come from. */
const fieldTables: Partial<Record<DialectId, FieldTable>> = {
  'openai-chat': {
    refuse: {
      n: (value) =>
        value === 1
          ? undefined
          : 'n must be 1: the model behind this name gives one answer per request. Send n requests.',
      logprobs: (value) =>
        value === false ? undefined : 'logprobs: the model behind this name does not report log probabilities.',
      top_logprobs: (value) =>
        value === 0 ? undefined : 'top_logprobs: the model behind this name does not report log probabilities.',
      modalities: (value) =>
        Array.isArray(value) && value.every((item) => item === 'text')
          ? undefined
          : 'modalities: the model behind this name answers with text only.',
      audio: () => 'audio: the model behind this name answers with text only.',
      web_search_options: () => 'web_search_options: the model behind this name cannot be given this web search.',
    },
    hint: {
      logit_bias: noCounterpart,
      metadata: noCounterpart,
      moderation: noCounterpart,
      prediction: noCounterpart,
      prompt_cache_key: noCounterpart,
      prompt_cache_options: noCounterpart,
      prompt_cache_retention: noCounterpart,
      service_tier: noCounterpart,
      store: noCounterpart,
      stream_options: noCounterpart,
      verbosity: noCounterpart,
    },
  },
  'openai-responses': {
    refuse: {
      previous_response_id: () =>
        'previous_response_id: the model behind this name keeps no answers. Send the whole conversation in input.',
      conversation: () =>
        'conversation: the model behind this name keeps no conversations. Send the whole conversation in input.',
      prompt: () =>
        'prompt: the model behind this name knows no stored prompts. Send its text in instructions and input.',
      background: (value) =>
        value === false
          ? undefined
          : 'background: the model behind this name answers while the caller waits. Leave it out, and stream.',
      top_logprobs: (value) =>
        value === 0 ? undefined : 'top_logprobs: the model behind this name does not report log probabilities.',
      // Seals come with every answer; what else can be included are sources of tools that a provider runs.
      include: (value) =>
        Array.isArray(value) && value.includes('message.output_text.logprobs')
          ? 'include: the model behind this name does not report log probabilities.'
          : undefined,
      // The neutral language says it too; the original is only kept for the way back.
      reasoning: () => undefined,
      input: (value) =>
        `${fieldText(value, 'at')}: ${fieldText(value, 'type')} stands for what another provider keeps, or only that one can read. Send the whole conversation as items, or choose a model of that provider.`,
      tool_choice: () =>
        'tool_choice asks for a tool that only its own provider runs, and the model behind this name has another.',
    },
    hint: {
      client_metadata: noCounterpart,
      context_management: noCounterpart,
      max_tool_calls: 'the model behind this name runs no tools of its own',
      metadata: noCounterpart,
      moderation: noCounterpart,
      prompt_cache_key: noCounterpart,
      prompt_cache_options: noCounterpart,
      prompt_cache_retention: noCounterpart,
      service_tier: noCounterpart,
      store: 'the model behind this name keeps no answers',
      stream_options: noCounterpart,
      text: noCounterpart,
      truncation: 'a conversation that is too long is refused instead',
    },
    idle: {
      service_tier: (value) => value === 'auto' || value === 'default',
      store: (value) => value === false,
      text: (value) => isObject(value) && Object.keys(value).every((key) => key === 'format'),
      truncation: (value) => value === 'disabled',
    },
  },
  anthropic: {
    refuse: {
      mcp_servers: (value) =>
        Array.isArray(value) && value.length === 0
          ? undefined
          : 'mcp_servers: the model behind this name cannot reach MCP servers by itself. Offer their tools in `tools`.',
      container: () => 'container: the model behind this name has no containers.',
      // The neutral language says it too; the original is only kept for the way back.
      thinking: () => undefined,
    },
    hint: {
      context_management: noCounterpart,
      inference_geo: noCounterpart,
      metadata: noCounterpart,
      output_config: noCounterpart,
      safeguards: noCounterpart,
      service_tier: noCounterpart,
    },
  },
  gemini: {
    refuse: {
      cachedContent: () =>
        'cachedContent: the model behind this name has no such content. Send the whole conversation in contents.',
      continuationToken: () => 'continuationToken: the model behind this name cannot go on with that answer.',
      'generationConfig.candidateCount': (value) =>
        value === 1
          ? undefined
          : 'generationConfig.candidateCount must be 1: the model behind this name gives one answer per request.',
      'generationConfig.responseLogprobs': (value) =>
        value === false
          ? undefined
          : 'generationConfig.responseLogprobs: the model behind this name does not report log probabilities.',
      'generationConfig.responseModalities': (value) =>
        Array.isArray(value) && value.every((item) => item === 'TEXT')
          ? undefined
          : 'generationConfig.responseModalities: the model behind this name answers with text only.',
      'generationConfig.responseMimeType': () =>
        'generationConfig.responseMimeType: the model behind this name answers as text/plain or application/json.',
    },
    hint: {
      'generationConfig.imageConfig': 'the model behind this name makes no pictures',
      'generationConfig.mediaResolution': noCounterpart,
      'generationConfig.speechConfig': 'the model behind this name does not speak',
      labels: noCounterpart,
      modelArmorConfig: noCounterpart,
      safetySettings: noCounterpart,
      serviceTier: noCounterpart,
      store: noCounterpart,
      toolConfig: noCounterpart,
    },
  },
  'bedrock-converse': {
    refuse: {
      guardrailConfig: () => 'guardrailConfig: the model behind this name is not behind this guardrail.',
      promptVariables: () => 'promptVariables: the model behind this name knows no stored prompts.',
      // The neutral language says it too; the original is only kept for the way back.
      thinking: () => undefined,
    },
    hint: {
      additionalModelRequestFields: "fields of another model's own API",
      additionalModelResponseFieldPaths: noCounterpart,
      inferenceConfig: noCounterpart,
      outputConfig: noCounterpart,
      performanceConfig: noCounterpart,
      requestMetadata: noCounterpart,
      serviceTier: noCounterpart,
    },
  },
};
