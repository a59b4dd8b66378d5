/** Whose usage, and of when: from the address, for every question of the pages that add usage up. */
import { useSearch } from '@tanstack/react-router';
import { usePeriod } from '@/lib/period.ts';
import { useIsOperator, useOrganizationId } from '@/lib/session.ts';

export interface Scope {
  readonly since: string;
  readonly until: string;
  readonly organizationId?: string;
}

/** An operator looks at all organizations, unless the address says one. */
export function useScope(): Scope {
  const { from, to } = usePeriod();
  const { only } = useSearch({ strict: false }) as { only?: string };
  const operator = useIsOperator();
  const organizationId = useOrganizationId();
  const one = only === 'organization' && operator && organizationId !== undefined;
  return { since: from, until: to, ...(one && { organizationId }) };
}

/** What a page that is reached by a link keeps of it. */
export function useOnly(): { only?: 'organization' } {
  const { only } = useSearch({ strict: false }) as { only?: 'organization' };
  return only === undefined ? {} : { only };
}
