import type { Margin } from '@tollgate/client';
import { Money } from '@/components/figures.tsx';
import { Card } from '@/components/ui/card.tsx';
import { cn } from '@/lib/classes.ts';
import { parseUsd } from '@/lib/format.ts';
import { marginShare } from './margin.ts';

/** The sum of everything, from revenue down to what is left. */
export function MarginFigures({ total }: { total: Margin['total'] }) {
  const { revenueUsd, costUsd, houseCostUsd, marginUsd, paidByCreditUsd, planFeesUsd } = total;
  const share = marginShare(total);
  const figures = [
    { name: 'Charged to customers', usd: revenueUsd, note: `of which by credit we gave`, noteUsd: paidByCreditUsd },
    { name: 'Taken by providers', usd: costUsd, note: 'and for what no customer pays', noteUsd: houseCostUsd },
    {
      name: 'Margin',
      usd: marginUsd,
      note: share === undefined ? 'nothing was charged' : `${share} of what was charged`,
    },
    { name: 'Fees of plans', usd: planFeesUsd, note: 'beside the margin' },
  ];
  return (
    <div className="grid grid-cols-2 gap-3 xl:grid-cols-4">
      {figures.map(({ name, usd, note, noteUsd }) => (
        <Card key={name} className="px-4 py-3">
          <h2 className="text-muted-foreground">{name}</h2>
          <Money usd={usd} className={cn('text-xl font-semibold tracking-tight', parseUsd(usd) < 0n && 'text-bad')} />
          <p className="text-xs text-muted-foreground">
            {note} {noteUsd !== undefined && <Money usd={noteUsd} />}
          </p>
        </Card>
      ))}
    </div>
  );
}
