import type { ReactNode } from 'react';
import { useOrganizationId } from '@/lib/session.ts';
import { EmptyState } from './empty-state.tsx';

/** For pages about one organization. */
export function NeedsOrganization({ children }: { children: (organizationId: string) => ReactNode }) {
  const organizationId = useOrganizationId();
  if (organizationId !== undefined) return children(organizationId);
  return (
    <EmptyState title="You belong to no organization yet">
      This page is about an organization. Ask the owner of one for an invitation.
    </EmptyState>
  );
}
