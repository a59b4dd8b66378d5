/** How long a request runs, counting on; how long ago it was and what it took, once it has ended. */
import { useSyncExternalStore } from 'react';
import { Duration, RelativeTime } from '@/components/figures.tsx';
import { formatDuration } from '@/lib/format.ts';
import { isRunning, type LiveRequest } from './live-list.ts';

const stepMs = 250;

function subscribe(listener: () => void): () => void {
  const timer = setInterval(listener, stepMs);
  return () => clearInterval(timer);
}

/** Rounded, so that it is the same until the next step. */
const nowMs = () => Math.floor(Date.now() / stepMs) * stepMs;

export function Elapsed({ row, aheadMs }: { row: LiveRequest; aheadMs: number }) {
  if (isRunning(row)) return <Running startedAt={row.startedAt} aheadMs={aheadMs} />;
  return (
    <span className="whitespace-nowrap">
      <Duration ms={row.totalMs} />
      <span className="ml-1.5 text-xs text-muted-foreground">
        <RelativeTime time={row.startedAt} />
      </span>
    </span>
  );
}

function Running({ startedAt, aheadMs }: { startedAt: string; aheadMs: number }) {
  const now = useSyncExternalStore(subscribe, nowMs);
  const ms = Math.max(0, now + aheadMs - Date.parse(startedAt));
  return <span className="figures text-primary">{formatDuration(Math.round(ms / 100) * 100)}</span>;
}
