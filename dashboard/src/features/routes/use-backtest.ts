import type { RouteBacktest } from '@tollgate/client';
import { useEffect, useRef, useState } from 'react';
import { useClient } from '@/lib/api.ts';
import { useOrganizationId } from '@/lib/session.ts';
import { together } from './backtest-sums.ts';
import type { Definition } from './definition.ts';

/** More would say little more, and takes long. */
export const requestsMax = 5_000;

export interface BacktestAsk {
  readonly name: string | undefined;
  readonly modelAsked: string;
  readonly days: number;
  readonly definition: Definition;
}

interface Run {
  readonly state: 'running' | 'done' | 'stopped';
  readonly ask: BacktestAsk;
  readonly sum?: RouteBacktest;
  readonly error?: unknown;
}

/** Part by part, so that it can be watched and stopped; it ends with the page. */
export function useBacktest() {
  const [run, setRun] = useState<Run>();
  const client = useClient();
  const organizationId = useOrganizationId();
  const abort = useRef<AbortController | undefined>(undefined);
  // A connection is outside of React.
  useEffect(() => () => abort.current?.abort(), []);

  async function start(ask: BacktestAsk) {
    abort.current?.abort();
    const stop = new AbortController();
    abort.current = stop;
    const { name, definition, ...wanted } = ask;
    const body = {
      ...wanted,
      definition: definition as never,
      ...(name !== undefined && { name }),
      ...(organizationId !== undefined && { organizationId }),
    };
    let sum: RouteBacktest | undefined;
    setRun({ state: 'running', ask });
    try {
      do {
        const after = sum === undefined ? {} : { after: sum.next ?? undefined, until: sum.until };
        const part: RouteBacktest = await client.call('POST /routes/backtest', {
          body: { ...body, ...after } as never,
          signal: stop.signal,
        });
        sum = sum === undefined ? part : together(sum, part);
        if (!stop.signal.aborted) setRun({ state: 'running', ask, sum });
      } while (sum.next !== null && sum.requests < requestsMax && !stop.signal.aborted);
      setRun({ state: stop.signal.aborted ? 'stopped' : 'done', ask, sum });
    } catch (error) {
      setRun({ state: 'stopped', ask, ...(sum && { sum }), ...(!stop.signal.aborted && { error }) });
    }
  }
  return { run, start, stop: () => abort.current?.abort() };
}
