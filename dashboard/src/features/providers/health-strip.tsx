import type { CredentialHealth } from '@tollgate/client';
import { cn } from '@/lib/classes.ts';
import { formatCount } from '@/lib/format.ts';

/** The last hour, a cell for each two minutes: nothing, all well, some failed, all failed. */
export function HealthStrip({ health }: { health: CredentialHealth }) {
  const cells = pairs(health.minutes);
  const { requests, failures } = health;
  const label =
    requests === 0
      ? 'Nothing was asked in the last hour'
      : `${formatCount(requests)} attempts in the last hour, ${formatCount(failures)} failed`;
  return (
    <div role="img" aria-label={label} title={label} className="flex h-5 w-full max-w-60 gap-px">
      {cells.map(({ ok, failed, at }) => (
        <span key={at} className={cn('flex-1 rounded-[1px]', colorOf(ok, failed))} />
      ))}
    </div>
  );
}

function colorOf(ok: number, failed: number): string {
  if (ok + failed === 0) return 'bg-muted';
  if (failed === 0) return 'bg-good';
  return ok === 0 ? 'bg-bad' : 'bg-warning';
}

interface Cell {
  readonly ok: number;
  readonly failed: number;
  readonly at: number;
}

function pairs(minutes: CredentialHealth['minutes']): readonly Cell[] {
  const cells: Cell[] = [];
  for (let at = 0; at < minutes.length; at += 2) {
    const both = minutes.slice(at, at + 2);
    const sum = (of: 'ok' | 'failed') => both.reduce((total, each) => total + each[of], 0);
    cells.push({ ok: sum('ok'), failed: sum('failed'), at });
  }
  return cells;
}
