/**
 * The neutral language: what every dialect can be parsed into and rendered from. Data only, no I/O.
 *
 * It is block-shaped. A dialect without blocks on the wire (OpenAI chat) infers them in its own parser, so that every
 * renderer stays a switch over blocks.
 */
import type { LlmError } from './error.ts';
import type { Usage } from './usage.ts';

export type DialectId = 'openai-chat' | 'openai-responses' | 'anthropic' | 'gemini' | 'bedrock-converse';

/** Only its own dialect may open it: a thinking signature, encrypted reasoning, a thought signature. */
export interface Seal {
  readonly dialect: DialectId;
  readonly value: string;
  /** Who minted it, where that is known: the mark of one credential, and no other can open the seal. */
  readonly minter?: string;
}

/** What the neutral language does not model, verbatim; written back only into the dialect that it came from. */
export interface Carried {
  readonly dialect: DialectId;
  readonly raw: unknown;
}

/** How long a provider should keep the prompt prefix that ends here. */
export type CacheMark = '5m' | '1h';

interface Part {
  readonly cache?: CacheMark;
  /** Fields of this block that the neutral language does not model (citations, caller, name ...). */
  readonly carried?: Carried;
}

export interface TextBlock extends Part {
  readonly type: 'text';
  readonly text: string;
  /** Gemini signs text too, even an empty one; such a block is never joined with its neighbours. */
  readonly seal?: Seal;
}

/** The model declined, in its own words: OpenAI's `message.refusal`. Anthropic's refusal is a Stop, its text a TextBlock. */
export interface RefusalBlock extends Part {
  readonly type: 'refusal';
  readonly text: string;
}

export interface ThinkingBlock extends Part {
  readonly type: 'thinking';
  /** Empty when the provider hides it (redacted, omitted display, encrypted only). */
  readonly text: string;
  readonly seal?: Seal;
  /** The whole block is sealed: Anthropic's `redacted_thinking`. */
  readonly redacted?: boolean;
}

export interface ToolCallBlock extends Part {
  readonly type: 'tool-call';
  readonly id: string;
  readonly name: string;
  /**
   * JSON text exactly as the model wrote it (key order, big integers and `1.0` survive); free text for `freeform`.
   * `search` is JSON too: its result is a list of tools that can be called from then on.
   */
  readonly args: string;
  readonly form?: 'json' | 'freeform' | 'search';
  readonly seal?: Seal;
}

export interface ToolResultBlock extends Part {
  readonly type: 'tool-result';
  readonly callId: string;
  /** Name of the called tool, where the dialect says it (Gemini). */
  readonly name?: string;
  readonly content: readonly Block[];
  readonly isError?: boolean;
  /** Where each block of the content stands in the caller's body; absent where that is `content[i]` of the result. */
  readonly contentAt?: readonly string[];
}

export interface MediaBlock extends Part {
  readonly type: 'media';
  readonly kind: 'image' | 'document' | 'audio' | 'video';
  /** `image/png`, lower case, without parameters. Absent when only the provider knows (a URL). */
  readonly mediaType?: string;
  readonly source:
    | { readonly base64: string }
    | { readonly url: string }
    | { readonly file: string }
    | { readonly text: string };
  /** File name or title. */
  readonly name?: string;
  /** OpenAI's `detail`. */
  readonly detail?: string;
  /** Gemini signs the pictures that it makes. */
  readonly seal?: Seal;
}

/** Server tools, search results, whatever ships next month: restored only in the dialect that it came from. */
export interface OpaqueBlock {
  readonly type: 'opaque';
  readonly carried: Carried;
}

export type Block =
  | TextBlock
  | RefusalBlock
  | ThinkingBlock
  | ToolCallBlock
  | ToolResultBlock
  | MediaBlock
  | OpaqueBlock;

/**
 * One turn. `system` is an instruction in the middle of a conversation (OpenAI's system and developer messages after
 * the first turn, Anthropic's role `system` inside `messages`); instructions before the first turn are in
 * `ChatRequest.system`.
 */
export interface Turn {
  readonly role: 'user' | 'assistant' | 'system';
  readonly blocks: readonly Block[];
  /** Message fields that are not modelled (`name`, `output_config` ...). */
  readonly carried?: Carried;
  /** Where it stands in the caller's body, for error messages; absent where that is its place among the turns. */
  readonly at?: string;
  /** Where each block stands, as far as that is known; absent where that is `content[i]` of the turn. */
  readonly blocksAt?: readonly string[];
}

