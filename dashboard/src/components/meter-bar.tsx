import { formatShare } from '@/lib/format.ts';

const warnFrom = 0.8;

/** How much of a limit is used, 0 to 1 and beyond; said in words too. */
export function MeterBar({ label, share }: { label: string; share: number }) {
  const used = Math.min(Math.max(share, 0), 1);
  const color = share >= 1 ? 'bg-bad' : share >= warnFrom ? 'bg-warning' : 'bg-primary';
  return (
    <div>
      <meter className="sr-only" min={0} max={1} value={used} aria-label={label}>
        {formatShare(Math.max(share, 0))}
      </meter>
      <div aria-hidden className="h-1.5 w-full overflow-hidden rounded-full bg-muted">
        <div className={`${color} h-full`} style={{ width: `${used * 100}%` }} />
      </div>
    </div>
  );
}
