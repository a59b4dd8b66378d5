import { ChevronsUpDown } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { fieldClasses } from '@/components/ui/input.tsx';
import { Popover, PopoverContent, PopoverTrigger } from '@/components/ui/popover.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { cn } from '@/lib/classes.ts';
import { Step } from './step.tsx';

const Choices = lazy(() => import('@/components/choices.tsx').then((file) => ({ default: file.Choices })));

/** Which model: the first that can be called, until somebody wants another. */
export function ModelStep({
  provider,
  ids,
  chosen,
  isLoading,
  onChoose,
}: {
  provider: string;
  ids: readonly string[];
  chosen: string | undefined;
  isLoading: boolean;
  onChoose: (id: string) => void;
}) {
  const [open, setOpen] = useState(false);
  return (
    <Step number={2} title="Which model?" isDone={chosen !== undefined}>
      {isLoading && <Skeleton className="h-8 w-72" />}
      {!isLoading && ids.length === 0 && chosen === undefined && (
        <p className="text-muted-foreground">
          {provider === 'new'
            ? 'The models of the provider are offered here as soon as it is added.'
            : `${provider} has no model that can be called yet: a model needs a price. Add one under Models.`}
        </p>
      )}
      {chosen !== undefined && (
        <Popover open={open} onOpenChange={setOpen}>
          <PopoverTrigger
            aria-label={`Model: ${chosen}`}
            className={cn(fieldClasses, 'flex max-w-sm items-center justify-between gap-2 font-mono text-xs')}
          >
            <span className="truncate">{chosen}</span>
            <ChevronsUpDown className="size-3.5 text-muted-foreground" aria-hidden />
          </PopoverTrigger>
          <PopoverContent className="w-80 p-0">
            <Suspense>
              <Choices
                label="Find a model"
                items={ids.map((id) => ({
                  value: id,
                  words: id,
                  shown: <span className="font-mono text-xs">{id}</span>,
                }))}
                onChoose={(id) => {
                  onChoose(id);
                  setOpen(false);
                }}
              />
            </Suspense>
          </PopoverContent>
        </Popover>
      )}
    </Step>
  );
}
