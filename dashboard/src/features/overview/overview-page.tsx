import { PageHeader } from '@/components/page-header.tsx';
import { BudgetsCard } from './budgets-card.tsx';
import { FailuresCard } from './failures-card.tsx';
import { FiguresRow } from './figures-row.tsx';
import { HealthCard } from './health-card.tsx';
import { ScopeSwitch } from './scope-switch.tsx';
import { SpendCard } from './spend-card.tsx';
import { TopCard } from './top-card.tsx';

export function OverviewPage() {
  return (
    <div className="flex flex-col gap-4">
      <PageHeader title="Overview" actions={<ScopeSwitch />}>
        What it cost, whether it works, and what it is used for. Every figure leads to the requests behind it.
      </PageHeader>
      <FiguresRow />
      <SpendCard />
      <div className="grid grid-cols-1 gap-4 lg:grid-cols-2">
        <TopCard by="model" title="Top models" />
        <TopCard by="key" title="Top keys" />
      </div>
      <HealthCard />
      <div className="grid grid-cols-1 gap-4 lg:grid-cols-2">
        <BudgetsCard />
        <FailuresCard />
      </div>
    </div>
  );
}
