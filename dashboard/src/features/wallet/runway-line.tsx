import { useMemo } from 'react';
import { Money } from '@/components/figures.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { useAsk } from '@/lib/api.ts';
import { formatDay, parseUsd } from '@/lib/format.ts';
import { periodOf } from '@/lib/period.ts';
import { lastsUntil, perDay } from './runway.ts';

/** How long the money lasts at the pace of the last week. */
export function Runway({ organizationId, balanceUsd }: { organizationId: string; balanceUsd: string }) {
  const week = useMemo(() => periodOf({ period: '7d' }, Date.now()), []);
  const usage = useAsk('GET /usage/summary', {
    query: { by: 'day', organizationId, since: week.from, until: week.to },
  });
  if (usage.data === undefined) return usage.error ? null : <Skeleton className="mt-1 w-48" />;
  const pace = perDay(usage.data.data.map(({ chargeUsd }) => chargeUsd));
  const until = lastsUntil(balanceUsd, pace, Date.parse(week.to));
  if (pace === 0n) return <p className="text-muted-foreground">Nothing was spent in the last 7 days.</p>;
  const isLeft = parseUsd(balanceUsd) > 0n;
  return (
    <p className="text-muted-foreground">
      <Money usd={pace} className="text-foreground" /> a day in the last week
      {isLeft && until === undefined && '; that lasts for more than a year'}
      {isLeft && until !== undefined && `; that lasts until ${formatDay(until)}`}.
    </p>
  );
}
