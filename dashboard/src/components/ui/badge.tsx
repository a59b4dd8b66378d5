import { cva, type VariantProps } from 'class-variance-authority';
import type { ComponentProps } from 'react';
import { cn } from '@/lib/classes.ts';

const badgeVariants = cva(
  'inline-flex w-fit items-center gap-1 rounded px-1.5 py-0.5 text-xs font-medium whitespace-nowrap [&_svg]:size-3',
  {
    variants: {
      variant: {
        neutral: 'bg-muted text-muted-foreground',
        outline: 'border text-foreground',
        accent: 'bg-primary/12 text-primary',
        good: 'bg-good/12 text-good',
        warning: 'bg-warning/12 text-warning',
        bad: 'bg-bad/12 text-bad',
      },
    },
    defaultVariants: { variant: 'neutral' },
  },
);

export type BadgeVariant = NonNullable<VariantProps<typeof badgeVariants>['variant']>;

/** A state in one word. `good`, `warning` and `bad` are for states alone. */
export function Badge({ className, variant, ...props }: ComponentProps<'span'> & VariantProps<typeof badgeVariants>) {
  return <span className={cn(badgeVariants({ variant }), className)} {...props} />;
}
