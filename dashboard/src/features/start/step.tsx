import { Check } from 'lucide-react';
import type { ReactNode } from 'react';
import { Card } from '@/components/ui/card.tsx';
import { cn } from '@/lib/classes.ts';

/** One of the three steps: its number, which becomes a check, and what is to be done. */
export function Step({
  number,
  title,
  isDone,
  summary,
  children,
}: {
  number: number;
  title: string;
  isDone: boolean;
  /** What was chosen. */
  summary?: ReactNode;
  children?: ReactNode;
}) {
  return (
    <Card className="flex gap-4 p-4 max-sm:flex-col max-sm:gap-2">
      <span
        className={cn(
          'grid size-7 shrink-0 place-items-center rounded-full text-sm font-semibold',
          isDone ? 'bg-good/15 text-good' : 'bg-primary/12 text-primary',
        )}
      >
        {isDone ? <Check className="size-4" aria-label="done" /> : number}
      </span>
      <div className="flex min-w-0 flex-1 flex-col gap-3">
        <div className="flex flex-wrap items-baseline gap-x-3">
          <h2 className="text-base leading-7 font-semibold">{title}</h2>
          {summary !== undefined && <span className="text-muted-foreground">{summary}</span>}
        </div>
        {children}
      </div>
    </Card>
  );
}
