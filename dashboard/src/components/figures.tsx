/** Amounts as people read them, with the exact one for whoever points at them. */
import { cn } from '@/lib/classes.ts';
import {
  formatCount,
  formatCountExactly,
  formatDuration,
  formatRelative,
  formatTime,
  formatUsd,
  formatUsdExactly,
} from '@/lib/format.ts';
import { useNow } from '@/lib/now.ts';

type Look = { readonly className?: string };

/** Dollars as the API gives them. `null`: a dash. */
export function Money({ usd, className }: Look & { usd: string | bigint | null }) {
  if (usd === null) return <Absent />;
  return (
    <span className={cn('figures', className)} title={formatUsdExactly(usd)}>
      {formatUsd(usd)}
    </span>
  );
}

export function Tokens({ count, className }: Look & { count: number | null }) {
  return <Count count={count} unit="tokens" {...(className !== undefined && { className })} />;
}

/** The unit stands dimmed behind; without one it is said when pointed at. */
export function Count({
  count,
  unit,
  shown = false,
  className,
}: Look & { count: number | null; unit: string; shown?: boolean }) {
  if (count === null) return <Absent />;
  return (
    <span className={cn('figures', className)} title={`${formatCountExactly(count)} ${unit}`}>
      {formatCount(count)}
      {shown && <span className="ml-1 text-muted-foreground">{unit}</span>}
    </span>
  );
}

export function Duration({ ms, className }: Look & { ms: number | null }) {
  if (ms === null) return <Absent />;
  return <span className={cn('figures', className)}>{formatDuration(ms)}</span>;
}

/** How long ago, counting on; the whole time in the viewer's zone when pointed at. */
export function RelativeTime({ time, className }: Look & { time: string | null }) {
  const now = useNow();
  if (time === null) return <Absent />;
  return (
    <time dateTime={time} title={formatTime(time)} className={cn('figures whitespace-nowrap', className)}>
      {formatRelative(time, now)}
    </time>
  );
}

export function Absent() {
  return (
    <span className="text-muted-foreground">
      <span aria-hidden>–</span>
      <span className="sr-only">none</span>
    </span>
  );
}
