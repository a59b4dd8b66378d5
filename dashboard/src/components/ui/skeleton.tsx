import type { ComponentProps } from 'react';
import { cn } from '@/lib/classes.ts';

/** Where something will be, in its final size. Say once for the whole region that it is loading (`aria-busy`). */
export function Skeleton({ className, ...props }: ComponentProps<'div'>) {
  return <div aria-hidden className={cn('h-4 animate-pulse rounded bg-muted', className)} {...props} />;
}
