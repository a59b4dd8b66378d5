/** The line above the list: what goes on right now. */
import type { ReactNode } from 'react';
import { Count, Money } from '@/components/figures.tsx';
import { parseUsd } from '@/lib/format.ts';
import { useNow } from '@/lib/now.ts';
import { isFailure, isRunning, type LiveList, type LiveRequest } from './live-list.ts';

const minuteMs = 60_000;

export function LiveFigures({ list }: { list: LiveList }) {
  const now = useNow() + list.aheadMs;
  const rows = [...list.rows.values()];
  const running = rows.filter(isRunning);
  const recent = rows.filter(({ startedAt }) => now - Date.parse(startedAt) < minuteMs);
  const failed = recent.filter(isFailure).length;
  return (
    <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border bg-border sm:grid-cols-4">
      <Figure name="Running now">
        <Count count={running.length} unit="requests" />
      </Figure>
      <Figure name="What they cost so far">
        <Money usd={sum(running)} />
      </Figure>
      <Figure name="Begun in the last minute">
        <Count count={recent.length} unit="requests" />
      </Figure>
      <Figure name="Of these failed" bad={failed > 0}>
        <Count count={failed} unit="requests" />
      </Figure>
    </dl>
  );
}

function Figure({ name, children, bad = false }: { name: string; children: ReactNode; bad?: boolean }) {
  return (
    <div className="flex flex-col gap-0.5 bg-card px-4 py-2.5">
      <dt className="text-xs text-muted-foreground">{name}</dt>
      <dd className={bad ? 'text-lg font-semibold text-bad' : 'text-lg font-semibold'}>{children}</dd>
    </div>
  );
}

function sum(rows: readonly LiveRequest[]): bigint {
  return rows.reduce((total, { chargeUsd }) => total + parseUsd(chargeUsd), 0n);
}
