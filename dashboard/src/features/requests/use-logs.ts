/** The requests that the address means, and how many came in since. */
import { useSearch } from '@tanstack/react-router';
import type { LogEntry } from '@tollgate/client';
import { useMemo } from 'react';
import { useAsk, useList } from '@/lib/api.ts';
import { usePeriod } from '@/lib/period.ts';
import { useIsOperator, useOrganizationId } from '@/lib/session.ts';
import { filterQuery } from './filters.ts';

const lookEveryMs = 5_000;
const pageRows = 100;

export function useLogQuery() {
  const search = useSearch({ from: '/app/requests' });
  const isOperator = useIsOperator();
  const organizationId = useOrganizationId();
  const { from, to, name } = usePeriod();
  const isAll = isOperator && search.only === undefined;
  return useMemo(() => {
    const period = { since: from, ...(name === 'custom' && { until: to }) };
    const whose = isAll || organizationId === undefined ? {} : { organizationId };
    return { ...filterQuery(search), ...period, ...whose };
  }, [search, from, to, name, isAll, organizationId]);
}

export function useLogs() {
  const { sort } = useSearch({ from: '/app/requests' });
  const query = useLogQuery();
  const logs = useList('GET /logs', { query: { ...query, limit: pageRows, ...(sort && { sort }) } });
  const isNewestFirst = sort === undefined;
  const latest = useAsk(
    'GET /logs',
    { query: { ...query, limit: 50 } },
    { enabled: isNewestFirst && logs.rows !== undefined, refetchInterval: lookEveryMs },
  );
  const fresh = useMemo(() => countFresh(latest.data?.data, logs.rows), [latest.data, logs.rows]);
  return { ...logs, fresh: isNewestFirst ? fresh : 0 };
}

/** Rows are announced and never pushed in: nothing moves under the pointer. */
function countFresh(latest: readonly LogEntry[] | undefined, shown: readonly LogEntry[] | undefined): number {
  if (latest === undefined || shown === undefined) return 0;
  const known = new Set(shown.map(({ requestId }) => requestId));
  return latest.filter(({ requestId }) => !known.has(requestId)).length;
}
