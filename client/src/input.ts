/** What a call takes and gives, by the route's name: `GET /keys/{keyId}`. */
import type { Routes } from './api.ts';

export type RouteName = keyof Routes;

type Having<Member extends string> = {
  [R in RouteName]: Routes[R] extends Readonly<Record<Member, unknown>> ? R : never;
}[RouteName];

export type JsonRoute = Having<'answer'>;
export type FileRoute = Having<'file'>;
export type EventRoute = Having<'events'>;
/** A list in pages. */
export type PagedRoute = {
  [R in JsonRoute]: Routes[R] extends { answer: { data: readonly unknown[]; next: string | null } } ? R : never;
}[JsonRoute];

export type Answer<R extends JsonRoute> = Routes[R] extends { answer: infer A } ? A : never;
export type Item<R extends PagedRoute> = Routes[R] extends { answer: { data: readonly (infer I)[] } } ? I : never;

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** Instead of the client's own. */
  readonly organization?: string | undefined;
  /** Of a write; made by the client when absent. */
  readonly idempotencyKey?: string;
}

export type Input<R extends RouteName> = Pick<Routes[R], Extract<keyof Routes[R], 'params' | 'query' | 'body'>> &
  CallOptions;

/** The argument may be left out where the route needs nothing. */
export type Arguments<R extends RouteName> =
  Record<never, never> extends Input<R> ? [input?: Input<R>] : [input: Input<R>];

/** Any input, as the code that sends it sees it. */
export interface AnyInput extends CallOptions {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

/** `GET /keys/{keyId}` with its parameters becomes `/keys/key_1?limit=2`. Absent members of the query are left out. */
export function addressOf(path: string, { params = {}, query = {} }: AnyInput): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name])));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const each of Array.isArray(value) ? value : [value]) if (each != null) search.append(name, String(each));
  }
  return search.size === 0 ? filled : `${filled}?${search}`;
}
