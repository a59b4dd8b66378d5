import type { Wallet } from '@tollgate/client';
import { OctagonX } from 'lucide-react';
import { ErrorState } from '@/components/error-state.tsx';
import { Money } from '@/components/figures.tsx';
import { Card } from '@/components/ui/card.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { useAsk } from '@/lib/api.ts';
import { cn } from '@/lib/classes.ts';
import { parseUsd } from '@/lib/format.ts';
import { Runway } from './runway-line.tsx';

/** What is used, and what Stripe confirms later, is seen while the page is open. */
const everyMs = 3_000;

/** The balance, and what it is made of: the first two parts add up to it. */
export function BalanceCard({ organizationId }: { organizationId: string }) {
  const params = { organizationId };
  const wallet = useAsk('GET /organizations/{organizationId}/wallet', { params }, { refetchInterval: everyMs });
  if (wallet.error) return <ErrorState error={wallet.error} onRetry={wallet.refetch} />;
  if (wallet.data === undefined) return <Skeleton className="h-48 rounded-lg" />;
  return <Balance wallet={wallet.data} />;
}

function Balance({ wallet }: { wallet: Wallet }) {
  const { organizationId, balanceUsd, paidUsd, creditUsd, lentUsd, meteredUsd, receivableUsd, blockedReason } = wallet;
  return (
    <Card className="flex flex-col">
      {blockedReason !== null && (
        <p role="alert" className="flex items-center gap-2 rounded-t-lg border-b bg-bad/8 px-4 py-2 text-bad">
          <OctagonX className="size-4 shrink-0" aria-hidden />
          Nothing may be spent: {blockedReason}
        </p>
      )}
      <div className="grid flex-1 grid-cols-1 gap-6 p-4 md:grid-cols-2">
        <div className="flex flex-col gap-0.5">
          <h2 className="text-muted-foreground">Can be spent</h2>
          <Money
            usd={balanceUsd}
            className={cn('text-3xl font-semibold tracking-tight', parseUsd(balanceUsd) < 0n && 'text-bad')}
          />
          <Runway organizationId={organizationId} balanceUsd={balanceUsd} />
        </div>
        <dl className="flex flex-col gap-1.5">
          <Part name="Paid in" usd={paidUsd} />
          <Part name="Credit, which is spent first" usd={creditUsd} sign="+" />
          <Part name="Can be spent" usd={balanceUsd} sum />
          <Part name="of which with gateways, for running and coming requests" usd={lentUsd} quiet />
          {isSomething(meteredUsd) && <Part name="Used, and on the next invoice" usd={meteredUsd} quiet />}
          {isSomething(receivableUsd) && <Part name="Owed from refunds or disputes" usd={receivableUsd} bad />}
        </dl>
      </div>
    </Card>
  );
}

interface PartProps {
  readonly name: string;
  readonly usd: string;
  readonly sign?: string;
  readonly sum?: boolean;
  readonly quiet?: boolean;
  readonly bad?: boolean;
}

function Part({ name, usd, sign, sum = false, quiet = false, bad = false }: PartProps) {
  return (
    <div
      className={cn(
        'flex items-baseline justify-between gap-4',
        sum && 'border-t pt-1.5 font-medium',
        quiet && 'text-muted-foreground',
        bad && 'text-bad',
      )}
    >
      <dt>{name}</dt>
      <dd>
        {sign !== undefined && <span className="mr-1 text-muted-foreground">{sign}</span>}
        <Money usd={usd} />
      </dd>
    </div>
  );
}

function isSomething(usd: string): boolean {
  return parseUsd(usd) !== 0n;
}
