/** Where callers knock: the dialect that is spoken behind a path, and what of the call may travel on. */
import { type JsonEdit, type JsonScan, readField } from '../lib/json.ts';
import type { Asked, Dialect, JsonObject } from './dialect.ts';
import type { LimitHeaders } from './limit-headers.ts';

/** What a path says of a call. Without `stream` it says which model only, and the body the rest. */
export type PathAsked = Pick<Asked, 'model'> & Partial<Asked>;

/** What a relayed body needs besides its model name. */
export interface RelayPlan {
  readonly edits: readonly JsonEdit[];
  /** The gateway asks for usage that the caller did not ask for: its frame is withheld from the caller. */
  readonly withholdUsage: boolean;
  /** What the body said that the dialect says in headers. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Door {
  /** As documents and error messages write it: `/v1beta/models/{model}:generateContent`. */
  readonly path: string;
  /** Other spellings of the same path; a path with parts in braces is matched by `match` alone. */
  readonly aliases?: readonly string[];
  /** What a path with parts in braces says of the call (decoded); undefined: it is another door's. */
  readonly match?: (path: string) => PathAsked | undefined;
  readonly dialect: Dialect;
  /** The path names the model, but in the body of the dialect it has a field. */
  readonly modelInBody?: true;
  readonly operation: 'chat' | 'count-tokens';
  /** Only a provider of the same dialect can do it, and at another path than a chat. */
  readonly special?: 'compact';
  /** Fields that the operation leaves out and the parser asks for. */
  readonly bodyDefaults: Readonly<Record<string, unknown>>;
  /** Its callers' tools that take free text become functions where the provider knows no others; absent: they are refused. */
  readonly mapsFreeform?: true;
  /** Request headers of the caller that a provider of the same dialect gets to see; all others stay here. */
  readonly forwardedHeaders: readonly string[];
  /** Query parameters that travel on. */
  readonly forwardedQuery: readonly string[];
  /** Refuses a form of the answer that is asked for in the query and that we do not give. Throws LlmFailure. */
  readonly checkQuery?: (query: URLSearchParams) => void;
  /** A caller's rate limits, as its SDK reads them. */
  readonly limitHeaders: LimitHeaders;
  /** Checks what must not reach any provider and says what to splice. Throws LlmFailure (invalid-request). */
  readonly planRelay: (scan: JsonScan, stream: boolean) => RelayPlan;
  /** Whom the caller says that it asks for, in its own words, cut to what a report can show. */
  readonly endUser: (scan: JsonScan) => string | undefined;
  /** `count-tokens` only: the answer's body, and the count in a provider's answer (undefined: none). */
  readonly tokenCount?: {
    render(inputTokens: number): JsonObject;
    read(body: JsonObject): number | undefined;
  };
}

/** A call that was matched to its door. `asked`: what the path said, where the path says it. */
export interface Knock {
  readonly door: Door;
  readonly asked?: PathAsked;
}

const endUserCharactersMax = 256;

/** A field for a report; a value with a bad escape in it is the provider's to refuse. */
export function readForReport(scan: JsonScan, name: string): unknown {
  try {
    return readField(scan, name);
  } catch {
    return undefined;
  }
}

export function boundedText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value.slice(0, endUserCharactersMax) : undefined;
}

/** For `tokenCount.read`: a whole number of tokens under this name. */
export function countIn(body: JsonObject, name: string): number | undefined {
  const count = body[name];
  return typeof count === 'number' && Number.isInteger(count) && count >= 0 ? count : undefined;
}
