import type { Invoice } from '@tollgate/client';
import { Money } from '@/components/figures.tsx';
import { Card, CardContent } from '@/components/ui/card.tsx';
import { cn } from '@/lib/classes.ts';
import { parseUsd } from '@/lib/format.ts';

/** From what was used to what is to be paid: each line follows from those above it. */
export function InvoiceTotals({ invoice }: { invoice: Invoice }) {
  const { chargesUsd, creditUsd, walletUsd, directUsd, houseUsd, netUsd, returnedUsd, taxUsd, roundingUsd } = invoice;
  const tax = invoice.reverseCharge ? 'Tax: the customer owes it' : `Tax, ${invoice.taxPercent}%`;
  return (
    <Card>
      <CardContent>
        <dl className="flex flex-col gap-1.5">
          <Line name="Charged" usd={chargesUsd} always />
          <Line name="Paid by credit" usd={creditUsd} minus />
          <Line name="Paid from the wallet" usd={walletUsd} minus />
          <Line name="Paid by card" usd={directUsd} minus />
          <Line name="Covered by the seller" usd={houseUsd} minus />
          <Line name="Left" usd={netUsd} sum always />
          <Line name="Went to the wallet" usd={returnedUsd} />
          <Line name={tax} usd={taxUsd} always />
          <Line name="Rounded to cents" usd={roundingUsd} />
          <Line name="Total" usd={invoice.dueUsd} sum always />
          <Line name="Still open" usd={invoice.openUsd} always strong />
        </dl>
      </CardContent>
    </Card>
  );
}

interface LineProps {
  readonly name: string;
  readonly usd: string;
  readonly minus?: boolean;
  readonly sum?: boolean;
  readonly always?: boolean;
  readonly strong?: boolean;
}

function Line({ name, usd, minus = false, sum = false, always = false, strong = false }: LineProps) {
  if (!always && parseUsd(usd) === 0n) return null;
  return (
    <div className={cn('flex justify-between gap-4', sum && 'border-t pt-1.5 font-medium', strong && 'font-semibold')}>
      <dt className={sum || strong ? undefined : 'text-muted-foreground'}>{name}</dt>
      <dd>
        {minus && '−'}
        <Money usd={usd} />
      </dd>
    </div>
  );
}
