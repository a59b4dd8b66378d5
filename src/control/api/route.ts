/** What a route of the management API is: data that the server, the checks of access and the reference all read. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { z } from 'zod';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { SecretBox } from '../../lib/secret-box.ts';
import type { SnapshotSource } from '../../snapshot/snapshot.ts';
import type { Store } from '../../store/store.ts';
import type { ContentKeeper } from '../content/keeper.ts';
import type { ConversationReader } from '../content/kept-content.ts';
import type { DriftTools } from '../drift/tools.ts';
import type { Live } from '../live/live.ts';
import type { Mailer } from '../mail/mailer.ts';
import type { ModelDiscovery, ModelTools, PriceSource } from '../models/tools.ts';
import type { ProviderKeyTools, RouteSimulation, RouteTools } from '../naming/tools.ts';
import type { ProviderTools } from '../providers/tools.ts';
import type { SignIn } from '../sign-in/sign-in.ts';
import type { StripeParts } from '../stripe/parts.ts';
import type { Caller } from './caller.ts';

/** What handlers may use beside the request. Features add what they need, as an optional member. */
export interface ApiParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** Resolves when this instance knows what was committed before: a key that was just made is valid here. */
  readonly refresh: () => Promise<void>;
  /** What this instance knows of models and prices. */
  readonly snapshot?: SnapshotSource;
  /** Absent: nobody signs in at this process, and only management keys are taken. */
  readonly signIn?: SignIn | undefined;
  /** Sends mail. Absent: this installation sends none. */
  readonly mailer?: Mailer | undefined;
  /** Absent: this installation takes no payments. */
  readonly stripe?: StripeParts | undefined;
  /** Absent: this process cannot tell whether a route can be. */
  readonly routing?: RouteTools;
  /** Absent: this process decides for no requests. */
  readonly simulation?: RouteSimulation;
  /** Absent: this process has no configuration file. */
  readonly drift?: DriftTools;
  /** Absent: this process knows no models. */
  readonly models?: ModelTools;
  /** Absent: it can ask no provider what it has. */
  readonly discovery?: ModelDiscovery;
  /** Absent: it knows no source of newer prices. */
  readonly priceSource?: PriceSource;
  /** Absent: this process keeps no prompts and answers. */
  readonly content?: Pick<ContentKeeper, 'counts'>;
  /** Absent: nobody can look at requests as they happen. */
  readonly live?: Pick<Live, 'open'>;
  /** Absent: this process cannot keep a provider's key. */
  readonly providerKeys?: ProviderKeyTools;
  /** Absent: this process asks no providers. */
  readonly providers?: ProviderTools;
  /** Reads what was kept as conversations. Absent: this process knows no dialects. */
  readonly conversation?: ConversationReader;
  /** What seals secrets in the database. Absent: this process has no master key. */
  readonly secrets?: SecretBox;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

interface Described {
  readonly method: Method;
  /** Below /api/v1: `/keys/{keyId}`. The parameter `organizationId` is checked for every route that has it. */
  readonly path: string;
  /** The heading in the reference under which it stands. */
  readonly tag: string;
  /** A few words: `Make a key`. */
  readonly summary: string;
  /** More, in whole sentences. */
  readonly description?: string;
  /**
   * Why its handler must see rows of several organizations although its caller belongs to one. Absent: the database shows
   * it the caller's own alone.
   */
  readonly acrossOrganizations?: string;
  /** It only computes or looks, although its method is not GET: the audit log leaves it out. */
  readonly changesNothing?: true;
  /** It answers with what this instance knows, which the database may be ahead of for a moment. */
  readonly toldBySnapshot?: true;
  /** Of the answer when all is well. Default 200, and 204 without `answer` and `produces`. */
  readonly status?: 200 | 201 | 202 | 204;
}

type Input<S> = S extends z.ZodType ? z.output<S> : undefined;

/** The request itself, for the few routes that begin a session or tell from where somebody came. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly requestId: string;
  /** Whole `Set-Cookie` lines. */
  setCookies(cookies: readonly string[]): void;
}

