import type { StatsOverview } from '@tollgate/client';
import { Money } from '@/components/figures.tsx';
import { formatDuration } from '@/lib/format.ts';
import { FigureCard } from './figure-card.tsx';

const dayMs = 86_400_000;

/** Of one organization, how long its money lasts; of all together, what is left of what they paid. */
export function RunwayCard({
  runway,
  figures,
}: {
  runway: StatsOverview['runway'];
  figures: StatsOverview['figures'];
}) {
  if (runway === null) return <MarginCard figures={figures} />;
  const { availableUsd, burnPerDayUsd, lastsDays, spends } = runway;
  if (spends === 'metered')
    return (
      <FigureCard name="A day costs" to="/invoices" value={<Money usd={burnPerDayUsd} />}>
        <span>By the last seven days. Billed by the month: nothing stops when the wallet is empty.</span>
      </FigureCard>
    );
  return (
    <FigureCard
      name="The money lasts"
      to="/wallet"
      value={lastsDays === null ? 'Unused' : formatDuration(lastsDays * dayMs)}
    >
      <span>
        <Money usd={availableUsd} /> left, at <Money usd={burnPerDayUsd} /> a day
      </span>
    </FigureCard>
  );
}

function MarginCard({ figures: { chargeUsd, costUsd, houseCostUsd } }: { figures: StatsOverview['figures'] }) {
  const margin = Number(chargeUsd) - Number(costUsd ?? 0) - Number(houseCostUsd ?? 0);
  return (
    <FigureCard name="Margin" to="/margin" value={<Money usd={margin.toFixed(9)} />}>
      <span>Of what customers paid for requests, after what providers took</span>
      {houseCostUsd !== null && Number(houseCostUsd) > 0 && (
        <span>
          <Money usd={houseCostUsd} /> for attempts that nobody pays
        </span>
      )}
    </FigureCard>
  );
}
