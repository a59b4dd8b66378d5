import { useNavigate, useSearch } from '@tanstack/react-router';
import { PageHeader } from '@/components/page-header.tsx';
import { Segments } from '@/components/segments.tsx';
import { ScopeSwitch } from '@/features/overview/scope-switch.tsx';
import { useIsOperator } from '@/lib/session.ts';
import { CostChart } from './cost-chart.tsx';
import { CostTable } from './cost-table.tsx';
import { type GroupName, groupLabels, groupNames } from './groups.ts';

export function CostsPage() {
  const { by = 'model' } = useSearch({ from: '/app/costs' });
  const operator = useIsOperator();
  const navigate = useNavigate();
  const shown = groupNames.filter((name) => name !== 'organization' || operator);
  const choose = (value: GroupName) =>
    void navigate({ to: '.', search: (before: object) => ({ ...before, by: value }) as never, replace: true });
  return (
    <div className="flex flex-col gap-4">
      <PageHeader title="Costs" actions={<ScopeSwitch />}>
        What the requests of a period came to, and for whom.
      </PageHeader>
      <Segments
        label="Added up by"
        items={shown.map((value) => ({ value, label: groupLabels[value] }))}
        value={by}
        onChange={choose}
      />
      <CostChart by={by} />
      <CostTable by={by} />
    </div>
  );
}
