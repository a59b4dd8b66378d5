/** The typed client of Tollgate's management API: every route by its name, with what it takes and answers. */
import { type EventInput, events, type ServerEvent } from './events.ts';
import type { Answer, AnyInput, Arguments, EventRoute, FileRoute, Item, JsonRoute, PagedRoute } from './input.ts';
import { type ClientOptions, send } from './send.ts';

export type * from './api.ts';
export type { ServerEvent } from './events.ts';
export { ApiError } from './failure.ts';
export type { Answer, Arguments, EventRoute, FileRoute, Input, Item, JsonRoute, PagedRoute } from './input.ts';
export type { ClientOptions } from './send.ts';

export interface Client {
  /** Throws ApiError. `call('GET /keys/{keyId}', { params: { keyId } })`. */
  call<R extends JsonRoute>(route: R, ...input: Arguments<R>): Promise<Answer<R>>;
  /** Every row of a list, page by page as they are read. */
  paginate<R extends PagedRoute>(route: R, ...input: Arguments<R>): AsyncGenerator<Item<R>>;
  /** A file; `response.body` streams it. */
  download<R extends FileRoute>(route: R, ...input: Arguments<R>): Promise<DownloadedFile>;
  /** Server-sent events; goes on after a lost connection until the signal fires. */
  events<R extends EventRoute>(
    route: R,
    input: Arguments<R>[0] & Pick<EventInput, 'onState'>,
  ): AsyncGenerator<ServerEvent>;
}

export interface DownloadedFile {
  /** As the server proposes it. */
  readonly filename: string | undefined;
  readonly response: Response;
}

interface Page<I> {
  readonly data: readonly I[];
  readonly next: string | null;
}

export function createClient(options: ClientOptions = {}): Client {
  const ask = async <A>(route: string, input: AnyInput): Promise<A> => {
    const response = await send(options, route, input, 'application/json');
    // The types of the routes are made from what the server answers by.
    return (response.status === 204 ? undefined : await response.json()) as A;
  };
  return {
    call: (route, ...[input]) => ask(route, input ?? {}),
    async *paginate(route, ...[input]) {
      const { query, ...rest }: AnyInput = input ?? {};
      let after = query?.after;
      do {
        const page: Page<Item<typeof route>> = await ask(route, { ...rest, query: { ...query, after } });
        yield* page.data;
        after = page.next ?? undefined;
      } while (after !== undefined);
    },
    async download(route, ...[input]) {
      const response = await send(options, route, input ?? {}, '*/*');
      const [, filename] = /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '') ?? [];
      return { filename, response };
    },
    events: (route, input) => events(options, route, input),
  };
}