/** What a handler gets. */
export interface ApiRequest<P = unknown, Q = unknown, B = unknown> {
  readonly requestId: string;
  readonly exchange: Exchange;
  readonly caller: Caller;
  /** Who sends it, looked up again: while a stream lasts, a session may end. Throws ApiFailure. */
  recheck(): Promise<Caller>;
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  /**
   * Unique to the caller's organization; for keys of money moves in the ledger. With an `Idempotency-Key` it is the same
   * for each repetition, without one it is new for each request.
   */
  readonly idempotencyKey: string;
  /**
   * Runs a write in one transaction. With an `Idempotency-Key`, what `work` returns must be what the handler answers: it
   * is kept in the same transaction, so a repetition gets it again and changes nothing.
   */
  write<T>(work: (db: Store['db']) => Promise<T>): Promise<T>;
  /** The same for a handler that knows its answer only after the commit: the audit log and the kept answer follow it. */
  writeAhead<T>(work: (db: Store['db']) => Promise<T>): Promise<T>;
}

/** A file instead of JSON. */
export interface Download {
  readonly body: string | Buffer | Readable;
  /** Offered as a file of this name. */
  readonly filename?: string;
  /** Instead of the route's own media type. */
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface JsonSpec<
  P extends z.ZodType | undefined,
  Q extends z.ZodType | undefined,
  B extends z.ZodType | undefined,
  A extends z.ZodType | undefined,
> extends Described {
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  /** The handler returns its decoded side (bigint, milliseconds); members it does not name never leave the server. */
  readonly answer?: A;
  handle(
    request: ApiRequest<Input<P>, Input<Q>, Input<B>>,
    parts: ApiParts,
  ): Promise<A extends z.ZodType ? z.output<A> : void>;
}

export interface DownloadSpec<P extends z.ZodType | undefined, Q extends z.ZodType | undefined> extends Described {
  readonly params?: P;
  readonly query?: Q;
  /** Its media type: `application/pdf`, `text/csv; charset=utf-8`. */
  readonly produces: string;
  /** Its media type where the request asks for another form, by `Download.type`. */
  readonly producesAlso?: string;
  handle(request: ApiRequest<Input<P>, Input<Q>, undefined>, parts: ApiParts): Promise<Download>;
}

/** What somebody without a key sends, byte for byte, for signatures over it. */
export interface RawRequest {
  readonly requestId: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface RawSpec extends Described {
  /** Resolves to the answer's JSON; throws ApiFailure. */
  receive(request: RawRequest, parts: ApiParts): Promise<object>;
}

/** A route whatever its schemas: what the server keeps in its table. */
export interface ApiRoute extends Described {
  readonly params?: z.ZodType | undefined;
  readonly query?: z.ZodType | undefined;
  readonly body?: z.ZodType | undefined;
  readonly answer?: z.ZodType | undefined;
  readonly produces?: string;
  readonly producesAlso?: string;
  readonly handle?: (request: ApiRequest, parts: ApiParts) => Promise<unknown>;
  readonly receive?: (request: RawRequest, parts: ApiParts) => Promise<object>;
}

/** JSON in, JSON out. */
export function route<
  P extends z.ZodType | undefined = undefined,
  Q extends z.ZodType | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
  A extends z.ZodType | undefined = undefined,
>(spec: JsonSpec<P, Q, B, A>): ApiRoute {
  // The server calls `handle` with what these very schemas made of the request.
  return spec as unknown as ApiRoute;
}

/** A file out. */
export function downloadRoute<P extends z.ZodType | undefined = undefined, Q extends z.ZodType | undefined = undefined>(
  spec: DownloadSpec<P, Q>,
): ApiRoute {
  return spec as unknown as ApiRoute;
}

/** The raw body in, without a management key: the route proves by itself who sends. */
export function rawRoute(spec: RawSpec): ApiRoute {
  return spec;
}

/** As the table of access names it: `GET /keys/{keyId}`. */
export function routeName({ method, path }: Pick<ApiRoute, 'method' | 'path'>): string {
  return `${method} ${path}`;
}
