import type { Budget } from '@tollgate/client';
import { Gauge, Plus } from 'lucide-react';
import { useState } from 'react';
import { EmptyState } from '@/components/empty-state.tsx';
import { ErrorState } from '@/components/error-state.tsx';
import { NeedsOrganization } from '@/components/needs-organization.tsx';
import { PageHeader } from '@/components/page-header.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Card } from '@/components/ui/card.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { useList } from '@/lib/api.ts';
import { useMay } from '@/lib/session.ts';
import { BudgetDialog } from './budget-dialog.tsx';
import { BudgetRow } from './budget-row.tsx';

export function BudgetsPage() {
  const [creating, setCreating] = useState(false);
  const mayCreate = useMay('POST /budgets');
  const create = mayCreate && (
    <Button onClick={() => setCreating(true)}>
      <Plus aria-hidden /> New budget
    </Button>
  );
  return (
    <NeedsOrganization>
      {(organizationId) => (
        <div className="flex flex-col gap-5">
          <PageHeader title="Budgets" actions={create}>
            Limits on what may be used in a window of time. A request must fit into all that it counts for.
          </PageHeader>
          <BudgetList organizationId={organizationId} action={create} />
          {creating && <BudgetDialog organizationId={organizationId} onClose={() => setCreating(false)} />}
        </div>
      )}
    </NeedsOrganization>
  );
}

const refreshMs = 10_000;

function BudgetList({ organizationId, action }: { organizationId: string; action: React.ReactNode }) {
  const budgets = useList('GET /budgets', { query: { organizationId } }, { refetchInterval: refreshMs });
  const [editing, setEditing] = useState<Budget>();
  if (budgets.error) return <ErrorState error={budgets.error} onRetry={budgets.refetch} />;
  if (budgets.rows === undefined) return <Skeleton className="h-56 rounded-lg" />;
  if (budgets.rows.length === 0) {
    return (
      <Card>
        <EmptyState title="No budgets yet" icon={Gauge} action={action}>
          A budget stops, warns or switches to a cheaper route when a key, a project, a member, a tag or the whole
          organization has used so many dollars, tokens or requests.
        </EmptyState>
      </Card>
    );
  }
  return (
    <>
      <Card>
        <ul className="divide-y">
          {budgets.rows.map((budget) => (
            <BudgetRow key={budget.id} budget={budget} onEdit={() => setEditing(budget)} />
          ))}
        </ul>
      </Card>
      {budgets.hasNextPage && (
        <Button variant="outline" className="self-center" onClick={() => budgets.fetchNextPage()}>
          Show more
        </Button>
      )}
      {editing !== undefined && (
        <BudgetDialog organizationId={organizationId} budget={editing} onClose={() => setEditing(undefined)} />
      )}
    </>
  );
}
