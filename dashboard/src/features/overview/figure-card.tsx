import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Card } from '@/components/ui/card.tsx';
import { cn } from '@/lib/classes.ts';
import { formatChange } from '@/lib/format.ts';

interface FigureCardProps {
  readonly name: string;
  readonly value: ReactNode;
  /** The page with what is behind it. */
  readonly to: string;
  readonly search?: object;
  readonly change?: { readonly before: number; readonly now: number; readonly less?: 'good' } | undefined;
  readonly trend?: ReactNode;
  readonly children?: ReactNode;
}

/** One question's answer: the figure, how it changed, its shape, and a way to the rows. */
export function FigureCard({ name, value, to, search = {}, change, trend, children }: FigureCardProps) {
  return (
    <Card className="relative flex flex-col gap-1 px-4 py-3.5 focus-within:border-ring hover:border-input">
      <h2 className="text-muted-foreground">
        <Link to={to} search={search as never} className="after:absolute after:inset-0">
          {name}
        </Link>
      </h2>
      <div className="flex items-baseline gap-2">
        <span className="text-2xl font-semibold tracking-tight">{value}</span>
        {change !== undefined && <Change {...change} />}
      </div>
      <div className="flex flex-1 flex-wrap content-start gap-x-3 gap-y-0.5 text-xs text-muted-foreground">
        {children}
      </div>
      {trend}
    </Card>
  );
}

function Change({ before, now, less }: { before: number; now: number; less?: 'good' }) {
  const text = formatChange(before, now);
  if (text === undefined) return null;
  const worse = less === 'good' && now > before;
  const better = less === 'good' && now < before;
  return (
    <span
      className={cn('figures text-xs text-muted-foreground', worse && 'text-bad', better && 'text-good')}
      title="Against the same length of time before"
    >
      {text}
    </span>
  );
}
