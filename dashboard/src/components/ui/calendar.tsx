import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { type DateRange, DayPicker } from 'react-day-picker';
import { cn } from '@/lib/classes.ts';
import { Button, buttonVariants } from './button.tsx';

const dayMs = 86_400_000;

/** From the first day's beginning to the last day's end, in the viewer's zone. */
export function Calendar({ from, to, onChoose }: { from: Date; to: Date; onChoose: (from: Date, to: Date) => void }) {
  const [range, setRange] = useState<DateRange | undefined>({ from, to });
  const [start, end] = [range?.from, range?.to ?? range?.from];
  return (
    <div className="border-t pt-2">
      <DayPicker
        mode="range"
        selected={range}
        onSelect={setRange}
        defaultMonth={to}
        weekStartsOn={1}
        disabled={{ after: new Date() }}
        labels={{ labelDayButton: (date) => date.toLocaleDateString('en-GB', { dateStyle: 'full' }) }}
        components={{ Chevron }}
        classNames={classNames}
      />
      <Button
        className="mt-2 w-full"
        disabled={start === undefined || end === undefined}
        onClick={() => start && end && onChoose(atMidnight(start), new Date(atMidnight(end).getTime() + dayMs))}
      >
        Show these days
      </Button>
    </div>
  );
}

function Chevron({ orientation }: { orientation?: 'up' | 'down' | 'left' | 'right' | undefined }) {
  return orientation === 'left' ? <ChevronLeft className="size-4" /> : <ChevronRight className="size-4" />;
}

function atMidnight(date: Date): Date {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate());
}

const ghost = cn(buttonVariants({ variant: 'ghost', size: 'icon' }));
const classNames = {
  months: 'relative',
  month_caption: 'flex h-8 items-center justify-center text-sm font-medium',
  nav: 'absolute inset-x-0 top-0 flex justify-between',
  button_previous: ghost,
  button_next: ghost,
  weekday: 'size-8 text-xs font-normal text-muted-foreground',
  day: 'size-8 p-0 text-center text-sm figures',
  day_button: cn(buttonVariants({ variant: 'ghost', size: 'icon' }), 'font-normal'),
  today: 'font-semibold text-primary',
  outside: 'text-muted-foreground opacity-60',
  disabled: 'opacity-45',
  range_middle: 'bg-accent',
  range_start: 'rounded-l-md bg-primary text-primary-foreground',
  range_end: 'rounded-r-md bg-primary text-primary-foreground',
};