export interface Tool {
  readonly name: string;
  readonly description?: string;
  /** JSON Schema of the arguments as JSON text, verbatim; absent when the tool takes none. */
  readonly schema?: string;
  readonly strict?: boolean;
  readonly form?: 'json' | 'freeform' | 'search';
  readonly cache?: CacheMark;
  readonly carried?: Carried;
  /** A tool that the provider runs (web search, code execution): only its own dialect can offer it. */
  readonly opaque?: boolean;
  /** Where the caller's dialect groups tools: the group, and the name inside it; `name` is then one for both. */
  readonly namespace?: { readonly name: string; readonly member: string; readonly about?: string };
  /** Where it stands in the caller's body, for error messages; absent where that is its place in `tools`. */
  readonly at?: string;
}

export type ToolChoice =
  | { readonly type: 'auto' | 'none' | 'required' }
  | { readonly type: 'tool'; readonly name: string };

export type Effort = 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max';

/**
 * How much the model should think before it answers. `off`: must not. `budget`: up to `budgetTokens`. `adaptive`: the
 * model decides, guided by `effort`.
 */
export interface Thinking {
  readonly mode: 'off' | 'budget' | 'adaptive';
  readonly effort?: Effort;
  readonly budgetTokens?: number;
  /** Anthropic's `display`, Responses' `summary`, Gemini's `includeThoughts`: what the caller wants to see of it. */
  readonly display?: string;
}

export type OutputFormat =
  | { readonly type: 'json-object' }
  | {
      readonly type: 'json-schema';
      /** JSON text, verbatim. */
      readonly schema: string;
      readonly name?: string;
      readonly description?: string;
      readonly strict?: boolean;
    };

export interface ChatRequest {
  readonly model: string;
  readonly stream: boolean;
  /** The caller asked for usage in its stream (OpenAI chat's `include_usage`; always true in the other dialects). */
  readonly wantsStreamUsage: boolean;
  /** The caller offered OpenAI chat's legacy `functions`: it reads a call from `function_call`, and only one. */
  readonly legacyCalls?: boolean;
  readonly system: readonly Block[];
  readonly turns: readonly Turn[];
  readonly tools: readonly Tool[];
  readonly toolChoice?: ToolChoice;
  readonly parallelToolCalls?: boolean;
  readonly maxTokens?: number;
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly seed?: number;
  readonly frequencyPenalty?: number;
  readonly presencePenalty?: number;
  readonly stop?: readonly string[];
  readonly thinking?: Thinking;
  readonly format?: OutputFormat;
  /** The caller's end user (OpenAI `user`/`safety_identifier`, Anthropic `metadata.user_id`). */
  readonly endUser?: string;
  /** Top-level fields that are not modelled, by name. */
  readonly carried?: Carried;
}

/** Why the answer ended. `context` is the context window; `pause` a server tool's turn that the caller must continue. */
export type StopReason = 'end' | 'length' | 'context' | 'tool-call' | 'stop-sequence' | 'refusal' | 'pause';

/** A block as it starts in a stream: its text or arguments come as deltas. */
export type ChatEvent =
  /** `id` is the provider's; renderers show the gateway's own id and model instead (AnswerContext). */
  | { readonly type: 'start'; readonly id: string; readonly model: string }
  | { readonly type: 'block-start'; readonly index: number; readonly block: Block }
  /** More of the block's text, thinking, refusal, or arguments. */
  | { readonly type: 'block-delta'; readonly index: number; readonly delta: string }
  | { readonly type: 'block-seal'; readonly index: number; readonly seal: Seal }
  /** Something inside a block that is not modelled (a citation), verbatim. */
  | { readonly type: 'block-carried'; readonly index: number; readonly carried: Carried }
  | { readonly type: 'block-end'; readonly index: number }
  /** Cumulative: a later one replaces the fields that it names. `flags` says what was wrong with the provider's count. */
  | { readonly type: 'usage'; readonly usage: Partial<Usage>; readonly flags?: readonly string[] }
  | { readonly type: 'end'; readonly stop: StopReason; readonly stopSequence?: string; readonly carried?: Carried }
  /** The answer is broken; nothing follows. */
  | { readonly type: 'error'; readonly error: LlmError };

/** Synchronous: no promise and no generator per chunk. */
export type Emit<T> = (value: T) => void;
