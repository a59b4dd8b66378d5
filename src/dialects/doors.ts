/** Where callers knock: each path, the dialect that is spoken behind it, and what of the call may travel on. */
import { type JsonEdit, type JsonScan, readField } from '../lib/json.ts';
import { anthropic } from './anthropic/index.ts';
import { relayAnthropic } from './anthropic/relay.ts';
import type { Dialect } from './dialect.ts';
import { anthropicLimitHeaders, type LimitHeaders, openaiLimitHeaders } from './limit-headers.ts';
import { anthropicModelList, type ModelListFormat, openaiModelList } from './model-list.ts';
import { openaiChat } from './openai-chat/index.ts';
import { relayOpenaiChat } from './openai-chat/relay.ts';

/** What a relayed body needs besides its model name. */
export interface RelayPlan {
  readonly edits: readonly JsonEdit[];
  /** The gateway asks for usage that the caller did not ask for: its frame is withheld from the caller. */
  readonly withholdUsage: boolean;
}

export interface Door {
  readonly path: string;
  readonly dialect: Dialect;
  readonly operation: 'chat' | 'count-tokens';
  /** Fields that the operation leaves out and the parser asks for. */
  readonly bodyDefaults: Readonly<Record<string, unknown>>;
  /** Request headers of the caller that a provider of the same dialect gets to see; all others stay here. */
  readonly forwardedHeaders: readonly string[];
  /** Query parameters that travel on. */
  readonly forwardedQuery: readonly string[];
  /** A caller's rate limits, as its SDK reads them. */
  readonly limitHeaders: LimitHeaders;
  /** Checks what must not reach any provider and says what to splice. Throws LlmFailure (invalid-request). */
  readonly planRelay: (scan: JsonScan, stream: boolean) => RelayPlan;
  /** Whom the caller says that it asks for, in its own words, cut to what a report can show. */
  readonly endUser: (scan: JsonScan) => string | undefined;
}

const chatDoor: Door = {
  path: '/v1/chat/completions',
  dialect: openaiChat,
  operation: 'chat',
  bodyDefaults: {},
  forwardedHeaders: ['openai-beta'],
  forwardedQuery: [],
  limitHeaders: openaiLimitHeaders,
  planRelay: relayOpenaiChat,
  endUser: (scan) => bounded(read(scan, 'safety_identifier')) ?? bounded(read(scan, 'user')),
};

const messagesDoor: Door = {
  path: '/v1/messages',
  dialect: anthropic,
  operation: 'chat',
  bodyDefaults: {},
  forwardedHeaders: ['anthropic-version', 'anthropic-beta'],
  forwardedQuery: ['beta'],
  limitHeaders: anthropicLimitHeaders,
  planRelay: relayAnthropic,
  endUser: (scan) => {
    const metadata = read(scan, 'metadata');
    return typeof metadata === 'object' && metadata !== null && 'user_id' in metadata
      ? bounded(metadata.user_id)
      : undefined;
  },
};

const countTokensDoor: Door = {
  ...messagesDoor,
  path: '/v1/messages/count_tokens',
  operation: 'count-tokens',
  bodyDefaults: { max_tokens: 1 },
};

const endUserCharactersMax = 256;

/** A value with a bad escape in it is the provider's to refuse. */
function read(scan: JsonScan, name: string): unknown {
  try {
    return readField(scan, name);
  } catch {
    return undefined;
  }
}

function bounded(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value.slice(0, endUserCharactersMax) : undefined;
}

/** Some SDKs leave the /v1 out of the base address: both spellings lead to the same door. */
export const doors: ReadonlyMap<string, Door> = new Map(
  [chatDoor, messagesDoor, countTokensDoor].flatMap((door) => [
    [door.path, door] as const,
    [door.path.slice('/v1'.length), door] as const,
  ]),
);

/** The dialect in which a caller who knocked anywhere is answered: Anthropic's for its paths and its version header. */
export function dialectOfCaller(path: string, hasVersionHeader: boolean): Dialect {
  const door = doors.get(path);
  if (door !== undefined) return door.dialect;
  return hasVersionHeader || /^(\/v1)?\/messages(\/|$)/.test(path) ? anthropic : openaiChat;
}

/** The header by which an Anthropic client is known on paths that both dialects have (`/v1/models`). */
export const versionHeader = 'anthropic-version';

/** The list of models in the format that this caller's SDK reads. */
export function modelListFormat(hasVersionHeader: boolean): ModelListFormat {
  return hasVersionHeader ? anthropicModelList : openaiModelList;
}
