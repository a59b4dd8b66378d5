import { useNavigate, useSearch } from '@tanstack/react-router';
import { ErrorState } from '@/components/error-state.tsx';
import { PageHeader } from '@/components/page-header.tsx';
import { Segments } from '@/components/segments.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { useAsk } from '@/lib/api.ts';
import { usePeriod } from '@/lib/period.ts';
import { MarginFigures } from './margin-figures.tsx';
import { MarginTable } from './margin-table.tsx';

const groups = [
  { value: 'customer', label: 'Customer' },
  { value: 'model', label: 'Model' },
  { value: 'provider', label: 'Provider' },
  { value: 'key', label: 'Key' },
  { value: 'day', label: 'Day' },
] as const;

/** What customers paid against what providers took: for operators alone. */
export function MarginPage() {
  const { by = 'customer' } = useSearch({ from: '/app/margin' });
  const { from, to } = usePeriod();
  const navigate = useNavigate();
  const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const query = { by, since: from, until: to, timeZone };
  const margin = useAsk('GET /margin', { query }, { keep: true });
  return (
    <div className="flex flex-col gap-5">
      <PageHeader title="Margin">
        What customers were charged against what providers take, of every organization, in the period above.
      </PageHeader>
      {margin.error && <ErrorState error={margin.error} onRetry={margin.refetch} />}
      {margin.data === undefined && !margin.error && <Skeleton className="h-72 rounded-lg" />}
      {margin.data !== undefined && (
        <>
          <MarginFigures total={margin.data.total} />
          <Segments
            label="By"
            items={groups}
            value={by}
            onChange={(value) => void navigate({ to: '/margin', search: (before) => ({ ...before, by: value }) })}
          />
          <MarginTable by={by} rows={margin.data.data} />
        </>
      )}
    </div>
  );
}
