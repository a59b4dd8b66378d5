import { Link } from '@tanstack/react-router';
import { ErrorState } from '@/components/error-state.tsx';
import { MeterBar } from '@/components/meter-bar.tsx';
import { Card, CardContent, CardHeader, CardTitle } from '@/components/ui/card.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { amountOf, shareOf } from '@/features/budgets/budgets.ts';
import { useAsk } from '@/lib/api.ts';
import { useScope } from './scope.ts';

const shownMax = 6;

/** The fullest first. */
export function BudgetsCard() {
  const { organizationId } = useScope();
  const budgets = useAsk('GET /budgets', {
    query: { limit: 200, ...(organizationId !== undefined && { organizationId }) },
  });
  const rows = (budgets.data?.data ?? [])
    .filter(({ disabled }) => !disabled)
    .toSorted((a, b) => shareOf(b, b.spent) - shareOf(a, a.spent))
    .slice(0, shownMax);
  return (
    <Card>
      <CardHeader>
        <CardTitle>Budgets</CardTitle>
        <Link to="/budgets" className="text-xs text-muted-foreground hover:underline">
          All
        </Link>
      </CardHeader>
      <CardContent>
        {budgets.error ? (
          <ErrorState error={budgets.error} onRetry={budgets.refetch} />
        ) : budgets.data === undefined ? (
          <Skeleton className="h-32" />
        ) : rows.length === 0 ? (
          <p className="py-6 text-center text-muted-foreground">No budget limits anything yet.</p>
        ) : (
          <ul className="flex flex-col gap-2.5">
            {rows.map((budget) => (
              <li key={budget.id}>
                <div className="mb-1 flex items-baseline justify-between gap-3">
                  <span className="min-w-0 truncate">
                    {budget.ownerName} <span className="text-muted-foreground">a {budget.window}</span>
                  </span>
                  <span className="figures shrink-0 text-xs">
                    {amountOf(budget.unit, budget.spent)}
                    <span className="text-muted-foreground"> of {amountOf(budget.unit, budget.limit)}</span>
                  </span>
                </div>
                <MeterBar label={`Budget of ${budget.ownerName}`} share={shareOf(budget, budget.spent)} />
              </li>
            ))}
          </ul>
        )}
      </CardContent>
    </Card>
  );
}
