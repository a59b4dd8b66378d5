import type { ConnectionVerdict } from '@tollgate/client';
import { CircleAlert, CircleCheck, CircleX } from 'lucide-react';
import { Duration } from '@/components/figures.tsx';
import { cn } from '@/lib/classes.ts';
import { toneOf } from './verdict.ts';

const looks = {
  good: [CircleCheck, 'text-good'],
  warning: [CircleAlert, 'text-warning'],
  bad: [CircleX, 'text-bad'],
} as const;

/** What the test found, and what to do. */
export function VerdictLine({ verdict, className }: { verdict: ConnectionVerdict; className?: string }) {
  const [Icon, color] = looks[toneOf(verdict)];
  return (
    <p role="status" className={cn('flex gap-2 text-sm', className)}>
      <Icon className={cn('mt-0.5 size-4 shrink-0', color)} aria-hidden />
      <span>
        {verdict.message} {verdict.remedy}
        {verdict.latencyMs !== null && (
          <span className="ml-1 text-muted-foreground">
            (<Duration ms={verdict.latencyMs} />)
          </span>
        )}
      </span>
    </p>
  );
}
