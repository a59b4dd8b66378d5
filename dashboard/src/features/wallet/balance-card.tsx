import type { Wallet } from '@tollgate/client';
import { OctagonX } from 'lucide-react';
import type { ReactNode } from 'react';
import { ErrorState } from '@/components/error-state.tsx';
import { Money } from '@/components/figures.tsx';
import { Card } from '@/components/ui/card.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { useAsk } from '@/lib/api.ts';
import { parseUsd } from '@/lib/format.ts';

/** The balance, and what it is made of: the parts on the right add up to it. */
export function BalanceCard({ organizationId }: { organizationId: string }) {
  const wallet = useAsk('GET /organizations/{organizationId}/wallet', { params: { organizationId } });
  if (wallet.error) return <ErrorState error={wallet.error} onRetry={wallet.refetch} />;
  if (wallet.data === undefined) return <Skeleton className="h-36 rounded-lg" />;
  return <Balance wallet={wallet.data} />;
}

function Balance({ wallet }: { wallet: Wallet }) {
  const { balanceUsd, paidUsd, creditUsd, lentUsd, meteredUsd, receivableUsd, blockedReason } = wallet;
  return (
    <Card className="flex flex-col">
      {blockedReason !== null && (
        <p role="alert" className="flex items-center gap-2 rounded-t-lg border-b bg-bad/8 px-4 py-2 text-bad">
          <OctagonX className="size-4 shrink-0" aria-hidden />
          Nothing may be spent: {blockedReason}
        </p>
      )}
      <div className="grid gap-6 p-4 md:grid-cols-[minmax(0,1fr)_minmax(0,1.4fr)]">
        <div>
          <p className="text-muted-foreground">Balance</p>
          <Money usd={balanceUsd} className="text-3xl font-semibold tracking-tight" />
        </div>
        <dl className="grid max-w-md gap-1.5 md:justify-self-end md:self-center md:w-full">
          <Part name="Paid in and not spent" usd={paidUsd} />
          <Part name="Credit, which is spent first" usd={creditUsd} />
          <Part name="Of the balance, held for running requests" usd={lentUsd} quiet />
          {isSomething(meteredUsd) && <Part name="Used, and on the next invoice" usd={meteredUsd} quiet />}
          {isSomething(receivableUsd) && <Part name="Owed from refunds or disputes" usd={receivableUsd} bad />}
        </dl>
      </div>
    </Card>
  );
}

function Part({
  name,
  usd,
  quiet = false,
  bad = false,
}: {
  name: ReactNode;
  usd: string;
  quiet?: boolean;
  bad?: boolean;
}) {
  const color = bad ? 'text-bad' : quiet ? 'text-muted-foreground' : undefined;
  return (
    <div className="flex items-baseline justify-between gap-4">
      <dt className={bad ? 'text-bad' : 'text-muted-foreground'}>{name}</dt>
      <dd>
        <Money usd={usd} {...(color !== undefined && { className: color })} />
      </dd>
    </div>
  );
}

function isSomething(usd: string): boolean {
  return parseUsd(usd) !== 0n;
}
