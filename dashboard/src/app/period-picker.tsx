import { useNavigate } from '@tanstack/react-router';
import { Calendar as CalendarIcon } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { Button } from '@/components/ui/button.tsx';
import { Popover, PopoverContent, PopoverTrigger } from '@/components/ui/popover.tsx';
import { formatDay } from '@/lib/format.ts';
import { type Period, type PeriodName, periods, usePeriod } from '@/lib/period.ts';

const Calendar = lazy(() =>
  import('@/components/ui/calendar.tsx').then(({ Calendar: component }) => ({ default: component })),
);

/** The period of all figures, in the address. */
export function PeriodPicker() {
  const [open, setOpen] = useState(false);
  const period = usePeriod();
  const navigate = useNavigate();
  function choose(search: { period: PeriodName; from?: string; to?: string }) {
    setOpen(false);
    void navigate({ to: '.', search: (before) => ({ ...before, from: undefined, to: undefined, ...search }) });
  }
  return (
    <Popover open={open} onOpenChange={setOpen}>
      <PopoverTrigger render={<Button variant="outline" className="px-2 font-normal" />}>
        <CalendarIcon className="text-muted-foreground" aria-hidden />
        <span className="sr-only">Period:</span>
        <span className="max-md:sr-only">{labelOf(period)}</span>
        {period.name !== 'custom' && (
          <span className="md:hidden" aria-hidden>
            {period.name}
          </span>
        )}
      </PopoverTrigger>
      <PopoverContent align="end" className="flex flex-col gap-2 p-2" aria-label="Period">
        <div className="grid grid-cols-2 gap-1">
          {Object.entries(periods).map(([name, { label }]) => (
            <Button
              key={name}
              variant={name === period.name ? 'secondary' : 'ghost'}
              aria-pressed={name === period.name}
              onClick={() => choose({ period: name as PeriodName })}
            >
              {label}
            </Button>
          ))}
        </div>
        <Suspense fallback={<div className="size-64" />}>
          <Calendar
            from={new Date(period.from)}
            to={new Date(Date.parse(period.to) - 1)}
            onChoose={(from, to) => choose({ period: 'custom', from: from.toISOString(), to: to.toISOString() })}
          />
        </Suspense>
      </PopoverContent>
    </Popover>
  );
}

function labelOf({ name, from, to }: Period): string {
  if (name !== 'custom') return periods[name].label;
  return `${formatDay(from)} – ${formatDay(Date.parse(to) - 1)}`;
}
