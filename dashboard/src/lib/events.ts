/** Server-sent events for a page: `useEvents('GET /live', { query }, (event) => …)`, for as long as it is there. */
import type { Arguments, EventRoute, ServerEvent } from '@tollgate/client';
import { ApiError } from '@tollgate/client';
import { useEffect, useEffectEvent, useState } from 'react';
import { useClient } from './api.ts';

export type StreamState = 'connecting' | 'open' | 'lost' | ApiError;

/** The connection comes back by itself; an ApiError is final. Not connected while `paused`. */
export function useEvents<R extends EventRoute>(
  route: R,
  input: Arguments<R>[0],
  onEvent: (event: ServerEvent) => void,
  paused = false,
): StreamState {
  const client = useClient();
  const [state, setState] = useState<StreamState>('connecting');
  const take = useEffectEvent(onEvent);
  const asked = JSON.stringify(input ?? {});
  // A connection is no React: it begins and ends with the page.
  useEffect(() => {
    if (paused) return;
    const abort = new AbortController();
    void (async () => {
      try {
        const more = { ...JSON.parse(asked), signal: abort.signal, onState: setState };
        for await (const event of client.events(route, more)) take(event);
      } catch (error) {
        if (!abort.signal.aborted && error instanceof ApiError) setState(error);
      }
    })();
    return () => abort.abort();
  }, [client, route, asked, paused]);
  return state;
}
