import { Checkbox as Base } from '@base-ui/react/checkbox';
import { Check } from 'lucide-react';
import type { ComponentProps } from 'react';
import { cn } from '@/lib/classes.ts';

export function Checkbox({ className, ...props }: ComponentProps<typeof Base.Root>) {
  return (
    <Base.Root
      className={cn(
        'flex size-4 shrink-0 items-center justify-center rounded border border-input bg-card data-checked:border-primary data-checked:bg-primary data-checked:text-primary-foreground data-disabled:opacity-55',
        className as string,
      )}
      {...props}
    >
      <Base.Indicator>
        <Check className="size-3" strokeWidth={3} />
      </Base.Indicator>
    </Base.Root>
  );
}
