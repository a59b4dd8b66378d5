/** One turn on the time of its session, with the tokens that it read and made. */
import type { LogEntry } from '@tollgate/client';
import { cn } from '@/lib/classes.ts';
import { formatCount, formatDuration } from '@/lib/format.ts';

export function TurnBar({ turn, turns }: { turn: LogEntry; turns: readonly LogEntry[] }) {
  const [startMs, endMs] = spanOf(turns);
  const whole = Math.max(endMs - startMs, 1);
  const left = ((Date.parse(turn.startedAt) - startMs) / whole) * 100;
  const width = Math.max((turn.totalMs / whole) * 100, 0.5);
  const read = turn.inputTokens + turn.cacheReadTokens + turn.cacheWriteTokens;
  const told = `${formatCount(read)} tokens in, ${formatCount(turn.outputTokens)} out, ${formatDuration(turn.totalMs)}`;
  return (
    <div className="min-w-0">
      <div role="img" aria-label={told} className="relative h-3 rounded bg-muted">
        <span
          className={cn('absolute inset-y-0 rounded-sm', turn.status === 'failed' ? 'bg-bad' : 'bg-chart-1')}
          style={{ left: `${Math.min(left, 99.5)}%`, width: `${Math.min(width, 100 - Math.min(left, 99.5))}%` }}
        />
      </div>
      <p className="mt-0.5 text-xs text-muted-foreground">{told}</p>
    </div>
  );
}

function spanOf(turns: readonly LogEntry[]): readonly [number, number] {
  const starts = turns.map(({ startedAt }) => Date.parse(startedAt));
  const ends = turns.map(({ startedAt, totalMs }) => Date.parse(startedAt) + totalMs);
  return [Math.min(...starts), Math.max(...ends)];
}
