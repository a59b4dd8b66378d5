import { cn } from '@/lib/classes.ts';

interface SegmentsProps<Value extends string> {
  readonly label: string;
  readonly items: readonly { readonly value: Value; readonly label: string }[];
  readonly value: Value;
  readonly onChange: (value: Value) => void;
}

/** One of a few, all of them in sight. */
export function Segments<Value extends string>({ label, items, value, onChange }: SegmentsProps<Value>) {
  return (
    <fieldset className="flex w-fit max-w-full min-w-0 overflow-x-auto rounded-md border bg-card p-0.5">
      <legend className="sr-only">{label}</legend>
      {items.map((item) => (
        <button
          key={item.value}
          type="button"
          aria-pressed={item.value === value}
          onClick={() => onChange(item.value)}
          className={cn(
            'h-6.5 rounded px-2.5 text-xs font-medium whitespace-nowrap text-muted-foreground hover:text-foreground focus-visible:outline-offset-0',
            item.value === value && 'bg-accent text-foreground',
          )}
        >
          {item.label}
        </button>
      ))}
    </fieldset>
  );
}
