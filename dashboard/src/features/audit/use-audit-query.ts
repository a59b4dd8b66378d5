import { useSearch } from '@tanstack/react-router';
import { usePeriod } from '@/lib/period.ts';
import { useIsOperator, useOrganizationId } from '@/lib/session.ts';
import { filterQuery } from './audit.ts';

/** What the address asks the audit log for. */
export function useAuditQuery() {
  const search = useSearch({ from: '/app/audit' });
  const { from, to, name } = usePeriod();
  const isOperator = useIsOperator();
  const organizationId = useOrganizationId();
  const isAll = isOperator && search.only === undefined;
  return {
    ...filterQuery(search),
    since: from,
    ...(name === 'custom' && { until: to }),
    ...(!isAll && organizationId !== undefined && { organizationId }),
  };
}
