/**
 * What can be asked besides a chat, each as a description: where it is asked, where its model stands, how its answer
 * says what was used. A description knows no vendor, no key and no price, and does nothing.
 */
import type { JsonObject, Voice } from '../dialects/dialect.ts';
import type { LimitHeaders } from '../dialects/limit-headers.ts';
import type { JsonEdit, JsonScan } from '../lib/json.ts';
import type { LlmError } from '../llm/error.ts';
import type { OperationId, ResourceKind, WireId } from '../llm/operation.ts';
import type { Usage } from '../llm/usage.ts';

/** What a request says, from a JSON body or from the fields of a form. Missing or unreadable: undefined. */
export interface Said {
  field(name: string): unknown;
  /** Bytes of the files in a form; 0 for JSON. */
  readonly fileBytes: number;
  /** Bytes of sound in a second, where the file's head says it. */
  readonly fileBytesPerSecond?: number | undefined;
}

export interface UsageReading {
  readonly usage: Partial<Usage>;
  /** What was wrong with the provider's count. */
  readonly flags: readonly string[];
}

/** The rates of a price, by what they are for. */
export type RateName = 'input' | 'output' | 'perImage' | 'perAudioSecond' | 'perCharacter' | 'perSearch';

export interface PathParts {
  readonly model?: string;
  readonly id?: string;
}

interface AnyOperation {
  readonly id: OperationId;
  readonly wire: WireId;
  readonly method: 'POST' | 'GET' | 'DELETE';
  /** As documents write it, with parts in braces: `/v1/files/{file_id}`. */
  readonly path: string;
  readonly aliases?: readonly string[];
  /** What a path with parts in braces says (decoded); undefined: it is another's. */
  readonly match?: (path: string) => PathParts | undefined;
  readonly voice: Voice;
  readonly limitHeaders: LimitHeaders;
  /** Headers and query parameters of the caller that travel on. */
  readonly forwardedHeaders: readonly string[];
  readonly forwardedQuery: readonly string[];
}

/** Asks a model. */
export interface ModelOperation extends AnyOperation {
  readonly kind: 'model';
  readonly method: 'POST';
  readonly body: 'json' | 'multipart';
  /** The model that is meant when none is named. */
  readonly modelDefault?: string;
  /** `any`: sound or plain text are answers too, and pass as they are. */
  readonly answer: 'json' | 'any';
  /** It can be sold by any of these; a price that has no whole list is no price for it. */
  readonly soldBy: readonly (readonly RateName[])[];
  /** What the request will use as far as it says so itself; what the answer says replaces it. */
  readonly expect: (said: Said) => Partial<Usage>;
  /** Kinds in `expect` that are no estimate. */
  readonly exact: readonly (keyof Usage)[];
  /** From a whole JSON answer; undefined: it says nothing. */
  readonly readUsage: (body: JsonObject) => UsageReading | undefined;
  /** Why a whole JSON body with status 200 is no answer; undefined: it is one. */
  readonly checkAnswer: (body: JsonObject) => LlmError | undefined;
  /** What must change in a relayed body besides the model. */
  readonly planRelay?: (scan: JsonScan, stream: boolean) => RelayEdits;
}

export interface RelayEdits {
  readonly edits: readonly JsonEdit[];
  /** The usage frame was asked for by the gateway alone. */
  readonly withholdUsage: boolean;
}

/** Makes, finds or changes something that a provider keeps for an organization. Free; its row says who did what. */
export interface ResourceOperation extends AnyOperation {
  readonly kind: 'resource';
  readonly resource: ResourceKind;
  readonly act: 'create' | 'list' | 'get' | 'cancel' | 'delete' | 'content';
  readonly body: 'json' | 'multipart' | 'none';
}

export type Operation = ModelOperation | ResourceOperation;

/** The whole of another wire's request and answer, for a target that does not serve the caller's own. */
export interface OperationTranslation {
  readonly from: WireId;
  readonly to: WireId;
  /** Throws LlmFailure (invalid-request) for what cannot be expressed; `dropped` is told of hints that are lost. */
  request(body: JsonObject, model: string, dropped: (field: string, why: string) => void): JsonObject;
  /** `asked`: the caller's body. Throws LlmFailure (upstream) for what is no answer. */
  answer(body: JsonObject, asked: JsonObject, model: string): JsonObject;
  readUsage(body: JsonObject): UsageReading | undefined;
}
