/**
 * A vendor is data: where it is, how it is asked, which dialects it speaks at which path, and where it differs from
 * them. A vendor never defines a wire format; a dialect never names a vendor.
 */
import type { DialectId } from '../llm/chat.ts';
import type { LlmError } from '../llm/error.ts';
import type { WireId } from '../llm/operation.ts';

export interface Provider {
  /** Lower case, `[a-z0-9-]`: the first part of `provider/name`. */
  readonly id: string;
  readonly name: string;
  /**
   * Origin and common prefix as a user would write it, without a trailing slash; '' when only the operator knows.
   * Settings stand in braces: `https://bedrock-runtime.{region}.amazonaws.com`.
   */
  readonly baseUrl: string;
  /** Where filling in the braces is not enough: a region whose host has another form. */
  readonly baseUrlFor?: (settings: Settings) => string;
  /** The vendor's own variables that hold an address instead of a setting; they replace `baseUrl` where it is on. */
  readonly baseUrlEnv?: readonly string[];
  /** The vendor's API page: the source of what this file says. */
  readonly docs: string;
  readonly auth: Auth;
  /** Environment variables that hold its key, first one wins; the key turns the vendor on. */
  readonly keyEnv: readonly string[];
  /** Runs without a key (a local server). */
  readonly keyless?: boolean;
  /** Runs on the operator's own machine: any model name is taken, at price 0. */
  readonly selfHosted?: true;
  /** What an operator may or must say of it beside address and key, as `providers.<id>.<name>`. */
  readonly settings?: readonly Setting[];
  /** Models run under names that the operator chose: `providers.<id>.deployments` says which is which. */
  readonly deployments?: true;
  readonly speaks: Partial<Record<DialectId, Endpoint>>;
  /** Operations other than chat, by the wire format in which they are asked. */
  readonly serves?: Partial<Record<WireId, Service>>;
  /** Routes by itself, by the same fields of the request (`models`, `route`, `provider`): they are its, not ours. */
  readonly choosesItself?: true;
  /** Its id in the price data. Absent: no prices are known, so only models with a configured price can be called. */
  readonly catalogId?: string;
  /** Ids in the price data of other vendors whose models it sells at their prices. */
  readonly alsoPricedAs?: readonly string[];
  /** GET path that lists models and proves that address and key work; used by `doctor` and discovery. */
  readonly modelsPath?: Path;
  /** Only where the vendor leaves its dialect's error shape. `body` is parsed JSON or the raw text. */
  readonly parseError?: (status: number, body: unknown) => Partial<LlmError> | undefined;
}

/** Names that settings have in the configuration; a vendor takes those in its `settings` and no other. */
export const settingNames = [
  'region',
  'project',
  'location',
  'resource',
  'apiVersion',
  'accountId',
  'workspaceId',
] as const;

export type SettingName = (typeof settingNames)[number];
export type Settings = Readonly<Record<string, string>>;

export interface Setting {
  readonly name: SettingName;
  /** What it is and where it is found, in one line. */
  readonly what: string;
  readonly pattern: RegExp;
  readonly example: string;
  /** The vendor's own variables, first one wins. Read only where the vendor is on. */
  readonly env?: readonly string[];
  readonly default?: string;
  /** Without it (or an own `baseUrl`) the vendor cannot be asked. */
  readonly required?: true;
}

export interface Call {
  readonly model: string;
  readonly stream: boolean;
  /** What the operator configured for this provider beside address and key (`region`, `project`). */
  readonly settings?: Settings;
}

/** May have a query of its own. A function where the path names the model. */
export type Path = string | ((call: Call) => string);

export function pathFor(path: Path, call: Call): string {
  return typeof path === 'string' ? path : path(call);
}

/** The address of a vendor's calls; `settings` are complete, defaults included. */
export function baseUrlOf(vendor: Provider, settings: Settings = {}): string {
  if (vendor.baseUrlFor !== undefined) return vendor.baseUrlFor(settings);
  return vendor.baseUrl.replace(/\{(\w+)\}/g, (braces, name: string) => settings[name] ?? braces);
}

