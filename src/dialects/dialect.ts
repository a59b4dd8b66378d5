/**
 * One wire format, both ways. A dialect knows nothing of vendors, keys or money; it turns bytes into the neutral
 * language and back, and can watch a relayed stream without touching it.
 *
 * Five families of functions, each in its own file of a dialect's folder:
 * request.ts, response.ts, stream.ts, error.ts, tap.ts.
 */
import type { ChatEvent, ChatRequest, DialectId, Emit } from '../llm/chat.ts';
import type { LlmError } from '../llm/error.ts';
import type { TargetModel } from '../llm/model.ts';
import type { Notes } from '../llm/notes.ts';
import type { Usage } from '../llm/usage.ts';
import type { Framing } from './framing.ts';

/** A JSON object as `lib/json.ts` parses it: values under a dialect's `rawKeys` are strings of raw JSON text. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** What a call says beside its body: in some dialects its path names the model, and whether to stream. */
export interface Asked {
  readonly model: string;
  readonly stream: boolean;
}

/** What the caller is shown of the answer's identity. */
export interface AnswerContext {
  /** The gateway's request id, `req_…`: the answer's id is derived from it (`chatcmpl-…`, `msg_…`). */
  readonly requestId: string;
  /** The model name shown to the caller: the one it asked for. */
  readonly model: string;
  readonly createdAtMs: number;
  /** Milliseconds since then, for a dialect that tells its callers. */
  readonly elapsedMs?: () => number;
  /** OpenAI chat: whether the caller asked for the usage chunk. */
  readonly wantsStreamUsage: boolean;
  /** OpenAI chat: the caller offered legacy `functions`, so a call is given as `function_call`. */
  readonly legacyCalls?: boolean;
  /** What the caller asked for, where its body was read: some answers repeat it. */
  readonly request?: ChatRequest;
  /** The caller's input token count as far as known when the stream starts (Anthropic's message_start needs one). */
  readonly inputTokensEstimate: number;
  readonly notes: Notes;
}

/** One event as the dialect's framing cuts it: `event` is '' when the stream names none. */
export interface StreamFrame {
  readonly event: string;
  readonly data: string;
}

export interface StreamParser {
  push(frame: StreamFrame): void;
  /** The body ended without a transport error. Emits an `error` event if the answer was not whole. */
  end(): void;
  /** The provider has said that its answer is whole; only its end mark and its usage may still be missing. */
  readonly finished: boolean;
}

export interface StreamRenderer {
  push(event: ChatEvent): void;
}

export interface ResponseRenderer {
  push(event: ChatEvent): void;
  /** The body, after `end` was pushed. */
  body(): JsonObject;
}

/** What one relayed frame is. `prelude`: nothing the caller could show yet (role only, ping, empty choices). */
export type FrameKind = 'prelude' | 'content' | 'usage-only' | 'end' | 'error';

/** Watches a relayed answer on the side. Never throws, never changes a byte; may miss what it does not know. */
export interface StreamTap {
  /** `data` is the frame's data field (joined with \n when it had several lines). Called once per frame, in order. */
  frame(event: string, data: Buffer): FrameKind;
  /** The provider's own count so far, cumulative; undefined when it has said nothing yet. */
  readonly usage: Partial<Usage> | undefined;
  readonly usageFlags: readonly string[];
  /** Local estimate of the output tokens seen so far, for when the provider never says. */
  readonly outputTokensSeen: number;
  /** The answer's own end mark was seen ([DONE] or a finish_reason; message_stop): what came is whole. */
  readonly complete: boolean;
  readonly stop: string | undefined;
  /** The provider's error inside the stream. */
  readonly error: LlmError | undefined;
  /** The id under which the provider keeps the answer, in a dialect whose answers can be asked for again. */
  readonly answerId?: string | undefined;
}

/** What a caller has got of a stream: the first and the last piece, each of whole frames. */
export interface StreamSoFar {
  readonly first: string | Buffer;
  readonly last: string | Buffer;
}

export interface RenderedError {
  readonly status: number;
  readonly body: string;
  /** What the dialect says of an error beside its body. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Dialect {
  readonly id: DialectId;
  /** Keys whose values the codec wants as raw JSON text (tool input, schemas), wherever they stand in the body. */
  readonly rawKeys: readonly string[];

  /** How a stream of this dialect is cut into frames. */
  readonly framing: Framing;
  /** What lies around its streams for the callers of a door, where it is not the provider's. */
  readonly wrapping?: Wrapping;
  /** Its providers know tools that take free text instead of JSON arguments. */
  readonly freeformTools?: true;

  /** Throws LlmFailure (invalid-request with `param`) for a body that is not this dialect. */
  parseRequest(body: JsonObject, asked: Asked): ChatRequest;
  /** Throws LlmFailure when a field that changes the meaning of the answer cannot be expressed; notes the rest. */
  renderRequest(request: ChatRequest, target: TargetModel, notes: Notes): JsonObject;

  /** Emits the same events that a stream would. Throws LlmFailure (upstream) for a body that is not an answer. */
  parseResponse(body: JsonObject, emit: Emit<ChatEvent>): void;
  renderResponse(context: AnswerContext): ResponseRenderer;

  parseStream(emit: Emit<ChatEvent>): StreamParser;
  /** `write` gets whole frames (text, or bytes where frames are binary). An `error` event renders the failure form and ends. */
  renderStream(write: Emit<string | Buffer>, context: AnswerContext): StreamRenderer;

  /** Reads a provider's error answer of any quality: HTML, empty, an array, 5 MB. Never throws. */
  parseError(status: number, headers: Readonly<Record<string, string | string[] | undefined>>, body: string): LlmError;
  renderError(error: LlmError, requestId: string): RenderedError;
  /** The same failure inside a stream that has begun: whole frames, after which the stream is closed. */
  renderStreamError(error: LlmError, requestId: string, soFar?: StreamSoFar): string | Buffer;
  /** A whole frame that keeps an idle stream alive and means nothing (`: keepalive`, `event: ping`); '' where none can. */
  readonly keepalive: string | Buffer;
  /** Whole frames behind a relayed answer that is `complete` although its provider left out the end mark. */
  readonly endMark: string;

  tap(): StreamTap;
  /** Usage of a whole relayed JSON answer; undefined when there is none. Flags as in `usage` events. */
  readUsage(body: JsonObject): { readonly usage: Partial<Usage>; readonly flags: readonly string[] } | undefined;
  /**
   * Whether a whole JSON body with status 200 is an answer at all. A provider that says 200 with `{"error":…}`, an
   * empty `choices`, or something else is told apart here: the error is returned, undefined means it is an answer.
   */
  checkResponse(body: JsonObject): LlmError | undefined;
  /** The id under which the provider keeps a whole answer, in a dialect whose answers can be asked for again. */
  keptId?(body: JsonObject): string | undefined;
}

/** A stream of frames inside of another: each caller has a wrapper of its own, which takes whole frames. */
export interface Wrapping {
  readonly contentType: string;
  wrapper(): (frames: string | Buffer) => Buffer;
}

/** What an answer needs of a dialect when there is nothing to translate: its errors, and how its streams are framed. */
export type Voice = { readonly id: string } & Pick<
  Dialect,
  'framing' | 'wrapping' | 'keepalive' | 'parseError' | 'renderError' | 'renderStreamError'
>;
