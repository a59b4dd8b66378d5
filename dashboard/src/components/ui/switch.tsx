import { Switch as Base } from '@base-ui/react/switch';
import type { ComponentProps } from 'react';
import { cn } from '@/lib/classes.ts';

export function Switch({ className, ...props }: ComponentProps<typeof Base.Root>) {
  return (
    <Base.Root
      className={cn(
        'inline-flex h-4.5 w-8 shrink-0 items-center rounded-full bg-input p-0.5 transition-colors duration-100 data-checked:bg-primary data-disabled:opacity-55',
        className as string,
      )}
      {...props}
    >
      <Base.Thumb className="size-3.5 rounded-full bg-white transition-transform duration-100 data-checked:translate-x-3.5 dark:bg-background" />
    </Base.Root>
  );
}