export interface Endpoint {
  readonly path: Path;
  /** The page on this way in, where it is another than the vendor's `docs`: the source of its path and quirks. */
  readonly docs?: string;
  /** The models, by their names on the wire, that are asked in this dialect. Absent: all of them. */
  readonly models?: RegExp;
  /** Where the vendor counts tokens in this dialect, if it does. */
  readonly countTokensPath?: Path;
  /** Where the vendor makes a long conversation short in this dialect, if it does. */
  readonly compactPath?: Path;
  /** The vendor keeps its answers under this path, where they can be read again. */
  readonly keepsAnswers?: true;
  /** Reasoning comes sealed here and not elsewhere: callers of other dialects get reasoning models in this one. */
  readonly sealsReasoning?: true;
  readonly quirks?: readonly Quirk[];
  /** Headers that every call needs (`anthropic-version`), unless the caller sent its own. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Callers' headers that are a list in the body here, by the name of that field. */
  readonly headerFields?: Readonly<Record<string, string>>;
  /** What lies around a stream of the dialect. `aws-chunks`: an AWS event stream, each event in base64 in a message. */
  readonly framing?: 'aws-chunks';
}

/** Where a vendor serves an operation other than chat. */
export interface Service {
  /** For what it keeps (files, batches): the path of the whole collection. */
  readonly path: Path;
  readonly docs?: string;
  readonly quirks?: readonly Quirk[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Why it costs nothing, by the vendor's own page. Absent: it is called only at a known price. */
  readonly free?: string;
  /** Batches: what an answer costs of the usual price. */
  readonly percentOfPrice?: number;
}

/** The paths of an API that is OpenAI's, as far as a vendor has them. `docs`: the page that says so. */
export function openaiServices(
  wires: readonly (keyof typeof openaiPaths)[],
  docs?: string,
): Partial<Record<WireId, Service>> {
  return Object.fromEntries(wires.map((wire) => [wire, { path: openaiPaths[wire], ...(docs && { docs }) }]));
}

const openaiPaths = {
  'openai-embeddings': '/embeddings',
  'openai-images': '/images/generations',
  'openai-image-edits': '/images/edits',
  'openai-image-variations': '/images/variations',
  'openai-speech': '/audio/speech',
  'openai-transcriptions': '/audio/transcriptions',
  'openai-translations': '/audio/translations',
  'openai-moderations': '/moderations',
  'openai-completions': '/completions',
  'jina-rerank': '/rerank',
} as const satisfies Partial<Record<WireId, string>>;

/**
 * `set`, `rename` and `drop` act on top-level keys: spliced, also in relay. `edit` needs the parsed tree, which costs
 * a relay its speed and its bytes: `field` names the top-level key without which there is nothing to edit, `needed`
 * looks at its value, `marker` is text without which no value needs it (so that a relay need not parse it to know). It
 * returns the path of what the caller loses by it (`response_format.json_schema`), if anything.
 */
export type Quirk =
  | { readonly set: string; readonly to: unknown; readonly when?: 'stream'; readonly why: string }
  | { readonly rename: string; readonly to: string; readonly why: string }
  /** `silent`: nothing is lost, since the same is said elsewhere (the model in the path). */
  | { readonly drop: string; readonly silent?: true; readonly why: string }
  | {
      readonly edit: (body: Record<string, unknown>) => string | undefined;
      readonly field: string;
      readonly marker?: string;
      readonly needed?: (value: unknown) => boolean;
      readonly why: string;
    };

export interface Auth {
  /** Lower-case header names. */
  headers(secret: string): Readonly<Record<string, string>>;
  /** Headers that depend on the request itself, or that must be fetched, are made by the gateway's signer of this name. */
  readonly signer?: SignerName;
  /** What `aws-sigv4` signs for: the service's name in AWS's own words. */
  readonly signedFor?: string;
}

export type SignerName = 'aws-sigv4' | 'google-oauth';

export const bearer: Auth = { headers: (secret) => ({ authorization: `Bearer ${secret}` }) };
export const xApiKey: Auth = { headers: (secret) => ({ 'x-api-key': secret }) };

/** For `parseError`: the vendor refused our key. Its words are for the operator, they may quote the key. */
export function refusedCredential(text: string): Partial<LlmError> {
  return {
    kind: 'upstream-credential',
    message: "the provider refused the gateway's own key; the gateway's operator has to renew it",
    internal: text,
  };
}

/** How the vendor takes this model in this dialect; undefined: not at all. */
export function endpointFor(vendor: Provider, dialect: DialectId, model: string): Endpoint | undefined {
  const endpoint = vendor.speaks[dialect];
  return endpoint?.models?.test(model) === false ? undefined : endpoint;
}

export function provider(data: Provider): Provider {
  return Object.freeze(data);
}
